"""What is expected hour by hour (VPWP50, VPWW54), against plain XPath."""

import math
from collections import defaultdict
from datetime import datetime
from functools import cache

import msgspec
import oracle
import pytest
from lxml import etree
from telegrams import alert, codes, decode, edited, raw, samples, told

from cap_formats import parameter
from cap_formats.alert import Alert, Severity

QUIET = "81_01_03_250630_VPWP50"
WARNED = "15_11_01_150916_VPWW54"
GRAVE = "15_12_01_161130_VPWW54"
SERIES = [name for name in samples() if name.endswith(("VPWP50", "VPWW54"))]
LEVELS = {
    "11": (("21", "警戒レベル２"), ("31", "警戒レベル３相当"), ("41", "警戒レベル４相当"), ("11", "警戒レベル２未満")),
    "01": (("20", "注意報級"), ("30", "警報級"), ("50", "特別警報級"), ("01", "注意報級未満")),
}
UNITS = {
    "Precipitation mm": parameter.RAIN,
    "SnowfallDepth cm": parameter.SNOWFALL,
    "WindSpeed m/s": parameter.WIND,
    "WaveHeight m": parameter.WAVES,
    "TidalLevel m": parameter.TIDE_M,
    "Humidity %": parameter.HUMIDITY,
}


def stormy(name: str) -> bytes:
    """A sample in which nothing is expected, with every danger rising and falling, a step every two times."""
    root = etree.fromstring(raw(name))
    for element in root.iter("{*}Significancy"):
        code, words = element.find("{*}Code"), element.find("{*}Name")
        if code.text in LEVELS:
            code.text, words.text = LEVELS[code.text][int(element.get("refID")) // 2 % 4]
    return etree.tostring(root, encoding="UTF-8")


TELEGRAMS = {name: raw(name) for name in SERIES} | {f"stormy {n}": stormy(n) for n in SERIES if n.endswith("VPWP50")}


@cache
def read(name: str) -> Alert:
    return decode(TELEGRAMS[name])


@cache
def dangers(name: str) -> set[tuple[str, str, str, str, datetime, datetime]]:
    return oracle.dangers(etree.fromstring(TELEGRAMS[name]))


def spans(report: Alert) -> list[list[str]]:
    return [[*value.split(" "), ""][:6] for info in report.infos for value in told(info, parameter.DANGER_SPAN)]


@pytest.mark.parametrize("name", TELEGRAMS)
def test_spans_hold_the_times_of_each_danger_and_no_others(name: str) -> None:
    known: defaultdict[tuple[str, ...], set[tuple[datetime, datetime]]] = defaultdict(set)
    for code, kind, words, part, start, end in dangers(name):
        known[code, kind, words, part].add((start, end))
    for code, since, until, kind, words, part in spans(read(name)):
        begins, ends = datetime.fromisoformat(since), datetime.fromisoformat(until)
        slots = known[code, kind, words, part]
        inside = {(start, end) for start, end in slots if begins <= start and end <= ends}
        assert sum((end - start).total_seconds() for start, end in inside) == (ends - begins).total_seconds()
        slots -= inside
    assert not any(known.values())


def test_the_samples_tell_dangers() -> None:
    assert [name for name in TELEGRAMS if not dangers(name)] == [name for name in SERIES if name.endswith("VPWP50")]


@pytest.mark.parametrize("name", TELEGRAMS)
def test_what_goes_on_is_one_span(name: str) -> None:
    found = [tuple(span) for span in spans(read(name))]
    begins = {(code, start, *what) for code, start, _, *what in found}
    assert len(found) == len(begins)
    assert [span for span in found if (span[0], span[2], *span[3:]) in begins] == []


@pytest.mark.parametrize("name", TELEGRAMS)
def test_peaks(name: str) -> None:
    known = oracle.peaks(etree.fromstring(TELEGRAMS[name]))
    found = {}
    for info in read(name).infos:
        for value in (value for value in info.parameters if value.value_name in UNITS.values()):
            code, number, kind, *part, when = value.value.split(" ")
            key = code, next(u for u, n in UNITS.items() if n == value.value_name), kind, "".join(part)
            found[key] = float(number)
            assert datetime.fromisoformat(when.split("/")[0]) == known[key][1][0]
    assert found == {k: best for k, (best, _) in known.items() if k[1] in UNITS and (best or "Tidal" in k[1])}
    assert all(math.isfinite(number) for number in found.values())


def test_a_forecast_is_no_warning() -> None:
    (info,) = read(f"stormy {QUIET}").infos
    assert info.severity is Severity.MINOR
    assert info.parameter(parameter.LEVEL) is None
    assert info.event == "気象警報・注意報時系列情報（Ｒ０６）"


def test_the_worst_of_each_danger_is_told_in_a_line() -> None:
    (info,) = read(f"stormy {QUIET}").infos
    lines = (info.description or "").splitlines()
    assert lines[0] == "大雨浸水　警戒レベル４相当　22日18時から23日21時までのあいだ（稚内市、猿払村、浜頓別町ほか7）"
    assert lines[-1].startswith("低温　")
    assert len(lines) == len({span[3] for span in spans(read(f"stormy {QUIET}"))})
    assert alert(QUIET).infos[0].description is None


def test_midnight_at_the_end_is_24_o_clock() -> None:
    (info,) = decode(
        edited(QUIET, ("<Name>値なし</Name>\n<Code>00</Code>", "<Name>注意報級</Name><Code>20</Code>"))
    ).infos
    assert "霜　注意報級　22日18時から24日24時まで（" in (info.description or "")


def test_a_telegram_of_a_storm_stays_small() -> None:
    data = TELEGRAMS[f"stormy {QUIET}"]
    assert len(msgspec.json.encode(decode(data))) < len(data) / 3


def test_spans_stand_with_the_warning_of_their_kind_and_area() -> None:
    root = etree.fromstring(raw(GRAVE))
    checked = 0
    for info in alert(GRAVE).infos:
        areas = codes(info)
        for value in told(info, parameter.DANGER_SPAN):
            area, kind = value.split(" ")[0], value.split(" ")[3]
            item = f"//*[local-name()='Item'][*[local-name()='Area']/*[local-name()='Code']='{area}']"
            kinds = root.xpath(f"{item}/*[local-name()='Kind'][.//*[@type='{kind}']]/*[local-name()='Code']/text()")
            assert area in areas
            assert info.event_codes[0].value in kinds
            checked += 1
    assert checked > 70


def test_what_follows_the_last_time() -> None:
    later = {value for info in alert(WARNED).infos for value in told(info, parameter.DANGER_PERIOD)}
    assert "3520100 乾燥危険度 以後も注意報級" in later
    assert len(later) == 19


def test_a_code_that_no_table_has_is_told_and_counts_as_the_worst() -> None:
    changed = ("<Name>値なし</Name>\n<Code>00</Code>", "<Name>未曽有</Name>\n<Code>9x</Code>")
    (info,) = decode(edited(QUIET, changed)).infos
    assert {value.split(" ")[4] for value in told(info, parameter.DANGER_SPAN)} == {"未曽有"}


@pytest.mark.parametrize(
    "change",
    [
        ("<Duration>PT24H</Duration>", "<Duration>P999999D</Duration>"),
        ("<Duration>PT24H</Duration>", ""),
        ('refID="2"', 'refID="99"'),
        ("<DateTime>2023-06-23T00:00:00+09:00</DateTime>", "<DateTime/>"),
    ],
)
def test_broken_times_take_nothing_else_with_them(change: tuple[str, str]) -> None:
    whole = [span for span in spans(read(f"stormy {QUIET}")) if span[3] == "大雨浸水危険度"]
    text = TELEGRAMS[f"stormy {QUIET}"].decode()
    assert change[0] in text
    left = [span for span in spans(decode(text.replace(*change).encode())) if span[3] == "大雨浸水危険度"]
    assert len(left) >= len(whole) // 2


def test_more_spans_than_any_telegram_has_are_not_read() -> None:
    value = '<Significancy refID="5" type="風危険度"><Name>警報級</Name><Code>{code}</Code></Significancy>'
    text = raw(QUIET).decode()
    start = text.index("<Significancy ")
    many = "".join(value.format(code=20 + 10 * (number % 2)) for number in range(30_001))
    (info,) = decode((text[:start] + many + text[start:]).encode()).infos
    assert told(info, parameter.DANGER_SPAN) == []
    assert codes(info) == codes(alert(QUIET).infos[0])

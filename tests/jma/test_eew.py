"""緊急地震速報: a series in any order, the warning and its end, what must not be shown."""

import random

import pytest
from lxml import etree
from telegrams import alert, codes, decode, edited, first, raw, told

from cap_formats import parameter
from cap_formats.alert import MsgType, ResponseType, Severity, Status, Urgency

SERIES = tuple(f"36_01_{n:02}_240613_VXSE44" for n in range(1, 34))
WARNINGS = tuple(f"37_01_{n:02}_240613_VXSE43" for n in range(1, 4))
SHAKEN = "36_01_10_240613_VXSE44"
RANKS = {
    parameter.ACCURACY_EPICENTRE: "Epicenter",
    parameter.ACCURACY_DEPTH: "Depth",
    parameter.ACCURACY_MAGNITUDE: "MagnitudeCalculation",
}


@pytest.mark.parametrize("seed", range(5))
def test_in_whatever_order_the_33_reports_come_the_cancel_is_the_newest(seed: int) -> None:
    names = list(SERIES)
    random.Random(seed).shuffle(names)  # noqa: S311 - an order to test with
    newest = max((alert(name) for name in names), key=lambda report: report.place)
    assert newest is alert(SERIES[-1])
    assert newest.msg_type is MsgType.CANCEL
    assert len({alert(name).chain for name in names}) == 1
    assert sorted(names, key=lambda name: alert(name).place) == list(SERIES)


def test_the_cancel_repeats_the_last_serial() -> None:
    last, cancel = alert(SERIES[-2]), alert(SERIES[-1])
    assert (last.place[0], cancel.place[0]) == (32, 32)
    assert cancel.place > last.place


def test_a_lower_serial_sent_later_is_older() -> None:
    late = decode(edited(SERIES[4], ("2024-04-17T14:1", "2024-04-17T14:3")))
    assert late.place < alert(SERIES[5]).place


def test_both_forecast_forms_share_a_series_and_the_warning_has_its_own() -> None:
    other = decode(edited(SHAKEN, ("緊急地震速報（予報）</Title>", "緊急地震速報（地震動予報）</Title>")))
    assert other.chain == alert(SHAKEN).chain
    assert other.place == alert(SHAKEN).place
    assert other.identifier != alert(SHAKEN).identifier
    assert alert(WARNINGS[0]).chain != alert(SHAKEN).chain


def test_the_warning() -> None:
    info, second = alert(WARNINGS[0]).infos[0], alert(WARNINGS[1])
    assert (info.urgency, info.severity) == (Urgency.IMMEDIATE, Severity.EXTREME)
    assert info.event == "緊急地震速報（警報）"
    assert info.parameter(parameter.INTENSITY) == "5-"
    assert {"9943", "9380", "622", "592"} <= codes(info)
    assert "632 2024-04-17T23:15:02+09:00" in told(info, parameter.AREA_ARRIVAL)
    assert "622 既に主要動到達と推測" in told(info, parameter.AREA_ARRIVAL)
    assert "592 3 4" in told(info, parameter.AREA_INTENSITY)
    assert info.instruction == "強い揺れに警戒してください。"
    assert alert(WARNINGS[0]).msg_type is MsgType.ALERT
    assert second.msg_type is MsgType.UPDATE
    assert len(alert(WARNINGS[0]).infos) == 1


def test_the_end_of_a_warning_is_as_urgent_as_the_warning() -> None:
    cancel = alert(WARNINGS[2])
    (info,) = cancel.infos
    assert cancel.msg_type is MsgType.CANCEL
    assert cancel.place > alert(WARNINGS[1]).place
    assert (info.urgency, info.severity) == (Urgency.IMMEDIATE, Severity.EXTREME)
    assert info.response_type == (ResponseType.ALL_CLEAR,)
    assert info.description == "先ほどの、緊急地震速報（警報）を取り消します。"


def test_a_warning_does_not_tell_magnitude_and_depth() -> None:
    for name in WARNINGS[:2]:
        (info,) = alert(name).infos
        assert info.parameter(parameter.EPICENTRE) == "豊後水道"
        for hidden in (parameter.MAGNITUDE, parameter.DEPTH, parameter.COORDINATE):
            assert info.parameter(hidden) is None


def test_a_forecast_does() -> None:
    info = alert(SHAKEN).infos[0]
    assert info.parameter(parameter.MAGNITUDE) == "6.5"
    assert info.parameter(parameter.DEPTH) == "40"
    assert info.parameter(parameter.ORIGIN_TIME) == "2024-04-17T23:14:47+09:00"


PROVISIONAL = (
    (("<Hypocenter>", "<Condition>仮定震源要素</Condition><Hypocenter>"),),
    (("-40000/", "-10000/"), (">6.5<", ">1.0<")),
)


@pytest.mark.parametrize("changes", PROVISIONAL)
def test_a_provisional_hypocentre_is_never_shown(changes: tuple[tuple[str, str], ...]) -> None:
    report = decode(edited(SHAKEN, *changes))
    for info in report.infos:
        assert info.parameter(parameter.PROVISIONAL) == "true"
        for hidden in (parameter.EPICENTRE, parameter.MAGNITUDE, parameter.DEPTH, parameter.COORDINATE):
            assert info.parameter(hidden) is None
        assert "豊後水道" not in (info.description or "")
        assert codes(info)


def test_forecasts_are_graded_by_what_they_expect_and_sound_no_alarm() -> None:
    infos = alert(SHAKEN).infos
    assert [info.parameter(parameter.INTENSITY) for info in infos] == ["5+", "5-", "4"]
    assert [info.severity for info in infos] == [Severity.SEVERE, Severity.SEVERE, Severity.MODERATE]
    assert {info.event for info in infos} == {"緊急地震速報（予報）"}
    for name in SERIES:
        assert all(info.severity is not Severity.EXTREME for info in alert(name).infos), name


def test_a_forecast_whose_upper_end_is_open_takes_the_lower() -> None:
    report = decode(edited(SHAKEN, ("<To>5+</To>", "<To>over</To>")))
    assert report.infos[0].parameter(parameter.INTENSITY) == "5+"
    assert "622 5+ over" in told(report.infos[0], parameter.AREA_INTENSITY)


def test_the_delivery_test_is_a_test() -> None:
    report = alert("54_01_01_100514_VXSE42")
    assert report.status is Status.TEST
    assert report.infos[0].headline == "【試験】緊急地震速報配信テスト"
    assert first("54_01_01_100514_VXSE42", "緊急地震速報（配信テスト）").severity is Severity.MINOR


@pytest.mark.parametrize("name", SERIES[:-1])
def test_a_forecast_tells_how_sure_it_is(name: str) -> None:
    accuracy = etree.fromstring(raw(name)).find(".//{*}Accuracy")
    for info in alert(name).infos:
        for value_name, element in RANKS.items():
            (value,) = told(info, value_name)
            rank, meaning = value.split(" ", 1)
            assert rank == accuracy.find(f"{{*}}{element}").get("rank")
            assert meaning
        assert told(info, parameter.HYPOCENTRE_FINAL) == ["true"] * (accuracy.find("{*}Epicenter").get("rank2") == "9")


def test_a_hypocentre_that_is_final_does_not_move() -> None:
    final = [alert(name).infos[0] for name in SERIES[:-1] if told(alert(name).infos[0], parameter.HYPOCENTRE_FINAL)]
    assert len(final) == 4
    assert len({(info.parameter(parameter.COORDINATE), info.parameter(parameter.MAGNITUDE)) for info in final}) == 1


def test_the_last_word_on_the_hypocentre_and_a_rank_that_no_table_has() -> None:
    change = ('rank="4" rank2="4"', 'rank="12" rank2="9"')
    for info in decode(edited(SHAKEN, change)).infos:
        assert told(info, parameter.ACCURACY_EPICENTRE) == ["12"]
        assert told(info, parameter.ACCURACY_DEPTH) == ["4 IPF法（5点以上）"]
        assert told(info, parameter.HYPOCENTRE_FINAL) == ["true"]


def test_neither_a_warning_nor_a_supposed_hypocentre_has_an_accuracy() -> None:
    supposed = edited(SHAKEN, ("<Hypocenter>", "<Condition>仮定震源要素</Condition><Hypocenter>"))
    for report in (alert(WARNINGS[0]), alert(WARNINGS[1]), decode(supposed)):
        for info in report.infos:
            assert [info.parameter(name) for name in (*RANKS, parameter.HYPOCENTRE_FINAL)] == [None] * 4

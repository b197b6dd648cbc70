"""What is to come, hour by hour: in which span how great each danger is (危険度), and the peak of each quantity.

A TimeSeriesInfo tells both for every area at every one of its times, refID pointing to a TimeDefine. Times that follow
one another and say the same become one span. Where no danger is expected (注意報級未満, 警戒レベル２未満, 値なし)
nothing is told; a code that the table does not have is told in JMA's words, not passed over.
Source: jmx_mete.xsd (TimeSeriesInfo, TimeDefine, Significancy); table Significancy.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

import msgspec

from cap_formats import parameter
from cap_formats.alert import NamedValue
from cap_formats.hours import moment
from cap_formats.jma.element import METEOROLOGY, children, fields
from cap_formats.jma.envelope import parse_duration, parse_time
from cap_formats.jma.measure import QUANTITIES, is_number
from cap_formats.xml import XmlElement

NO_DANGER: Final = frozenset({"", "00", "01", "11"})
"""Codes of Significancy that say that nothing is expected: 値なし, 注意報級未満, 警戒レベル２未満."""
_CODE_LENGTH: Final = 2
_UNKNOWN_RANK: Final = 99
_LEAST: Final = frozenset({parameter.HUMIDITY, parameter.VISIBILITY_M, parameter.VISIBILITY_KM})
"""Quantities of which the least is the peak."""
_BELOW_ZERO: Final = frozenset({parameter.TIDE_M, parameter.TIDE_CM})
"""Quantities whose zero is a height like any other; elsewhere a peak of zero is none."""
_NAMED_MAX: Final = 3  # areas by name in a line to be read
_LINES_MAX: Final = 40  # dangers in a summary; JMA knows some twenty
_TIME_MAX: Final = 80  # letters of a time and a duration; what is longer is none, and must not be remembered
_SPANS_MAX: Final = 30_000  # of a telegram; 77 municipalities with 16 dangers, each changing 14 times, have 17,000

_INFOS: Final = METEOROLOGY + "MeteorologicalInfos"
_SERIES: Final = METEOROLOGY + "TimeSeriesInfo"
_TIME_DEFINES: Final = METEOROLOGY + "TimeDefines"
_DATE_TIME: Final = METEOROLOGY + "DateTime"
_DURATION: Final = METEOROLOGY + "Duration"
_ITEM: Final = METEOROLOGY + "Item"
_KIND: Final = METEOROLOGY + "Kind"
_AREA: Final = METEOROLOGY + "Area"
_PROPERTY: Final = METEOROLOGY + "Property"
_NAME: Final = METEOROLOGY + "Name"
_CODE: Final = METEOROLOGY + "Code"
_DANGER: Final = METEOROLOGY + "Significancy"
_LATER: Final = METEOROLOGY + "SubsequentSignificancyPart"
_TYPE: Final = METEOROLOGY + "Type"
_SENTENCE: Final = METEOROLOGY + "Sentence"
_AREA_NAME: Final = METEOROLOGY + "AreaName"
_HOLDERS: Final = frozenset({METEOROLOGY + "Base", METEOROLOGY + "Local"})
_MEASURED: Final = frozenset(tag for tag, _ in QUANTITIES)


class Period(NamedTuple):
    """One TimeDefine, ISO 8601 with offset; both ends are the same where it is a moment."""

    start: str
    end: str


class Span(msgspec.Struct, gc=False):
    """A time in which a danger is the same: ``kind`` is JMA's name of it (土砂災害危険度), ``code`` and ``words`` how
    great it is (41, 警戒レベル４相当), ``part`` of its area (海上).
    """

    kind: str
    code: str
    words: str
    part: str
    start: str
    end: str

    @property
    def rank(self) -> int:
        """The greater, the worse; a code that no table has may be the worst."""
        return int(self.code) if self.code.isdecimal() and len(self.code) == _CODE_LENGTH else _UNKNOWN_RANK


class Peak(msgspec.Struct, gc=False):
    """The largest, of humidity the least, of one quantity: ``name`` of its parameter, ``value`` as JMA wrote it."""

    name: str
    number: float
    value: str
    kind: str
    part: str
    when: str


class Timeline(msgspec.Struct, gc=False):
    """What one Kind tells of one Area: ``kind`` is its name and code, empty where it has none (VPWP50), ``area`` the
    element, ``code`` and ``name`` its own; ``later`` what follows the last time (乾燥危険度 以後も注意報級).
    """

    kind: tuple[str, str]
    area: XmlElement | None
    code: str
    name: str
    spans: list[Span]
    peaks: list[Peak]
    later: list[str]

    def parameters(self) -> list[NamedValue]:
        """Return spans, what follows them, and peaks, by the code of the area."""
        code = self.code
        told = [
            NamedValue(parameter.DANGER_SPAN, f"{code} {s.start} {s.end} {s.kind} {s.words} {s.part}".rstrip())
            for s in self.spans
        ]
        told += [NamedValue(parameter.DANGER_PERIOD, f"{code} {words}") for words in dict.fromkeys(self.later)]
        told += [
            NamedValue(peak.name, " ".join(filter(None, (code, peak.value, peak.kind, peak.part, peak.when))))
            for peak in self.peaks
            if peak.number or peak.name in _BELOW_ZERO
        ]
        return told


def timelines(body: XmlElement | None) -> Iterator[Timeline]:
    """Read every TimeSeriesInfo of a body that tells dangers or quantities of areas; what comes after more spans than
    any telegram can have is not read.
    """
    spans = 0
    for infos in children(body) if body is not None else ():
        for series in children(infos) if infos.tag == _INFOS else ():
            if series.tag != _SERIES:
                continue
            periods: Mapping[str, Period] = {}
            for child in children(series):
                if child.tag == _ITEM:
                    for timeline in _item(child, periods):
                        spans += len(timeline.spans)
                        if spans > _SPANS_MAX:
                            return
                        yield timeline
                elif child.tag == _TIME_DEFINES:  # stands first
                    periods = _periods(child)


def summary(told: Iterable[Timeline]) -> str:
    """Return a line for each danger: how great it becomes at worst, when and where; empty where none is expected."""
    ranks: dict[str, int] = {}
    worst: dict[str, list[Span]] = {}
    places: dict[str, dict[str, None]] = {}
    for timeline in told:
        for span in timeline.spans:
            kind, rank = span.kind, span.rank
            if rank > ranks.get(kind, -1):
                ranks[kind], worst[kind], places[kind] = rank, [], {}
            if rank == ranks[kind]:
                worst[kind].append(span)
                places[kind][timeline.name or timeline.code] = None
    return "\n".join(_line(kind, spans, list(places[kind])) for kind, spans in islice(worst.items(), _LINES_MAX))


def _line(kind: str, spans: list[Span], names: list[str]) -> str:
    times = {(span.start, span.end) for span in spans}
    start, end = min(start for start, _ in times), max(end for _, end in times)
    within = "まで" if len(times) == 1 else "までのあいだ"
    more = f"ほか{len(names) - _NAMED_MAX}" if len(names) > _NAMED_MAX else ""
    where = "、".join(names[:_NAMED_MAX]) + more
    danger = kind.removesuffix("危険度")
    return f"{danger}　{spans[0].words}　{_hour(start)}から{_hour(end, end=True)}{within}（{where}）"


@lru_cache(maxsize=256)
def _hour(time: str, *, end: bool = False) -> str:
    return moment(datetime.fromisoformat(time), "ja", is_end=end)


def _periods(defines: XmlElement) -> dict[str, Period]:
    """Return the times of a series by timeId; one without a time that can be read is not among them."""
    found: dict[str, Period] = {}
    for define in children(defines):
        at = lasts = ""
        for child in children(define):
            tag = child.tag
            if tag == _DATE_TIME:
                at = (child.text or "").strip()
            elif tag == _DURATION:
                lasts = (child.text or "").strip()
        period = _period(at, lasts) if len(at) + len(lasts) <= _TIME_MAX else None
        if period is not None:
            found[define.get("timeId") or ""] = period
    return found


@lru_cache(maxsize=256)
def _period(at: str, lasts: str) -> Period | None:
    """Return what a TimeDefine says; the same hours stand in the telegrams of all offices."""
    start = parse_time(at)
    if start is None:
        return None
    try:
        end = start + (parse_duration(lasts) or timedelta())
    except OverflowError:  # longer than the calendar
        end = start
    return Period(start.isoformat(), end.isoformat())


def _item(item: XmlElement, periods: Mapping[str, Period]) -> Iterator[Timeline]:
    parts = children(item)
    area = next((part for part in parts if part.tag == _AREA), None)
    named = fields(area)
    code, name = named.get(_CODE, ""), named.get(_NAME, "")
    for kind in parts if code or name else ():
        if kind.tag != _KIND:
            continue
        timeline = Timeline(("", ""), area, code or name, name, [], [], [])
        label = number = ""
        for child in children(kind):
            tag = child.tag
            if tag == _PROPERTY:
                for part in children(child):
                    inner = part.tag
                    if inner == _LATER:
                        _read_later(part, timeline)
                    elif inner != _TYPE:
                        _read(part, "", periods, timeline)
            elif tag == _NAME:
                label = (child.text or "").strip()
            elif tag == _CODE:
                number = (child.text or "").strip()
        timeline.kind = (label, number)
        yield timeline


def _read(holder: XmlElement, local: str, periods: Mapping[str, Period], timeline: Timeline) -> None:
    """Read a part, its Base or a Local, each of its elements once; the times of one danger follow one another there."""
    span: Span | None = None
    peaks: dict[tuple[str, str | None, str | None], Peak] = {}
    for element in children(holder):
        tag = element.tag
        if tag == _DANGER:
            code, named = _danger(element)
            if code not in NO_DANGER:
                span = _extend(timeline.spans, span, element, (code, named), local, periods)
        elif tag in _MEASURED:
            if element.text:
                _compare(peaks, element, tag, local, periods)
        elif tag in _HOLDERS:
            _read(element, local, periods, timeline)
        elif tag == _AREA_NAME:
            local = (element.text or "").strip()
    if peaks:
        timeline.peaks += peaks.values()


def _danger(element: XmlElement) -> tuple[str, XmlElement | None]:
    """Return the code of how great a danger is, and the element that has JMA's words for it."""
    code, named = "", None
    for child in children(element):
        tag = child.tag
        if tag == _CODE:
            code = (child.text or "").strip()
        elif tag == _NAME:
            named = child
    return code or (named.text or "" if named is not None else ""), named


def _extend(
    spans: list[Span],
    span: Span | None,
    element: XmlElement,
    said: tuple[str, XmlElement | None],
    local: str,
    periods: Mapping[str, Period],
) -> Span | None:
    """Prolong the span by a time that says the same and follows it, or begin another; what cannot be placed in time is
    in none.
    """
    period = periods.get(element.get("refID") or "")
    if period is None:
        return span
    kind, (code, named) = element.get("type") or "", said
    if span is not None and span.end == period.start and span.code == code and span.kind == kind:
        span.end = period.end
        return span
    words = (named.text or "").strip() if named is not None else ""
    span = Span(kind, code, words or code, local, *period)
    spans.append(span)
    return span


def _compare(
    peaks: dict[tuple[str, str | None, str | None], Peak],
    element: XmlElement,
    tag: str,
    local: str,
    periods: Mapping[str, Period],
) -> None:
    """Keep a quantity where it is larger than those before it; the first of those that are as large."""
    kind, unit, value = element.get("type"), element.get("unit"), (element.text or "").strip()
    known = peaks.get((tag, kind, unit))
    name = known.name if known is not None else QUANTITIES.get((tag, unit or ""))
    if name is None or (known is not None and known.value == value) or not is_number(value):
        return
    number = float(value)
    if known is None or (number < known.number if name in _LEAST else number > known.number):
        when = "/".join(periods.get(element.get("refID") or "", ()))
        peaks[tag, kind, unit] = Peak(name, number, value, kind or "", local, when)


def _read_later(part: XmlElement, timeline: Timeline) -> None:
    """Read what JMA says of the time after its last: dangers and a sentence in each Base or Local."""
    kinds: dict[str, None] = {}
    words: list[str] = []
    local = ""
    for element in children(part):
        tag = element.tag
        if tag == _DANGER:
            kinds[element.get("type") or ""] = None
        elif tag == _SENTENCE:
            words += (element.text or "").split()
        elif tag == _AREA_NAME:
            local = (element.text or "").strip()
        elif tag in _HOLDERS:
            _read_later(element, timeline)
    if words:
        timeline.later.append(" ".join(filter(None, (*kinds, *words, local))))

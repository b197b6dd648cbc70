"""What 気象庁 expects of a municipality hour by hour: how great each danger becomes, from when to when.

Reads the spans (``jma:dangerSpan``) of the newest 気象警報・注意報時系列情報 that holds here; where none came, those of
the newest warning that tells any. It is a forecast, never a warning, and says nothing of what was not forecast.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final

import msgspec

from broker.views.in_force import Holding
from cap_formats import parameter
from cap_formats.alert import Info
from cap_formats.hours import hours
from cap_formats.jma.area import CITY
from cap_formats.jma.decode import SENDER
from cap_formats.jma.envelope import parse_time
from cap_formats.jma.grade import level_of_name
from cap_formats.jma.measure import is_number

SERIES: Final = "時系列情報"  # in the title of the telegram that tells of every danger, also that none is expected
OLD_AFTER: Final = timedelta(hours=12)  # it comes four times a day
_GRADES: Final = (
    ("特別警報級", 5, "as an emergency warning"),
    ("警報級", 3, "as a warning"),
    ("注意報級", 2, "as an advisory"),
)
"""JMA's words without a number, with the level whose colour JMA shows them in."""
_ENGLISH: Final = {
    "大雨浸水": "Flooding by rain",
    "浸水害": "Flooding by rain",
    "土砂災害": "Landslides",
    "洪水害": "River floods",
    "風": "Wind",
    "風雪": "Wind and snow",
    "雪": "Snow",
    "波": "Waves",
    "高潮": "Storm surge",
    "雷": "Thunder",
    "融雪": "Snowmelt",
    "濃霧": "Fog",
    "着氷": "Ice accretion",
    "着雪": "Snow accretion",
    "乾燥": "Dry air",
    "なだれ": "Avalanches",
    "低温": "Low temperature",
    "霜": "Frost",
}
_QUANTITIES: Final = {
    **dict.fromkeys(("大雨浸水", "浸水害", "土砂災害"), (parameter.RAIN, "mm")),
    **dict.fromkeys(("風", "風雪"), (parameter.WIND, "m/s")),
    "雪": (parameter.SNOWFALL, "cm"),
    "波": (parameter.WAVES, "m"),
    "高潮": (parameter.TIDE_M, "m"),
}
"""What makes a danger, with its unit."""
_MEASURED: Final = {
    "１時間最大雨量": "most rain in 1 hour",
    "３時間最大雨量": "most rain in 3 hours",
    "２４時間最大雨量": "most rain in 24 hours",
    "最大風速": "strongest wind",
    "６時間最大降雪量": "most snow in 6 hours",
    "１２時間最大降雪量": "most snow in 12 hours",
    "２４時間最大降雪量": "most snow in 24 hours",
    "波高": "highest waves",
    "潮位": "highest tide",
    "最高潮位": "highest tide",
}


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One time in which a danger is the same: JMA's ``words`` and ``hours`` in both languages, ``level`` for the
    colour, ``places`` the parts of the municipality, where JMA tells them apart.
    """

    start: datetime
    level: int
    words: tuple[str, str]
    hours: tuple[str, str]
    places: tuple[str, ...]


class Danger(msgspec.Struct, frozen=True, kw_only=True):
    """One danger, by name in both languages, with its times, and with the peaks of the quantities that make it."""

    name: tuple[str, str]
    spans: tuple[Span, ...]
    peaks: tuple[tuple[str, str], ...]


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected from now on, the worst danger first. ``whole`` tells whether the telegram speaks of every
    danger, so that what is not in it is not expected; ``seq`` is its record.
    """

    seq: int
    whole: bool
    dangers: tuple[Danger, ...]


def outlook_of(
    held: Sequence[Holding], leaves: Collection[str], members: Callable[[str, str], AbstractSet[str]], now: datetime
) -> Outlook | None:
    """Return the outlook for municipalities and wards, or None where 気象庁 told none; ``members`` says which of these
    a geocode stands for. What others say in its words is not its forecast.
    """
    held = [h for h in held if h.sender == SENDER]
    series = [h for h in held if SERIES in (h.info.parameter(parameter.TELEGRAM) or "")]
    newest = max((h.seq for h in series or held if series or _spans(h.info)), default=None)
    if newest is None:
        return None
    found: dict[str, dict[tuple[str, str, str], dict[str, None]]] = {}
    measured: list[tuple[str, str]] = []
    for info in (h.info for h in held if h.seq == newest):
        names = {code.value: area.area_desc for area in info.areas for code in area.geocodes if code.value_name == CITY}
        here = [code for code in names if members(CITY, code) & set(leaves)]
        measured += [(p.value_name, p.value) for p in info.parameters if p.value.split(" ", 1)[0] in here]
        for code, start, end, kind, words, part in _spans(info):
            if code in here:
                place = " ".join(filter(None, (names[code] if len(here) > 1 else "", part)))
                found.setdefault(kind.removesuffix("危険度"), {}).setdefault((start, end, words), {})[place] = None
    dangers = [
        Danger(name=(name, _ENGLISH.get(name, name)), spans=spans, peaks=_peaks(name, measured, now))
        for name, times in found.items()
        if (spans := tuple(_read(times.items(), now)))
    ]
    dangers.sort(key=lambda danger: (-max(span.level for span in danger.spans), danger.spans[0].start))
    return Outlook(seq=newest, whole=bool(series), dangers=tuple(dangers))


def _spans(info: Info) -> list[list[str]]:
    """Return code, from, to, danger, words and part of each span."""
    values = (told.value for told in info.parameters if told.value_name == parameter.DANGER_SPAN)
    return [said for value in values if len(said := [*value.split(" ", 5), ""][:6]) == 6]  # noqa: PLR2004 - the six


def _peaks(danger: str, measured: Iterable[tuple[str, str]], now: datetime) -> tuple[tuple[str, str], ...]:
    """Return the largest of each quantity that makes a danger, with its hours, in both languages; not what is over."""
    wanted, unit = _QUANTITIES.get(danger, ("", ""))
    largest: dict[str, tuple[float, str, str]] = {}
    for name, value in measured:
        if name != wanted:
            continue
        _, number, kind, *rest = [*value.split(" "), "", ""]
        since, _, until = next((word for word in reversed(rest) if "/" in word), "").partition("/")
        start, end = parse_time(since), parse_time(until)
        if not is_number(number) or start is None or end is None or end <= now:
            continue
        if kind not in largest or float(number) > largest[kind][0]:
            ja, en = (hours(start, end, language, now) for language in ("ja", "en"))
            largest[kind] = float(number), f"{number} {unit}（{ja}）", f"{number} {unit} ({en})"
    return tuple((f"{kind} {ja}", f"{_MEASURED.get(kind, kind)} {en}") for kind, (_, ja, en) in largest.items())


def _read(times: Iterable[tuple[tuple[str, str, str], dict[str, None]]], now: datetime) -> list[Span]:
    """Return the spans that are not over, in their order."""
    spans = []
    for (since, until, words), places in times:
        start, end = parse_time(since), parse_time(until)
        if start is None or end is None or end <= now:
            continue
        level, english = _grade(words)
        named = tuple(place for place in places if place)
        said = hours(start, end, "ja", now), hours(start, end, "en", now)
        spans.append(Span(start=start, level=level, words=(words, english), hours=said, places=named))
    return sorted(spans, key=lambda span: (span.start, -span.level))


def _grade(words: str) -> tuple[int, str]:
    """Return the level whose colour JMA's words have, and the words in English."""
    level = level_of_name(words)
    if level:
        return level, f"as level {level}" if words.endswith("相当") else f"level {level}"
    return next(((level, english) for word, level, english in _GRADES if words == word), (0, words))

"""Where and when ash falls, of the ash forecasts (降灰予報) in force: in words for a card, and drawn for the map.

Nobody is told by where it is drawn: who is told are the municipalities that JMA names (decision 14). A regular
forecast (定時) speaks of an eruption that may never come, so whatever is said of one says so first.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import msgspec

from broker.views.in_force import Holding
from cap_formats import parameter
from cap_formats.alert import Info
from cap_formats.drill import marked
from cap_formats.hours import hours, moment
from cap_formats.jma.volcano import VOLCANO
from channels.map.notice import label_of
from geo.shape import ShapeError, read_border

DRAWN_MAX: Final = 400  # polygons: twenty a forecast, of some two hundred corners each
REGULAR: Final = "定時"
ROCKS: Final = "噴石"
# What falls (table VolcanicWarning, 70 to 75), longer words first.
KINDS: Final = (
    ("やや多量の降灰", "moderate ash fall"),
    ("多量の降灰", "heavy ash fall"),
    ("少量の降灰", "light ash fall"),
    ("降灰", "ash fall"),
    (ROCKS, "fall of small rocks"),
)


class Fall(msgspec.Struct, frozen=True, kw_only=True):
    """What falls from ``start`` until before ``end``; ``rest`` is direction and reach, or the corners."""

    start: datetime
    end: datetime
    kind: str
    rest: str


class Ash(msgspec.Struct, frozen=True, kw_only=True):
    """What a card says: whether it is about an eruption that may come, what falls, until when, a line for each fall."""

    if_erupts: bool
    what: str
    until: str
    lines: tuple[str, ...]


def ash(held: Holding, now: datetime, language: str) -> Ash | None:
    """Return what is yet to fall in words, soonest first; None of what is no ash forecast, or over."""
    falls = sorted(_falls(held.info, parameter.ASH, now), key=lambda fall: fall.start)
    if not falls:
        return None
    kinds = dict.fromkeys(_kind(fall.kind, language) for fall in falls)
    lines = (
        " ".join(filter(None, (hours(fall.start, fall.end, language), _kind(fall.kind, language), fall.rest)))
        for fall in falls
    )
    return Ash(
        if_erupts=if_erupts(held.info),
        what=_condition(held.info, language) + "・".join(kinds),
        until=moment(max(fall.end for fall in falls), language),
        lines=tuple(dict.fromkeys(lines)),
    )


def if_erupts(info: Info) -> bool:
    """Tell whether the forecast speaks of an eruption that has not come."""
    return REGULAR in info.event


def drawn(held: Iterable[Holding], now: datetime, language: str) -> dict[str, Any]:
    """Return where ash is yet to fall, as GeoJSON (RFC 7946), what falls soonest last and so on top. Rings inside one
    another are all filled: JMA does not say which are gaps. ``key`` says in a sentence for each volcano and kind what
    is drawn and until when.
    """
    found = [
        (fall, h, ring) for h in held for fall in _falls(h.info, parameter.ASH_POLYGON, now) if (ring := _ring(fall))
    ]
    found = sorted(found, key=lambda one: one[0].start)[:DRAWN_MAX]
    by_volcano = sorted(found, key=lambda one: (_title(one[1], language), one[0].kind))
    groups = groupby(by_volcano, key=lambda one: (_title(one[1], language), one[0].kind))
    return {
        "type": "FeatureCollection",
        "features": [_feature(fall, h, ring, now, language) for fall, h, ring in reversed(found)],
        "key": [_key([(fall, h) for fall, h, _ in group], now, language) for _, group in groups],
    }


def _falls(info: Info, name: str, now: datetime) -> Iterator[Fall]:
    """Read the values of a parameter that are not over; one that has no hours says nothing of when it would be."""
    for one in info.parameters:
        words = one.value.split(" ", 3) if one.value_name == name else []
        if len(words) < 3:  # noqa: PLR2004 - from, to, and what
            continue
        try:
            start, end = datetime.fromisoformat(words[0]), datetime.fromisoformat(words[1])
            if now < end and start < end:
                yield Fall(start=start, end=end, kind=words[2], rest="".join(words[3:]))
        except (TypeError, ValueError):  # no time, or one without its offset
            continue


def _ring(fall: Fall) -> list[list[float]]:
    """Return the corners as GeoJSON has them; nothing of what encloses nothing."""
    try:
        return read_border(fall.rest)
    except ShapeError:
        return []


def _feature(fall: Fall, held: Holding, ring: list[list[float]], now: datetime, language: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "label": _title(held, language),
            "said": f"{hours(fall.start, fall.end, language)} {_kind(fall.kind, language)}",
            "condition": _condition(held.info, language).rstrip("、, "),
            "of": _class(fall.kind),
            "from": fall.start,
            "until": fall.end,
            "now": fall.start <= now,
        },
    }


def _key(falls: list[tuple[Fall, Holding]], now: datetime, language: str) -> dict[str, str]:
    fall, held = falls[0]
    until = moment(max(fall.end for fall, _ in falls), language)
    volcano = _volcano(held.info)
    condition = _condition(held.info, language)
    if language == "en":
        words = f"{volcano}: {condition}where {_kind(fall.kind, language)} is expected (until {until})"
    else:
        words = f"{volcano}：{condition}{_kind(fall.kind, language)}が予想される範囲（{until}まで）"
    if any(fall.start <= now for fall, _ in falls):
        words += "; broad edge: now" if language == "en" else "。太い線はいまの時間帯"
    return {"of": _class(fall.kind), "words": marked(words.removeprefix("：").removeprefix(": "), held.status)}


def _condition(info: Info, language: str) -> str:
    """Say that it is about an eruption that may come, as the beginning of a sentence."""
    if not if_erupts(info):
        return ""
    return "if it erupts, " if language == "en" else "もし噴火すれば、"


def _title(held: Holding, language: str) -> str:
    """Name the volcano and the forecast; of a drill, the mark comes first."""
    label = label_of(held, language)
    return f"{label} {_volcano(held.info)}".rstrip()


def _volcano(info: Info) -> str:
    names = (area.area_desc for area in info.areas if any(code.value_name == VOLCANO for code in area.geocodes))
    return next(names, "")


def _kind(kind: str, language: str) -> str:
    english = next((english for word, english in KINDS if word in kind), "") if language == "en" else ""
    return f"{english} {kind}" if english else kind


def _class(kind: str) -> str:
    return "rocks" if ROCKS in kind else "ash"

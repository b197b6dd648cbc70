"""The districts that an alert names: what a card says of them to who stands in their municipality, and their marks.

A mark is where a district lies and not its border. Nobody is told that he stands outside: who does not know whether
his district is meant is told to act as if it were.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from broker.views.ground import Point, distance_km
from broker.views.in_force import Holding
from cap_formats.drill import marked
from channels.map.far import far
from channels.map.notice import label_of, tone_of
from geo.ground import Ground, Grounds
from geo.place import Spot
from geo.registry import Registry

NAMED_MAX: Final = 12  # on a card; the first answer must stay below 14 kB
MARKS_MAX: Final = 5_000  # on the map, worst first; half a megabyte, a tenth of that on the wire
PARTIAL: Final = "の一部"


class District(NamedTuple):
    """One district as a card names it; ``far`` is how far and where from the visitor, empty where he named no point."""

    name: str
    far: tuple[str, str]


class Districts(msgspec.Struct, frozen=True, kw_only=True):
    """What of a place an alert is for, where that is not all of it: nearest first. ``more`` are not listed; ``unknown``
    are named by the sender and stand in no table.
    """

    named: tuple[District, ...]
    more: int
    unknown: tuple[str, ...]


def districts(ground: Ground, codes: Sequence[str], registry: Registry, point: Point | None) -> Districts | None:
    """Return what ``ground`` says of the municipalities ``codes``; None where they are meant as a whole."""
    here = frozenset(codes)
    if not ground.beside.isdisjoint(here):
        return None
    spots = [spot for spot in ground.spots if not here.isdisjoint(registry.leaves(spot.municipality))]
    unknown = [
        part.value for part in ground.unknown if not part.inside or not here.isdisjoint(registry.leaves(part.inside))
    ]
    if not spots and not unknown:
        return None
    if point is not None:
        spots.sort(key=lambda spot: distance_km(point, Point(spot.lat, spot.lon)))
    named = tuple(District(_name(spot), _far(spot, point)) for spot in spots[:NAMED_MAX])
    return Districts(named=named, more=len(spots) - len(named), unknown=tuple(unknown[:NAMED_MAX]))


def marks(held: Iterable[Holding], grounds: Grounds, language: str) -> list[dict[str, Any]]:
    """Return a Feature (RFC 7946) for each district that is named by what holds, under the worst of it."""
    worst: dict[Spot, Holding] = {}
    for holding, spot in _named(held, grounds):
        place = msgspec.structs.replace(spot, partial=False)
        if place not in worst or tone_of(worst[place]) < tone_of(holding):
            worst[place] = holding
    found = sorted(worst.items(), key=lambda item: -tone_of(item[1]))[:MARKS_MAX]
    return [_feature(spot, holding, language) for spot, holding in found]


def _named(held: Iterable[Holding], grounds: Grounds) -> Iterator[tuple[Holding, Spot]]:
    for holding in held:
        for spot in grounds.of(holding.info.areas).spots:
            yield holding, spot


def _feature(spot: Spot, holding: Holding, language: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [spot.lon, spot.lat]},
        "properties": {
            "name": marked(spot.name, holding.status),
            "code": spot.municipality,
            "tone": tone_of(holding),
            "label": label_of(holding, language),
        },
    }


def _name(spot: Spot) -> str:
    return spot.name + PARTIAL if spot.partial else spot.name


def _far(spot: Spot, point: Point | None) -> tuple[str, str]:
    return ("", "") if point is None else far(point, Point(spot.lat, spot.lon))

"""The ground inside municipalities that an alert's areas name: where its districts and towns lie, as far as is known.

A spot says where ground lies and never how far it reaches: nobody is told by it that he stands outside.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from geo.place import AREA_NAME, WORDS, AreaLike, Spot, UnplacedPart

if TYPE_CHECKING:
    from geo.registry import Registry

KEPT_MAX: Final = 2_000  # of as many alerts the ground is remembered; the worst day has some hundreds of orders


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What some areas name. ``unknown`` are the names that no table has; ``beside`` are the municipalities that areas
    beside these mean as a whole, or by a shape.
    """

    spots: tuple[Spot, ...] = ()
    unknown: tuple[UnplacedPart, ...] = ()
    beside: frozenset[str] = frozenset()


class Grounds:
    """The ground of alerts, looked up once for each, and again when the tables have changed."""

    def __init__(self, registry: "Registry") -> None:
        self._registry = registry
        self._edition: object = None
        self._kept: dict[tuple[AreaLike, ...], Ground] = {}

    def of(self, areas: Sequence[AreaLike]) -> Ground:
        """Return the ground that areas name; empty for areas that are municipalities, shapes or codes alone."""
        if not any(map(may_name_ground, areas)):
            return Ground()
        edition, key = self._registry.gazetteer.edition(), tuple(areas)
        if edition != self._edition or len(self._kept) >= KEPT_MAX:
            self._kept, self._edition = {}, edition
        if key not in self._kept:
            self._kept[key] = ground_of(self._registry, areas)
        return self._kept[key]


def may_name_ground(area: AreaLike) -> bool:
    """Tell whether an area has a name inside a municipality, or words alone, which may be one."""
    return any(code.value_name == AREA_NAME for code in area.geocodes) or not (
        area.geocodes or area.polygons or area.circles
    )


def ground_of(registry: "Registry", areas: Sequence[AreaLike]) -> Ground:
    """Place areas one by one, and tell which of them are ground inside municipalities."""
    spots: list[Spot] = []
    unknown: list[UnplacedPart] = []
    beside: set[str] = set()
    for area in areas:
        placed = registry.place([area])
        words = [part for part in placed.unplaced if part.value_name in WORDS]
        if may_name_ground(area) and (placed.spots or words):
            spots += placed.spots
            unknown += words
        else:
            beside.update(placed.municipalities)
    return Ground(spots=tuple(dict.fromkeys(spots)), unknown=tuple(dict.fromkeys(unknown)), beside=frozenset(beside))

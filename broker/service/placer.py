"""Where an alert holds: its areas become municipalities, and what cannot be placed is told."""

import asyncio
from collections.abc import Iterable
from typing import Final

from broker.core.event import Unplaced
from broker.core.stopped import Stopped, nowhere, shapeless
from cap_formats.alert import Alert
from geo.place import UnplacedPart
from geo.registry import Registry
from geo.shape import ShapeError

_OFF_LOOP_POLYGON: Final = 16 << 10  # characters of all polygons: some 1,000 points, a millisecond

Placed = tuple[tuple[tuple[str, ...], ...], tuple[Unplaced, ...]]  # municipalities of each info; what could not be


def unplaced_of(parts: Iterable[UnplacedPart]) -> list[Unplaced]:
    """Write what the registry could not place as an event keeps it."""
    return [Unplaced(area_desc=part.area_desc, value_name=part.value_name, value=part.value) for part in parts]


class Placer:
    """Asks the registry."""

    def __init__(self, registry: Registry) -> None:
        """Place by the registry given."""
        self._registry = registry

    async def place(self, alert: Alert) -> Placed:
        """Find the municipalities of every info, and what could not be placed; many points off the loop, so that nobody
        else waits for them. Raises Stopped where a shape cannot be read, or where areas are named and none is known.
        """
        points = sum(len(polygon) for info in alert.infos for area in info.areas for polygon in area.polygons)
        return await asyncio.to_thread(self._place, alert) if points > _OFF_LOOP_POLYGON else self._place(alert)

    def _place(self, alert: Alert) -> Placed:
        """Find the municipalities of every info; hold the message where it names areas and none can be placed."""
        areas: list[tuple[str, ...]] = []
        unplaced: list[Unplaced] = []
        known = 0
        for i, info in enumerate(alert.infos, 1):
            try:
                placement = self._registry.place(info.areas)
            except ShapeError as error:
                path = f"/alert/info[{i}]{getattr(error, 'path', '') or ''}"
                raise Stopped(shapeless(error.code, str(error), path)) from error
            areas.append(placement.municipalities)
            parts = unplaced_of(part for part in placement.unplaced if self._is_asked(part))
            unplaced += parts
            known += bool(info.areas) and (len(parts) < sum(max(1, len(a.geocodes)) for a in info.areas))
        if unplaced and not known and not any(areas):
            first = unplaced[0]
            raise Stopped(nowhere(f"{first.area_desc} {first.value_name} {first.value}"))
        return tuple(areas), tuple(dict.fromkeys(unplaced))

    def _is_asked(self, part: UnplacedPart) -> bool:
        """Tell whether a person is asked about a part: not about ground inside a municipality of which no table was
        loaded, for then every order for a district would wait for somebody who knows no better; all of it is meant.
        """
        return part.inside is None or self._registry.gazetteer.towns(part.inside).is_loaded

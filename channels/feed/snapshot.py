"""What holds now as one GeoJSON FeatureCollection (RFC 7946), with as_of, seq, epoch and tombstones.

A reader that has it can follow ``/stream?after=seq&epoch=epoch`` and knows everything, without a gap.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from broker.core.event import ALERTS, AlertAccepted
from broker.service.broker import Broker
from broker.views.in_force import Ended, Holding, ended_since, holdings
from cap_formats.alert import Alert, Scope
from cap_formats.geojson import features
from channels.feed.document import Content, Wanted
from channels.feed.entries import concerns
from channels.feed.outline import Outlines
from channels.stream.history import epoch_of

TOMBSTONES_FOR: Final = timedelta(hours=24)  # who has not asked for a day asks for the whole
_ENCODER: Final = msgspec.json.Encoder()


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The document. ``ended`` are the chains that held something in the last 24 hours and do no longer, and why:
    what is in neither list was never said here.
    """

    type: str = "FeatureCollection"
    as_of: datetime
    seq: int
    epoch: str
    statuses: tuple[str, ...]
    area: str | None
    features: list[Any]
    ended: list[Ended]


class Snapshots:
    """Builds the snapshot for what is wanted."""

    def __init__(self, broker: Broker) -> None:
        """Read from the broker's views; what has codes alone is drawn by the registry's outlines."""
        self._broker = broker
        self._outlines = Outlines(broker.registry.outlines())

    async def build(self, wanted: Wanted) -> Content:
        """Build it as of now."""
        broker = self._broker
        now, seq = broker.clock(), broker.projector.seq(ALERTS)
        codes = None if wanted.area is None else tuple(sorted(broker.registry.leaves(wanted.area)))
        found = holdings(broker.projector.reader, now, wanted.statuses, codes)
        ended = await self._ended(now, wanted, codes)
        shown = await self._features(found)
        snapshot = Snapshot(
            as_of=now,
            seq=seq,
            epoch=await epoch_of(broker.journal),
            statuses=wanted.statuses,
            area=wanted.area,
            features=shown,
            ended=ended,
        )
        ends = [holding.until for holding in found if holding.until is not None]
        return Content(
            body=_ENCODER.encode(snapshot),
            said=_ENCODER.encode([shown, ended]),
            until=min(ends, default=None),
        )

    async def _features(self, found: Iterable[Holding]) -> list[dict[str, Any]]:
        shown = []
        for holding in found:
            accepted = await self._broker.archive.accepted(holding.seq)
            if accepted.alert.scope is Scope.PUBLIC:
                shown.append(self._feature(accepted.alert, holding))
        return shown

    async def _ended(self, now: datetime, wanted: Wanted, codes: Sequence[str] | None) -> list[Ended]:
        reader = self._broker.projector.reader
        ended = []
        for tombstone in ended_since(reader, now - TOMBSTONES_FOR, now, wanted.statuses):
            accepted = await self._broker.archive.accepted(tombstone.seq)
            if accepted.alert.scope is Scope.PUBLIC and (codes is None or await self._concerned(accepted, codes)):
                ended.append(tombstone)
        return ended

    async def _concerned(self, accepted: AlertAccepted, codes: Sequence[str]) -> bool:
        """Tell whether the alert, or what it took over, was about one of the municipalities: a Cancel names none."""
        if concerns(accepted, codes):
            return True
        return any([concerns(await self._broker.archive.accepted(seq), codes) for seq in accepted.references])

    def _feature(self, alert: Alert, holding: Holding) -> dict[str, Any]:
        """Return one Feature for one info that holds: its own shapes, else the borders of what its codes name."""
        said = features(msgspec.structs.replace(alert, infos=(holding.info,)))
        geometries = [feature["geometry"] for feature in said if feature["geometry"] is not None]
        properties = said[0]["properties"] | {
            "areaDesc": [area.area_desc for area in holding.info.areas],
            "chain": holding.chain,
            "seq": holding.seq,
            "level": holding.level,
            "since": holding.since,
            "until": holding.until,
            "codes": holding.codes,
            "drawn": "as sent" if geometries else "by code",
        }
        if spots := self._broker.registry.grounds.of(holding.info.areas).spots:
            properties["districts"] = spots  # where they lie, and no borders: the geometry stays what is meant for sure
        return {
            "type": "Feature",
            "id": f"{holding.seq}/{holding.info_index + 1}",
            "geometry": joined(geometries) if geometries else self._outlines.of(holding.codes),
            "properties": properties,
        }


def joined(geometries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return several geometries as one."""
    if len(geometries) == 1:
        return geometries[0]
    return {"type": "GeometryCollection", "geometries": list(geometries)}

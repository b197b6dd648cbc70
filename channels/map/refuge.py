"""Where do I go? The shelters that are open here or near the visitor, and what else the municipality reports."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from broker.views.ground import Point
from broker.views.situations import DamageRow, HeadquartersRow, ShelterRow, damage, headquarters, shelters
from cap_formats.alert import Status
from cap_formats.drill import marked
from channels.map.far import far

NEAR_KM: Final = 20.0  # farther away nobody walks, and who drives asks by the name of a town
NEAR_MAX: Final = 5  # in the first answer, which must stay below 14 kB
LOOKED_AT_MAX: Final = 50  # nearest, among which those with room come first
WHOLE_MAX: Final = 300  # a large city has 250 open at once
COUNTED_MAX: Final = 5_000
HEADQUARTERS_MAX: Final = 3
DAMAGES_MAX: Final = 2  # documents; of each disaster one
COUNTS_MAX: Final = 40
SET_UP: Final = "設置"


class Crowding(NamedTuple):
    """One word of L-Alert, the sign that tells it without colour, and the words for it."""

    sign: str
    ja: str
    en: str


FULL: Final = "定員一杯"
UNKNOWN: Final = Crowding("−", "混み具合は不明", "not known how full")
CROWDINGS: Final[dict[str, Crowding]] = {
    "空き": Crowding("○", "空きあり", "has room"),
    "混雑": Crowding("△", "混雑", "crowded"),
    FULL: Crowding("×", "定員一杯", "full"),
}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One open shelter as it is shown; ``far`` is how far and where, empty where no point is asked about."""

    name: str
    crowding: Crowding
    far: tuple[str, str]
    address: str
    type: str
    capacity: int | None
    people: int | None
    at: datetime


class Refuge(msgspec.Struct, frozen=True, kw_only=True):
    """What a place's municipality reports, as far as it concerns who is there. ``placeless`` are those whose position
    is not known; ``at`` is as of when, where that is the same for all; ``more`` open ones are not listed.
    """

    shelters: tuple[Shown, ...]
    placeless: tuple[Shown, ...]
    at: datetime | None
    more: int
    notes: tuple[str, ...]
    headquarters: tuple[HeadquartersRow, ...]
    damage: tuple[DamageRow, ...]


def refuge(
    reader: sqlite3.Connection,
    now: datetime,
    statuses: Sequence[Status],
    codes: Sequence[str],
    point: Point | None,
    *,
    whole: bool = False,
) -> Refuge:
    """Return it for a place; around ``point``, where the visitor named one, the nearest of any municipality."""
    own = shelters(reader, now, statuses, codes=codes, only_open=True, limit=COUNTED_MAX)
    most = WHOLE_MAX if whole else NEAR_MAX
    if point is None:
        listed, placeless = _roomy(own)[:most], []
        more = len(own) - len(listed)
    else:
        near = shelters(
            reader,
            now,
            statuses,
            near=point,
            radius_km=NEAR_KM,
            only_open=True,
            limit=WHOLE_MAX if whole else LOOKED_AT_MAX,
        )
        listed, unplaced = _roomy(near)[:most], _roomy([row for row in own if row.lat is None])
        placeless = unplaced[:most]
        more = len(near) - len(listed) + len(unplaced) - len(placeless)
    rows = [*listed, *placeless]
    times = {_at(row) for row in rows}
    return Refuge(
        at=times.pop() if len(times) == 1 else None,
        shelters=tuple(_shown(row, point) for row in listed),
        placeless=tuple(_shown(row, None) for row in placeless),
        more=more,
        notes=tuple(dict.fromkeys(marked(row.note, row.status) for row in rows if row.note)),
        headquarters=tuple(
            row
            for row in headquarters(reader, now, statuses, codes, HEADQUARTERS_MAX)
            if row.headquarters.status == SET_UP
        ),
        damage=tuple(filter(None, (_counted(row) for row in damage(reader, now, statuses, codes, DAMAGES_MAX)))),
    )


def _roomy(rows: Sequence[ShelterRow]) -> list[ShelterRow]:
    """Put those that are full behind the others, for nobody should walk there first."""
    return sorted(rows, key=lambda row: row.shelter.crowding == FULL)


def _shown(row: ShelterRow, point: Point | None) -> Shown:
    shelter = row.shelter
    return Shown(
        name=marked(shelter.name or shelter.address or "", row.status),
        crowding=CROWDINGS.get(shelter.crowding or "", UNKNOWN),
        far=("", "") if point is None or row.lat is None or row.lon is None else far(point, Point(row.lat, row.lon)),
        address=shelter.address or "",
        type="" if shelter.type in (None, "避難所") else shelter.type or "",
        capacity=shelter.capacity,
        people=shelter.people.head_count,
        at=_at(row),
    )


def _at(row: ShelterRow) -> datetime:
    """As of when it is: when somebody last looked, or when it was sent."""
    return row.shelter.checked_at or row.sent


def _counted(row: DamageRow) -> DamageRow | None:
    """Return the counts that are not nothing; None where nothing is left."""
    counts = tuple(one for one in row.damage.damages if one.value)[:COUNTS_MAX]
    return msgspec.structs.replace(row, damage=msgspec.structs.replace(row.damage, damages=counts)) if counts else None

"""What municipalities report now: their shelters, their headquarters, their damage (cap_formats/situation.py).

Each document is the whole state of its chain (L-Alert's documentID): a newer one replaces it, a Cancel takes it away,
what came late changes nothing, and after its ``expires`` it is no more. Where two chains of a municipality speak of the
same shelter, or of its headquarters, the one that was sent last counts. Actual and drills stand side by side and never
meet: who asks names a status.
"""

import json
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from broker.core.event import ALERTS, AlertAccepted, Event
from broker.journal.record import Record
from broker.views.ground import Point, box_around, centre_of, distance_km
from broker.views.projection import Projection, Rows, stamp, unstamp
from cap_formats.alert import Alert, MsgType, Scope, Status
from cap_formats.situation import AnySituation, DamageSituation, HeadquartersSituation, Shelter, ShelterSituation

OPEN: Final = frozenset({"開設", "常設"})  # the sorts of a shelter that one can go to now
_EVER: Final = "9999"  # sorts after every stamp: holds until something replaces it
_KINDS: Final[dict[type[AnySituation], str]] = {
    ShelterSituation: "shelters",
    HeadquartersSituation: "headquarters",
    DamageSituation: "damage",
}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Who reported, and when. ``municipality`` has five digits, or is empty where the document does not say; ``codes``
    are the municipalities and wards that it is about. ``sent`` is by the sender's clock; ``until`` None means until
    replaced. ``note`` is what the document says beside (ComplementaryInfo).
    """

    chain: str
    seq: int
    identifier: str
    sender: str
    sender_name: str
    status: Status
    sent: datetime
    until: datetime | None
    municipality: str
    codes: tuple[str, ...]
    disaster: str | None
    note: str | None


class ShelterRow(Report, frozen=True, kw_only=True):
    """One shelter, the ``number``-th of its document. ``open`` tells whether one can go there now, full or not; ``lat``
    and ``lon`` are degrees, None where it was reported without a position; ``distance_km`` is set where a point was
    asked about.
    """

    number: int
    shelter: Shelter
    open: bool
    lat: float | None
    lon: float | None
    distance_km: float | None = None


class HeadquartersRow(Report, frozen=True, kw_only=True):
    """The headquarters of one municipality; ``headquarters.status`` is 設置 or 解散."""

    headquarters: HeadquartersSituation


class DamageRow(Report, frozen=True, kw_only=True):
    """The damage that one document counts; documents of different disasters stand side by side."""

    damage: DamageSituation


class Situations(Projection):
    """The projection ``situations``: of what is public, since anybody may ask."""

    name = "situations"
    version = 1
    streams: tuple[str, ...] = (ALERTS,)
    schema = """
CREATE TABLE IF NOT EXISTS situations (
  id INTEGER PRIMARY KEY, chain TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL,
  identifier TEXT NOT NULL, sender TEXT NOT NULL, sender_name TEXT NOT NULL, sent TEXT NOT NULL, until TEXT NOT NULL,
  municipality TEXT NOT NULL, home TEXT NOT NULL, codes TEXT NOT NULL, disaster TEXT, note TEXT, situation BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS situations_chain ON situations (chain);
CREATE INDEX IF NOT EXISTS situations_seq ON situations (seq);
CREATE INDEX IF NOT EXISTS situations_home ON situations (home, kind, status, sent);
CREATE INDEX IF NOT EXISTS situations_kind ON situations (kind, status, until);
CREATE TABLE IF NOT EXISTS situations_code (
  code TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (code, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS situations_code_id ON situations_code (id);
CREATE TABLE IF NOT EXISTS situations_shelter (
  id INTEGER NOT NULL, place INTEGER NOT NULL, key TEXT NOT NULL, open INTEGER NOT NULL, lat REAL, lon REAL,
  shelter BLOB NOT NULL, PRIMARY KEY (id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS situations_shelter_key ON situations_shelter (key, id);
CREATE INDEX IF NOT EXISTS situations_shelter_lat ON situations_shelter (lat, lon);
"""

    def apply(self, record: Record, event: Event, rows: Rows) -> None:
        """Replace what the chain reported by what this message reports."""
        if not isinstance(event, AlertAccepted) or event.late or event.alert.scope is not Scope.PUBLIC:
            return
        self._take_away(event, rows)
        situation = event.alert.situation
        if situation is not None and event.alert.msg_type in (MsgType.ALERT, MsgType.UPDATE):
            self._put(record, event, situation, rows)

    def _take_away(self, event: AlertAccepted, rows: Rows) -> None:
        found = rows.execute(
            "SELECT id FROM situations WHERE chain = ? OR seq IN (SELECT value FROM json_each(?))",
            (event.chain, json.dumps(event.references)),
        ).fetchall()
        for table in ("situations", "situations_code", "situations_shelter"):
            rows.executemany(f"DELETE FROM {table} WHERE id = ?", found)  # noqa: S608 - built of names alone

    def _put(self, record: Record, event: AlertAccepted, situation: AnySituation, rows: Rows) -> None:
        alert = event.alert
        codes = tuple(sorted({code for each in event.areas for code in each}))
        until = _until(alert)
        shelters = situation.shelters if isinstance(situation, ShelterSituation) else ()
        done = rows.execute(
            "INSERT INTO situations (chain, seq, kind, status, identifier, sender, sender_name, sent, until,"
            " municipality, home, codes, disaster, note, situation)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event.chain,
                record.seq,
                _KINDS[type(situation)],
                alert.status,
                alert.identifier,
                alert.sender,
                next((info.sender_name for info in alert.infos if info.sender_name), ""),
                stamp(alert.sent),
                _EVER if until is None else stamp(until),
                situation.municipality,
                situation.municipality or " ".join(codes) or f"@{alert.sender}",
                " ".join(codes),
                situation.disaster,
                situation.note,
                None if isinstance(situation, ShelterSituation) else msgspec.json.encode(situation),
            ),
        )
        rows.executemany("INSERT INTO situations_code VALUES (?, ?)", [(code, done.lastrowid) for code in codes])
        rows.executemany(
            "INSERT INTO situations_shelter VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(done.lastrowid, place, *_shelter_values(shelter)) for place, shelter in enumerate(shelters)],
        )


def _until(alert: Alert) -> datetime | None:
    """Return when the last info runs out; None where one has no end."""
    ends = [info.expires for info in alert.infos]
    return max((end for end in ends if end), default=None) if all(ends) else None


def _shelter_values(shelter: Shelter) -> tuple[str, int, float | None, float | None, bytes]:
    at = centre_of(shelter.circle)
    key = "".join(unicodedata.normalize("NFKC", shelter.name).split())
    lat, lon = at or (None, None)
    return key, int(shelter.sort in OPEN), lat, lon, msgspec.json.encode(shelter)


# Of several documents of one municipality that say something of the same thing, only the newest is heard.
_NEWER: Final = """
  FROM situations AS other {more} WHERE other.home = d.home AND other.kind = d.kind AND other.status = d.status
  AND other.until > :now AND (other.sent, other.seq) > (d.sent, d.seq)
"""
_ASKED: Final = """
  d.status IN (SELECT value FROM json_each(:statuses)) AND d.until > :now
  AND (:codes IS NULL OR d.id IN (SELECT id FROM situations_code WHERE code IN (SELECT value FROM json_each(:codes))))
"""
_SHELTERS: Final = f"""
  SELECT d.*, s.place, s.open, s.lat, s.lon, s.shelter FROM situations_shelter AS s JOIN situations AS d ON d.id = s.id
  WHERE {_ASKED} AND s.open >= :open AND (:south IS NULL OR s.lat BETWEEN :south AND :north AND s.lon BETWEEN :west
  AND :east) AND (s.key = '' OR NOT EXISTS (SELECT 1 {
    _NEWER.format(more="JOIN situations_shelter AS o ON o.id = other.id AND o.key = s.key")
}))
"""  # noqa: S608 - built of the texts above alone


def shelters(
    reader: sqlite3.Connection,
    now: datetime,
    statuses: Iterable[Status],
    *,
    codes: Sequence[str] | None = None,
    near: Point | None = None,
    radius_km: float = 0.0,
    only_open: bool = False,
    limit: int,
) -> list[ShelterRow]:
    """Return shelters: nearest first where a point is asked about (those without position are then left out), else by
    municipality, those that are open first.
    """
    box = None if near is None else box_around(near, radius_km)
    values = _values(now, statuses, codes) | {
        "open": int(only_open),
        "limit": limit,
        **(box._asdict() if box else dict.fromkeys(("south", "north", "west", "east"))),
    }
    order = "" if near else " ORDER BY d.home, s.open DESC, s.key, s.place LIMIT :limit"
    found = [_shelter_row(row, near) for row in reader.execute(_SHELTERS + order, values)]
    if near is None:
        return found
    within = [row for row in found if row.distance_km is not None and row.distance_km <= radius_km]
    return sorted(within, key=lambda row: (row.distance_km or 0.0, row.shelter.name))[:limit]


def headquarters(
    reader: sqlite3.Connection, now: datetime, statuses: Iterable[Status], codes: Sequence[str] | None, limit: int
) -> list[HeadquartersRow]:
    """Return the headquarters, each municipality's newest word, by municipality."""
    query = (
        f"SELECT d.* FROM situations AS d WHERE d.kind = 'headquarters' AND {_ASKED}"  # noqa: S608 - as above
        f" AND NOT EXISTS (SELECT 1 {_NEWER.format(more='')}) ORDER BY d.home LIMIT :limit"
    )
    rows = reader.execute(query, _values(now, statuses, codes) | {"limit": limit})
    return [
        HeadquartersRow(**_report(row), headquarters=msgspec.json.decode(row["situation"], type=HeadquartersSituation))
        for row in rows
    ]


def damage(
    reader: sqlite3.Connection, now: datetime, statuses: Iterable[Status], codes: Sequence[str] | None, limit: int
) -> list[DamageRow]:
    """Return what is known of damage, by municipality, newest first within."""
    query = f"SELECT d.* FROM situations AS d WHERE d.kind = 'damage' AND {_ASKED} ORDER BY d.home, d.sent DESC LIMIT :limit"  # noqa: S608, E501 - as above
    rows = reader.execute(query, _values(now, statuses, codes) | {"limit": limit})
    return [
        DamageRow(**_report(row), damage=msgspec.json.decode(row["situation"], type=DamageSituation)) for row in rows
    ]


def situation_seqs(reader: sqlite3.Connection) -> frozenset[int]:
    """Return the seqs of the alerts that report a situation, so that a page need not say it twice."""
    return frozenset(row[0] for row in reader.execute("SELECT seq FROM situations"))


def _values(now: datetime, statuses: Iterable[Status], codes: Sequence[str] | None) -> dict[str, object]:
    return {
        "now": stamp(now),
        "statuses": json.dumps([str(status) for status in statuses]),
        "codes": None if codes is None else json.dumps(list(codes)),
    }


def _shelter_row(row: sqlite3.Row, near: Point | None) -> ShelterRow:
    at = None if row["lat"] is None else Point(row["lat"], row["lon"])
    return ShelterRow(
        **_report(row),
        number=row["place"] + 1,
        shelter=msgspec.json.decode(row["shelter"], type=Shelter),
        open=bool(row["open"]),
        lat=row["lat"],
        lon=row["lon"],
        distance_km=None if near is None or at is None else round(distance_km(near, at), 3),
    )


def _report(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "chain": row["chain"],
        "seq": row["seq"],
        "identifier": row["identifier"],
        "sender": row["sender"],
        "sender_name": row["sender_name"],
        "status": Status(row["status"]),
        "sent": unstamp(row["sent"]),
        "until": None if row["until"] == _EVER else unstamp(row["until"]),
        "municipality": row["municipality"],
        "codes": tuple(row["codes"].split()),
        "disaster": row["disaster"],
        "note": row["note"],
    }

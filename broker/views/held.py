"""What waits for a person, and what was decided: messages held or rejected, and accepted ones with areas not placed.

Part of the projection ``history``, since it is about the same records.
"""

import sqlite3
from datetime import datetime
from typing import Final

import msgspec

from broker.core.event import AlertAccepted, AlertHeld, Event, HeldDecided, HeldRepeated, NotAccepted, Unplaced
from broker.core.holding import level_of
from broker.core.settling import DOUBTS, Decision, Kind, Waiver
from broker.journal.record import Record
from broker.views.projection import Rows, stamp, unstamp
from cap_formats.alert import Alert, MsgType, Severity, Status

_TEXT_MAX: Final = 300  # characters of a headline or of the areas in a line of the list

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS history_held (
  seq INTEGER PRIMARY KEY, at TEXT NOT NULL, last_at TEXT NOT NULL, times INTEGER NOT NULL DEFAULT 1,
  kind TEXT NOT NULL, drill INTEGER NOT NULL, row BLOB NOT NULL,
  decision TEXT, decided_at TEXT, decided BLOB, sent_on INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS history_held_waiting ON history_held (decision, kind, drill, seq, at);
"""


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """A message in a line, as far as it was understood. ``level`` is 警戒レベル, 0 for none."""

    status: Status
    msg_type: MsgType
    sender: str
    sender_name: str
    identifier: str
    sent: datetime
    event: str
    level: int
    headline: str
    areas: str


class HeldRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list. ``seq`` is the record that stopped, or the accepted alert with ``unplaced`` areas.

    ``times``: how often the same bytes came from the same sender, the last time at ``last_at``. ``decision`` is None
    while it waits; ``sent_on`` is the seq of the alert that went out by it, ``waived`` what was let pass for it. Where
    that left areas open again, it has a line of its own.
    """

    seq: int
    at: datetime
    last_at: datetime
    times: int
    kind: Kind
    code: str
    sentence: str
    line: int | None
    path: str | None
    size: int
    issuer: str
    via: str
    understood: Understood | None
    unplaced: tuple[str, ...]
    decision: Decision | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""
    sent_on: int | None = None
    waived: tuple[Waiver, ...] = ()

    @property
    def is_drill(self) -> bool:
        """Whether it is a drill for certain: not what could not be read, nor what may be either."""
        return self.understood is not None and self.understood.status is not Status.ACTUAL and self.code not in DOUBTS


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a kind wait for a person, and since when the oldest does."""

    count: int
    oldest_at: datetime | None


def apply(record: Record, event: Event, rows: Rows) -> None:
    """Add a line, count a repeat, or mark what was decided."""
    match event:
        case NotAccepted():
            kind = Kind.HELD if isinstance(event, AlertHeld) else Kind.REJECTED
            _put(record, kind, _stopped(record, event, kind), rows)
        case AlertAccepted():
            if event.unplaced and not event.late:
                _put(record, Kind.UNPLACED, _unplaced(record, event), rows)
            if (decided := event.adds_to if event.released_from is None else event.released_from) is not None:
                rows.execute("UPDATE history_held SET sent_on = ? WHERE seq = ?", (record.seq, decided))
        case HeldRepeated():
            rows.execute(
                "UPDATE history_held SET times = times + 1, last_at = ? WHERE seq = ?",
                (stamp(event.at), event.held_seq),
            )
        case HeldDecided():
            rows.execute(
                "UPDATE history_held SET decision = ?, decided_at = ?, decided = ? WHERE seq = ?",
                (event.decision, stamp(event.at), msgspec.json.encode(event), event.held_seq),
            )


def held(
    reader: sqlite3.Connection,
    *,
    is_open: bool | None = None,
    kind: Kind | None = None,
    drill: bool | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[HeldRow]:
    """Return lines, newest first: those that wait (``is_open``), those decided, or all; of one kind or of each; drills,
    what is none for certain, or both.
    """
    wheres = ["seq < :before"]
    if drill is not None:
        wheres.append("drill = :drill")
    if is_open is not None:
        wheres.append("decision IS NULL" if is_open else "decision IS NOT NULL")
    if kind is not None:
        wheres.append("kind = :kind")
    query = f"SELECT * FROM history_held WHERE {' AND '.join(wheres)} ORDER BY seq DESC LIMIT :limit"  # noqa: S608 - built of names alone
    values = {"before": 2**62 if before is None else before, "kind": kind, "drill": drill, "limit": limit}
    return [_read(row) for row in reader.execute(query, values)]


def real_first(
    reader: sqlite3.Connection, *, kind: Kind | None = None, after: tuple[bool, int] | None = None, limit: int
) -> list[HeldRow]:
    """Return what waits, all that may be real before the drills, each newest first; ``after`` (whether that is a drill,
    and its seq) goes on behind a line. On the day of a drill what is real must not stand behind a thousand others.
    """
    rows: list[HeldRow] = []
    for drill in (False, True):
        if after is None or drill >= after[0]:
            before = after[1] if after is not None and drill is after[0] else None
            rows += held(reader, is_open=True, kind=kind, drill=drill, before=before, limit=limit - len(rows))
    return rows


def held_row(reader: sqlite3.Connection, seq: int) -> HeldRow | None:
    """Return one line, or None."""
    row = reader.execute("SELECT * FROM history_held WHERE seq = ?", (seq,)).fetchone()
    return None if row is None else _read(row)


def decided(reader: sqlite3.Connection, seq: int) -> HeldDecided | None:
    """Return what was decided on a record, None where nothing is yet."""
    row = reader.execute("SELECT decided FROM history_held WHERE seq = ?", (seq,)).fetchone()
    return None if row is None or row[0] is None else msgspec.json.decode(row[0], type=HeldDecided)


def sent_on(reader: sqlite3.Connection, seq: int) -> int | None:
    """Return as which alert the message of a record was sent on, None where it was not."""
    row = reader.execute("SELECT sent_on FROM history_held WHERE seq = ?", (seq,)).fetchone()
    return None if row is None else row[0]


def waiting(reader: sqlite3.Connection) -> dict[Kind, Waiting]:
    """Return how many wait for a person, of each kind."""
    query = "SELECT kind, count(*), min(at) FROM history_held WHERE decision IS NULL GROUP BY kind"
    found = {Kind(row[0]): Waiting(count=row[1], oldest_at=unstamp(row[2])) for row in reader.execute(query)}
    return {kind: found.get(kind, Waiting(count=0, oldest_at=None)) for kind in Kind}


def understood_of(alert: Alert | None) -> Understood | None:
    """Put a message in a line: its worst info speaks for it."""
    if alert is None:
        return None
    worst = min(alert.infos, key=lambda info: list(Severity).index(info.severity), default=None)
    names = dict.fromkeys(area.area_desc for info in alert.infos for area in info.areas)
    return Understood(
        status=alert.status,
        msg_type=alert.msg_type,
        sender=alert.sender,
        sender_name=(worst.sender_name if worst else None) or "",
        identifier=alert.identifier,
        sent=alert.sent,
        event=worst.event if worst else "",
        level=max((level_of(info) for info in alert.infos), default=0),
        headline=((worst.headline if worst else None) or "")[:_TEXT_MAX],
        areas="、".join(names)[:_TEXT_MAX],
    )


def _put(record: Record, kind: Kind, row: HeldRow, rows: Rows) -> None:
    rows.execute(
        "INSERT OR REPLACE INTO history_held (seq, at, last_at, kind, drill, row) VALUES (?, ?, ?, ?, ?, ?)",
        (record.seq, stamp(record.at), stamp(record.at), kind, row.is_drill, msgspec.json.encode(row)),
    )


def _stopped(record: Record, event: NotAccepted, kind: Kind) -> HeldRow:
    return HeldRow(
        seq=record.seq,
        at=record.at,
        last_at=record.at,
        times=1,
        kind=kind,
        code=event.code,
        sentence=event.sentence,
        line=event.line,
        path=event.path,
        size=len(event.raw),
        issuer=event.issuer,
        via=event.via,
        understood=understood_of(event.alert),
        unplaced=(),
    )


def words_of(unplaced: Unplaced) -> str:
    """Write a part that could not be placed for people: a name alone; a code beside what its area is called."""
    if unplaced.value == unplaced.area_desc:
        return unplaced.value
    return f"{unplaced.area_desc} {unplaced.value_name} {unplaced.value}".strip()


def _unplaced(record: Record, event: AlertAccepted) -> HeldRow:
    names = tuple(words_of(u) for u in event.unplaced)
    return HeldRow(
        seq=record.seq,
        at=record.at,
        last_at=record.at,
        times=1,
        kind=Kind.UNPLACED,
        code="area-unplaced",
        sentence=f"It went out, and these areas could not be placed: {'; '.join(names)[:_TEXT_MAX]}.",
        line=None,
        path="/alert/info/area",
        size=len(event.raw),
        issuer=event.issuer,
        via=event.via,
        understood=understood_of(event.alert),
        unplaced=names,
    )


def _read(row: sqlite3.Row) -> HeldRow:
    found = msgspec.json.decode(row["row"], type=HeldRow)
    made = None if row["decided"] is None else msgspec.json.decode(row["decided"], type=HeldDecided)
    return msgspec.structs.replace(
        found,
        times=row["times"],
        last_at=unstamp(row["last_at"]),
        sent_on=row["sent_on"],
        decision=made.decision if made else None,
        decided_at=made.at if made else None,
        decided_by=made.by if made else "",
        reason=made.reason if made else "",
        waived=made.waived if made else (),
    )

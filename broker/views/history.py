"""What came in, in order: accepted, held and rejected, so that a person can look at each."""

import sqlite3
from collections.abc import Collection
from datetime import datetime

import msgspec

from broker.core.event import ALERTS, AlertAccepted, AlertHeld, AlertRejected, AlertRouted, Event, Proxy
from broker.core.holding import holds, level_of
from broker.core.lane import Lane
from broker.journal.record import Record
from broker.views import held
from broker.views.projection import Projection, Rows, stamp, unstamp
from cap_formats.alert import MsgType, Scope, Severity, Status

_HEADLINE_MAX = 300


class AlertRow(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted message, as a line of a list. ``owed`` is None until it was routed. ``proxy``: in whose place it was
    said. ``released_from`` and ``adds_to`` name the record that a person settled, and ``settled_by`` that person's key.
    ``lifted``: it says only that something ended (解除).
    """

    seq: int
    at: datetime
    identifier: str
    sender: str
    sender_name: str
    sent: datetime
    status: Status
    scope: Scope
    msg_type: MsgType
    chain: str
    late: bool
    lane: Lane
    event: str
    level: int
    severity: Severity
    headline: str
    issuer: str
    via: str
    source_format: str
    codes: tuple[str, ...]
    unplaced: tuple[str, ...]
    seconds: dict[str, float]
    routed_at: datetime | None
    owed: int | None
    proxy: Proxy | None = None
    released_from: int | None = None
    adds_to: int | None = None
    settled_by: str = ""
    lifted: bool = False


class TroubleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One message that went nowhere: ``held`` for a person to settle, or ``rejected``. The journal has its bytes."""

    seq: int
    at: datetime
    result: str
    code: str
    sentence: str
    line: int | None
    path: str | None
    size: int
    issuer: str
    via: str


class History(Projection):
    """The projection ``history``."""

    name = "history"
    version = 7
    streams: tuple[str, ...] = (ALERTS,)
    schema = (
        """
CREATE TABLE IF NOT EXISTS history (
  seq INTEGER PRIMARY KEY, at TEXT NOT NULL, identifier TEXT NOT NULL, sender TEXT NOT NULL, chain TEXT NOT NULL,
  status TEXT NOT NULL, row BLOB NOT NULL, routed_at TEXT, owed INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS history_identifier ON history (identifier, sender);
CREATE INDEX IF NOT EXISTS history_chain ON history (chain, status, seq);
CREATE INDEX IF NOT EXISTS history_sender ON history (sender, status, seq);
CREATE INDEX IF NOT EXISTS history_status ON history (status, seq);
CREATE TABLE IF NOT EXISTS history_trouble (
  seq INTEGER PRIMARY KEY, at TEXT NOT NULL, result TEXT NOT NULL, code TEXT NOT NULL, sentence TEXT NOT NULL,
  line INTEGER, path TEXT, size INTEGER NOT NULL, issuer TEXT NOT NULL, via TEXT NOT NULL
) STRICT;
"""
        + held.SCHEMA
    )
    reading = (
        "history_identifier",
        "history_chain",
        "history_sender",
        "history_status",
        "history_held_waiting",
    )

    def apply(self, record: Record, event: Event, rows: Rows) -> None:
        """Add the line that this record is, or mark one as routed."""
        held.apply(record, event, rows)
        match event:
            case AlertAccepted():
                row = _alert_row(record, event)
                rows.execute(
                    "INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
                    (
                        record.seq,
                        stamp(record.at),
                        row.identifier,
                        row.sender,
                        row.chain,
                        row.status,
                        msgspec.json.encode(row),
                    ),
                )
            case AlertRouted():
                rows.execute(
                    "UPDATE history SET routed_at = ?, owed = ? WHERE seq = ?",
                    (stamp(record.at), len(event.owed), event.alert_seq),
                )
            case AlertHeld() | AlertRejected():
                result = "held" if isinstance(event, AlertHeld) else "rejected"
                rows.execute(
                    "INSERT OR REPLACE INTO history_trouble VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        record.seq,
                        stamp(record.at),
                        result,
                        event.code,
                        event.sentence,
                        event.line,
                        event.path,
                        len(event.raw),
                        event.issuer,
                        event.via,
                    ),
                )


def _alert_row(record: Record, event: AlertAccepted) -> AlertRow:
    alert = event.alert
    worst = min(alert.infos, key=lambda info: list(Severity).index(info.severity), default=None)
    return AlertRow(
        seq=record.seq,
        at=record.at,
        identifier=alert.identifier,
        sender=alert.sender,
        sender_name=(worst.sender_name if worst else None) or "",
        sent=alert.sent,
        status=alert.status,
        scope=alert.scope,
        msg_type=alert.msg_type,
        chain=event.chain,
        late=event.late,
        lane=event.lane,
        event=worst.event if worst else "",
        level=max((level_of(info) for info in alert.infos), default=0),
        severity=worst.severity if worst else Severity.UNKNOWN,
        headline=((worst.headline if worst else None) or "")[:_HEADLINE_MAX],
        issuer=event.issuer,
        via=event.via,
        source_format=alert.source_format,
        codes=tuple(sorted({code for codes in event.areas for code in codes})),
        unplaced=tuple(held.words_of(u) for u in event.unplaced),
        seconds=event.seconds,
        routed_at=None,
        owed=None,
        proxy=event.proxy,
        released_from=event.released_from,
        adds_to=event.adds_to,
        settled_by=event.settled_by,
        lifted=alert.msg_type is not MsgType.CANCEL and bool(alert.infos) and not any(map(holds, alert.infos)),
    )


def alerts(
    reader: sqlite3.Connection,
    *,
    before: int | None = None,
    chain: str | None = None,
    status: Status | Collection[Status] | None = None,
    sender: str | None = None,
    limit: int = 100,
) -> list[AlertRow]:
    """Return accepted messages, newest first, below seq ``before`` where it is given, of one status or of several.

    Each status is looked up by its own index, so that a rare one costs no walk over all messages.
    """
    values: dict[str, object] = {"before": 2**62 if before is None else before, "limit": limit}
    values |= {name: value for name, value in (("chain", chain), ("sender", sender)) if value is not None}
    where = " AND ".join(["seq < :before", *(f"{name} = :{name}" for name in ("chain", "sender") if name in values)])
    wheres = [where]
    if status is not None:
        asked = dict.fromkeys((status,) if isinstance(status, str) else status)
        values |= {f"status_{place}": str(each) for place, each in enumerate(asked)}
        wheres = [f"{where} AND status = :status_{place}" for place in range(len(asked))]
    newest = " UNION ALL ".join(
        f"SELECT seq FROM (SELECT seq FROM history WHERE {each} ORDER BY seq DESC LIMIT :limit)"  # noqa: S608 - built of names alone
        for each in wheres
    )
    query = f"SELECT row, routed_at, owed FROM history WHERE seq IN ({newest}) ORDER BY seq DESC LIMIT :limit"  # noqa: S608 - as above
    return [_read(row) for row in reader.execute(query, values)] if wheres else []


def alert(reader: sqlite3.Connection, seq: int) -> AlertRow | None:
    """Return one accepted message, or None."""
    row = reader.execute("SELECT row, routed_at, owed FROM history WHERE seq = ?", (seq,)).fetchone()
    return None if row is None else _read(row)


def troubles(reader: sqlite3.Connection, *, result: str | None = None, limit: int = 100) -> list[TroubleRow]:
    """Return held and rejected messages, newest first."""
    query = "SELECT * FROM history_trouble WHERE (?1 IS NULL OR result = ?1) ORDER BY seq DESC LIMIT ?2"
    return [TroubleRow(**(dict(row) | {"at": unstamp(row["at"])})) for row in reader.execute(query, (result, limit))]


def _read(row: sqlite3.Row) -> AlertRow:
    found = msgspec.json.decode(row["row"], type=AlertRow)
    routed_at = None if row["routed_at"] is None else unstamp(row["routed_at"])
    return msgspec.structs.replace(found, routed_at=routed_at, owed=row["owed"])

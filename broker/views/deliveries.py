"""Where every delivery stands: who was owed what, how often it was tried, who got it and when."""

import json
import sqlite3
from datetime import datetime
from typing import Final

import msgspec

from broker.core.delivery import LEVELS, NO_ANSWER, Level
from broker.core.event import (
    ALERTS,
    DELIVERIES,
    AlertRouted,
    DeliveryDeferred,
    DeliveryDelivered,
    DeliveryExpired,
    DeliveryRefused,
    DeliverySuperseded,
    Event,
    ReceiptReceived,
)
from broker.core.lane import Lane
from broker.journal.record import Record
from broker.views.projection import EarlyError, Projection, Rows, stamp, unstamp


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery. ``state`` is open, delivered, refused, expired or superseded; ``reason`` says why, or what the last
    attempt met; ``level`` is the furthest that is proven, by the outcome or by a receipt.
    """

    id: str
    alert_seq: int
    chain: str
    subscription_id: str
    channel: str
    lane: Lane
    state: str
    attempts: int
    reason: str
    evidence: str
    level: Level | None
    routed_at: datetime
    deadline: datetime
    retry_at: datetime | None
    ended_at: datetime | None
    receipts: int


class ReceiptRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one device of the far end reported, ``at`` by its own clock."""

    delivery_id: str
    where: str
    level: Level
    at: datetime
    evidence: str


_FRESH_MAX: Final = 20_000  # rows gathered: 10 MB
_INSERT: Final = """
INSERT OR IGNORE INTO deliveries (id, alert_seq, chain, subscription_id, channel, lane, routed_at, deadline, state,
  attempts, reason, evidence, level, retry_at, ended_at, receipts)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class _Fresh(msgspec.Struct):
    """A row that was opened in this transaction and is not written yet, in the order of ``_INSERT``."""

    id: str
    alert_seq: int
    chain: str
    subscription_id: str
    channel: str
    lane: str
    routed_at: str
    deadline: str
    state: str = "open"
    attempts: int = 0
    reason: str = ""
    evidence: str = ""
    level: str | None = None
    retry_at: str | None = None
    ended_at: str | None = None
    receipts: int = 0


class Deliveries(Projection):
    """The projection ``deliveries``."""

    name = "deliveries"
    version = 1
    streams: tuple[str, ...] = (ALERTS, DELIVERIES)
    schema = """
CREATE TABLE IF NOT EXISTS deliveries (
  id TEXT PRIMARY KEY, alert_seq INTEGER NOT NULL, chain TEXT NOT NULL, subscription_id TEXT NOT NULL,
  channel TEXT NOT NULL, lane TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open', attempts INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '', evidence TEXT NOT NULL DEFAULT '', level TEXT, routed_at TEXT NOT NULL,
  deadline TEXT NOT NULL, retry_at TEXT, ended_at TEXT, receipts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_alert ON deliveries (alert_seq);
CREATE INDEX IF NOT EXISTS deliveries_state ON deliveries (state, lane);
CREATE INDEX IF NOT EXISTS deliveries_subscription ON deliveries (subscription_id, alert_seq);
CREATE TABLE IF NOT EXISTS deliveries_receipt (
  delivery_id TEXT NOT NULL, place TEXT NOT NULL, level TEXT NOT NULL, at TEXT NOT NULL, evidence TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_receipt_delivery ON deliveries_receipt (delivery_id);
"""
    reading = (
        "deliveries_alert",
        "deliveries_state",
        "deliveries_subscription",
        "deliveries_receipt_delivery",
    )

    def __init__(self) -> None:
        """Begin with nothing gathered."""
        self._fresh: dict[str, _Fresh] = {}

    def flush(self, rows: Rows) -> None:
        """Write the deliveries that were opened in this transaction, as they stand at its end."""
        if self._fresh:
            rows.executemany(_INSERT, list(map(msgspec.structs.astuple, self._fresh.values())))
            self._fresh.clear()

    def discard(self) -> None:
        """Forget them."""
        self._fresh.clear()

    def apply(self, record: Record, event: Event, rows: Rows) -> None:
        """Write what the event says of its delivery."""
        at = stamp(record.at)
        match event:
            case AlertRouted():
                self._open(event, at, rows)
            case DeliveryDelivered():
                self._end(
                    rows, event.delivery_id, "delivered", at, event.attempt, evidence=event.evidence, level=event.level
                )
            case DeliveryRefused():
                self._end(rows, event.delivery_id, "refused", at, event.attempt, reason=event.reason)
            case DeliveryExpired():
                self._end(rows, event.delivery_id, "expired", at)
            case DeliverySuperseded():
                by = "" if event.by_seq is None else f" by {event.by_seq}"
                self._end(rows, event.delivery_id, "superseded", at, reason=event.reason + by)
            case DeliveryDeferred():
                self._put_off(rows, event)
            case ReceiptReceived():
                rows.execute(
                    "INSERT INTO deliveries_receipt VALUES (?, ?, ?, ?, ?)",
                    (event.delivery_id, event.where, event.level, stamp(event.at), event.evidence),
                )
                self._count_receipt(rows, event)

    def _open(self, event: AlertRouted, at: str, rows: Rows) -> None:
        deadline = stamp(event.deadline)
        for owed in event.owed:
            self._fresh[owed.delivery_id] = _Fresh(
                owed.delivery_id,
                event.alert_seq,
                event.chain,
                owed.subscription_id,
                owed.channel,
                event.lane,
                at,
                deadline,
            )
        if len(self._fresh) > _FRESH_MAX:
            self.flush(rows)

    def _put_off(self, rows: Rows, event: DeliveryDeferred) -> None:
        retry_at = stamp(event.retry_at)
        if (fresh := self._fresh.get(event.delivery_id)) is not None:
            fresh.attempts, fresh.reason, fresh.retry_at = event.attempt, event.reason, retry_at
            return
        self._update(
            rows,
            "UPDATE deliveries SET attempts = ?, reason = ?, retry_at = ? WHERE id = ?",
            (event.attempt, event.reason, retry_at, event.delivery_id),
        )

    def _count_receipt(self, rows: Rows, event: ReceiptReceived) -> None:
        proves = not event.evidence.startswith(NO_ANSWER)
        if (fresh := self._fresh.get(event.delivery_id)) is not None:
            fresh.receipts += 1
            if proves and (fresh.level is None or LEVELS.index(event.level) > LEVELS.index(Level(fresh.level))):
                fresh.level = event.level
            return
        query = "UPDATE deliveries SET receipts = receipts + 1 WHERE id = ?"
        self._update(rows, query, (event.delivery_id,))
        if proves:
            self._raise_level(rows, event.delivery_id, event.level)

    def _update(self, rows: Rows, query: str, values: tuple[object, ...]) -> None:
        if rows.execute(query, values).rowcount == 0 and self.is_strict:
            raise EarlyError(values[-1])

    def _end(
        self,
        rows: Rows,
        delivery_id: str,
        state: str,
        at: str,
        attempt: int | None = None,
        *,
        reason: str = "",
        evidence: str = "",
        level: Level | None = None,
    ) -> None:
        """Close the delivery; a receipt that came before the outcome keeps the level that it proved."""
        if (fresh := self._fresh.get(delivery_id)) is not None:
            fresh.state, fresh.ended_at, fresh.reason, fresh.evidence = state, at, reason, evidence
            fresh.attempts = fresh.attempts if attempt is None else attempt
            fresh.level, fresh.retry_at = fresh.level or level, None
            return
        self._update(
            rows,
            "UPDATE deliveries SET state = ?, ended_at = ?, attempts = coalesce(?, attempts), reason = ?, evidence = ?,"
            " level = coalesce(level, ?), retry_at = NULL WHERE id = ?",
            (state, at, attempt, reason, evidence, level, delivery_id),
        )

    def _raise_level(self, rows: Rows, delivery_id: str, level: Level) -> None:
        row = rows.execute("SELECT level FROM deliveries WHERE id = ?", (delivery_id,)).fetchone()
        if row is not None and (row[0] is None or LEVELS.index(level) > LEVELS.index(Level(row[0]))):
            rows.execute("UPDATE deliveries SET level = ? WHERE id = ?", (level, delivery_id))


def deliveries(
    reader: sqlite3.Connection,
    *,
    alert_seq: int | None = None,
    subscription_ids: tuple[str, ...] | None = None,
    state: str | None = None,
    limit: int = 500,
) -> list[DeliveryRow]:
    """Return deliveries, newest alert first, narrowed by what is given; of one alert those first that did not come
    through, so that a limit never hides who has not got it.
    """
    order = "alert_seq DESC, rowid" if alert_seq is None else "state IN ('delivered', 'superseded'), rowid"
    query = (
        "SELECT * FROM deliveries WHERE (?1 IS NULL OR alert_seq = ?1) AND (?2 IS NULL OR state = ?2)"  # noqa: S608 - one of two
        " AND (?3 IS NULL OR subscription_id IN (SELECT value FROM json_each(?3)))"
        f" ORDER BY {order} LIMIT ?4"
    )
    ids = None if subscription_ids is None else json.dumps(subscription_ids)
    return [_row(row) for row in reader.execute(query, (alert_seq, state, ids, limit))]


def delivery(reader: sqlite3.Connection, delivery_id: str) -> DeliveryRow | None:
    """Return one delivery, or None."""
    row = reader.execute("SELECT * FROM deliveries WHERE id = ?", (delivery_id,)).fetchone()
    return None if row is None else _row(row)


def receipts(reader: sqlite3.Connection, delivery_id: str) -> list[ReceiptRow]:
    """Return what the far end's devices reported of one delivery, in the order it came."""
    query = "SELECT * FROM deliveries_receipt WHERE delivery_id = ? ORDER BY rowid"
    return [_receipt(row) for row in reader.execute(query, (delivery_id,))]


def receipts_of(reader: sqlite3.Connection, alert_seq: int) -> list[tuple[str, str, ReceiptRow]]:
    """Return what was reported of one alert: subscription, channel, and the report."""
    query = (
        "SELECT subscription_id, channel, r.* FROM deliveries AS d JOIN deliveries_receipt AS r ON r.delivery_id = d.id"
        " WHERE alert_seq = ? AND receipts > 0 ORDER BY r.rowid"
    )
    found = reader.execute(query, (alert_seq,))
    return [(row["subscription_id"], row["channel"], _receipt(row)) for row in found]


def _receipt(row: sqlite3.Row) -> ReceiptRow:
    return ReceiptRow(
        delivery_id=row["delivery_id"],
        where=row["place"],
        level=Level(row["level"]),
        at=unstamp(row["at"]),
        evidence=row["evidence"],
    )


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many deliveries of one alert stand in each state; ``came_at`` is when the last came through."""

    counts: tuple[tuple[str, int], ...]
    came_at: datetime | None


def tally(reader: sqlite3.Connection, alert_seq: int) -> Tally:
    """Count all deliveries of one alert, however many."""
    query = "SELECT state, count(*), max(ended_at) FROM deliveries WHERE alert_seq = ? GROUP BY 1 ORDER BY 1"
    found = reader.execute(query, (alert_seq,)).fetchall()
    came = next((row[2] for row in found if row[0] == "delivered"), None)
    return Tally(counts=tuple((row[0], row[1]) for row in found), came_at=None if came is None else unstamp(came))


def count_by_state(reader: sqlite3.Connection) -> list[tuple[str, str, str, int]]:
    """Return (lane, channel, state, count) over all deliveries."""
    query = "SELECT lane, channel, state, count(*) FROM deliveries GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    return [(row[0], row[1], row[2], row[3]) for row in reader.execute(query)]


def _row(row: sqlite3.Row) -> DeliveryRow:
    return DeliveryRow(
        id=row["id"],
        alert_seq=row["alert_seq"],
        chain=row["chain"],
        subscription_id=row["subscription_id"],
        channel=row["channel"],
        lane=Lane(row["lane"]),
        state=row["state"],
        attempts=row["attempts"],
        reason=row["reason"],
        evidence=row["evidence"],
        level=None if row["level"] is None else Level(row["level"]),
        routed_at=unstamp(row["routed_at"]),
        deadline=unstamp(row["deadline"]),
        retry_at=None if row["retry_at"] is None else unstamp(row["retry_at"]),
        ended_at=None if row["ended_at"] is None else unstamp(row["ended_at"]),
        receipts=row["receipts"],
    )

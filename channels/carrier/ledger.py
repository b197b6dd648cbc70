"""What we put on the air at each centre, so that a later message of the chain can take it off again.

A cell broadcast centre tells nobody what it holds, and its only key is the message id: so every id is written down here
before it is used, durably, with the words that go with it. A process that dies between the request and the answer finds
the same words when it comes back, and the same id unless the centre says that it is taken.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from channels.carrier.mail import Mail
from channels.carrier.message_id import Range, message_code

KEPT: Final = timedelta(days=30)  # after which a broadcast that ended is forgotten
LOCK_WAIT_S: Final = 0.1  # who holds the file longer is waited for by a later attempt: everything else waits meanwhile
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS broadcast (
  number INTEGER PRIMARY KEY, centre TEXT NOT NULL, delivery_id TEXT NOT NULL, chain TEXT NOT NULL,
  alert_seq INTEGER NOT NULL, message_id INTEGER NOT NULL, code INTEGER NOT NULL,
  title TEXT NOT NULL, body TEXT NOT NULL, drill INTEGER NOT NULL, state TEXT NOT NULL, until REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS broadcast_delivery ON broadcast (centre, delivery_id);
CREATE INDEX IF NOT EXISTS broadcast_id ON broadcast (centre, message_id);
"""


class State(StrEnum):
    """Where a broadcast stands."""

    PLANNED = "planned"  # written down, never sent
    ASKED = "asked"  # sent at least once without an answer; the centre may hold it
    RUNNING = "running"  # the centre said that it holds it
    STOPPED = "stopped"  # taken off the air, or refused
    TAKEN = "taken"  # the id turned out to be on the air already, for all we know by someone else


class Broadcast(msgspec.Struct, frozen=True, kw_only=True):
    """One message at one centre. ``until``: when its repetitions end, seconds of Unix time."""

    number: int
    centre: str
    delivery_id: str
    chain: str
    alert_seq: int
    message_id: int
    code: int
    title: str
    body: str
    drill: bool
    state: State
    until: float

    @property
    def mail(self) -> Mail:
        """The words, as they were when the id was taken."""
        return Mail(title=self.title, body=self.body, drill=self.drill)


def centre_of(url: str) -> str:
    """Name a centre without writing its address down."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


class Ledger:
    """The broadcasts of all centres, in one SQLite file. Calls are short and block: a carrier gets few messages."""

    def __init__(self, path: Path) -> None:
        """Open or make the file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=LOCK_WAIT_S)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)

    def find(self, centre: str, delivery_id: str) -> Broadcast | None:
        """Return what was written down for that delivery, if anything that still counts."""
        found = self._read(
            "centre = ? AND delivery_id = ? AND state != 'taken' ORDER BY number DESC LIMIT 1", centre, delivery_id
        )
        return found[0] if found else None

    def earlier(self, centre: str, chain: str, alert_seq: int) -> list[Broadcast]:
        """Return what the centre may still hold of older messages of the chain."""
        where = "centre = ? AND chain = ? AND alert_seq < ? AND state IN ('asked', 'running') ORDER BY number"
        return self._read(where, centre, chain, alert_seq)

    def bodies(self, centre: str, chain: str) -> set[str]:
        """Return the words that handsets may already have seen of the chain. Where an id turned out to be taken, the
        same words go out under the next one: they are no news to those who saw them after all.
        """
        where = "centre = ? AND chain = ? AND state != 'taken'"
        return {broadcast.body for broadcast in self._read(where, centre, chain)}

    def free_id(self, centre: str, chain: str, first: int | None, ranges: Iterable[Range], now: datetime) -> int | None:
        """Choose the id for a new message: ``first`` if it can be had, else of the ranges the one that was never used,
        else the one that was used longest ago; None where all are on the air.

        ``first`` can also be had where it is on the air for this very chain, whose older message will be replaced.
        """
        last: dict[int, Broadcast] = {b.message_id: b for b in self._read("centre = ? ORDER BY number", centre)}
        busy = {i for i, b in last.items() if b.state is not State.STOPPED and b.until > now.timestamp()}
        if first is not None and (first not in busy or _is_of(last[first], chain)):
            return first
        ids = (i for low, high in ranges for i in range(low, high + 1) if i not in busy)
        return min(ids, key=lambda i: last[i].number if i in last else 0, default=None)

    def plan(
        self, *, centre: str, delivery_id: str, chain: str, alert_seq: int, message_id: int, mail: Mail, until: datetime
    ) -> Broadcast:
        """Write a message down before it is sent; durable on return."""
        self._db.execute("DELETE FROM broadcast WHERE until < ?", ((until - KEPT).timestamp(),))
        uses = self._db.execute(
            "SELECT count(*) FROM broadcast WHERE centre = ? AND message_id = ?", (centre, message_id)
        ).fetchone()[0]
        values = (
            centre,
            delivery_id,
            chain,
            alert_seq,
            message_id,
            message_code(message_id, uses),
            mail.title,
            mail.body,
            mail.drill,
            State.PLANNED,
            until.timestamp(),
        )
        number = self._db.execute(
            "INSERT INTO broadcast (centre, delivery_id, chain, alert_seq, message_id, code, title, body, drill, state,"
            " until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        ).lastrowid
        return self._read("number = ?", number)[0]

    def mark(self, broadcast: Broadcast, state: State, until: datetime | None = None) -> None:
        """Say how it stands now; durable on return."""
        ends = broadcast.until if until is None else until.timestamp()
        query = "UPDATE broadcast SET state = ?, until = ? WHERE number = ?"
        self._db.execute(query, (state, ends, broadcast.number))

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._db.close()

    def _read(self, where: str, *values: object) -> list[Broadcast]:
        names = ", ".join(Broadcast.__struct_fields__)
        rows = self._db.execute(f"SELECT {names} FROM broadcast WHERE {where}", values)  # noqa: S608  # our own words
        return [
            msgspec.convert(dict(zip(Broadcast.__struct_fields__, row, strict=True)), Broadcast, strict=False)
            for row in rows
        ]


def _is_of(broadcast: Broadcast, chain: str) -> bool:
    return broadcast.chain == chain and broadcast.state in (State.ASKED, State.RUNNING)

"""What holds now, where, of which kind, since when, until when, said by whom (DESIGN section 4)."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from broker.core.event import ALERTS, AlertAccepted, Event
from broker.core.holding import holds, holds_until, level_of
from broker.journal.record import Record
from broker.views.projection import Projection, Rows, stamp, unstamp
from cap_formats.alert import Info, MsgType, Scope, Severity, Status

_OPEN: Final = "9999"  # sorts after every stamp: holds until something replaces it
_SEVERITY_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """One info that holds. ``codes`` are 5-digit municipality and ward codes; ``level`` is 警戒レベル, 0 for none;
    ``since`` is when this chain first said this event at this level; ``until`` None means until replaced.
    """

    chain: str
    seq: int
    info_index: int
    identifier: str
    sender: str
    status: Status
    event: str
    level: int
    since: datetime
    until: datetime | None
    info: Info
    codes: tuple[str, ...]


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A tombstone: a chain that held something and does no longer, and why (``cancelled``, ``lifted``, ``expired``).
    What was said in several languages has one, in the first of them.
    """

    chain: str
    seq: int
    status: Status
    event: str
    ended_at: datetime
    reason: str


class InForce(Projection):
    """The projection ``in_force``: of what is public, since anybody may ask."""

    name = "in_force"
    version = 4
    streams: tuple[str, ...] = (ALERTS,)
    schema = """
CREATE TABLE IF NOT EXISTS in_force (
  id INTEGER PRIMARY KEY, chain TEXT NOT NULL, seq INTEGER NOT NULL, info_index INTEGER NOT NULL,
  identifier TEXT NOT NULL, sender TEXT NOT NULL, status TEXT NOT NULL, language TEXT NOT NULL, event TEXT NOT NULL,
  level INTEGER NOT NULL,
  rank INTEGER NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, info BLOB NOT NULL, codes TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS in_force_chain ON in_force (chain);
CREATE INDEX IF NOT EXISTS in_force_seq ON in_force (seq);
CREATE INDEX IF NOT EXISTS in_force_status ON in_force (status, until);
CREATE TABLE IF NOT EXISTS in_force_code (
  code TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (code, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS in_force_code_id ON in_force_code (id);
CREATE TABLE IF NOT EXISTS in_force_ended (
  chain TEXT NOT NULL, seq INTEGER NOT NULL, status TEXT NOT NULL, event TEXT NOT NULL, ended_at TEXT NOT NULL,
  reason TEXT NOT NULL, PRIMARY KEY (chain, event)
) STRICT, WITHOUT ROWID;
"""

    def apply(self, record: Record, event: Event, rows: Rows) -> None:
        """Replace what the chain held by what this message says."""
        if not isinstance(event, AlertAccepted) or event.late or event.alert.scope is not Scope.PUBLIC:
            return
        since, said = self._take_away(event, rows)
        after: set[str] = set()
        if event.alert.msg_type in (MsgType.ALERT, MsgType.UPDATE):
            for index, info in enumerate(event.alert.infos):
                if holds(info):
                    self._put(record, event, index, since, rows)
                    after.add(info.event)
        reason = "cancelled" if event.alert.msg_type is MsgType.CANCEL else "lifted"
        rows.executemany(
            "INSERT OR REPLACE INTO in_force_ended VALUES (?, ?, ?, ?, ?, ?)",
            [
                (event.chain, record.seq, event.alert.status, name, stamp(record.at), reason)
                for name in sorted(said - after)
            ],
        )

    def _take_away(self, event: AlertAccepted, rows: Rows) -> tuple[dict[tuple[str, int], str], set[str]]:
        """Remove the rows of the chain and of all that the message takes over, which may have been chains of their own.

        Return since when each (event, level) had held, and the events in the language of the first.
        """
        found = rows.execute(
            "SELECT id, event, level, since, language FROM in_force"
            " WHERE chain = ? OR seq IN (SELECT value FROM json_each(?)) ORDER BY info_index",
            (event.chain, json.dumps(event.references)),
        ).fetchall()
        rows.executemany("DELETE FROM in_force_code WHERE id = ?", [(row[0],) for row in found])
        rows.executemany("DELETE FROM in_force WHERE id = ?", [(row[0],) for row in found])
        since: dict[tuple[str, int], str] = {}
        for _, name, level, at, _ in found:
            since[name, level] = min(at, since.get((name, level), at))
        return since, {name for _, name, _, _, language in found if language == found[0][4]}

    def _put(
        self, record: Record, event: AlertAccepted, index: int, since: dict[tuple[str, int], str], rows: Rows
    ) -> None:
        alert, info = event.alert, event.alert.infos[index]
        level = level_of(info)
        began = stamp(info.onset or info.effective or alert.sent)
        until = holds_until(info, alert.sent)
        codes = event.areas[index]
        done = rows.execute(
            "INSERT INTO in_force (chain, seq, info_index, identifier, sender, status, language, event, level,"
            " rank, since, until, info, codes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event.chain,
                record.seq,
                index,
                alert.identifier,
                alert.sender,
                alert.status,
                info.language,
                info.event,
                level,
                _SEVERITY_RANK[info.severity],
                since.get((info.event, level), began),
                _OPEN if until is None else stamp(until),
                msgspec.json.encode(info),
                " ".join(codes),
            ),
        )
        rows.executemany(
            "INSERT INTO in_force_code VALUES (?, ?)",
            [(code, done.lastrowid) for code in codes],
        )


def holdings(
    reader: sqlite3.Connection, now: datetime, statuses: Iterable[Status], codes: Sequence[str] | None = None
) -> list[Holding]:
    """Return what holds now, worst first, newest first within; with ``codes`` only what covers one of them."""
    query = (
        "SELECT * FROM in_force WHERE status IN (SELECT value FROM json_each(?1)) AND until > ?2"
        " AND (?3 IS NULL OR id IN (SELECT id FROM in_force_code WHERE code IN (SELECT value FROM json_each(?3))))"
        " ORDER BY level DESC, rank, seq DESC, info_index"
    )
    wanted = json.dumps([str(status) for status in statuses])
    rows = reader.execute(query, (wanted, stamp(now), None if codes is None else json.dumps(list(codes))))
    return [_holding(row) for row in rows]


def infos_of(reader: sqlite3.Connection, seq: int) -> list[tuple[int, Info]]:
    """Return all that one message has in force, anywhere: the place of each info in it, and the info."""
    query = "SELECT info_index, info FROM in_force WHERE seq = ? ORDER BY info_index"
    return [(row["info_index"], msgspec.json.decode(row["info"], type=Info)) for row in reader.execute(query, (seq,))]


def ended_since(reader: sqlite3.Connection, since: datetime, now: datetime, statuses: Iterable[Status]) -> list[Ended]:
    """Return the tombstones of what was cancelled, lifted or ran out after ``since``, newest first."""
    query = (
        "SELECT chain, seq, status, event, ended_at, reason FROM in_force_ended"
        " WHERE status IN (SELECT value FROM json_each(?1)) AND ended_at > ?2"
        " UNION ALL SELECT chain, seq, status, event, until, 'expired' FROM in_force"
        " WHERE status IN (SELECT value FROM json_each(?1)) AND until > ?2 AND until <= ?3 AND language ="
        " (SELECT first.language FROM in_force AS first WHERE first.chain = in_force.chain ORDER BY info_index LIMIT 1)"
        " ORDER BY 5 DESC"
    )
    rows = reader.execute(query, (json.dumps([str(status) for status in statuses]), stamp(since), stamp(now)))
    return [
        Ended(chain=r[0], seq=r[1], status=Status(r[2]), event=r[3], ended_at=unstamp(r[4]), reason=r[5]) for r in rows
    ]


def _holding(row: sqlite3.Row) -> Holding:
    return Holding(
        chain=row["chain"],
        seq=row["seq"],
        info_index=row["info_index"],
        identifier=row["identifier"],
        sender=row["sender"],
        status=Status(row["status"]),
        event=row["event"],
        level=row["level"],
        since=unstamp(row["since"]),
        until=None if row["until"] == _OPEN else unstamp(row["until"]),
        info=msgspec.json.decode(row["info"], type=Info),
        codes=tuple(row["codes"].split()),
    )

"""The Projection protocol and the file that projections write their rows to.

Rows are derived: the file can be deleted, and is built again from the journal. A projection whose version changed is
emptied and built again by itself.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from broker.core.event import Event
from broker.journal.record import Record

Rows = sqlite3.Connection  # a projection writes its own tables through it and nothing else

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS cursor (
  projection TEXT NOT NULL, version INTEGER NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (projection, stream)
) STRICT;
"""


class Projection(Protocol):
    """A view of the journal, built by applying its records in order."""

    name: str
    version: int
    streams: tuple[str, ...]
    schema: str  # CREATE TABLE IF NOT EXISTS ...; every table's name begins with the projection's name

    def apply(self, record: Record, event: Event, rows: Rows) -> None:
        """Write what this record changes."""
        ...


class ViewFile:
    """One SQLite file with the rows of all projections. One writer; readers open their own connection."""

    def __init__(self, path: Path, projections: Sequence[Projection]) -> None:
        """Open or make the file, emptying projections of another version."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.projections = tuple(projections)
        self._path = path
        self.rows = self._connect()
        self.rows.execute("PRAGMA journal_mode=WAL")
        self.rows.executescript(_SCHEMA)
        for projection in self.projections:
            self._prepare(projection)

    def reader(self) -> sqlite3.Connection:
        """Open a connection for reading."""
        connection = self._connect()
        connection.execute("PRAGMA query_only=ON")
        connection.row_factory = sqlite3.Row
        return connection

    def cursor(self, stream: str) -> int:
        """Return the seq of the stream that every projection has seen."""
        seqs = [self._cursor_of(p, stream) for p in self.projections if stream in p.streams]
        return min(seqs, default=0)

    def apply(self, batch: Sequence[tuple[Record, Event]]) -> None:
        """Let every projection see the records, in one transaction; one it has seen already is passed over."""
        if not batch:
            return
        with self.rows:
            self.rows.execute("BEGIN")
            for projection in self.projections:
                for stream in projection.streams:
                    self._apply_stream(projection, stream, batch)

    def _apply_stream(self, projection: Projection, stream: str, batch: Sequence[tuple[Record, Event]]) -> None:
        seen = self._cursor_of(projection, stream)
        fresh = [(record, event) for record, event in batch if record.stream == stream and record.seq > seen]
        for record, event in fresh:
            projection.apply(record, event, self.rows)
        if fresh:
            self.rows.execute(
                "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?)",
                (projection.name, projection.version, stream, fresh[-1][0].seq),
            )

    def _cursor_of(self, projection: Projection, stream: str) -> int:
        query = "SELECT seq FROM cursor WHERE projection = ? AND stream = ?"
        row = self.rows.execute(query, (projection.name, stream)).fetchone()
        return 0 if row is None else int(row[0])

    def _prepare(self, projection: Projection) -> None:
        query = "SELECT count(*) FROM cursor WHERE projection = ? AND version != ?"
        if self.rows.execute(query, (projection.name, projection.version)).fetchone()[0]:
            self._drop(projection)
        self.rows.executescript(projection.schema)

    def _drop(self, projection: Projection) -> None:
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND (name = ?1 OR name LIKE ?1 || '\\_%' ESCAPE '\\')"
        )
        for (name,) in self.rows.execute(query, (projection.name,)).fetchall():
            self.rows.execute(f'DROP TABLE "{name}"')
        self.rows.execute("DELETE FROM cursor WHERE projection = ?", (projection.name,))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=30)
        # Whole after a power cut, though perhaps of a moment ago: the rows are derived, and the journal is read again.
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    def close(self) -> None:
        """Close the writer's connection."""
        self.rows.close()


def stamp(value: datetime) -> str:
    """Write a time so that rows sort by it: UTC, microseconds, ``Z``, the year in four digits."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def unstamp(text: str) -> datetime:
    """Read what ``stamp`` wrote."""
    return datetime.fromisoformat(text)

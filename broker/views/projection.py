"""The Projection protocol and the file that projections write their rows to.

Rows are derived: the file can be deleted, and is built again from the journal. A projection whose version changed is
emptied and built again by itself.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

import msgspec

from broker.core.event import Event
from broker.journal.record import Record

Rows = sqlite3.Connection  # a projection writes its own tables through it and nothing else

_CACHE_KB: Final = 64 << 10  # while much is written at once: what a million deliveries have for an index
_UNCOMMITTED_MAX: Final = 200_000  # records: each commit writes most pages of the index of a million deliveries
_WAL_PAGES: Final = 16_000  # 64 MB; every checkpoint waits for the disk
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS cursor (
  projection TEXT NOT NULL, version INTEGER NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (projection, stream)
) STRICT;
"""


class EarlyError(Exception):
    """A record speaks of what no record before it has told of."""


class Projection(Protocol):
    """A view of the journal, built by applying its records in order. ``reading`` names the indexes that readers need
    and ``apply`` does not. ``is_strict`` is set where records of several streams are applied as they came: then what
    is early raises EarlyError, and is passed over at any other time.
    """

    name: str
    version: int
    streams: tuple[str, ...]
    schema: str  # CREATE TABLE IF NOT EXISTS ...; every table's name begins with the projection's name
    reading: tuple[str, ...] = ()
    is_strict: bool = False

    def apply(self, record: Record, event: Event, rows: Rows) -> None:
        """Write what this record changes, now or at the next ``flush``."""
        ...

    def flush(self, rows: Rows) -> None:  # noqa: ARG002 - for those who gather
        """Write what was gathered; called at the end of every transaction."""
        return

    def discard(self) -> None:
        """Forget what was gathered: the transaction failed."""
        return


class ViewFile:
    """One SQLite file with the rows of all projections. One writer; readers open their own connection."""

    def __init__(self, path: Path, projections: Sequence[Projection]) -> None:
        """Open or make the file, emptying projections of another version."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.projections = tuple(projections)
        self._path = path
        self._uncommitted = self._uncommitted_max = 0  # records
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
        """Let every projection see the records, all in one transaction; one it has seen already is passed over."""
        if not batch:
            return
        by_stream: defaultdict[str, list[tuple[Record, Event]]] = defaultdict(list)
        for record, event in batch:
            by_stream[record.stream].append((record, event))
        try:
            if not self.rows.in_transaction:
                self.rows.execute("BEGIN")
            for projection in self.projections:
                for stream in projection.streams:
                    self._apply_stream(projection, stream, by_stream[stream])
                projection.flush(self.rows)
            self._uncommitted += len(batch)
            if self._uncommitted > self._uncommitted_max:
                self._commit()
        except BaseException:
            self._uncommitted = 0
            for projection in self.projections:
                projection.discard()
            if self.rows.in_transaction:
                self.rows.execute("ROLLBACK")
            raise

    def _commit(self) -> None:
        self._uncommitted = 0
        if self.rows.in_transaction:
            self.rows.execute("COMMIT")

    @contextmanager
    def building(self) -> Iterator[None]:
        """Write much at once within: with room for it in memory, few transactions and, where the file is empty, without
        the indexes that only readers need, which are built at the end. After a crash in between they are there at the
        next opening. Where ``apply`` raises, ``cursor`` tells how much of what was applied is gone with it.
        """
        self._uncommitted_max = _UNCOMMITTED_MAX
        cache = self.rows.execute("PRAGMA cache_size").fetchone()[0]
        self.rows.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        self.rows.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        for projection in self.projections:
            projection.is_strict = True
            if not any(self._cursor_of(projection, stream) for stream in projection.streams):
                for index in projection.reading:
                    self.rows.execute(f"DROP INDEX IF EXISTS {index}")
        try:
            yield
        finally:
            self._uncommitted_max = 0
            self._commit()
            for projection in self.projections:
                projection.is_strict = False
                self.rows.executescript(projection.schema)
            self.rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.rows.execute("PRAGMA wal_autocheckpoint = 1000")
            self.rows.execute(f"PRAGMA cache_size = {cache}")
            self.rows.execute("PRAGMA shrink_memory")

    def _apply_stream(self, projection: Projection, stream: str, batch: Sequence[tuple[Record, Event]]) -> None:
        if not batch:
            return
        seen = self._cursor_of(projection, stream)
        fresh = batch if batch[0][0].seq > seen else [pair for pair in batch if pair[0].seq > seen]
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
    text: str = msgspec.to_builtins(value.astimezone(UTC))  # a tenth of what isoformat costs, and each record has some
    return text if value.microsecond else f"{text[:-1]}.000000Z"


def unstamp(text: str) -> datetime:
    """Read what ``stamp`` wrote."""
    return datetime.fromisoformat(text)

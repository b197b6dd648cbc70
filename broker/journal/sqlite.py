"""The journal of one machine: one SQLite file in WAL mode, ``synchronous=FULL``, one writer thread, group commit.

Appends that wait at the same time share one transaction and one fsync; none is answered before that fsync. The newest
records of each stream are answered from memory on the event loop; older ones by a reader thread on its own connection,
because a cold page may take a disk's time. One process writes a journal; another may read what was there when it
opened the file.
"""

import asyncio
import queue
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from broker.journal.journal import JournalError
from broker.journal.limit import (
    BUSY_TIMEOUT_S,
    GROUP_APPENDS_MAX,
    GROUP_BYTES_MAX,
    READ_BYTES_MAX,
    TAIL_BYTES_MAX,
    TAIL_RECORDS_MAX,
    WAL_BYTES_MAX,
    WAL_PAGES,
)
from broker.journal.record import GENESIS, Entry, Record
from broker.journal.tail import Tail

SCHEMA_VERSION: Final = 1
SCHEMA: Final = f"""
BEGIN IMMEDIATE;
CREATE TABLE record (
    stream TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
    prev_hash BLOB NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (stream, seq), UNIQUE (stream, key)
) STRICT;
CREATE TABLE head (stream TEXT PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""
INSERT: Final = "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (stream, key) DO NOTHING"
PUT_HEAD: Final = "INSERT INTO head VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq, hash = excluded.hash"
COLUMNS: Final = "SELECT stream, seq, at, kind, key, prev_hash, body FROM record WHERE stream = ?"


class Append(NamedTuple):
    """One call of append() on its way to the writer thread."""

    stream: str
    entries: Sequence[Entry]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Sequence[Record]]


class Written(NamedTuple):
    """A record that was new in its group, with its hash."""

    record: Record
    digest: bytes


class SqliteJournal:
    """A Journal in one file. Raises JournalError where the file is damaged, foreign, or of another version."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._tails: defaultdict[str, Tail] = defaultdict(_empty_tail)
        self._queue: queue.SimpleQueue[Append | None] = queue.SimpleQueue()
        self._closed = False
        try:
            self._write_connection = _open(self._path)
            self._read_connection = _connect(self._path)
            self._read_connection.execute("PRAGMA query_only = ON")
            for stream, seq, digest in self._write_connection.execute("SELECT stream, seq, hash FROM head").fetchall():
                self._check_head(stream, seq, digest)
                self._tails[stream].last_seq, self._tails[stream].last_hash = seq, digest
        except sqlite3.Error as error:
            raise JournalError(f"{self._path} cannot be opened as a journal: {error}") from error
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="journal-read")
        self._writer = threading.Thread(target=self._write, name="journal-write", daemon=True)
        self._writer.start()

    async def append(self, stream: str, entries: Sequence[Entry]) -> Sequence[Record]:
        """Append all or none, durable on return, in order; a key that is known gives back its record."""
        if self._closed:
            raise JournalError("the journal was closed")
        if not entries:
            return []
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[Record]] = loop.create_future()
        self._queue.put(Append(stream, entries, loop, answer))
        return await answer

    async def read(self, stream: str, after: int, limit: int) -> Sequence[Record]:
        """Return up to ``limit`` records with seq > ``after``; fewer where their bodies would pass READ_BYTES_MAX."""
        if self._closed:
            raise JournalError("the journal was closed")
        records = self._tails[stream].read(max(after, 0), limit)
        if records is not None:
            return records
        return await asyncio.get_running_loop().run_in_executor(self._reader, self._read, stream, after, limit)

    async def wait(self, stream: str, after: int) -> None:
        """Return as soon as the stream holds a record with seq > ``after``."""
        if self._closed:
            raise JournalError("the journal was closed")
        await self._tails[stream].wait(after)

    async def close(self) -> None:
        """Write what is waiting, then let go of the file."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._reader, self._writer.join)
        self._reader.shutdown()
        for tail in self._tails.values():
            tail.end()
        self._read_connection.close()
        self._write_connection.close()

    # --- the reader thread

    def _read(self, stream: str, after: int, limit: int) -> list[Record]:
        records: list[Record] = []
        size = 0
        try:
            cursor = self._read_connection.execute(
                f"{COLUMNS} AND seq > ? ORDER BY seq LIMIT ?", (stream, after, limit)
            )
            for row in cursor:
                records.append(_record(row))
                size += len(records[-1].body)
                if size >= READ_BYTES_MAX:
                    break
            cursor.close()
        except (sqlite3.Error, ValueError) as error:
            raise JournalError(f"{self._path} cannot be read: {error}") from error
        return records

    # --- the writer thread

    def _write(self) -> None:
        going = True
        while going:
            group, going = self._next_group()
            if not group:
                continue
            try:
                answers, written = self._commit(group)
            except Exception as error:  # noqa: BLE001 - a writer that died silently would leave everybody waiting
                self._refuse(group, error)
            else:
                _on_loop(group[0].loop, self._answer, group, answers, written)

    def _next_group(self) -> tuple[list[Append], bool]:
        """Wait for one append, then take along what else is waiting; False at the end."""
        group: list[Append] = []
        size = 0
        while len(group) < GROUP_APPENDS_MAX and size < GROUP_BYTES_MAX:
            try:
                item = self._queue.get(block=not group)
            except queue.Empty:
                break
            if item is None:
                return group, False
            group.append(item)
            size += sum(len(entry.body) for entry in item.entries)
        return group, True

    def _commit(self, group: list[Append]) -> tuple[list[list[Record]], list[Written]]:
        connection = self._write_connection
        heads: dict[str, tuple[int, bytes]] = {}
        written: list[Written] = []
        answers = []
        connection.execute("BEGIN IMMEDIATE")
        try:
            for item in group:
                if item.stream not in heads:
                    heads[item.stream] = self._head(item.stream)
                answers.append([self._put(item.stream, entry, heads, written) for entry in item.entries])
            connection.executemany(PUT_HEAD, [(stream, seq, digest) for stream, (seq, digest) in heads.items()])
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return answers, written

    def _put(self, stream: str, entry: Entry, heads: dict[str, tuple[int, bytes]], written: list[Written]) -> Record:
        seq, prev_hash = heads[stream]
        row = (stream, seq + 1, entry.at.isoformat(), entry.kind, entry.key, prev_hash, entry.body)
        if self._write_connection.execute(INSERT, row).rowcount == 0:
            known = self._write_connection.execute(f"{COLUMNS} AND key = ?", (stream, entry.key)).fetchone()
            return _record(known)
        record = Record(
            stream=stream,
            seq=seq + 1,
            at=entry.at,
            kind=entry.kind,
            key=entry.key,
            body=entry.body,
            prev_hash=prev_hash,
        )
        digest = record.hash()
        heads[stream] = (seq + 1, digest)
        written.append(Written(record, digest))
        return record

    def _head(self, stream: str) -> tuple[int, bytes]:
        row = self._write_connection.execute("SELECT seq, hash FROM head WHERE stream = ?", (stream,)).fetchone()
        return (row[0], row[1]) if row else (0, GENESIS)

    def _refuse(self, group: list[Append], error: Exception) -> None:
        """Nothing of a group that failed was written: tell every one of them."""
        for item in group:
            _on_loop(item.loop, _fail, item.answer, JournalError(f"{self._path} cannot be written: {error}"))

    # --- back on the event loop

    def _answer(self, group: list[Append], answers: list[list[Record]], written: list[Written]) -> None:
        streams = set()
        for record, digest in written:
            self._tails[record.stream].push(record, digest)
            streams.add(record.stream)
        for item, records in zip(group, answers, strict=True):
            if not item.answer.done():
                item.answer.set_result(records)
        for stream in streams:
            self._tails[stream].wake()

    def _check_head(self, stream: str, seq: int, digest: bytes) -> None:
        """Compare the last record with what was noted of it when it was written: a tail that was cut off or changed."""
        row = self._write_connection.execute(f"{COLUMNS} ORDER BY seq DESC LIMIT 1", (stream,)).fetchone()
        last_seq = row[1] if row else 0
        if last_seq != seq or (row and _record(row).hash() != digest):
            raise JournalError(f"{self._path}: the end of stream {stream!r} is not what was written (record {seq})")


def _empty_tail() -> Tail:
    return Tail(records_max=TAIL_RECORDS_MAX, bytes_max=TAIL_BYTES_MAX)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_S)


def _open(path: Path) -> sqlite3.Connection:
    connection = _connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES_MAX}")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0 and not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        connection.executescript(SCHEMA)
    elif version != SCHEMA_VERSION:
        connection.close()
        raise JournalError(f"{path} is no journal of version {SCHEMA_VERSION}; its version is {version}")
    return connection


def _record(row: tuple[Any, ...]) -> Record:
    stream, seq, at, kind, key, prev_hash, body = row
    return Record(
        stream=stream,
        seq=seq,
        at=datetime.fromisoformat(at),
        kind=kind,
        key=key,
        body=body,
        prev_hash=prev_hash,
    )


def _fail(answer: asyncio.Future[Sequence[Record]], error: JournalError) -> None:
    if not answer.done():
        answer.set_exception(error)


def _on_loop(loop: asyncio.AbstractEventLoop, call: Any, *args: Any) -> None:
    """Hand over to the event loop; where it has ended there is nobody left to tell."""
    try:
        loop.call_soon_threadsafe(call, *args)
    except RuntimeError:
        if not loop.is_closed():
            raise

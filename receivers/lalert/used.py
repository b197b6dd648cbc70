"""Which sign-ins were used: in memory, and in a small file of the data folder, so that a restart does not forget them.

Whoever got hold of a token could otherwise post another message with it right after a restart, since its digest says
nothing of the message. Written without fsync: what a power cut forgets has grown old by the time of the next start. A
file that cannot be written (a full disk) keeps nobody out; memory goes on remembering.
"""

import hashlib
import sqlite3
from collections import OrderedDict
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

REMEMBERED_MAX: Final = 100_000  # sign-ins: 50 messages a second, twice, for ten minutes come to 60,000
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS used (token BLOB PRIMARY KEY, created REAL NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS used_created ON used (created);
"""
_LOCK_WAIT_S: Final = 0.1
_log = structlog.get_logger("noroshi.lalert")


class Used:
    """The tokens that were right and are used, by a digest. Calls are short and block."""

    def __init__(self, path: Path | None = None) -> None:
        """Open or make the file, one that is damaged anew; without a ``path`` there is memory alone."""
        self._tokens: OrderedDict[bytes, float] = OrderedDict()
        self._db: sqlite3.Connection | None = None
        if path is not None:
            try:
                self._db = self._opened(path)
            except sqlite3.OperationalError as error:
                _log.warning("used sign-ins cannot be written; a restart would forget them", reason=str(error))

    def __len__(self) -> int:
        return len(self._tokens)

    def take(self, token: tuple[str, str, bytes], created: datetime, oldest: datetime) -> bool:
        """Remember a token (path, username, nonce) and return true; false where it was used before. What was created
        before ``oldest`` would not be taken for its age, and is forgotten.
        """
        key = hashlib.sha256(b"\0".join(part if isinstance(part, bytes) else part.encode() for part in token)).digest()
        if key in self._tokens:
            return False
        before = oldest.timestamp()
        gone = False
        while self._tokens and (len(self._tokens) >= REMEMBERED_MAX or next(iter(self._tokens.values())) < before):
            self._tokens.popitem(last=False)
            gone = True
        self._tokens[key] = created.timestamp()
        self._write(key, created.timestamp(), before if gone else None)
        return True

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _write(self, key: bytes, created: float, before: float | None) -> None:
        if self._db is None:
            return
        try:
            self._db.execute("INSERT OR IGNORE INTO used VALUES (?, ?)", (key, created))
            if before is not None:
                self._db.execute("DELETE FROM used WHERE created < ?", (before,))
        except sqlite3.DatabaseError as error:  # a full disk, or a file that was damaged meanwhile
            _log.warning("a used sign-in could not be written; a restart would forget it", reason=str(error))

    def _opened(self, path: Path) -> sqlite3.Connection:
        """Open the file, one that is damaged anew. Raises OperationalError where it cannot be had now."""
        try:
            return self._open(path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            _log.warning("the file of used sign-ins is made anew", reason=str(error))
            for file in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
                file.unlink(missing_ok=True)
            return self._open(path)

    def _open(self, path: Path) -> sqlite3.Connection:
        database = sqlite3.connect(path, isolation_level=None, timeout=_LOCK_WAIT_S)
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=NORMAL")
            database.executescript(_SCHEMA)
            query = "SELECT token, created FROM used ORDER BY created DESC LIMIT ?"
            self._tokens.update(reversed(database.execute(query, (REMEMBERED_MAX,)).fetchall()))
        except sqlite3.DatabaseError:
            database.close()
            raise
        return database

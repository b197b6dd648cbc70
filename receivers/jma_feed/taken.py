"""Which telegrams were handed in, in one SQLite file of the data folder.

Written only after the journal has the telegram: what a crash forgets here is fetched once more, and the journal knows
it. So it need not be fsynced either. Where the journal is an older one than this file (restored, begun anew), what it
does not have is forgotten here too.
"""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS taken (
  url TEXT PRIMARY KEY, feed TEXT NOT NULL, updated REAL NOT NULL, seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS taken_updated ON taken (feed, updated);
"""
_LOCK_WAIT_S: Final = 0.1


class Taken:
    """The addresses of telegrams that are done with. Calls are short and block."""

    def __init__(self, path: Path, newest: int) -> None:
        """Open or make the file; one that is damaged is made anew. ``newest`` is the last seq of the journal."""
        try:
            self._db = _open(path)
        except sqlite3.DatabaseError:  # damaged, or of before: forgetting costs one fetch of each telegram
            for file in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
                file.unlink(missing_ok=True)
            self._db = _open(path)
        self._db.execute("DELETE FROM taken WHERE seq > ?", (newest,))

    def has(self, url: str) -> bool:
        """Tell whether that telegram is done with."""
        return self._db.execute("SELECT 1 FROM taken WHERE url = ?", (url,)).fetchone() is not None

    def add(self, url: str, feed: str, updated: datetime, seq: int) -> None:
        """Remember that it is, by the record of that seq."""
        self._db.execute("INSERT OR IGNORE INTO taken VALUES (?, ?, ?, ?)", (url, feed, updated.timestamp(), seq))

    def forget(self, feed: str, before: datetime) -> None:
        """Let go of what is too old in that feed to be fetched again."""
        self._db.execute("DELETE FROM taken WHERE feed = ? AND updated < ?", (feed, before.timestamp()))

    def count(self) -> int:
        """Return how many are remembered."""
        rows: Iterable[tuple[int]] = self._db.execute("SELECT count(*) FROM taken")
        return next(iter(rows))[0]

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, timeout=_LOCK_WAIT_S)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(_SCHEMA)
        database.execute("SELECT seq FROM taken LIMIT 0")
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database

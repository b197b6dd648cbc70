"""Which telegrams were handed in, in one SQLite file of the data folder.

Written only after the journal has the telegram: what a crash forgets here is fetched once more, and the journal knows
it. So it need not be fsynced either.
"""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS taken (
  url TEXT PRIMARY KEY, feed TEXT NOT NULL, updated REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS taken_updated ON taken (feed, updated);
"""
_LOCK_WAIT_S: Final = 0.1


class Taken:
    """The addresses of telegrams that are done with. Calls are short and block."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; one that is damaged is made anew."""
        try:
            self._db = _open(path)
        except sqlite3.DatabaseError:  # damaged: forgetting costs one fetch of each telegram
            path.unlink()
            self._db = _open(path)

    def has(self, url: str) -> bool:
        """Tell whether that telegram is done with."""
        return self._db.execute("SELECT 1 FROM taken WHERE url = ?", (url,)).fetchone() is not None

    def add(self, url: str, feed: str, updated: datetime) -> None:
        """Remember that it is."""
        self._db.execute("INSERT OR IGNORE INTO taken VALUES (?, ?, ?)", (url, feed, updated.timestamp()))

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
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.executescript(_SCHEMA)
    return database

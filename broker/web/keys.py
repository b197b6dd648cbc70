"""API keys: made once, shown once, hashed at rest (Argon2), revocable at any time.

A key is ``nrk_<id>_<secret>``. The id finds the row, the secret is checked against its hash. Since Argon2 is slow on
purpose, a verified key is remembered by its SHA-256 in memory until the file changes: a revocation made by another
process (the command line) is seen within a tenth of a second.
"""

import contextlib
import hashlib
import json
import secrets
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final

import argon2
import msgspec

from broker.core.holder import Holder
from broker.core.problem import Problem

_LOOK_EVERY_S: Final = 0.1  # how long a key that another process revoked may still be good
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS key (
  id TEXT PRIMARY KEY, hash TEXT NOT NULL, holder TEXT NOT NULL, made_at TEXT NOT NULL, revoked_at TEXT
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS key_name ON key (json_extract(holder, '$.name')) WHERE revoked_at IS NULL;
"""


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """What can be shown of a key: everything but the key."""

    id: str
    holder: Holder
    made_at: str
    revoked_at: str | None


class KeyStore:
    """The keys of one broker, in one SQLite file that only its owner can read."""

    def __init__(self, path: Path) -> None:
        """Open or make the file at ``path``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_SCHEMA)
        # A key has 256 random bits: nobody guesses it, so the hash need not be as slow as for a password. 8 MiB, 6 ms.
        self._hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8 << 10, parallelism=1)
        self._verified: dict[bytes, Holder] = {}
        self._changes = 0
        self._looked_at = 0.0
        self._version = self._data_version()

    def add(self, holder: Holder) -> str:
        """Make a key for the holder and return it; it can never be read again. Raises Problem ``key-name-taken``."""
        key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        row = (key_id, self._hasher.hash(secret), msgspec.json.encode(holder).decode(), datetime.now(UTC).isoformat())
        try:
            self._db.execute("INSERT INTO key (id, hash, holder, made_at) VALUES (?, ?, ?, ?)", row)
        except sqlite3.IntegrityError as error:
            raise Problem(
                "key-name-taken",
                f"A key named {holder.name} exists; revoke it first or choose another name.",
                status=409,
            ) from error
        self._changes += 1
        return f"nrk_{key_id}_{secret}"

    def verify(self, key: str) -> Holder | None:
        """Return the holder of a valid key, or None; no key has other characters than ASCII's."""
        if not key.isascii():
            return None
        self._notice_changes()
        mark = hashlib.sha256(key.encode()).digest()
        if (holder := self._verified.get(mark)) is not None:
            return holder
        holder = self._verify_by_hash(key)
        if holder is not None:
            self._verified[mark] = holder
        return holder

    def _notice_changes(self) -> None:
        """Forget what was verified when another process changed the file; looked for at most so often."""
        now = monotonic()
        if now < self._looked_at + _LOOK_EVERY_S:
            return
        self._looked_at = now
        if (version := self._data_version()) != self._version:
            self._verified.clear()
            self._version = version

    def _verify_by_hash(self, key: str) -> Holder | None:
        head, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        if head != "nrk" or not secret:
            return None
        row = self._db.execute("SELECT hash, holder FROM key WHERE id = ? AND revoked_at IS NULL", (key_id,)).fetchone()
        if row is None:
            return None
        with contextlib.suppress(argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            self._hasher.verify(row[0], secret)
            return msgspec.json.decode(row[1], type=Holder)
        return None

    def revoke(self, name: str) -> None:
        """Take back the key of that name. Raises Problem ``key-unknown``."""
        done = self._db.execute(
            "UPDATE key SET revoked_at = ? WHERE json_extract(holder, '$.name') = ? AND revoked_at IS NULL",
            (datetime.now(UTC).isoformat(), name),
        )
        if done.rowcount == 0:
            raise Problem("key-unknown", f"There is no key named {name} in force.", status=404)
        self._verified.clear()
        self._changes += 1

    def rows(self) -> list[KeyRow]:
        """All keys ever made, newest last, without their secrets."""
        query = "SELECT id, holder, made_at, revoked_at FROM key ORDER BY made_at, id"
        return [
            KeyRow(id=key_id, holder=msgspec.convert(json.loads(holder), Holder), made_at=made, revoked_at=revoked)
            for key_id, holder, made, revoked in self._db.execute(query)
        ]

    def revoked(self) -> frozenset[str]:
        """Return the names whose keys were all taken back."""
        rows = self.rows()
        return frozenset(r.holder.name for r in rows) - {r.holder.name for r in rows if r.revoked_at is None}

    def version(self) -> int:
        """Return a number that changes with every key made or revoked, by whichever process."""
        return self._data_version() * 1_000_000 + self._changes

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _data_version(self) -> int:
        """SQLite's count of changes made by other connections."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

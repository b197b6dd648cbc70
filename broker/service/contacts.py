"""Where far ends are reached and with what secret: an erasable table beside the journal, by subscription id.

Nothing of this ever enters the journal (DESIGN rule 7); taking a subscription away erases its row.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from broker.core.problem import Problem
from broker.core.protocol import ChannelSpec

_SCHEMA: Final = """
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS contact (subscription_id TEXT PRIMARY KEY, channel TEXT NOT NULL, body BLOB NOT NULL) STRICT;
"""


class Contacts:
    """The contacts of one broker, read through a cache, in one SQLite file that only its owner can read."""

    def __init__(self, path: Path, channels: Mapping[str, ChannelSpec]) -> None:
        """Open or make the file at ``path`` for the given channels."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        self._channels = channels
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        self._cache: dict[str, Any] = {}

    def check(self, channel: str, contact: object) -> Any:
        """Return the contact as the channel's own struct.

        Raises Problem ``channel-unknown`` or ``contact-invalid`` with the path at fault.
        """
        if channel not in self._channels:
            names = ", ".join(sorted(self._channels))
            raise Problem("channel-unknown", f"There is no channel {channel}; there are: {names}.", path="channel")
        try:
            return msgspec.convert(contact, self._channels[channel].contact)
        except msgspec.ValidationError as error:
            sentence, _, path = str(error).partition(" - at ")
            raise Problem("contact-invalid", f"{sentence}.", path="contact" + path.strip("`").lstrip("$")) from error

    def put(self, subscription_id: str, channel: str, contact: Any) -> None:
        """Keep the contact (an instance of the channel's struct); durable on return."""
        body = msgspec.json.encode(contact)
        self._db.execute("INSERT OR REPLACE INTO contact VALUES (?, ?, ?)", (subscription_id, channel, body))
        self._cache[subscription_id] = contact

    def get(self, subscription_id: str) -> Any | None:
        """Return the contact, or None where it was erased."""
        if subscription_id not in self._cache:
            query = "SELECT channel, body FROM contact WHERE subscription_id = ?"
            row = self._db.execute(query, (subscription_id,)).fetchone()
            if row is None or row[0] not in self._channels:
                return None
            self._cache[subscription_id] = msgspec.json.decode(row[1], type=self._channels[row[0]].contact)
        return self._cache[subscription_id]

    def erase(self, subscription_id: str) -> None:
        """Forget the contact for good."""
        self._db.execute("DELETE FROM contact WHERE subscription_id = ?", (subscription_id,))
        self._cache.pop(subscription_id, None)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

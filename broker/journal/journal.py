"""The Journal protocol. One conformance suite (tests/contracts) runs on every implementation."""

from collections.abc import Sequence
from typing import Protocol

from broker.journal.record import Entry, Record


class JournalError(Exception):
    """The journal itself failed (disk full, file damaged): nothing may be answered yes."""


class Journal(Protocol):
    """An append-only store of hash-chained streams."""

    async def append(self, stream: str, entries: Sequence[Entry]) -> Sequence[Record]:
        """Append all or none, durable on return, in order. A key that the stream already holds gives back its record
        unchanged, whatever the new body says. Raises JournalError.
        """
        ...

    async def read(self, stream: str, after: int, limit: int) -> Sequence[Record]:
        """Return up to ``limit`` records with seq > ``after``, in order; empty where there are none yet."""
        ...

    async def wait(self, stream: str, after: int) -> None:
        """Return as soon as the stream holds a record with seq > ``after`` (at once where it already does)."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of files."""
        ...

"""A real journal whose disk is full for a while, or which is slow, at the moment that a test chooses."""

import asyncio
from collections.abc import Sequence

import pytest

from broker.journal.journal import Journal, JournalError
from broker.journal.record import Entry, Record


class Full:
    """Lets the next ``times`` appends fail; all that follow go through."""

    def __init__(self, journal: Journal, patch: pytest.MonkeyPatch, times: int) -> None:
        self.left = times
        self._append = journal.append
        patch.setattr(journal, "append", self.append)

    async def append(self, stream: str, entries: Sequence[Entry]) -> Sequence[Record]:
        if self.left:
            self.left -= 1
            raise JournalError("the disk is full")
        return await self._append(stream, entries)


class Slow:
    """Keeps what holds ``words`` waiting until ``goes_on`` is set; ``begun`` tells that something waits."""

    def __init__(self, journal: Journal, patch: pytest.MonkeyPatch, words: bytes = b"") -> None:
        self.begun, self.goes_on = asyncio.Event(), asyncio.Event()
        self._words = words
        self._append = journal.append
        patch.setattr(journal, "append", self.append)

    async def append(self, stream: str, entries: Sequence[Entry]) -> Sequence[Record]:
        if self._words in entries[0].body:
            self.begun.set()
            await self.goes_on.wait()
        return await self._append(stream, entries)

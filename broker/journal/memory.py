"""A journal that forgets when the process ends: for tests and for trying things out. The same rules, no disk."""

from collections import defaultdict
from collections.abc import Sequence

from broker.journal.journal import JournalError
from broker.journal.record import Entry, Record
from broker.journal.tail import Tail


class MemoryJournal:
    """A Journal held in lists."""

    def __init__(self) -> None:
        self._tails: defaultdict[str, Tail] = defaultdict(Tail)
        self._keys: defaultdict[str, dict[str, Record]] = defaultdict(dict)
        self._closed = False

    async def append(self, stream: str, entries: Sequence[Entry]) -> Sequence[Record]:
        """Append all or none, in order; a key that is known gives back its record."""
        if self._closed:
            raise JournalError("the journal was closed")
        tail, keys = self._tails[stream], self._keys[stream]
        records = []
        for entry in entries:
            record = keys.get(entry.key)
            if record is None:
                record = Record(
                    stream=stream,
                    seq=tail.last_seq + 1,
                    at=entry.at,
                    kind=entry.kind,
                    key=entry.key,
                    body=entry.body,
                    prev_hash=tail.last_hash,
                )
                keys[entry.key] = record
                tail.push(record, record.hash())
            records.append(record)
        tail.wake()
        return records

    async def read(self, stream: str, after: int, limit: int) -> Sequence[Record]:
        """Return up to ``limit`` records with seq > ``after``."""
        return self._tails[stream].read(max(after, 0), limit) or []

    async def wait(self, stream: str, after: int) -> None:
        """Return as soon as the stream holds a record with seq > ``after``."""
        if self._closed:
            raise JournalError("the journal was closed")
        await self._tails[stream].wait(after)

    async def close(self) -> None:
        """Let those who wait know that nothing will come."""
        self._closed = True
        for tail in self._tails.values():
            tail.end()

"""The end of one stream in memory, and those who wait for what comes next. Lives on the event loop alone."""

import asyncio

from broker.journal.journal import JournalError
from broker.journal.record import GENESIS, Record


class Tail:
    """The newest records of one stream.

    ``last_seq`` is the seq of the newest record that is durable, 0 for none; ``last_hash`` its hash. With bounds given,
    the oldest records fall out: never more than twice ``records_max``, and about ``bytes_max`` of bodies.
    """

    def __init__(
        self,
        last_seq: int = 0,
        last_hash: bytes = GENESIS,
        *,
        records_max: int | None = None,
        bytes_max: int | None = None,
    ) -> None:
        self.last_seq = last_seq
        self.last_hash = last_hash
        self._records: list[Record] = []
        self._bytes = 0
        self._records_max = records_max
        self._bytes_max = bytes_max
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    def push(self, record: Record, digest: bytes) -> None:
        """Add the next record; ``digest`` is its hash. One that does not follow on the last starts the tail anew."""
        if record.seq != self.last_seq + 1:
            self._records.clear()
            self._bytes = 0
        self._records.append(record)
        self._bytes += len(record.body)
        self.last_seq, self.last_hash = record.seq, digest
        self._cut()

    def read(self, after: int, limit: int) -> list[Record] | None:
        """Return what follows ``after``, or None where that has fallen out of memory."""
        if after >= self.last_seq:
            return []
        first_seq = self.last_seq - len(self._records) + 1
        start = after + 1 - first_seq
        if start < 0:
            return None
        return self._records[start : start + limit]

    def wake(self) -> None:
        """Let everyone go on who waits for a record that is now there."""
        still = []
        for after, future in self._waiting:
            if future.done():
                continue
            if after < self.last_seq:
                future.set_result(None)
            else:
                still.append((after, future))
        self._waiting = still

    async def wait(self, after: int) -> None:
        """Return once ``last_seq`` > ``after``."""
        if after < self.last_seq:
            return
        waiting = (after, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        try:
            await waiting[1]
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    def end(self) -> None:
        """Tell those who wait that the journal closes and nothing will come any more."""
        for _, future in self._waiting:
            if not future.done():
                future.set_exception(JournalError("the journal was closed"))
        self._waiting.clear()

    def _cut(self) -> None:
        too_many = self._records_max is not None and len(self._records) > 2 * self._records_max
        too_heavy = self._bytes_max is not None and self._bytes > self._bytes_max
        if too_many and self._records_max is not None:
            self._drop(len(self._records) - self._records_max)
        elif too_heavy:
            self._drop(max(1, len(self._records) // 2))

    def _drop(self, count: int) -> None:
        self._bytes -= sum(len(record.body) for record in self._records[:count])
        del self._records[:count]

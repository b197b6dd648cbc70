"""The hub: follows the journal with one task and writes each alert to every live reader that wants it.

A reader is either catching up (its handler reads the journal, with back-pressure) or live (here, without any task or
queue of its own). It goes from one to the other in a step without await, at the very seq that the hub has reached: so
it misses nothing and gets nothing twice.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

from broker.core.event import ALERTS
from broker.core.limit import STREAM_CONNECTIONS_MAX, STREAM_HEARTBEAT_S, STREAM_STALLED_BEATS_MAX
from broker.core.matcher import Leaves
from broker.core.problem import Problem
from broker.journal.journal import Journal
from broker.service.clock import Clock, utc_now
from channels.stream.audience import Audience, Choice, FindSubscription
from channels.stream.connection import Connection, Wish
from channels.stream.frame import AlertFrame, Frame, Heartbeat, Position
from channels.stream.history import History, epoch_of

_PAUSE_EVERY: Final = 64  # alerts written in one go before other tasks get their turn


class Hub:
    """All live readers of one process."""

    def __init__(
        self,
        journal: Journal,
        leaves: Leaves,
        find_subscription: FindSubscription,
        *,
        clock: Clock = utc_now,
        heartbeat_s: float = STREAM_HEARTBEAT_S,
    ) -> None:
        """Follow ``journal``. ``leaves`` is the registry's: the municipalities below a code. ``find_subscription``
        gives a subscription as it stands now, by its id, or None once it was removed.
        """
        self.history = History(journal)
        self.audience = Audience(leaves, find_subscription)
        self.position = 0  # every record up to this seq was written to the live readers
        self._journal = journal
        self._leaves = leaves
        self._clock = clock
        self._heartbeat_s = heartbeat_s
        self.patience_s = STREAM_STALLED_BEATS_MAX * heartbeat_s  # for one write to a reader that catches up
        self._epoch = ""
        self._moved = asyncio.Condition()
        self._count = 0
        self._opened = 0
        self._closing = False

    async def start(self) -> None:
        """Find the head of the journal; readers without a cursor begin there."""
        self.position = await self.history.head()
        self._epoch = await epoch_of(self._journal)

    async def run(self) -> None:
        """Follow the journal and beat, until cancelled; then end every connection."""
        if not self.position:
            await self.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follow(), name="stream-follow")
                tasks.create_task(self._beat(), name="stream-beat")
        finally:
            await self.close()

    async def close(self) -> None:
        """End every connection; their readers come back by cursor."""
        self._closing = True
        for connection in list(self.audience):
            connection.end()

    # --- a reader comes and goes -----------------------------------------------------------------------------------

    def admit(self) -> int:
        """Count a reader in and return its number. Raises Problem ``stream-full``."""
        if self._count >= STREAM_CONNECTIONS_MAX:
            self._sweep()
        if self._count >= STREAM_CONNECTIONS_MAX or self._closing:
            raise Problem(
                "stream-full",
                "This machine serves as many stream readers as it may; come back in some seconds with your cursor.",
                status=503,
            )
        self._count += 1
        self._opened += 1
        return self._opened

    def leave(self) -> None:
        """Count a reader out that was admitted."""
        self._count -= 1

    def greeting(self, cursor: int | None, epoch: str | None) -> tuple[int, Frame]:
        """Decide where a reader begins, and the first event that says so.

        A cursor of this journal is taken up: everything after it follows. Without a cursor, or with one that this
        journal never gave out, the stream begins at the head, and ``recovered`` is false.
        """
        known = cursor is not None and cursor <= self.position and (not epoch or epoch == self._epoch)
        begin = cursor if known and cursor is not None else self.position
        position = Position(recovered=known, seq=self.position, as_of=self._clock(), epoch=self._epoch)
        return begin, Frame(position, id=begin)

    async def catch_up(self, wish: Wish, begin: int) -> AsyncGenerator[AlertFrame, None]:
        """Yield what the reader missed; when this ends, it may join the audience, in the same step, without await."""
        choice = Choice(wish, self._leaves)
        cursor = begin
        while cursor < self.position and not self._closing:
            if cursor % _PAUSE_EVERY == 0:
                await asyncio.sleep(0)
            found = await self.history.next(cursor)
            assert found is not None, cursor  # noqa: S101 - the journal holds everything up to the hub's position
            cursor, frame = found
            if frame is not None and choice.wants(frame):
                yield frame

    def join(self, connection: Connection) -> None:
        """Make the reader live: everything up to the hub's position was written to it."""
        self.audience.add(connection)
        if self._closing:
            connection.end()

    async def reached(self, seq: int) -> None:
        """Return once everything up to ``seq`` was written to the live readers."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.position >= seq)

    # --- the two tasks ---------------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        while True:
            batch = await self.history.read(self.position)
            if not batch:
                await self._journal.wait(ALERTS, self.position)
                continue
            for number, (seq, frame) in enumerate(batch, start=1):
                if frame is not None:
                    self._broadcast(frame)
                self.position = seq
                if number % _PAUSE_EVERY == 0:
                    await asyncio.sleep(0)
            if not self._epoch:
                self._epoch = await epoch_of(self._journal)
            async with self._moved:
                self._moved.notify_all()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_s)
            frame = Frame(Heartbeat(seq=self.position, as_of=self._clock(), epoch=self._epoch), id=self.position)
            for connection in list(self.audience):
                if not connection.beat(frame):
                    self.audience.remove(connection)

    def _broadcast(self, frame: AlertFrame) -> None:
        for connection in self.audience.of(frame):
            if not connection.write_alert(frame):
                self.audience.remove(connection)

    def _sweep(self) -> None:
        """Let go of readers that left since the last heartbeat."""
        for connection in list(self.audience):
            if not connection.open:
                connection.end()
                self.audience.remove(connection)

"""The hub: follows the journal with one task and writes each alert to every live reader that wants it.

A reader is either catching up (its handler reads the journal, with back-pressure) or live (here, without any task or
queue of its own). It goes from one to the other in a step without await, at the very seq that the hub has reached: so
it misses nothing and gets nothing twice.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final, TypeVar

import msgspec

from broker.core.event import ALERTS, AlertAccepted
from broker.core.limit import STREAM_CONNECTIONS_MAX, STREAM_HEARTBEAT_S
from broker.core.problem import Problem
from broker.core.subscription import Filter, Subscription
from broker.journal.journal import Journal
from broker.service.clock import Clock, utc_now
from cap_formats.alert import Scope
from channels.stream.connection import Connection, Wish
from channels.stream.frame import AlertFrame, Frame, Heartbeat, Position
from channels.stream.history import History

Matches = Callable[[Filter, AlertAccepted], bool]
FindSubscription = Callable[[str], Subscription | None]
K = TypeVar("K", str, Wish)
_PAUSE_EVERY: Final = 64  # alerts written in one go before other tasks get their turn


class Hub:
    """All live readers of one process."""

    def __init__(
        self,
        journal: Journal,
        matches: Matches,
        find_subscription: FindSubscription,
        *,
        clock: Clock = utc_now,
        heartbeat_s: float = STREAM_HEARTBEAT_S,
    ) -> None:
        """Follow ``journal``; ``matches`` is the router's own rule, so that a stream filter means what it means there.

        ``find_subscription`` gives a subscription as it stands now, by its id, or None once it was removed.
        """
        self.history = History(journal)
        self.position = 0  # every record up to this seq was written to the live readers
        self._journal = journal
        self._matches = matches
        self._find_subscription = find_subscription
        self._clock = clock
        self._heartbeat_s = heartbeat_s
        self._live: dict[Wish, set[Connection]] = {}
        self._named: dict[str, set[Connection]] = {}
        self._epoch = ""
        self._moved = asyncio.Condition()
        self._count = 0
        self._opened = 0
        self._closing = False

    async def start(self) -> None:
        """Find the head of the journal; readers without a cursor begin there."""
        self.position = await self.history.head()
        self._epoch = await self.history.epoch()

    async def run(self) -> None:
        """Follow the journal and beat, until cancelled."""
        if not self.position:
            await self.start()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow(), name="stream-follow")
            tasks.create_task(self._beat(), name="stream-beat")

    async def close(self) -> None:
        """End every connection; their readers come back by cursor."""
        self._closing = True
        for connection in self.live():
            connection.end()

    def live(self) -> list[Connection]:
        """All live readers."""
        groups = (*self._live.values(), *self._named.values())
        return [connection for group in groups for connection in group]

    def named(self, subscription_id: str) -> list[Connection]:
        """Live readers that came with that subscription and its owner's key."""
        return [connection for connection in self._named.get(subscription_id, ()) if connection.open]

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

    async def catch_up(self, wish: Wish, begin: int) -> AsyncIterator[AlertFrame]:
        """Yield what the reader has missed; when this ends, join() may be called, in the same step, without await."""
        cursor = begin
        while cursor < self.position:
            for seq, frame in await self.history.read(cursor):
                if seq > self.position:
                    break  # the live loop has not written it yet, and will
                cursor = seq
                if frame is not None and self.wants(wish, frame):
                    yield frame

    def join(self, connection: Connection) -> None:
        """Make the reader live; everything up to the hub's position was written to it."""
        if connection.subscription_id is None:
            self._live.setdefault(connection.wish, set()).add(connection)
        else:
            self._named.setdefault(connection.subscription_id, set()).add(connection)

    def part(self, connection: Connection) -> None:
        """Forget a reader that is gone."""
        if connection.subscription_id is None:
            drop(self._live, connection.wish, connection)
        else:
            drop(self._named, connection.subscription_id, connection)

    def wants(self, wish: Wish, frame: AlertFrame) -> bool:
        """Whether a reader of that wish gets the alert: never what is addressed to others, drills only on request."""
        scope = frame.accepted.alert.scope
        if scope is Scope.PRIVATE or (scope is Scope.RESTRICTED and not wish.restricted):
            return False
        return self._matches(wish, frame.accepted)

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
                self._epoch = await self.history.epoch()
            async with self._moved:
                self._moved.notify_all()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_s)
            frame = Frame(Heartbeat(seq=self.position, as_of=self._clock(), epoch=self._epoch), id=self.position)
            for connection in self.live():
                if not connection.beat(frame):
                    self.part(connection)

    def _broadcast(self, frame: AlertFrame) -> None:
        gone: list[Connection] = []
        for wish, group in self._live.items():
            if self.wants(wish, frame):
                gone.extend([connection for connection in group if not connection.write(frame)])
        for subscription_id, group in self._named.items():
            subscription = self._find_subscription(subscription_id)
            if subscription is not None and not subscription.paused and self.wants(wish_of(subscription), frame):
                gone.extend([connection for connection in group if not connection.write_alert(frame)])
        for connection in gone:
            self.part(connection)

    def _sweep(self) -> None:
        """Let go of readers that left since the last heartbeat."""
        for connection in self.live():
            if not connection.open:
                connection.end()
                self.part(connection)


def wish_of(subscription: Subscription) -> Wish:
    """Return what a connection that comes as that subscription gets."""
    return Wish(**msgspec.structs.asdict(subscription.filter), restricted=True)


def drop(groups: dict[K, set[Connection]], key: K, connection: Connection) -> None:
    """Take a connection out of its group, and the group away with its last one."""
    group = groups.get(key)
    if group is not None:
        group.discard(connection)
        if not group:
            del groups[key]

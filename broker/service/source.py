"""The sources that receivers listen to, and whether each is still heard. Told by the receivers, asked by whoever shows
it (/health, /ops, /metrics).

A source is silent in two ways: its receiver says that it is lost (the connection broke), or nothing was heard from it
for longer than it may be quiet. Either is seen within LOST_WITHIN. Silence is measured by a clock that nobody sets: one
that is put back would hide it.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec
import structlog

from broker.service.clock import Clock

LOST_WITHIN: Final = timedelta(seconds=30)  # so soon is a lost source said to be lost, whatever way it was lost
_LOOK_S: Final = 1.0  # between two looks for the log
_LOG: Final = structlog.get_logger("noroshi.sources")


class SourceState(StrEnum):
    """How a source does."""

    STARTING = "starting"  # not heard yet, and not waited for long
    HEARD = "heard"
    LOST = "lost"


class SourceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One source as it is shown. ``since`` is when it came into this state, ``heard_at`` when anything came from it
    (an answer, a heartbeat), ``message_at`` when a message did, ``messages`` how many since the start.
    """

    receiver: str
    name: str
    state: SourceState
    since: datetime
    heard_at: datetime | None
    message_at: datetime | None
    messages: int
    reason: str


class Source:
    """One source of one receiver.

    ``quiet_max`` is how long it may say nothing at all before it counts as lost; None for a source that has no
    heartbeat, where only its receiver knows. ``seconds`` is a clock that only goes on.
    """

    def __init__(
        self,
        receiver: str,
        name: str,
        clock: Clock,
        seconds: Callable[[], float],
        quiet_max: timedelta | None = LOST_WITHIN,
    ) -> None:
        self.receiver = receiver
        self.name = name
        self._clock = clock
        self._seconds = seconds
        self._quiet_max = quiet_max
        self._last_s = seconds()  # when it was heard, or opened
        self._since = clock()
        self._state = SourceState.STARTING
        self._heard_at: datetime | None = None
        self._message_at: datetime | None = None
        self._messages = 0
        self._reason = ""

    def heard(self) -> None:
        """Note that the source answered, with a message or without."""
        was = self.line().state
        self._heard_at = self._clock()
        self._last_s = self._seconds()
        if was is not SourceState.HEARD:
            self._become(SourceState.HEARD, "", self._heard_at)

    def message(self) -> None:
        """Note that a message came from the source."""
        self.heard()
        self._message_at = self._heard_at
        self._messages += 1

    def lost(self, reason: str) -> None:
        """Note that the source does not answer; ``reason`` is one line for the operator, the newest counts."""
        if self._state is not SourceState.LOST:
            self._become(SourceState.LOST, reason, self._clock())
        self._reason = reason

    def line(self) -> SourceLine:
        """Return how the source does now."""
        state, since, reason = self._state, self._since, self._reason
        quiet_max, quiet_s = self._quiet_max, self._seconds() - self._last_s
        if state is not SourceState.LOST and quiet_max is not None and quiet_s > quiet_max.total_seconds():
            state, since = SourceState.LOST, (self._heard_at or self._since) + quiet_max
            reason = f"nothing heard for {quiet_max.total_seconds():g} s"
        return SourceLine(
            receiver=self.receiver,
            name=self.name,
            state=state,
            since=since,
            heard_at=self._heard_at,
            message_at=self._message_at,
            messages=self._messages,
            reason=reason,
        )

    def _become(self, state: SourceState, reason: str, at: datetime) -> None:
        self._state, self._reason, self._since = state, reason, at


class Sources:
    """All of them, in the order in which they were opened."""

    def __init__(self, clock: Clock, seconds: Callable[[], float] = time.monotonic) -> None:
        """Begin with none; ``clock`` tells the times that are shown, ``seconds`` how long it has been silent."""
        self._clock = clock
        self._seconds = seconds
        self._sources: list[Source] = []

    def open(self, receiver: str, name: str, *, quiet_max: timedelta | None = LOST_WITHIN) -> Source:
        """Make a source known; ``name`` is what the operator knows it by (an address without its secrets)."""
        source = Source(receiver, name, self._clock, self._seconds, quiet_max)
        self._sources.append(source)
        return source

    def lines(self) -> list[SourceLine]:
        """Return how each does now."""
        return [source.line() for source in self]

    def __iter__(self) -> Iterator[Source]:
        return iter(self._sources)

    async def watch(self) -> None:
        """Log each loss, and each return, until cancelled."""
        states: dict[Source, SourceState] = {}
        while True:
            for source in self:
                line, was = source.line(), states.get(source, SourceState.STARTING)
                told = {"receiver": line.receiver, "source": line.name}
                if line.state is SourceState.LOST and was is not SourceState.LOST:
                    _LOG.warning("nothing comes in from a source", **told, reason=line.reason)
                elif line.state is SourceState.HEARD and was is not SourceState.HEARD:
                    _LOG.info("a source is heard", **told, again=was is SourceState.LOST)
                states[source] = line.state
            await asyncio.sleep(_LOOK_S)

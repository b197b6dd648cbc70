"""A whole broker in the test's own process, with settings of one's own and a clock that can be put forward."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broker.core.event import ALERTS, AlertAccepted, AlertHeld, AlertRejected, AlertRouted, Event, decode_event
from broker.service.source import SourceLine
from ops.settings import Settings, parse_settings
from ops.wiring import House

AREAS: list[Path] = []  # the table of places, made once a session by conftest
BASE = "[http]\nport = 0\n[mqtt]\nport = 0\n"


class Hands:
    """The real time, moved by what a test says."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Home:
    """A House that runs."""

    def __init__(self, house: House, hands: Hands) -> None:
        self.house = house
        self.hands = hands

    async def events(self, *kinds: type[Event]) -> list[Event]:
        records = await self.house.broker.journal.read(ALERTS, 0, 100_000)
        events = [decode_event(record.kind, record.body) for record in records]
        return [event for event in events if isinstance(event, kinds or (Event,))]

    async def accepted(self) -> list[AlertAccepted]:
        return [event for event in await self.events(AlertAccepted) if isinstance(event, AlertAccepted)]

    async def held(self) -> list[AlertHeld]:
        return [event for event in await self.events(AlertHeld) if isinstance(event, AlertHeld)]

    async def rejected(self) -> list[AlertRejected]:
        return [event for event in await self.events(AlertRejected) if isinstance(event, AlertRejected)]

    async def routed(self) -> list[AlertRouted]:
        return [event for event in await self.events(AlertRouted) if isinstance(event, AlertRouted)]

    async def some_accepted(self, count: int, seconds: float = 10.0) -> list[AlertAccepted]:
        """Wait until so many alerts are journaled."""
        async with asyncio.timeout(seconds):
            while len(found := await self.accepted()) < count:
                await asyncio.sleep(0.02)
        return found

    async def some_held(self, count: int, seconds: float = 10.0) -> list[AlertHeld]:
        async with asyncio.timeout(seconds):
            while len(found := await self.held()) < count:
                await asyncio.sleep(0.02)
        return found

    def source(self, name: str) -> SourceLine:
        return next(line for line in self.house.broker.sources.lines() if line.name == name)

    async def source_is(self, name: str, state: str, seconds: float = 10.0) -> SourceLine:
        async with asyncio.timeout(seconds):
            while (line := self.source(name)).state != state:
                await asyncio.sleep(0.02)
        return line


def settings_of(text: str, data: Path) -> Settings:
    return parse_settings(f'data = "{data}"\n{BASE}{text}')


@asynccontextmanager
async def at_home(text: str, data: Path) -> AsyncIterator[Home]:
    """Run a broker with these settings for as long as the context lasts."""
    hands = Hands()
    data.mkdir(exist_ok=True)
    if AREAS and not (data / "areas.db").exists():
        shutil.copy(AREAS[0], data / "areas.db")
    house = await House.open(settings_of(text, data), clock=hands)
    stop = asyncio.Event()
    serving = asyncio.create_task(house.serve(stop))
    try:
        yield Home(house, hands)
        assert not serving.done(), serving.exception()
    finally:
        stop.set()
        await serving
        await house.close()

"""A broker inside the test with one way in running, on a data folder of its own. The table of places is shared."""

import asyncio
import atexit
import contextlib
import functools
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from broker.core.event import ALERTS, AlertAccepted, AlertHeld, AlertRejected, Event, decode_event
from broker.journal.sqlite import SqliteJournal
from broker.service import checkpoint
from broker.service.broker import Broker
from broker.service.clock import utc_now
from broker.service.contacts import Contacts
from broker.service.receiver import Receiver
from broker.service.source import SourceLine, SourceState
from broker.views.history import History
from broker.views.projection import ViewFile
from geo.registry import Registry, open_registry
from ops.metrics import Metrics
from ops.wiring import SPECS


@functools.cache
def places() -> Registry:
    folder = tempfile.TemporaryDirectory()  # the shipped places are unpacked into it, once for all tests
    atexit.register(folder.cleanup)
    return open_registry(Path(folder.name) / "areas.db")


@contextlib.asynccontextmanager
async def running(data: Path, make: Callable[[Broker], Receiver]) -> AsyncIterator[Broker]:
    """Run the way in that ``make`` makes until the block ends."""
    data.mkdir(exist_ok=True)
    journal = SqliteJournal(data / "journal.db")
    state = await checkpoint.read(data / "state.ckpt", journal, frozenset())
    broker = Broker(
        journal=journal,
        registry=places(),
        views=ViewFile(data / "views.db", (History(),)),
        contacts=Contacts(data / "contacts.db", SPECS),
        specs=SPECS,
        clock=utc_now,
        meter=Metrics(),
        state=state,
        checkpoint_path=data / "state.ckpt",
    )
    await broker.catch_up()
    receiver = make(broker)
    task = asyncio.create_task(receiver.run(broker.intake))
    try:
        yield broker
        assert not task.done(), task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await broker.close()


async def events(broker: Broker, *kinds: type[Event]) -> list[Any]:
    """All that the journal holds of messages."""
    wanted = {kind.__name__ for kind in kinds or (AlertAccepted, AlertHeld, AlertRejected)}
    records = await broker.journal.read(ALERTS, 0, 10_000)
    return [decode_event(record.kind, record.body) for record in records if record.kind in wanted]


async def identifiers(broker: Broker) -> list[str]:
    return [event.alert.identifier for event in await events(broker, AlertAccepted)]


def line(broker: Broker, name: str | None = None) -> SourceLine:
    return next(one for one in broker.sources.lines() if name is None or one.name == name)


def is_lost(broker: Broker, name: str | None = None) -> bool:
    return line(broker, name).state is SourceState.LOST


def is_heard(broker: Broker, name: str | None = None) -> bool:
    return line(broker, name).state is SourceState.HEARD


async def until(check: Any, seconds: float = 15) -> None:
    """Wait until the check, plain or awaitable, holds."""
    async with asyncio.timeout(seconds):
        while True:
            found = check()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.02)

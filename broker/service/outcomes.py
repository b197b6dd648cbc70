"""Journals what became of deliveries, many at a time: whatever ends while one append is under way shares the next."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from broker.core.dispatch import Dispatch
from broker.core.event import DELIVERIES, DeliveryDeferred, Event, encode_event
from broker.journal.journal import Journal
from broker.journal.record import Entry, Record
from broker.service.patience import patiently
from broker.service.recent import Recent


class Outcomes:
    """The one way into the deliveries stream; the core sees every record once it is durable."""

    def __init__(self, journal: Journal, dispatch: Dispatch, recent: Recent, changed: asyncio.Event) -> None:
        """Set ``changed`` whenever the core has seen something."""
        self._journal = journal
        self._dispatch = dispatch
        self._recent = recent
        self._changed = changed
        self._waiting: list[tuple[Event, Entry]] = []
        self._filled = asyncio.Event()
        self._unapplied = 0

    @property
    def is_settled(self) -> bool:
        """Whether the core has seen everything that was handed in."""
        return not self._waiting and self._unapplied == 0

    def put(self, event: Event, now: datetime) -> None:
        """Hand in an event to be journaled soon. If the process ends before, the attempt is made again."""
        self._waiting.append((event, _entry(event, key_of(event), now)))
        self._filled.set()

    async def run(self) -> None:
        """Journal what is handed in until cancelled."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            waiting, self._waiting = self._waiting, []
            await self._append(waiting)

    async def write(self, events: Sequence[Event], now: datetime) -> None:
        """Journal events; durable on return, however long that takes."""
        await self._append([(event, _entry(event, key_of(event), now)) for event in events])

    async def write_as(self, event: Event, key: str, now: datetime) -> Record:
        """Journal one event under a key of its own; durable on return. Raises JournalError."""
        entry = _entry(event, key, now)
        with self._unsettled():
            [record] = await self._journal.append(DELIVERIES, [entry])
            self._apply([record], [event])
        return record

    async def _append(self, batch: Sequence[tuple[Event, Entry]]) -> None:
        entries = [entry for _, entry in batch]
        with self._unsettled():
            records = await patiently(lambda: self._journal.append(DELIVERIES, entries))
            self._apply(records, [event for event, _ in batch])

    def _apply(self, records: Sequence[Record], events: Sequence[Event]) -> None:
        for record, event in zip(records, events, strict=True):
            self._recent.put(record, event)
            self._dispatch.apply(record.seq, event)
        self._changed.set()

    @contextmanager
    def _unsettled(self) -> Iterator[None]:
        self._unapplied += 1
        try:
            yield
        finally:
            self._unapplied -= 1


def key_of(event: Event) -> str:
    """Name the record: every attempt that is put off has its own, and a delivery ends once."""
    delivery_id: str = event.delivery_id  # type: ignore[attr-defined]  # every event of this stream has it
    if isinstance(event, DeliveryDeferred):
        return f"deferred/{delivery_id}/{event.attempt}"
    return f"ended/{delivery_id}"


def _entry(event: Event, key: str, now: datetime) -> Entry:
    return Entry(kind=type(event).__name__, key=key, at=now, body=encode_event(event))

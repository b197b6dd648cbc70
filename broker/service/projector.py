"""The loop that lets the projections see every record, in order, soon after it was written."""

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Final

import structlog

from broker.core.event import ALERTS, DELIVERIES
from broker.journal.journal import Journal
from broker.journal.record import Record
from broker.service.recent import Recent
from broker.views.projection import EarlyError, ViewFile

_BATCH: Final = 500  # records a transaction: one commit for many, and readers see it within milliseconds
_ALERTS_AT_ONCE: Final = 200  # records a transaction when all is built, where nobody reads yet
_AT_ONCE: Final = 10_000

_AGAIN_S: Final = 1.0

_log = structlog.get_logger("noroshi.views")


class Projector:
    """Follows both streams; alerts first, because deliveries speak of them."""

    def __init__(self, journal: Journal, views: ViewFile, recent: Recent) -> None:
        """Apply the journal's records to the views."""
        self._journal = journal
        self._views = views
        self._recent = recent
        self._moved = asyncio.Condition()
        self._writing = asyncio.Lock()
        self._cursor = {stream: views.cursor(stream) for stream in (ALERTS, DELIVERIES)}
        self.reader: sqlite3.Connection = views.reader()

    async def catch_up(self) -> None:
        """Apply all that the journal holds now."""
        with self._views.building():
            try:
                await self._build()
            except EarlyError:  # a clock was set back once; what is left is applied stream by stream
                self._cursor = {stream: self._views.cursor(stream) for stream in self._cursor}
                _log.info("the journal's times do not run forward; the views take longer")
        for stream in (ALERTS, DELIVERIES):
            while await self._step(stream):
                pass

    async def _build(self) -> None:
        """Apply both streams as they came, by their times: what became of a delivery is written with the delivery.

        Raises EarlyError where the times mislead; what was applied by then is right.
        """
        ahead: list[Record] = []
        while alerts := await self._journal.read(ALERTS, self._cursor[ALERTS], _ALERTS_AT_ONCE):
            batch, is_more = list(alerts), True
            while is_more:
                seq = batch[-1].seq if batch and batch[-1].stream == DELIVERIES else self._cursor[DELIVERIES]
                ahead = ahead or list(await self._journal.read(DELIVERIES, seq, _AT_ONCE))
                count = next((n for n, record in enumerate(ahead) if record.at > alerts[-1].at), len(ahead))
                is_more = bool(count) and count == len(ahead)
                batch, ahead = batch + ahead[:count], ahead[count:]
                if not is_more or len(batch) > _AT_ONCE:
                    await self._write(batch)
                    batch = []

    async def run(self) -> None:
        """Follow both streams until cancelled."""
        async with asyncio.TaskGroup() as group:
            for stream in (ALERTS, DELIVERIES):
                group.create_task(self._follow(stream), name=f"project {stream}")

    async def reached(self, stream: str, seq: int) -> None:
        """Return once the views show the record."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._cursor[stream] >= seq)

    def seq(self, stream: str) -> int:
        """Return how far the views have come in the stream."""
        return self._cursor[stream]

    async def _follow(self, stream: str) -> None:
        while True:
            await self._journal.wait(stream, self._cursor[stream])
            try:
                await self._step(stream)
            except sqlite3.OperationalError as error:
                # A full disk: the transaction was rolled back, and the rows are written when there is room again.
                _log.critical("the views cannot be written; trying again", reason=str(error))
                await asyncio.sleep(_AGAIN_S)

    async def _step(self, stream: str) -> bool:
        async with self._writing:
            return await self._advance(stream)

    async def _advance(self, stream: str) -> bool:
        records = await self._journal.read(stream, self._cursor[stream], _BATCH)
        if not records:
            return False
        if stream == DELIVERIES:
            # What these records speak of was written to alerts before them: let that be applied first.
            while await self._advance(ALERTS):
                pass
        await self._write(records)
        return True

    async def _write(self, records: Sequence[Record]) -> None:
        work = asyncio.create_task(asyncio.to_thread(self._apply, records))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:  # a thread goes on, and half of what it writes must not be committed
            await asyncio.gather(work, return_exceptions=True)
            raise
        async with self._moved:
            self._cursor |= {record.stream: record.seq for record in records}
            self._moved.notify_all()

    def _apply(self, records: Sequence[Record]) -> None:
        self._views.apply([(record, self._recent.event(record)) for record in records])

    def close(self) -> None:
        """Close the connections."""
        self.reader.close()
        self._views.close()

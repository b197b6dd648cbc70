"""A journal that cannot be written for a while: senders are told no, nobody ends, and all goes on with room."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from broker.core.dispatch import Dispatch
from broker.core.event import DELIVERIES, DeliveryExpired
from broker.journal.journal import JournalError
from broker.journal.memory import MemoryJournal
from broker.journal.record import Entry, Record
from broker.service.outcomes import Outcomes
from broker.service.recent import Recent

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class FullDisk(MemoryJournal):
    """The real journal in memory, on a disk that is full until it is told otherwise."""

    full = True

    async def append(self, stream: str, entries: Sequence[Entry]) -> Sequence[Record]:
        if self.full:
            raise JournalError("database or disk is full")
        return await super().append(stream, entries)


async def test_outcomes_wait_for_room_and_are_written_then(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("broker.service.patience._AGAIN_S", 0.02)
    journal = FullDisk()
    outcomes = Outcomes(journal, Dispatch(), Recent(), asyncio.Event())
    running = asyncio.create_task(outcomes.run())
    outcomes.put(DeliveryExpired(delivery_id="dlv_1"), NOW)
    await asyncio.sleep(0.1)
    assert not running.done()
    assert not outcomes.is_settled
    journal.full = False
    await asyncio.sleep(0.1)
    [record] = await journal.read(DELIVERIES, 0, 10)
    assert record.kind == "DeliveryExpired"
    assert outcomes.is_settled
    running.cancel()


async def test_a_receipt_is_refused_meanwhile_and_leaves_nothing_half_done():
    journal = FullDisk()
    outcomes = Outcomes(journal, Dispatch(), Recent(), asyncio.Event())
    with pytest.raises(JournalError):
        await outcomes.write_as(DeliveryExpired(delivery_id="dlv_1"), "key", NOW)
    assert outcomes.is_settled

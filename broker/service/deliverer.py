"""The loop that sends: it asks the dispatch core what is due, lets channels send it, and journals what became of it."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from time import perf_counter
from typing import Final

import structlog

from broker.core import limit
from broker.core.delivery import Deferred, Delivery, Outcome, Refused
from broker.core.dispatch import Dispatch
from broker.core.event import DELIVERIES, decode_event
from broker.core.lane import Lane
from broker.core.protocol import Channel
from broker.core.regime import news_of
from broker.journal.journal import Journal
from broker.service.archive import Archive
from broker.service.clock import Clock
from broker.service.contacts import Contacts
from broker.service.meter import Meter
from broker.service.outcomes import Outcomes

_BATCH: Final = 2_000
_SLEEP_MAX_S: Final = 1.0  # look again at least so often: a clock that jumps must not stop deliveries

_MARGIN_S: Final = 1.0  # a channel gives up by itself, and knows better why
_AGAIN_S: Final = 5.0  # after a fault of our own

_log = structlog.get_logger("noroshi.delivery")


class Deliverer:
    """Sends what is due, each attempt in a task of its own."""

    def __init__(
        self,
        journal: Journal,
        archive: Archive,
        contacts: Contacts,
        channels: Mapping[str, Channel],
        dispatch: Dispatch,
        outcomes: Outcomes,
        changed: asyncio.Event,
        clock: Clock,
        meter: Meter,
    ) -> None:
        self._journal = journal
        self._archive = archive
        self._contacts = contacts
        self._channels = channels
        self._dispatch = dispatch
        self._outcomes = outcomes
        self._changed = changed
        self._clock = clock
        self._meter = meter
        self.cursor = 0

    async def catch_up(self) -> None:
        """Feed the dispatch core with everything that was ever recorded of deliveries.

        What the process before may have been sending to the public when it ended is put on record as unanswered.
        """
        while records := await self._journal.read(DELIVERIES, self.cursor, _BATCH):
            for record in records:
                self._dispatch.apply(record.seq, decode_event(record.kind, record.body))
            self.cursor = records[-1].seq
        now = self._clock()
        if doubts := self._dispatch.doubts(now):
            await self._outcomes.write(doubts, now)

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._outcomes.run(), name="outcomes")
            while True:
                self._changed.clear()
                now = self._clock()
                if verdicts := self._dispatch.verdicts(now):
                    await self._outcomes.write(verdicts, now)
                for delivery in self._dispatch.due(now, _BATCH):
                    group.create_task(self._attempt(delivery), name=f"send {delivery.id}")
                await self._sleep(now)

    async def _sleep(self, now: datetime) -> None:
        next_at = self._dispatch.next_at(now)
        seconds = _SLEEP_MAX_S if next_at is None else (next_at - now).total_seconds()
        alarm = asyncio.get_running_loop().call_later(min(_SLEEP_MAX_S, max(0.001, seconds)), self._changed.set)
        await self._changed.wait()
        alarm.cancel()

    async def _attempt(self, delivery: Delivery) -> None:
        began = perf_counter()
        outcome = await self._send(delivery)
        seconds = perf_counter() - began
        now = self._clock()
        self._outcomes.put(self._dispatch.outcome(delivery, outcome, now, seconds), now)
        self._tell(delivery, outcome, seconds)

    async def _send(self, delivery: Delivery) -> Outcome:
        channel = self._channels.get(delivery.channel)
        if channel is None:
            return Deferred(reason=f"channel {delivery.channel} is not running", retry_after_s=limit.SEND_TIMEOUT_S)
        left_s = (delivery.deadline - self._clock()).total_seconds()
        timeout_s = limit.SEND_TIMEOUT_URGENT_S if delivery.lane is Lane.URGENT else limit.SEND_TIMEOUT_S
        try:
            contact = self._contacts.get(delivery.subscription_id)
            if contact is None:
                return Refused(reason="the contact was erased")
            accepted = await self._archive.accepted(delivery.alert_seq)
            async with asyncio.timeout(min(left_s, timeout_s + _MARGIN_S)):
                return await channel.send(delivery, news_of(accepted), contact)
        except TimeoutError:
            return Deferred(reason=f"no answer within {timeout_s:g} s")
        except Exception as error:  # noqa: BLE001 - see below
            # Our own fault must not stop the others, nor end this delivery: it is tried again, and stuck until a person
            # looks. What can never be sent, a channel says itself (Refused).
            _log.exception("channel failed", delivery=delivery.id, channel=delivery.channel)
            return Deferred(reason=f"internal: {type(error).__name__}: {error}", retry_after_s=_AGAIN_S)

    def knows(self, delivery_id: str) -> bool:
        """Tell whether the delivery is open, whatever the views show yet."""
        return self._dispatch.is_open(delivery_id)

    def _tell(self, delivery: Delivery, outcome: Outcome, seconds: float) -> None:
        self._meter.attempt(delivery, outcome, seconds)
        _log.info(
            "attempt",
            delivery=delivery.id,
            alert_seq=delivery.alert_seq,
            subscription=delivery.subscription_id,
            channel=delivery.channel,
            lane=str(delivery.lane),
            attempt=delivery.attempt,
            outcome=type(outcome).__name__.lower(),
            reason=getattr(outcome, "reason", ""),
            seconds=round(seconds, 4),
        )

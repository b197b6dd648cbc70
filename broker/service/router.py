"""The loop that reads the alerts stream: it feeds subscriptions, matcher and dispatch, and decides once who is owed.

The decision is an event. After a restart the loop reads what was decided; it decides only what was not.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from broker.core.chain import Chains
from broker.core.dispatch import Dispatch
from broker.core.event import (
    ALERTS,
    AlertAccepted,
    AlertRouted,
    Event,
    SubscriptionPut,
    SubscriptionRemoved,
    decode_event,
    encode_event,
)
from broker.core.matcher import Matcher
from broker.core.route import Reach, route
from broker.core.subscription import Subscription
from broker.journal.journal import Journal
from broker.journal.record import Entry, Record
from broker.service.archive import Archive
from broker.service.clock import Clock
from broker.service.meter import Meter
from broker.service.patience import patiently
from broker.service.recent import Recent
from broker.service.subscriptions import Subscriptions

_BATCH: Final = 500


class Router:
    """Follows the alerts stream."""

    def __init__(
        self,
        journal: Journal,
        archive: Archive,
        subscriptions: Subscriptions,
        recent: Recent,
        *,
        chains: Chains,
        matcher: Matcher,
        reach: Reach,
        dispatch: Dispatch,
        open_channels: frozenset[str],
        clock: Clock,
        meter: Meter,
    ) -> None:
        self._journal = journal
        self._archive = archive
        self._recent = recent
        self._subscriptions = subscriptions
        self._chains = chains
        self._matcher = matcher
        self._reach = reach
        self._dispatch = dispatch
        self._open_channels = open_channels
        self._clock = clock
        self._meter = meter
        self._moved = asyncio.Condition()
        self._unrouted: dict[int, AlertAccepted] = {}
        self._decided: set[int] = set()  # routed by this process, not yet read back
        self.cursor = 0
        self.changed = asyncio.Event()  # set whenever dispatch may have new work

    def begin_at(self, seq: int, subscriptions: Sequence[Subscription]) -> None:
        """Begin to read after that seq, with the subscriptions that were in force there."""
        self.cursor = seq
        for subscription in subscriptions:
            self._matcher.put(subscription)
            self._subscriptions.in_force[subscription.id] = subscription

    async def catch_up(self) -> None:
        """Read all that the journal holds, feeding the chains as well, then route what was left unrouted."""
        while records := await self._journal.read(ALERTS, self.cursor, _BATCH):
            for record in records:
                event = decode_event(record.kind, record.body)
                if isinstance(event, AlertAccepted) and record.seq > self._chains.alerts_seq:
                    self._chains.apply(record.seq, event)
                self._apply(record, event)
        await self._route_all()

    async def run(self) -> None:
        """Follow the stream until cancelled."""
        while True:
            await self._journal.wait(ALERTS, self.cursor)
            records = await self._journal.read(ALERTS, self.cursor, _BATCH)
            for record in records:
                self._apply(record, self._recent.event(record))
            if len(records) < _BATCH:
                await self._route_all()
            async with self._moved:
                self._moved.notify_all()
            self.changed.set()

    @property
    def is_settled(self) -> bool:
        """Whether every alert that was read has its decision, and every decision was read back."""
        return not self._unrouted and not self._decided

    async def reached(self, seq: int) -> None:
        """Return once the record of that seq has been applied."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.cursor >= seq)

    def _apply(self, record: Record, event: Event) -> None:
        match event:
            case AlertAccepted():
                self._unrouted[record.seq] = event
            case AlertRouted(alert_seq=seq):
                self._unrouted.pop(seq, None)
                if seq in self._decided:
                    self._decided.remove(seq)
                else:
                    self._reach.apply(event)
                self._dispatch.apply(record.seq, event)
            case SubscriptionPut(subscription=subscription):
                self._matcher.put(subscription)
                self._subscriptions.apply(event)
                self._dispatch.apply(record.seq, event)
            case SubscriptionRemoved(subscription_id=gone):
                self._matcher.remove(gone)
                self._subscriptions.apply(event)
                self._dispatch.apply(record.seq, event)
        self.cursor = record.seq

    async def _route_all(self) -> None:
        """Decide for every accepted alert that has no decision yet; the decisions are read back by the loop itself."""
        if not self._unrouted:
            return
        now = self._clock()
        self._reach.forget(now)
        decided: list[tuple[AlertAccepted, AlertRouted]] = []
        for seq, accepted in self._unrouted.items():
            self._archive.keep(seq, accepted)
            decided.append((accepted, self._decide(seq, accepted)))
        entries = [
            Entry(kind="AlertRouted", key=f"routed/{routed.alert_seq}", at=now, body=encode_event(routed))
            for _, routed in decided
        ]
        self._unrouted.clear()
        records = await patiently(lambda: self._journal.append(ALERTS, entries))
        for record, (_, routed) in zip(records, decided, strict=True):
            self._recent.put(record, routed)
        self._measure(decided, records)

    def _decide(self, seq: int, accepted: AlertAccepted) -> AlertRouted:
        earlier = self._reach.known(accepted)
        routed = route(
            accepted,
            seq,
            self._matcher,
            references=accepted.references,
            earlier=earlier,
            open_channels=self._open_channels,
        )
        self._reach.apply(routed)  # at once: the next alert of this batch may be of the same chain
        self._decided.add(seq)
        return routed

    def _measure(self, decided: Sequence[tuple[AlertAccepted, AlertRouted]], records: Sequence[Record]) -> None:
        for (accepted, routed), record in zip(decided, records, strict=True):
            seconds = (record.at - accepted.received_at).total_seconds()
            self._meter.stage("routed", max(0.0, seconds), routed.lane, "")

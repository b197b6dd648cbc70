"""What is due now: a pure state machine fed only by records (DESIGN rules 4 and 5).

It answers what to send (due), what has ended without being sent (verdicts), when to ask again (next_at), and turns an
outcome into its event. It sends nothing, writes nothing and knows no time but what it is told. The two streams may be
replayed one after the other, alerts first; the state comes out as it was lived.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, Self

import msgspec

from broker.core.delivery import NO_ANSWER, Delivery, Outcome
from broker.core.delivery_event import outcome_event, verdict_event
from broker.core.dispatch_state import DispatchState, WentOut
from broker.core.event import (
    DELIVERY_EVENTS,
    AlertRouted,
    DeliveryDeferred,
    DeliveryDelivered,
    DeliveryExpired,
    DeliveryRefused,
    DeliverySuperseded,
    Event,
    ReceiptReceived,
    SubscriptionPut,
    SubscriptionRemoved,
)
from broker.core.lane import Lane
from broker.core.lane_queue import LaneQueue
from broker.core.limit import CLOCK_STEP, PUBLIC_WENT_OUT_MAX, RETRY_LONGEST
from broker.core.open_delivery import DeliveryFacts, OpenDelivery, Phase, RoutedAlert
from broker.core.pace import Pace
from broker.core.unanswered import UNANSWERED, may_have_gone_out
from broker.core.waiting import Waiting


class Dispatch:
    """All open deliveries. ``public_channels`` are those whose spec says ``public``."""

    def __init__(self, public_channels: frozenset[str] = frozenset()) -> None:
        self.alerts_seq = 0
        self.deliveries_seq = 0
        self._public_channels = public_channels
        self._open: dict[str, OpenDelivery] = {}
        self._by_alert: dict[int, dict[str, OpenDelivery]] = {}
        self._by_subscription: dict[str, dict[str, OpenDelivery]] = {}
        self._waiting = Waiting()
        self._paused: set[str] = set()
        self._removed: set[str] = set()
        self._went_out = WentOut(PUBLIC_WENT_OUT_MAX)
        self._lanes = {lane: LaneQueue(lane, self._paused) for lane in Lane}
        self._pace = Pace()
        self._open_count = dict.fromkeys(Lane, 0)
        self._endings: deque[OpenDelivery] = deque()
        self._deadlines: list[tuple[datetime, int]] = []
        self._now: datetime | None = None

    # --- records in

    def apply(self, seq: int, event: Event) -> None:
        """Take in one record, each stream in its order; kinds that do not concern the dispatch may be left out.

        A record of deliveries that was taken in before changes nothing, so that an append answered with an older record
        of the same key does no harm.
        """
        if type(event).__name__ in DELIVERY_EVENTS:
            self.deliveries_seq = max(seq, self.deliveries_seq)
        elif seq > self.alerts_seq:
            self.alerts_seq = seq
        else:
            return
        change = _CHANGES.get(type(event))
        if change is not None:
            change(self, event)

    def _routed(self, event: AlertRouted) -> None:
        alert = RoutedAlert(
            alert_seq=event.alert_seq,
            chain=event.chain,
            lane=event.lane,
            swift=event.swift,
            cancels=event.cancels,
            deadline=event.deadline,
            references=event.references,
        )
        for seq in event.references:
            for older in self._by_alert.get(seq, {}).values():
                older.superseded_by = max(event.alert_seq, older.superseded_by or 0)
                self._end(older)
        self._add(
            alert,
            (
                DeliveryFacts(
                    id=owed.delivery_id,
                    alert_seq=event.alert_seq,
                    subscription_id=owed.subscription_id,
                    channel=owed.channel,
                    gone=owed.subscription_id in self._removed,
                )
                for owed in event.owed
            ),
        )

    def _add(self, alert: RoutedAlert, deliveries: Iterable[DeliveryFacts]) -> None:
        """Open the deliveries of one alert. Those of the alerts that it references were opened before, if ever."""
        older = [self._by_alert[seq] for seq in alert.references if seq in self._by_alert]
        siblings: dict[str, OpenDelivery] = {}
        for facts in deliveries:
            delivery = OpenDelivery(alert, facts)
            self._open[facts.id] = siblings[facts.subscription_id] = delivery
            self._by_subscription.setdefault(facts.subscription_id, {})[facts.id] = delivery
            self._open_count[alert.lane] += 1
            self._waiting.put(delivery)
            for others in older:
                blocker = others.get(facts.subscription_id)
                if blocker is not None:
                    blocker.followers.append(delivery)
                    delivery.blockers += 1
            self._place(delivery)
        if siblings:
            self._by_alert[alert.alert_seq] = siblings
            heapq.heappush(self._deadlines, (alert.deadline, alert.alert_seq))

    def _subscription_put(self, event: SubscriptionPut) -> None:
        subscription = event.subscription
        self._removed.discard(subscription.id)
        if subscription.paused:
            self._paused.add(subscription.id)
        else:
            self._resume(subscription.id)

    def _subscription_removed(self, event: SubscriptionRemoved) -> None:
        self._removed.add(event.subscription_id)
        self._resume(event.subscription_id)
        for delivery in self._by_subscription.get(event.subscription_id, {}).values():
            delivery.gone = True
            self._end(delivery)

    def _resume(self, subscription_id: str) -> None:
        self._paused.discard(subscription_id)
        for lane in self._lanes.values():
            lane.resume(subscription_id)

    def _delivered(self, event: DeliveryDelivered) -> None:
        self._note_went_out(event.delivery_id)
        delivery = self._open.get(event.delivery_id)
        self._close(event.delivery_id)
        if delivery is not None:
            self._wake(delivery.subscription_id)

    def _wake(self, subscription_id: str) -> None:
        """Try at once some of what waits for a far end that has just taken something."""
        for delivery in self._waiting.woken(subscription_id):
            delivery.retry_at = None
            if delivery.phase is Phase.RETRYING:
                self._place(delivery)

    def _deferred(self, event: DeliveryDeferred) -> None:
        delivery = self._open.get(event.delivery_id)
        if delivery is None or event.attempt <= delivery.attempts:
            return
        if may_have_gone_out(event.reason):
            self._note_went_out(event.delivery_id)
        delivery.attempts, delivery.retry_at, delivery.reason = event.attempt, event.retry_at, event.reason
        delivery.asked = event.asked
        self._waiting.put(delivery)
        if delivery.phase not in (Phase.ENDING, Phase.JUDGED):
            self._place(delivery)

    def _receipt(self, event: ReceiptReceived) -> None:
        """Note that a far end that reports on a delivery has got it, whatever became of the answer.

        That a device was silent proves nothing.
        """
        if not event.evidence.startswith(NO_ANSWER):
            self._note_went_out(event.delivery_id)

    def _ended(self, event: DeliveryRefused | DeliveryExpired | DeliverySuperseded) -> None:
        self._close(event.delivery_id)

    # --- decisions out

    def due(self, now: datetime, limit: int) -> list[Delivery]:
        """Return what to send now, urgent lane first, and hold it as under way until its outcome or release().

        Drills go at their own pace, whatever room their lane has.
        """
        self._notice(now)
        taken: list[OpenDelivery] = []
        for lane in (Lane.URGENT, Lane.NORMAL):
            taken += self._lanes[lane].take(now, limit - len(taken))
            if self._lanes[lane].flying:
                self._pace.live(now)
        drills = self._lanes[Lane.DRILL].take(now, min(limit - len(taken), self._pace.room(now)))
        self._pace.take(now, len(drills))
        taken += drills
        return [delivery.next_attempt() for delivery in taken]

    def _notice(self, now: datetime) -> None:
        """Take the time; where the clock was set back, what waits for its retry does not wait the difference too."""
        if self._now is not None and now < self._now - CLOCK_STEP:
            for lane in self._lanes.values():
                lane.clock_set_back(now, now + RETRY_LONGEST)
            self._pace = Pace()
        self._now = now

    def verdicts(self, now: datetime, limit: int = 1_000) -> list[Event]:
        """Return what has ended without being sent, as events to be journaled; each is handed out once."""
        self._notice(now)
        while self._deadlines and self._deadlines[0][0] <= now:
            _, seq = heapq.heappop(self._deadlines)
            for delivery in self._by_alert.get(seq, {}).values():
                delivery.lapsed = True
                self._end(delivery)
        events: list[Event] = []
        while self._endings and len(events) < limit:
            delivery = self._endings.popleft()
            if delivery.phase is Phase.ENDING:
                delivery.phase = Phase.JUDGED
                events.append(verdict_event(delivery))
        return events

    def release(self, delivery_id: str) -> None:
        """Take back what due() or verdicts() handed out and nothing came of: it will be handed out again."""
        delivery = self._open.get(delivery_id)
        if delivery is not None and delivery.is_held:
            self._place(delivery)

    def outcome(self, delivery: Delivery, outcome: Outcome, now: datetime, outcome_s: float) -> Event:
        """Return the event that says what became of an attempt. ``outcome_s``: seconds that the attempt took.

        Changes nothing: the event's record does, when it is applied.
        """
        known = self._open.get(delivery.id)
        swift = delivery.lane is Lane.URGENT if known is None else known.alert.swift
        return outcome_event(delivery, outcome, now, outcome_s, swift=swift)

    def doubts(self, now: datetime) -> list[Event]:
        """Return, right after a rebuild, an unanswered attempt for every open delivery to the public.

        The process before may have been sending them when it ended. Journaled (before any verdict), it keeps a Cancel
        from being left out where the public has heard the alert. Other channels get every Cancel anyway.
        """
        return [
            DeliveryDeferred(
                delivery_id=delivery.id,
                attempt=delivery.attempts + 1,
                reason=UNANSWERED,
                retry_at=now,
                outcome_s=0.0,
            )
            for delivery in self._open.values()
            if delivery.channel in self._public_channels and self._may_have_flown(delivery, now)
        ]

    def next_at(self, now: datetime) -> datetime | None:
        """Return when to ask again if nothing comes in before; None where only a record can change anything."""
        if self._endings:
            return now
        while self._deadlines and self._deadlines[0][1] not in self._by_alert:
            heapq.heappop(self._deadlines)
        times = [at for lane in (Lane.URGENT, Lane.NORMAL) if (at := self._lanes[lane].next_at(now)) is not None]
        if (at := self._lanes[Lane.DRILL].next_at(now)) is not None:
            times.append(max(at, self._pace.opens_at(now)))
        if self._deadlines:
            times.append(self._deadlines[0][0])
        return max(now, min(times)) if times else None

    # --- what can be asked

    def open_count(self) -> dict[Lane, int]:
        """Return how many deliveries have not ended, by lane."""
        return dict(self._open_count)

    def in_flight_count(self) -> dict[Lane, int]:
        """Return how many attempts are under way, by lane."""
        return {lane: queue.flying for lane, queue in self._lanes.items()}

    def oldest_due_s(self, now: datetime) -> dict[Lane, float]:
        """Return how long the longest-waiting delivery that could be sent has waited for room, seconds, by lane."""
        return {lane: queue.oldest_ready_s(now) for lane, queue in self._lanes.items()}

    def open_deliveries(self) -> Iterable[OpenDelivery]:
        """Return all that have not ended, oldest first; to look at, not to change."""
        return self._open.values()

    def is_open(self, delivery_id: str) -> bool:
        """Whether the delivery was owed and has not ended."""
        return delivery_id in self._open

    def is_paused(self, subscription_id: str) -> bool:
        """Whether the subscription is paused."""
        return subscription_id in self._paused

    # --- restart

    def snapshot(self) -> DispatchState:
        """Return all that records have brought about, as one comparable value."""
        alerts = {delivery.alert.alert_seq: delivery.alert for delivery in self._open.values()}
        facts = sorted(
            (delivery.facts() for delivery in self._open.values()), key=lambda f: (f.alert_seq, f.subscription_id)
        )
        return DispatchState(
            alerts_seq=self.alerts_seq,
            deliveries_seq=self.deliveries_seq,
            alerts=tuple(alerts[seq] for seq in sorted(alerts)),
            deliveries=tuple(facts),
            paused=tuple(sorted(self._paused)),
            removed=tuple(sorted(self._removed)),
            went_out=self._went_out.pairs(),
        )

    def checkpoint(self) -> bytes:
        """Write the snapshot down, so that a restart need not replay from the first record."""
        return msgspec.msgpack.encode(self.snapshot())

    @classmethod
    def restore(cls, checkpoint: bytes, public_channels: frozenset[str] = frozenset()) -> Self:
        """Go on from what checkpoint() wrote; feed it what follows ``alerts_seq`` and ``deliveries_seq``.

        Raises msgspec.DecodeError where the bytes are no checkpoint of this version: replay everything then.
        """
        state = msgspec.msgpack.decode(checkpoint, type=DispatchState)
        dispatch = cls(public_channels)
        dispatch.alerts_seq, dispatch.deliveries_seq = state.alerts_seq, state.deliveries_seq
        dispatch._paused.update(state.paused)
        dispatch._removed.update(state.removed)
        for alert_seq, subscription_id in state.went_out:
            dispatch._went_out.add(alert_seq, subscription_id)
        by_alert: dict[int, list[DeliveryFacts]] = {}
        for facts in state.deliveries:
            by_alert.setdefault(facts.alert_seq, []).append(facts)
        for alert in state.alerts:
            dispatch._add(alert, by_alert[alert.alert_seq])
        return dispatch

    # --- the rules of one delivery

    def _place(self, delivery: OpenDelivery) -> None:
        """Let it wait for what it has to wait for."""
        lane = self._lanes[delivery.alert.lane]
        lane.leave(delivery)
        delivery.phase = Phase.BLOCKED
        if delivery.is_over or self._is_moot(delivery):
            self._end(delivery)
        elif not delivery.blockers:
            lane.put(delivery, self._now)

    def _end(self, delivery: OpenDelivery) -> None:
        """Let its verdict be due; where an attempt is under way, its outcome is waited for first."""
        if delivery.is_held or delivery.phase is Phase.ENDING:
            return
        self._lanes[delivery.alert.lane].leave(delivery)
        delivery.phase = Phase.ENDING
        self._endings.append(delivery)

    def _close(self, delivery_id: str) -> None:
        delivery = self._open.pop(delivery_id, None)
        if delivery is None:
            return
        self._lanes[delivery.alert.lane].leave(delivery)
        delivery.phase = Phase.CLOSED
        self._open_count[delivery.alert.lane] -= 1
        _discard(self._by_alert, delivery.alert.alert_seq, delivery.subscription_id)
        _discard(self._by_subscription, delivery.subscription_id, delivery_id)
        self._waiting.tidy(delivery)
        for follower in delivery.followers:
            follower.blockers -= 1
            if not follower.blockers and follower.phase is Phase.BLOCKED:
                self._place(follower)

    def _is_moot(self, delivery: OpenDelivery) -> bool:
        """Whether it would take back, before the public, what the public never heard (DESIGN rule 4)."""
        return (
            delivery.alert.cancels
            and delivery.channel in self._public_channels
            and not delivery.blockers
            and not self._went_out.holds(delivery.alert.references, delivery.subscription_id)
        )

    def _may_have_flown(self, delivery: OpenDelivery, now: datetime) -> bool:
        waited = delivery.blockers or (delivery.retry_at is not None and delivery.retry_at > now)
        return not waited and not self._is_moot(delivery)

    def _note_went_out(self, delivery_id: str) -> None:
        delivery = self._open.get(delivery_id)
        if delivery is not None and delivery.channel in self._public_channels:
            self._went_out.add(delivery.alert.alert_seq, delivery.subscription_id)


_CHANGES: Final[dict[type[Event], Callable[[Dispatch, Any], None]]] = {
    AlertRouted: Dispatch._routed,  # noqa: SLF001 - the table of the class above
    SubscriptionPut: Dispatch._subscription_put,  # noqa: SLF001
    SubscriptionRemoved: Dispatch._subscription_removed,  # noqa: SLF001
    DeliveryDelivered: Dispatch._delivered,  # noqa: SLF001
    DeliveryDeferred: Dispatch._deferred,  # noqa: SLF001
    DeliveryRefused: Dispatch._ended,  # noqa: SLF001
    DeliveryExpired: Dispatch._ended,  # noqa: SLF001
    DeliverySuperseded: Dispatch._ended,  # noqa: SLF001
    ReceiptReceived: Dispatch._receipt,  # noqa: SLF001
}


def _discard(index: dict[Any, dict[str, OpenDelivery]], outer: int | str, inner: str) -> None:
    group = index[outer]
    del group[inner]
    if not group:
        del index[outer]

"""One life of the broker in the simulation: the real core and the real records, with loops that can be cut anywhere.

A disk writes at its own time: what is not yet durable when the broker dies is lost, and what is durable may never be
answered. Each ``yield`` is a place where the broker may die.
"""

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
from sim.far_end import FarEnd
from sim.story import Message
from sim.world import Pause, Signal, Steps, World

from broker.core.chain import Chains
from broker.core.delivery import Delivery, Level
from broker.core.dispatch import Dispatch
from broker.core.event import (
    ALERTS,
    DELIVERIES,
    AlertAccepted,
    AlertRouted,
    DeliveryDeferred,
    Event,
    ReceiptReceived,
    SubscriptionPut,
    SubscriptionRemoved,
    decode_event,
    encode_event,
)
from broker.core.lane import Lane, lane_of
from broker.core.limit import IN_FLIGHT_MAX, IN_FLIGHT_PER_SUBSCRIPTION_MAX
from broker.core.matcher import Matcher
from broker.core.open_delivery import Phase
from broker.core.route import Reach, route
from broker.journal.memory import MemoryJournal
from broker.journal.record import Entry, Record
from cap_formats.alert import Alert

PUBLIC = frozenset({"radio"})
BATCH = 50
FOR_EVER_S = 1e9

Recorded = Generator[float | Pause, None, list[Record]]


def done(coroutine: Any) -> Any:
    """Run a coroutine that never has to wait: the memory journal's."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it waited")


@dataclass
class Parts:
    """What the house is built of; a test may put a broken part in."""

    dispatch: type[Dispatch] = Dispatch
    route: Any = route
    answers_early: bool = False
    asks_doubts: bool = True


@dataclass
class Disk:
    """What outlives the broker: the journal, and checkpoints of the dispatch."""

    journal: MemoryJournal = field(default_factory=MemoryJournal)
    checkpoint: bytes | None = None

    def records(self, stream: str, after: int = 0) -> list[Record]:
        return list(done(self.journal.read(stream, after, 1 << 30)))

    def events(self, stream: str, after: int = 0) -> Iterator[tuple[int, Event]]:
        return ((r.seq, decode_event(r.kind, r.body)) for r in self.records(stream, after))


@dataclass
class Watch:
    """What the simulation notices while it runs, beside what the disk holds."""

    faults: list[str] = field(default_factory=list)


class House:
    """The broker between two crashes."""

    def __init__(self, world: World, disk: Disk, far_ends: dict[str, FarEnd], parts: Parts, watch: Watch) -> None:
        self._world = world
        self._disk = disk
        self._far_ends = far_ends
        self._parts = parts
        self._watch = watch
        self._chains = Chains()
        self._matcher = Matcher(lambda code: frozenset({code}))
        self._reach = Reach()
        self._accepted: dict[int, AlertAccepted] = {}
        self._unrouted: dict[int, AlertAccepted] = {}
        self._taken_over: set[int] = set()
        self._locks: set[str] = set()
        self._flying: Counter[tuple[Lane, str]] = Counter()
        self._cursor = 0
        self._appended = Signal()
        self._changed = Signal()
        self.dispatch = self._restored()

    def run(self) -> None:
        """Read what there is, then start the loops."""
        for seq, event in self._disk.events(ALERTS):
            if isinstance(event, AlertAccepted):
                self._chains.apply(seq, event)
            self._read_alert(seq, event, fresh=False)
        for seq, event in self._disk.events(DELIVERIES, self.dispatch.deliveries_seq):
            self.dispatch.apply(seq, event)
        self._world.start(self._route(), of_broker=True)
        self._world.start(self._deliver(), of_broker=True)

    def post(self, message: Message, answers: list[tuple[str, int]]) -> Steps:
        """Take in one message; ``answers`` gets what its sender is told, with the seq where it is yes."""
        alert = message.alert
        while self._locks.intersection(names := self._chains.touched(alert)):
            yield 0.001
        self._locks.update(names)
        if not self._answer_as_before(alert, answers):
            accepted = self._accepted_from(message)
            if self._parts.answers_early:
                answers.append(("yes", self._disk.journal._tails[ALERTS].last_seq + 1))
            [record] = yield from self._append(ALERTS, {f"alert/{alert.sender}/{alert.identifier}": accepted})
            assert record.body == encode_event(accepted)
            self._chains.apply(record.seq, accepted)
            if not self._parts.answers_early:
                answers.append(("yes", record.seq))
        self._locks.difference_update(names)

    def _answer_as_before(self, alert: Alert, answers: list[tuple[str, int]]) -> bool:
        resolution = self._chains.resolve(alert)
        if resolution.duplicate_of is not None:
            answers.append(("yes", resolution.duplicate_of))
        elif resolution.conflict:
            answers.append(("reused", 0))
        elif resolution.unknown_references:
            answers.append(("held", 0))
        else:
            return False
        return True

    def _accepted_from(self, message: Message) -> AlertAccepted:
        resolution = self._chains.resolve(message.alert)
        return AlertAccepted(
            alert=message.alert,
            raw=message.raw,
            chain=resolution.chain,
            place=resolution.place,
            late=resolution.late,
            lane=lane_of(message.alert),
            areas=message.areas,
            unplaced=(),
            issuer="town",
            via="sim",
            received_at=self._world.now,
            seconds={},
            references=resolution.references,
        )

    def add(self, seq: int, codes: tuple[str, ...], ends: list[bool]) -> Steps:
        """Place areas of an alert that went out without them, as a person does; ``ends`` hears if it is too late."""
        before = self._accepted[seq]
        while self._locks.intersection(names := self._chains.touched(before.alert)):
            yield 0.001
        self._locks.update(names)
        standing = self._chains.newest(before.chain)
        if before.late or not standing or standing[-1] != seq:
            ends.append(False)
        else:
            given = tuple(tuple(sorted(set(codes) - set(old))) for old in before.areas)
            accepted = msgspec.structs.replace(
                before,
                areas=tuple((*old, *new) for old, new in zip(before.areas, given, strict=True)),
                references=(),
                adds_to=seq,
                settled_areas=given,
                settled_at=self._world.now,
            )
            [record] = yield from self._append(ALERTS, {f"sent-on/{seq}": accepted})
            self._chains.apply(record.seq, accepted)
            ends.append(True)
        self._locks.difference_update(names)

    def knows(self, seq: int) -> bool:
        """Whether this life of the broker has read the alert of that seq."""
        return seq in self._accepted

    def put(self, event: SubscriptionPut | SubscriptionRemoved) -> Steps:
        """Journal a change of a subscription."""
        yield from self._append(ALERTS, {f"subscription/{self._world.time_s}": event})

    def receive(self, delivery_id: str) -> Steps:
        """Journal what a far end says of a delivery."""
        receipt = ReceiptReceived(
            delivery_id=delivery_id, level=Level.DISPLAYED, where="", evidence="", at=self._world.now
        )
        records = yield from self._append(DELIVERIES, {f"receipt/{delivery_id}": receipt})
        for record in records:
            self.dispatch.apply(record.seq, decode_event(record.kind, record.body))

    def _restored(self) -> Dispatch:
        if self._disk.checkpoint is not None and self._world.random.random() < 0.5:
            return self._parts.dispatch.restore(self._disk.checkpoint, PUBLIC)
        return self._parts.dispatch(PUBLIC)

    def _append(self, stream: str, events: dict[str, Event]) -> Recorded:
        entries = [
            Entry(kind=type(event).__name__, key=key, at=self._world.now, body=encode_event(event))
            for key, event in events.items()
        ]
        yield self._world.random.choice((0.0001, 0.005, 0.2))
        records = done(self._disk.journal.append(stream, entries))
        yield 0.0001  # durable, and nobody knows yet
        self._world.set(self._appended)
        return list(records)

    # --- router

    def _route(self) -> Steps:
        while True:
            self._appended.is_set = False
            for seq, event in self._disk.events(ALERTS, self._cursor):
                self._read_alert(seq, event, fresh=True)
            self._world.set(self._changed)
            self._reach.forget(self._world.now)
            for seq, accepted in list(self._unrouted.items()):
                earlier = self._reach.known(accepted)
                routed = self._parts.route(
                    accepted, seq, self._matcher, references=accepted.references, earlier=earlier
                )
                yield from self._append(ALERTS, {f"routed/{seq}": routed})
                self._reach.apply(routed)
                del self._unrouted[seq]
            yield Pause(self._appended, FOR_EVER_S)

    def _read_alert(self, seq: int, event: Event, *, fresh: bool) -> None:
        match event:
            case AlertAccepted():
                self._accepted[seq] = self._unrouted[seq] = event
            case AlertRouted():
                self._taken_over.update(event.references)
                if not fresh:
                    self._reach.apply(event)
                    del self._unrouted[event.alert_seq]
            case SubscriptionPut():
                self._matcher.put(event.subscription)
            case SubscriptionRemoved():
                self._matcher.remove(event.subscription_id)
        self.dispatch.apply(seq, event)
        self._cursor = seq

    # --- deliverer

    def _deliver(self) -> Steps:
        if self._parts.asks_doubts:
            yield from self._record(self.dispatch.doubts(self._world.now))
        while True:
            self._changed.is_set = False
            yield from self._record(self.dispatch.verdicts(self._world.now))
            for delivery in self.dispatch.due(self._world.now, BATCH):
                self._look_at(delivery)
                self._world.start(self._attempt(delivery), of_broker=True)
            self._look_at_lanes()
            if self._world.random.random() < 0.1:
                self._disk.checkpoint = self.dispatch.checkpoint()
            next_at = self.dispatch.next_at(self._world.now)
            wait_s = FOR_EVER_S if next_at is None else (next_at - self._world.now) / timedelta(seconds=1)
            yield Pause(self._changed, max(0.001, wait_s))

    def _attempt(self, delivery: Delivery) -> Steps:
        began_s = self._world.time_s
        send = self._far_ends[delivery.subscription_id].send(delivery, self._accepted[delivery.alert_seq])
        if self._world.random.random() < 0.03:
            yield 0.01  # given up before it began
            self.dispatch.release(delivery.id)
        else:
            outcome = yield from send
            event = self.dispatch.outcome(delivery, outcome, self._world.now, self._world.time_s - began_s)
            yield from self._record([event])
        self._flying[delivery.lane, delivery.subscription_id] -= 1
        self._world.set(self._changed)

    def _record(self, events: list[Event]) -> Steps:
        if not events:
            return
        records = yield from self._append(DELIVERIES, {_key(event): event for event in events})
        for record in records:
            self.dispatch.apply(record.seq, decode_event(record.kind, record.body))

    # --- what the referee wants to know and no record tells

    def _look_at(self, delivery: Delivery) -> None:
        self._flying[delivery.lane, delivery.subscription_id] += 1
        if delivery.alert_seq in self._taken_over:
            self._watch.faults.append(f"{delivery.alert_seq} is sent though a newer one of its chain was routed")

    def _look_at_lanes(self) -> None:
        """Every lane keeps its budget, and an urgent delivery waits for no other lane's."""
        by_lane = Counter[Lane]()
        for (lane, _), count in self._flying.items():
            by_lane[lane] += count
        if any(count > IN_FLIGHT_MAX[lane] for lane, count in by_lane.items()):
            self._watch.faults.append("a lane has more attempts under way than it may")
        if by_lane[Lane.URGENT] >= IN_FLIGHT_MAX[Lane.URGENT]:
            return
        for delivery in self.dispatch.open_deliveries():
            lane, subscription_id = delivery.alert.lane, delivery.subscription_id
            if (
                lane is Lane.URGENT
                and delivery.phase is Phase.READY
                and not self.dispatch.is_paused(subscription_id)
                and self._flying[lane, subscription_id] < IN_FLIGHT_PER_SUBSCRIPTION_MAX[lane]
            ):
                self._watch.faults.append("an urgent delivery waits though its own lane has room")


def _key(event: Any) -> str:
    if isinstance(event, DeliveryDeferred):
        return f"deferred/{event.delivery_id}/{event.attempt}"
    return f"ended/{event.delivery_id}"

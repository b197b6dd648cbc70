"""One run: a town's warnings, a broker that dies at any moment, far ends that fail, and then peace."""

from dataclasses import dataclass, field
from typing import NamedTuple

from sim.far_end import Arrival, FarEnd
from sim.house import PUBLIC, Disk, House, Parts, Watch
from sim.story import MUNICIPALITIES, Message, story
from sim.world import Steps, World

from broker.core.dispatch import Dispatch
from broker.core.event import ALERTS, DELIVERIES, SubscriptionPut, SubscriptionRemoved
from broker.core.subscription import Filter, Subscription
from cap_formats.alert import Severity, Status

TROUBLE_S = 400.0  # until here the broker dies and far ends fail
END_S = 100_000.0  # past every deadline, so that everything must have ended
CHANNELS = ("webhook", "webhook", "mqtt", "radio")
STATUSES = ((Status.ACTUAL,), (Status.ACTUAL,), (Status.EXERCISE, Status.TEST), (Status.ACTUAL, Status.EXERCISE))


class Answered(NamedTuple):
    """What a sender was told yes to."""

    message: Message
    seq: int


@dataclass
class Run:
    """Everything that the referee looks at afterwards."""

    seed: int
    disk: Disk
    dispatch: Dispatch
    subscriptions: dict[str, Subscription]
    removed: set[str]
    was_paused: set[str]
    answered: list[Answered]
    arrivals: list[Arrival]
    faults: list[str]
    crashes: int


@dataclass
class Simulation:
    """The world and what outlives a crash of the broker."""

    seed: int
    parts: Parts
    disk: Disk = field(default_factory=Disk)
    watch: Watch = field(default_factory=Watch)
    arrivals: list[Arrival] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    was_paused: set[str] = field(default_factory=set)
    crashes: int = 0
    house: House | None = None

    def __post_init__(self) -> None:
        self.world = World(self.seed)
        self.world.on_crash = self._crash
        self.subscriptions = {s.id: s for s in self._subscriptions()}
        self.far_ends = {name: FarEnd(self.world, name, self._arrived) for name in self.subscriptions}

    def run(self) -> Run:
        world, chance = self.world, self.world.random
        self._start_house()
        for subscription in self.subscriptions.values():
            late_s = chance.choice((0.0, 0.0, 0.0, chance.uniform(0, 100)))
            world.start(self._subscribe(subscription), of_broker=False, after_s=late_s)
        for message in story(chance, world.now):
            world.start(self._send(message), of_broker=False, after_s=5 + message.time_s)
            if message.again_s is not None:
                world.start(self._send(message), of_broker=False, after_s=5 + message.time_s + message.again_s)
            if message.areas and chance.random() < 0.3:
                world.start(self._place_later(message), of_broker=False, after_s=5 + message.time_s)
        world.crash_chance = chance.choice((0.0, 0.002, 0.02))
        world.run(TROUBLE_S)
        world.crash_chance = 0.0
        for far_end in self.far_ends.values():
            far_end.healed = True
        world.run(END_S)
        self._compare_rebuilt()
        assert self.house is not None
        return Run(
            seed=self.seed,
            disk=self.disk,
            dispatch=self.house.dispatch,
            subscriptions=self.subscriptions,
            removed=self.removed,
            was_paused=self.was_paused,
            answered=self.answered,
            arrivals=self.arrivals,
            faults=self.watch.faults,
            crashes=self.crashes,
        )

    def _subscriptions(self) -> list[Subscription]:
        chance = self.world.random
        return [
            Subscription(
                id=f"sub{n}",
                channel=chance.choice(CHANNELS),
                filter=Filter(
                    areas=tuple(chance.sample(MUNICIPALITIES, chance.choice((0, 1, 2)))),
                    statuses=chance.choice(STATUSES),
                    min_severity=chance.choice((None, None, Severity.MODERATE)),
                ),
            )
            for n in range(chance.randint(2, 6))
        ]

    def _start_house(self) -> None:
        self.house = House(self.world, self.disk, self.far_ends, self.parts, self.watch)
        self.house.run()

    def _crash(self) -> None:
        self.crashes += 1
        self._compare_rebuilt()
        self.house = None
        self.world.start(self._restart(), of_broker=False, after_s=self.world.random.uniform(0.5, 20))

    def _restart(self) -> Steps:
        self._start_house()
        return
        yield

    def _compare_rebuilt(self) -> None:
        """State rebuilt from the records that were taken in equals the state that was lived."""
        assert self.house is not None
        lived = self.house.dispatch.snapshot()
        rebuilt = Dispatch(PUBLIC)
        for stream, last_seq in ((ALERTS, lived.alerts_seq), (DELIVERIES, lived.deliveries_seq)):
            for seq, event in self.disk.events(stream):
                if seq <= last_seq:
                    rebuilt.apply(seq, event)
        if rebuilt.snapshot() != lived:
            self.watch.faults.append("the state rebuilt is not the state lived")
        again = type(self.house.dispatch).restore(self.house.dispatch.checkpoint(), PUBLIC)
        if again.snapshot() != lived:
            self.watch.faults.append("the state restored from a checkpoint is not the state lived")

    # --- those outside

    def _send(self, message: Message) -> Steps:
        """Send until told yes or that it cannot be; a person settles what was held by sending it again."""
        for _ in range(60):
            answers: list[tuple[str, int]] = []
            if self.house is not None:
                self.world.start(self.house.post(message, answers), of_broker=True)
            yield 2.0
            for word, seq in answers:
                if word == "yes":
                    self.answered.append(Answered(message, seq))
            if any(word in ("yes", "reused") for word, _ in answers):
                return
            yield 5.0

    def _place_later(self, message: Message) -> Steps:
        """Be the person who finds out, some time after it went out, where else a message holds."""
        chance = self.world.random
        yield chance.uniform(0.1, 40)
        codes = tuple(chance.sample(MUNICIPALITIES, 2))
        for _ in range(20):
            seq = next((seq for said, seq in self.answered if said is message), None)
            ends: list[bool] = []
            if self.house is not None and seq is not None and self.house.knows(seq):
                self.world.start(self.house.add(seq, codes, ends), of_broker=True)
            yield 5.0
            if ends:
                return

    def _arrived(self, arrival: Arrival) -> None:
        """Note what came, and let some far ends say so."""
        self.arrivals.append(arrival)
        if self.house is not None and self.world.random.random() < 0.2:
            self.world.start(self.house.receive(arrival.delivery_id), of_broker=True)

    def _subscribe(self, subscription: Subscription) -> Steps:
        chance = self.world.random
        yield from self._put(SubscriptionPut(subscription=subscription))
        fate = chance.random()
        if fate < 0.2:
            yield chance.uniform(0, 200)
            self.was_paused.add(subscription.id)
            yield from self._put(SubscriptionPut(subscription=_paused(subscription)))
            yield chance.uniform(0, 100)
            yield from self._put(SubscriptionPut(subscription=subscription))
        elif fate < 0.3:
            yield chance.uniform(0, 200)
            self.removed.add(subscription.id)
            yield from self._put(SubscriptionRemoved(subscription_id=subscription.id))
            if chance.random() < 0.5:
                yield chance.uniform(0, 100)
                yield from self._put(SubscriptionPut(subscription=subscription))

    def _put(self, event: SubscriptionPut | SubscriptionRemoved) -> Steps:
        """Say it to the broker until it stands in the journal."""
        before = len(self._said(event))
        while len(self._said(event)) == before:
            if self.house is not None:
                self.world.start(self.house.put(event), of_broker=True)
            yield 3.0

    def _said(self, event: SubscriptionPut | SubscriptionRemoved) -> list[int]:
        return [seq for seq, other in self.disk.events(ALERTS) if other == event]


def _paused(subscription: Subscription) -> Subscription:
    return Subscription(id=subscription.id, channel=subscription.channel, filter=subscription.filter, paused=True)

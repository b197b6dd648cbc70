"""The far ends: what arrives there, and how badly they answer."""

from collections.abc import Callable, Generator
from typing import NamedTuple

from sim.world import Pause, Steps, World

from broker.core.delivery import Deferred, Delivered, Delivery, Outcome, Refused
from broker.core.event import AlertAccepted

TIMEOUT_S = 5.0

Attempt = Generator[float | Pause, None, Outcome]


class Arrival(NamedTuple):
    """What a far end got, and when it was there."""

    time_s: float
    subscription_id: str
    delivery_id: str
    alert_seq: int
    raw: bytes


class FarEnd:
    """One subscriber's machine. ``dead`` spans are seconds; ``healed`` ends all its troubles."""

    def __init__(self, world: World, subscription_id: str, on_arrival: Callable[[Arrival], None]) -> None:
        self._world = world
        self._subscription_id = subscription_id
        self._on_arrival = on_arrival
        chance = world.random
        self._dead = [(t, t + chance.expovariate(1 / 40)) for t in (chance.uniform(0, 300) for _ in range(2))]
        self._fails = chance.choice((0.0, 0.0, 0.2, 0.6))
        self._hangs = chance.choice((0.0, 0.1, 0.4))
        self._loses_answer = chance.choice((0.0, 0.2))
        self._refuses = chance.choice((0.0, 0.0, 0.05))
        self._slowness_s = chance.choice((0.01, 0.1, 1.0))
        self.healed = False

    def send(self, delivery: Delivery, accepted: AlertAccepted) -> Attempt:
        """One attempt. The deliverer breaks it off at its deadline, so nothing arrives after that."""
        world, chance = self._world, self._world.random
        way_s = chance.uniform(0.0, 0.3)
        if not self.healed:
            if any(start <= world.time_s < end for start, end in self._dead) or chance.random() < self._fails:
                yield way_s
                return Deferred(
                    reason=chance.choice(("connection refused", "503")), retry_after_s=chance.choice((None, None, 3.0))
                )
            if chance.random() < self._refuses:
                yield way_s
                return Refused(reason="413")
            if chance.random() < self._hangs:
                if chance.random() < 0.5:
                    world.start(self._arrive(delivery, accepted, way_s), of_broker=False)
                yield TIMEOUT_S
                return Deferred(reason="timeout")
        world.start(self._arrive(delivery, accepted, way_s), of_broker=False)
        if not self.healed and chance.random() < self._loses_answer:
            yield TIMEOUT_S
            return Deferred(reason="connection lost: reset by peer")
        yield way_s + chance.uniform(0.0, self._slowness_s)
        if world.now >= delivery.deadline:
            return Deferred(reason="timeout")
        return Delivered(evidence="200")

    def _arrive(self, delivery: Delivery, accepted: AlertAccepted, way_s: float) -> Steps:
        yield way_s
        if self._world.now < delivery.deadline:
            self._on_arrival(
                Arrival(self._world.time_s, self._subscription_id, delivery.id, delivery.alert_seq, accepted.raw)
            )

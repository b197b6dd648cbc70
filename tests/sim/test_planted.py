"""Bugs planted by hand, each of which the simulation must find: else it proves nothing when it is silent."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

import msgspec
import pytest
from sim.house import Parts
from sim.referee import Referee
from sim.simulation import Simulation

from broker.core.dispatch import Dispatch
from broker.core.dispatch_state import DispatchState
from broker.core.event import AlertAccepted, AlertRouted, DeliverySuperseded, Event
from broker.core.lane import Lane
from broker.core.limit import IN_FLIGHT_MAX, IN_FLIGHT_PER_SUBSCRIPTION_MAX
from broker.core.open_delivery import DeliveryFacts, OpenDelivery, Phase, RoutedAlert
from broker.core.route import route
from cap_formats.alert import Status

SEEDS = 1_500


class NoOrder(Dispatch):
    """Sends a newer alert while an older one of its chain is still under way."""

    def _add(self, alert: RoutedAlert, deliveries: Iterable[DeliveryFacts]) -> None:
        super()._add(msgspec.structs.replace(alert, references=()), deliveries)


class SupersedesInFlight(Dispatch):
    """Calls an older delivery superseded while its attempt is under way."""

    def _end(self, delivery: OpenDelivery) -> None:
        if delivery.phase is Phase.FLYING:
            self._lanes[delivery.alert.lane].leave(delivery)
            delivery.phase = Phase.BLOCKED
        super()._end(delivery)


class NeverSupersedes(Dispatch):
    """Sends everything, in order, old news and all."""

    def verdicts(self, now: datetime, limit: int = 1_000) -> list[Event]:
        events = []
        for event in super().verdicts(now, limit):
            if isinstance(event, DeliverySuperseded) and event.reason == "newer":
                delivery = self._open[event.delivery_id]
                delivery.superseded_by = None
                self.release(delivery.id)
            else:
                events.append(event)
        return events


class ForgetsRetries(Dispatch):
    """Leaves what waits for another attempt out of its checkpoint."""

    def snapshot(self) -> DispatchState:
        state = super().snapshot()
        kept = tuple(facts for facts in state.deliveries if facts.retry_at is None)
        seqs = {facts.alert_seq for facts in kept}
        return msgspec.structs.replace(
            state, deliveries=kept, alerts=tuple(alert for alert in state.alerts if alert.alert_seq in seqs)
        )


class ForgetsWhatItSaid(Dispatch):
    """Loses, with a checkpoint, what went out to the public."""

    @classmethod
    def restore(cls, checkpoint: bytes, public_channels: frozenset[str] = frozenset()) -> Self:
        state = msgspec.msgpack.decode(checkpoint, type=DispatchState)
        return super().restore(msgspec.msgpack.encode(msgspec.structs.replace(state, went_out=())), public_channels)


class CancelsNothing(Dispatch):
    """Sends a Cancel to the public of what the public never heard."""

    def _is_moot(self, delivery: OpenDelivery) -> bool:
        return delivery.alert.cancels and delivery.alert.alert_seq < 0


class OneQueue(Dispatch):
    """Lets all lanes share one budget."""

    def __init__(self, public_channels: frozenset[str] = frozenset()) -> None:
        super().__init__(public_channels)
        self._lanes = dict.fromkeys(Lane, self._lanes[Lane.DRILL])


def route_past_expiry(accepted: AlertAccepted, *args: Any, **named: Any) -> AlertRouted:
    routed = route(accepted, *args, **named)
    return msgspec.structs.replace(routed, deadline=routed.deadline + timedelta(hours=1))


def route_drills_to_all(accepted: AlertAccepted, *args: Any, **named: Any) -> AlertRouted:
    alert = msgspec.structs.replace(accepted.alert, status=Status.ACTUAL)
    return route(msgspec.structs.replace(accepted, alert=alert), *args, **named)


def route_by_area_alone(accepted: AlertAccepted, *args: Any, references: tuple[int, ...], earlier: Any) -> AlertRouted:
    return route(accepted, *args, references=references, earlier=frozenset(set(earlier) & set()))


def route_to_all_once_more(accepted: AlertAccepted, *args: Any, earlier: Any, **named: Any) -> AlertRouted:
    return route(accepted, *args, earlier=() if accepted.adds_to is not None else earlier, **named)


def route_late_ones(accepted: AlertAccepted, *args: Any, **named: Any) -> AlertRouted:
    return route(msgspec.structs.replace(accepted, late=False), *args, **named)


def route_to_a_changing_id(accepted: AlertAccepted, seq: int, *args: Any, **named: Any) -> AlertRouted:
    routed = route(accepted, seq, *args, **named)
    owed = tuple(msgspec.structs.replace(one, delivery_id=f"dlv_{one.subscription_id}") for one in routed.owed)
    return msgspec.structs.replace(routed, owed=owed)


PLANTED = {
    "no order": (Parts(dispatch=NoOrder), "after what takes it over"),
    "supersedes what is under way": (Parts(dispatch=SupersedesInFlight), ""),
    "never supersedes": (Parts(dispatch=NeverSupersedes), "a newer one of its chain was routed"),
    "forgets retries": (Parts(dispatch=ForgetsRetries), "ended 0 times"),
    "forgets what went out": (Parts(dispatch=ForgetsWhatItSaid), "who heard of its chain"),
    "forgets what may have gone out": (Parts(asks_doubts=False), "who heard of its chain"),
    "cancels what nobody heard": (Parts(dispatch=CancelsNothing), "after nothing"),
    "one queue for all lanes": (Parts(dispatch=OneQueue), "its own lane has room"),
    "sends after expires": (Parts(route=route_past_expiry), "after it expired"),
    "sends drills to all": (Parts(route=route_drills_to_all), "had not asked for it"),
    "forgets who heard of a chain": (Parts(route=route_by_area_alone), "is not owed to"),
    "sends once more to those who have it": (Parts(route=route_to_all_once_more), "once more"),
    "sends late ones": (Parts(route=route_late_ones), "was late and went out"),
    "one id for many alerts": (Parts(route=route_to_a_changing_id), ""),
    "answers before it is durable": (Parts(answers_early=True), "is lost"),
}


@pytest.fixture(autouse=True)
def narrow_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    for lane, size in {Lane.URGENT: 4, Lane.NORMAL: 3, Lane.DRILL: 2}.items():
        monkeypatch.setitem(IN_FLIGHT_MAX, lane, size)
        monkeypatch.setitem(IN_FLIGHT_PER_SUBSCRIPTION_MAX, lane, max(1, size // 2))


@pytest.mark.parametrize("bug", PLANTED)
def test_the_simulation_finds_a_planted_bug(bug: str) -> None:
    parts, sentence = PLANTED[bug]
    for seed in range(SEEDS):
        try:
            faults = Referee(Simulation(seed, parts).run()).faults()
        except KeyError:
            return  # a core whose own books break over it has noticed as well
        if any(sentence in fault for fault in faults):
            return
    pytest.fail(f"{SEEDS} seeds and nobody noticed: {bug}")

"""The dispatch as a service would feed it, and the promise that it can be rebuilt at any time."""

from datetime import timedelta

from core.message import NOW

from broker.core.delivery import Deferred, Delivered, Delivery, Refused
from broker.core.dispatch import Dispatch
from broker.core.event import (
    ALERT_EVENTS,
    Event,
)

PUBLIC = frozenset({"radio"})


class Desk:
    """The dispatch with its two streams counted, as a service would feed it."""

    def __init__(self) -> None:
        self.dispatch = Dispatch(PUBLIC)
        self.alerts: list[Event] = []
        self.deliveries: list[Event] = []
        self.now = NOW

    def feed(self, *events: Event) -> None:
        for event in events:
            stream = self.alerts if type(event).__name__ in ALERT_EVENTS else self.deliveries
            stream.append(event)
            self.dispatch.apply(len(stream), event)

    def due(self, limit: int = 1_000) -> list[Delivery]:
        return self.dispatch.due(self.now, limit)

    def ids(self, limit: int = 1_000) -> list[str]:
        return [delivery.id for delivery in self.due(limit)]

    def judge(self) -> list[Event]:
        events = self.dispatch.verdicts(self.now)
        self.feed(*events)
        return events

    def answer(self, delivery: Delivery, outcome: Delivered | Deferred | Refused) -> Event:
        event = self.dispatch.outcome(delivery, outcome, self.now, 0.1)
        self.feed(event)
        return event

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def rebuilt(self) -> Dispatch:
        dispatch = Dispatch(PUBLIC)
        for stream in (self.alerts, self.deliveries):
            for seq, event in enumerate(stream, 1):
                dispatch.apply(seq, event)
        return dispatch

"""What the operator's page shows, gathered from the dispatch, the views and the meter. Changes nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from broker.core.lane import Lane
from broker.core.open_delivery import OpenDelivery
from broker.core.settling import Kind
from broker.core.subscription import Subscription
from broker.service.broker import Broker
from broker.service.meter import STAGES
from broker.views.deliveries import DeliveryRow, ReceiptRow, deliveries, receipts
from broker.views.held import HeldRow, Waiting, held, waiting
from broker.views.history import AlertRow, alerts
from broker.web.keys import KeyStore

ALERTS_MAX: Final = 25
DELIVERIES_MAX: Final = 200  # of one alert; the API has all
STUCK_MAX: Final = 50
STATIONS_MAX: Final = 100
NEWEST_MAX: Final = 5  # of what waits for a person
OWNERLESS_MAX: Final = 50

Quantiles = Callable[[], Sequence[tuple[str, str, str, int, dict[str, float]]]]  # as Metrics.quantiles tells it


class LaneState(msgspec.Struct, frozen=True, kw_only=True):
    """One lane: deliveries not ended, attempts under way, seconds that the oldest ready one has waited for room."""

    lane: Lane
    open: int
    in_flight: int
    oldest_due_s: float


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery that has not come through. ``why`` is its phase: blocked, retrying, ready, flying ..."""

    id: str
    alert_seq: int
    label: str
    channel: str
    lane: Lane
    why: str
    attempts: int
    reason: str
    retry_at: datetime | None
    deadline: datetime


class AlertBoard(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted alert with what became of its deliveries. ``took_s`` is from routing to the last end, seconds."""

    row: AlertRow
    counts: tuple[tuple[str, int], ...]
    deliveries: tuple[tuple[DeliveryRow, str], ...]
    took_s: float | None


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """The newest receipt of one device of a far end."""

    label: str
    channel: str
    receipt: ReceiptRow


class Board:
    """Gathers it."""

    def __init__(self, broker: Broker, keys: KeyStore, quantiles: Quantiles) -> None:
        self._broker = broker
        self._keys = keys
        self._quantiles = quantiles

    def waiting(self) -> dict[Kind, Waiting]:
        """Return how many messages wait for a person's decision, by kind."""
        return waiting(self._broker.projector.reader)

    def lanes(self) -> list[LaneState]:
        """Return the three lanes."""
        dispatch = self._broker.dispatch
        count, flight = dispatch.open_count(), dispatch.in_flight_count()
        oldest = dispatch.oldest_due_s(self._broker.clock())
        return [
            LaneState(lane=lane, open=count[lane], in_flight=flight[lane], oldest_due_s=oldest[lane]) for lane in Lane
        ]

    def stuck(self) -> tuple[int, list[Stuck]]:
        """Return what was tried and did not come through, or waits for something that did not: how many, and the worst.

        The worst of each far end comes first, so that one that is dead hides no other.
        """
        waiting = [d for d in self._broker.dispatch.open_deliveries() if d.attempts > 0 or d.blockers > 0]
        waiting.sort(key=lambda d: (list(Lane).index(d.alert.lane), -d.attempts, d.alert.alert_seq))
        before: Counter[str] = Counter()
        ranks = []
        for d in waiting:
            ranks.append(before[d.subscription_id])
            before[d.subscription_id] += 1
        order = sorted(range(len(waiting)), key=ranks.__getitem__)[:STUCK_MAX]
        return len(waiting), [self._stuck(waiting[place]) for place in order]

    def alerts(self) -> list[AlertBoard]:
        """Return the newest alerts, each with its deliveries."""
        return [self._alert(row) for row in alerts(self._broker.projector.reader, limit=ALERTS_MAX)]

    def newest_held(self) -> list[HeldRow]:
        """Return the newest of what waits for a person; its own page has all."""
        return held(self._broker.projector.reader, is_open=True, limit=NEWEST_MAX)

    def stations(self, shown: Sequence[AlertBoard]) -> list[Station]:
        """Return the newest receipt of each device, over the alerts shown."""
        newest: dict[tuple[str, str], Station] = {}
        for alert in shown:
            for row, label in alert.deliveries:
                for receipt in receipts(self._broker.projector.reader, row.id) if row.receipts else ():
                    key = (row.subscription_id, receipt.where)
                    if key not in newest or newest[key].receipt.at < receipt.at:
                        newest[key] = Station(label=label, channel=row.channel, receipt=receipt)
        return sorted(newest.values(), key=lambda s: (s.label, s.receipt.where))[:STATIONS_MAX]

    def ownerless(self) -> list[Subscription]:
        """Return the subscriptions that go on though their owner's key was revoked."""
        revoked = self._keys.revoked()
        return [s for s in self._broker.subscriptions.in_force.values() if s.owner in revoked][:OWNERLESS_MAX]

    def stages(self) -> list[tuple[str, str, str, int, dict[str, float]]]:
        """Return the times of the stages, in the order in which an alert passes them.

        Each: stage, lane, channel, count, and seconds by ``p50``, ``p95`` and ``p99``.
        """
        order = {stage: place for place, stage in enumerate(STAGES)}
        rows = [row for row in self._quantiles() if row[3]]
        return sorted(rows, key=lambda row: (order.get(row[0], len(order)), row[1], row[2]))

    def _alert(self, row: AlertRow) -> AlertBoard:
        found = deliveries(self._broker.projector.reader, alert_seq=row.seq, limit=DELIVERIES_MAX)
        ends = [d.ended_at for d in found if d.state == "delivered" and d.ended_at is not None]
        took_s = (max(ends) - row.at).total_seconds() if ends else None
        counts = Counter(d.state for d in found)
        return AlertBoard(
            row=row,
            counts=tuple(sorted(counts.items())),
            deliveries=tuple((d, self._label(d.subscription_id)) for d in found),
            took_s=took_s,
        )

    def _stuck(self, d: OpenDelivery) -> Stuck:
        return Stuck(
            id=d.id,
            alert_seq=d.alert.alert_seq,
            label=self._label(d.subscription_id),
            channel=d.channel,
            lane=d.alert.lane,
            why="paused" if self._broker.dispatch.is_paused(d.subscription_id) else d.phase.name.lower(),
            attempts=d.attempts,
            reason=d.reason,
            retry_at=d.retry_at,
            deadline=d.alert.deadline,
        )

    def _label(self, subscription_id: str) -> str:
        found = self._broker.subscriptions.in_force.get(subscription_id)
        return (found.label if found else "") or subscription_id

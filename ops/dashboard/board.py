"""What the operator's page shows, gathered from the dispatch, the views and the meter. Changes nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from broker.core.delivery import NO_ANSWER
from broker.core.lane import Lane
from broker.core.open_delivery import OpenDelivery
from broker.core.settling import Kind
from broker.core.subscription import Subscription
from broker.service.broker import Broker
from broker.service.meter import STAGES
from broker.views.deliveries import DeliveryRow, ReceiptRow, deliveries, receipts_of, tally
from broker.views.held import HeldRow, Waiting, real_first, waiting
from broker.views.history import AlertRow, alerts
from broker.web.keys import KeyStore
from cap_formats.alert import Status

ALERTS_MAX: Final = 25  # of what is real, and as many drills
DELIVERIES_MAX: Final = 200  # of one alert; the API has all
STUCK_MAX: Final = 50  # far ends
STATIONS_MAX: Final = 100
DUE_MAX_S: Final = 5.0  # that a delivery may wait for room
NEWEST_MAX: Final = 5  # of what waits for a person
OWNERLESS_MAX: Final = 50
SILENT: Final = ("failed", NO_ANSWER)  # first words of what is reported of a device that did not sound

Quantiles = Callable[[], Sequence[tuple[str, str, str, int, dict[str, float]]]]  # as Metrics.quantiles tells it


class LaneState(msgspec.Struct, frozen=True, kw_only=True):
    """One lane: deliveries not ended, attempts under way, seconds that the oldest ready one has waited for room, and
    how many of the open ones are stuck.
    """

    lane: Lane
    open: int
    in_flight: int
    oldest_due_s: float
    stuck: int

    @property
    def is_late(self) -> bool:
        """Whether somebody should look: what is real and stuck, or what waits too long for room."""
        return self.oldest_due_s > DUE_MAX_S or (self.lane is not Lane.DRILL and self.stuck > 0)


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """The worst delivery of one far end that has not come through, and how many ``more`` of it have not. ``why`` is its
    phase: blocked, retrying, ready, flying ...
    """

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
    more: int


class AlertBoard(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted alert with what became of its deliveries. ``took_s`` is from routing to the last end, seconds."""

    row: AlertRow
    counts: tuple[tuple[str, int], ...]
    deliveries: tuple[tuple[DeliveryRow, str], ...]
    took_s: float | None


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """The newest receipt of one device of a far end, of what is real or of drills; ``alert`` is what it speaks of."""

    label: str
    channel: str
    receipt: ReceiptRow
    alert: AlertRow

    @property
    def answer(self) -> str:
        """``failed`` or ``no-answer`` where it did not sound, else empty."""
        word = self.receipt.evidence.partition(" ")[0]
        return word if word in SILENT else ""


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
        stuck = Counter(d.alert.lane for d in self._waiting())
        return [
            LaneState(lane=lane, open=count[lane], in_flight=flight[lane], oldest_due_s=oldest[lane], stuck=stuck[lane])
            for lane in Lane
        ]

    def stuck(self) -> tuple[int, list[Stuck]]:
        """Return what was tried and did not come through, or waits for something that did not: how many, and the worst
        of each far end, so that one that is dead hides no other.
        """
        waiting = sorted(
            self._waiting(), key=lambda d: (list(Lane).index(d.alert.lane), -d.attempts, d.alert.alert_seq)
        )
        by_far_end: defaultdict[str, list[OpenDelivery]] = defaultdict(list)
        for d in waiting:
            by_far_end[d.subscription_id].append(d)
        return len(waiting), [self._stuck(worst, len(more)) for worst, *more in list(by_far_end.values())[:STUCK_MAX]]

    def alerts(self, *, drill: bool) -> list[AlertBoard]:
        """Return the newest alerts, each with its deliveries: what is real, or the drills, so that a drill in many
        towns never pushes a real order off the board.
        """
        statuses = [status for status in Status if (status is not Status.ACTUAL) is drill]
        return [self._alert(row) for row in alerts(self._broker.projector.reader, status=statuses, limit=ALERTS_MAX)]

    def newest_held(self) -> list[HeldRow]:
        """Return the newest of what waits for a person, what may be real before drills; its own page has all."""
        return real_first(self._broker.projector.reader, limit=NEWEST_MAX)

    def stations(self, shown: Sequence[AlertBoard]) -> list[Station]:
        """Return the newest receipt of each device over the alerts shown, one of what is real and one of drills; what
        did not sound first, and what is real first.
        """
        newest: dict[tuple[str, str, bool], Station] = {}
        for row in (alert.row for alert in shown):
            for subscription_id, channel, receipt in receipts_of(self._broker.projector.reader, row.seq):
                key = (subscription_id, receipt.where, row.status is Status.ACTUAL)
                if key not in newest or newest[key].receipt.at < receipt.at:
                    label = self._label(subscription_id)
                    newest[key] = Station(label=label, channel=channel, receipt=receipt, alert=row)
        return sorted(newest.values(), key=_rank)[:STATIONS_MAX]

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
        reader = self._broker.projector.reader
        found, counted = deliveries(reader, alert_seq=row.seq, limit=DELIVERIES_MAX), tally(reader, row.seq)
        return AlertBoard(
            row=row,
            counts=counted.counts,
            deliveries=tuple((d, self._label(d.subscription_id)) for d in found),
            took_s=None if counted.came_at is None else (counted.came_at - row.at).total_seconds(),
        )

    def _waiting(self) -> list[OpenDelivery]:
        return [d for d in self._broker.dispatch.open_deliveries() if d.attempts > 0 or d.blockers > 0]

    def _stuck(self, d: OpenDelivery, more: int) -> Stuck:
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
            more=more,
        )

    def _label(self, subscription_id: str) -> str:
        found = self._broker.subscriptions.in_force.get(subscription_id)
        return (found.label if found else "") or subscription_id


def _rank(station: Station) -> tuple[bool, bool, str, str]:
    return not station.answer, station.alert.status is not Status.ACTUAL, station.label, station.receipt.where

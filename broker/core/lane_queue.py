"""What waits in one lane, and what of it may go now: the lane's budget, each subscriber's, and fairness among them.

Does not know why a delivery waits for another; the dispatch hands in what is ready or waits for its time.
"""

import heapq
import itertools
from collections import deque
from collections.abc import Set as AbstractSet
from datetime import datetime

from broker.core.lane import Lane
from broker.core.limit import IN_FLIGHT_MAX, IN_FLIGHT_PER_SUBSCRIPTION_MAX
from broker.core.open_delivery import OpenDelivery, Phase


class Line:
    """One subscriber's ready deliveries in one lane, oldest alert first. ``queued``: it stands in the lane's ring."""

    __slots__ = ("flying", "queued", "ready", "subscription_id")

    def __init__(self, subscription_id: str) -> None:
        self.subscription_id = subscription_id
        self.ready: list[tuple[int, int, OpenDelivery]] = []
        self.flying = 0
        self.queued = False

    def pop(self) -> OpenDelivery | None:
        """Take the first that is still ready; entries that something else has happened to are dropped."""
        while self.ready:
            _, _, delivery = heapq.heappop(self.ready)
            if delivery.phase is Phase.READY:
                return delivery
        return None


class LaneQueue:
    """One lane. Every step costs O(log n) at most; nothing is scanned.

    ``paused`` is the dispatch's set of paused subscriptions, shared. ``flying`` counts attempts under way.
    """

    def __init__(self, lane: Lane, paused: AbstractSet[str]) -> None:
        self.flying = 0
        self._flying_max = IN_FLIGHT_MAX[lane]
        self._flying_per_line_max = IN_FLIGHT_PER_SUBSCRIPTION_MAX[lane]
        self._paused = paused
        self._lines: dict[str, Line] = {}
        self._ring: deque[Line] = deque()
        self._retries: list[tuple[datetime, int, OpenDelivery, datetime]] = []  # when to wake; whose; its retry_at
        self._ready_since: dict[str, datetime | None] = {}
        self._tie = itertools.count()

    def put(self, delivery: OpenDelivery, now: datetime | None) -> None:
        """Let it wait for room, or for its retry_at where it has one. ``now`` is the clock last seen."""
        if delivery.retry_at is None:
            self._ready(delivery, now)
        else:
            delivery.phase = Phase.RETRYING
            heapq.heappush(self._retries, (delivery.retry_at, next(self._tie), delivery, delivery.retry_at))

    def leave(self, delivery: OpenDelivery) -> None:
        """Take it out, whatever it waits for; its phase is the caller's to set."""
        if delivery.phase is Phase.FLYING:
            self.flying -= 1
            line = self._lines[delivery.subscription_id]
            line.flying -= 1
            self._queue(line)
        elif delivery.phase is Phase.READY:
            del self._ready_since[delivery.id]

    def resume(self, subscription_id: str) -> None:
        """Let a subscriber that was paused stand in the ring again."""
        line = self._lines.get(subscription_id)
        if line is not None:
            self._queue(line)

    def take(self, now: datetime, limit: int) -> list[OpenDelivery]:
        """Return what may go now, one of each subscriber in turn, and count it as under way."""
        self._wake(now)
        taken: list[OpenDelivery] = []
        while self._ring and self.flying < self._flying_max and len(taken) < limit:
            line = self._ring.popleft()
            line.queued = False
            if line.subscription_id in self._paused:
                continue
            delivery = line.pop()
            if delivery is not None:
                del self._ready_since[delivery.id]
                if delivery.alert.deadline > now:
                    delivery.phase = Phase.FLYING
                    self.flying += 1
                    line.flying += 1
                    taken.append(delivery)
                else:
                    delivery.phase = Phase.BLOCKED  # its time is over; the verdict at its deadline finds it
            self._queue(line)
        return taken

    def clock_set_back(self, now: datetime, farthest: datetime) -> None:
        """Let nobody wait beyond ``farthest`` for a time that a clock set back would reach only then."""
        self._retries = [
            (now if wake_at > farthest else wake_at, tie, delivery, retry_at)
            for wake_at, tie, delivery, retry_at in self._retries
        ]
        heapq.heapify(self._retries)

    def next_at(self, now: datetime) -> datetime | None:
        """Return when take() would find something: None where only an outcome can bring that about."""
        if self.flying >= self._flying_max:
            return None
        if self._ring:
            return now
        self._drop_stale_retries()
        return self._retries[0][0] if self._retries else None

    def oldest_ready_s(self, now: datetime) -> float:
        """Return how long the longest-waiting ready delivery has waited for room, seconds."""
        since = next(iter(self._ready_since.values()), now)
        return max(0.0, (now - since).total_seconds()) if since is not None else 0.0

    def _ready(self, delivery: OpenDelivery, since: datetime | None) -> None:
        delivery.phase = Phase.READY
        self._ready_since[delivery.id] = since
        line = self._lines.get(delivery.subscription_id)
        if line is None:
            line = self._lines[delivery.subscription_id] = Line(delivery.subscription_id)
        heapq.heappush(line.ready, (delivery.alert.alert_seq, next(self._tie), delivery))
        self._queue(line)

    def _wake(self, now: datetime) -> None:
        while self._retries and self._retries[0][0] <= now:
            at, _, delivery, retry_at = heapq.heappop(self._retries)
            if delivery.phase is Phase.RETRYING and delivery.retry_at == retry_at:
                self._ready(delivery, at)

    def _drop_stale_retries(self) -> None:
        while self._retries:
            _, _, delivery, retry_at = self._retries[0]
            if delivery.phase is Phase.RETRYING and delivery.retry_at == retry_at:
                return
            heapq.heappop(self._retries)

    def _queue(self, line: Line) -> None:
        """Put a line at the end of the ring where it may send; forget one that is empty."""
        if not line.ready:
            if not line.flying and not line.queued:
                self._lines.pop(line.subscription_id, None)
        elif not line.queued and line.flying < self._flying_per_line_max and line.subscription_id not in self._paused:
            line.queued = True
            self._ring.append(line)

"""How fast drills may go, so that a live order never waits for the machine itself (DESIGN rule 5).

A share of the machine while nothing live is on its way, a trickle beside live traffic: a leaky bucket, by the generic
cell rate algorithm (ITU-T I.371).
"""

from datetime import datetime, timedelta

from broker.core.limit import DRILL_BURST, DRILL_PER_S, DRILL_PER_S_BESIDE_LIVE, LIVE_QUIET


class Pace:
    """Counts what drills have sent. Volatile: after a restart it begins anew."""

    def __init__(self) -> None:
        """Begin with room for a burst."""
        self._used_until: datetime | None = None
        self._live_at: datetime | None = None

    def live(self, now: datetime) -> None:
        """Note that something live is on its way."""
        self._live_at = now

    def room(self, now: datetime) -> int:
        """Return how many attempts of drills may begin now."""
        used_until = max(now, self._used_until or now)
        return max(0, int((now + DRILL_BURST - used_until) / self._spacing(now)))

    def take(self, now: datetime, count: int) -> None:
        """Note that so many begin now."""
        self._used_until = max(now, self._used_until or now) + count * self._spacing(now)

    def opens_at(self, now: datetime) -> datetime:
        """Return when there is room for one more."""
        if self.room(now) or self._used_until is None:
            return now
        return self._used_until - DRILL_BURST + self._spacing(now)

    def _spacing(self, now: datetime) -> timedelta:
        beside_live = self._live_at is not None and now < self._live_at + LIVE_QUIET
        return timedelta(seconds=1) / (DRILL_PER_S_BESIDE_LIVE if beside_live else DRILL_PER_S)

"""When a delivery that did not get through is tried again. Chance is a hash of the delivery, so replays agree."""

import hashlib
from datetime import datetime, timedelta

from broker.core.limit import (
    RETRY_AFTER_GENTLE_MAX_S,
    RETRY_AFTER_SWIFT_MAX_S,
    RETRY_GENTLE_S,
    RETRY_JITTER,
    RETRY_SWIFT_S,
)


def next_delay_s(attempt: int, *, swift: bool, seed: str) -> float:
    """Return the seconds to wait after attempt ``attempt`` (from 1): a step of the ladder, give or take jitter."""
    ladder = RETRY_SWIFT_S if swift else RETRY_GENTLE_S
    step = ladder[min(attempt, len(ladder)) - 1]
    return step * (1 + RETRY_JITTER * _spread(f"{seed}/{attempt}"))


def retry_at(
    attempt: int, now: datetime, *, swift: bool, seed: str, retry_after_s: float | None, deadline: datetime
) -> datetime:
    """Return when to try again, never after the deadline.

    ``retry_after_s`` is the far end's own wish: it can make the wait longer than the ladder's, up to a bound.
    """
    delay_s = next_delay_s(attempt, swift=swift, seed=seed)
    if retry_after_s is not None and retry_after_s > delay_s:
        delay_s = min(retry_after_s, RETRY_AFTER_SWIFT_MAX_S if swift else RETRY_AFTER_GENTLE_MAX_S)
    return min(now + timedelta(seconds=delay_s), deadline)


def _spread(seed: str) -> float:
    """Return a number in [-1, 1) that depends on the seed alone."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) / 2**63 - 1

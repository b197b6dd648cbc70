"""When a delivery that did not get through is tried again. Chance is a hash of the delivery, so replays agree."""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from broker.core.limit import (
    RETRY_AFTER_GENTLE_MAX_S,
    RETRY_AFTER_SWIFT_MAX_S,
    RETRY_GENTLE_S,
    RETRY_LEAST_S,
    RETRY_SWIFT_S,
)


def next_delay_s(attempt: int, *, swift: bool, seed: str) -> float:
    """Return the seconds to wait after attempt ``attempt`` (from 1): anything up to a step of the ladder ("full
    jitter"), so that those who failed together, when a line was cut, do not come back together.
    """
    ladder = RETRY_SWIFT_S if swift else RETRY_GENTLE_S
    step = ladder[min(attempt, len(ladder)) - 1]
    return max(RETRY_LEAST_S, step * _share(f"{seed}/{attempt}"))


class Retry(NamedTuple):
    """When to try again. ``asked``: the far end itself wished to be left alone for a while; that is over by then."""

    at: datetime
    asked: bool


def retry_at(
    attempt: int, now: datetime, *, swift: bool, seed: str, retry_after_s: float | None, deadline: datetime
) -> Retry:
    """Return when to try again, never after the deadline.

    ``retry_after_s`` is the far end's own wish: it can make the wait longer than the ladder's, up to a bound.
    """
    delay_s = next_delay_s(attempt, swift=swift, seed=seed)
    asked = retry_after_s is not None and retry_after_s > RETRY_LEAST_S
    if retry_after_s is not None and asked:
        delay_s = max(delay_s, min(retry_after_s, RETRY_AFTER_SWIFT_MAX_S if swift else RETRY_AFTER_GENTLE_MAX_S))
    return Retry(min(now + timedelta(seconds=delay_s), deadline), asked)


def _share(seed: str) -> float:
    """Return a number in [0, 1) that depends on the seed alone."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) / 2**64

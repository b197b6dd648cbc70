"""Time as an argument: the services read it here and hand it on, so that the core never has to."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time of the machine, UTC."""
    return datetime.now(UTC)

"""One alert owed to one subscriber, what became of an attempt, and what the far end said later."""

from datetime import datetime
from enum import StrEnum

import msgspec

from broker.core.lane import Lane
from broker.core.limit import RECEIPT_TEXT_MAX, YEAR_MAX, YEAR_MIN


class Level(StrEnum):
    """How far a delivery is proven to have come, in rising order."""

    ACCEPTED = "accepted"  # the far end's machine took it
    DELIVERED = "delivered"  # it reached the device or the desk
    DISPLAYED = "displayed"  # aired, sounded, shown
    ACKNOWLEDGED = "acknowledged"  # a person said so


# How the evidence of a receipt begins that tells of a device's silence: it proves nothing, not even that it heard.
NO_ANSWER = "no-answer"

LEVELS: tuple[Level, ...] = tuple(Level)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel is asked to send now.

    ``id`` is the idempotency key at the far end: it never carries different content (DESIGN rule 8). ``deadline`` is
    when the alert expires, UTC. ``attempt`` counts from 1.
    """

    id: str
    alert_seq: int
    chain: str
    subscription_id: str
    channel: str
    lane: Lane
    deadline: datetime
    attempt: int


class Delivered(msgspec.Struct, frozen=True, kw_only=True, tag="delivered"):
    """The far end took it. ``evidence`` is what it said (a status line, a message id), no secret in it;
    ``first_byte_s`` is seconds from the start of the attempt to the first byte of its answer.
    """

    level: Level = Level.ACCEPTED
    evidence: str = ""
    first_byte_s: float | None = None


class Deferred(msgspec.Struct, frozen=True, kw_only=True, tag="deferred"):
    """Not now; the same delivery is tried again. ``retry_after_s`` is the far end's own wish, seconds."""

    reason: str
    retry_after_s: float | None = None


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """Never: the far end, or our own rendering, says that this content cannot be sent. A person is to look."""

    reason: str


Outcome = Delivered | Deferred | Refused


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the far end reported after the outcome. ``where`` names the device (a station), ``at`` is its own time."""

    delivery_id: str
    level: Level
    at: datetime
    where: str = ""
    evidence: str = ""

    def __post_init__(self) -> None:
        """Refuse a time that cannot be meant, and more text than a device has to say."""
        if self.at.tzinfo is None or not YEAR_MIN <= self.at.year <= YEAR_MAX:
            raise ValueError(f"at must be a time of the years {YEAR_MIN} to {YEAR_MAX} with its offset from UTC")
        if max(len(self.where), len(self.evidence)) > RECEIPT_TEXT_MAX:
            raise ValueError(f"where and evidence have at most {RECEIPT_TEXT_MAX} characters")

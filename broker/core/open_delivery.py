"""A delivery that has not ended yet, as the dispatch keeps it."""

from datetime import datetime
from enum import Enum, auto

import msgspec

from broker.core.delivery import Delivery
from broker.core.lane import Lane


class Phase(Enum):
    """Where an open delivery stands. Volatile: after a restart it follows from the facts again."""

    BLOCKED = auto()  # an older alert of its chain is still open for the same subscriber
    RETRYING = auto()  # waits for its retry_at
    READY = auto()  # waits for room in its lane
    FLYING = auto()  # an attempt is under way
    ENDING = auto()  # will not be sent; the verdict that says so is due
    JUDGED = auto()  # the verdict was handed out and is on its way to the journal
    CLOSED = auto()  # ended


class RoutedAlert(msgspec.Struct, frozen=True, kw_only=True):
    """What all deliveries of one alert share; the words of AlertRouted."""

    alert_seq: int
    chain: str
    lane: Lane
    swift: bool
    cancels: bool
    deadline: datetime
    references: tuple[int, ...]


class DeliveryFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What records have said of one open delivery, and nothing that a restart would change."""

    id: str
    alert_seq: int
    subscription_id: str
    channel: str
    attempts: int = 0
    retry_at: datetime | None = None
    reason: str = ""
    superseded_by: int | None = None
    gone: bool = False
    asked: bool = False


class OpenDelivery:
    """The facts, to be changed by records alone, and the volatile rest.

    ``attempts`` that failed so far, ``reason`` of the last; ``asked``: its far end wished to be left alone, which
    is over at ``retry_at``. ``superseded_by`` is the seq of the newest alert that takes
    this one's over; ``gone`` says that the subscription was removed; ``lapsed`` that the deadline has passed.
    ``blockers`` counts the open deliveries that must end before this one may go, and ``followers`` wait for this one.
    """

    __slots__ = (
        "alert",
        "asked",
        "attempts",
        "blockers",
        "channel",
        "followers",
        "gone",
        "id",
        "lapsed",
        "phase",
        "reason",
        "retry_at",
        "subscription_id",
        "superseded_by",
    )

    def __init__(self, alert: RoutedAlert, facts: DeliveryFacts) -> None:
        self.alert = alert
        self.id = facts.id
        self.subscription_id = facts.subscription_id
        self.channel = facts.channel
        self.attempts = facts.attempts
        self.retry_at = facts.retry_at
        self.asked = facts.asked
        self.reason = facts.reason
        self.superseded_by = facts.superseded_by
        self.gone = facts.gone
        self.lapsed = False
        self.phase = Phase.BLOCKED
        self.blockers = 0
        self.followers: list[OpenDelivery] = []

    @property
    def is_over(self) -> bool:
        """Whether it must not be sent any more."""
        return self.gone or self.lapsed or self.superseded_by is not None

    @property
    def is_held(self) -> bool:
        """Whether somebody outside holds it: an attempt or a verdict is under way."""
        return self.phase in (Phase.FLYING, Phase.JUDGED)

    def facts(self) -> DeliveryFacts:
        """Return what a checkpoint keeps of it."""
        return DeliveryFacts(
            id=self.id,
            alert_seq=self.alert.alert_seq,
            subscription_id=self.subscription_id,
            channel=self.channel,
            attempts=self.attempts,
            retry_at=self.retry_at,
            reason=self.reason,
            superseded_by=self.superseded_by,
            gone=self.gone,
            asked=self.asked,
        )

    def next_attempt(self) -> Delivery:
        """Return what a channel is asked to send now."""
        return Delivery(
            id=self.id,
            alert_seq=self.alert.alert_seq,
            chain=self.alert.chain,
            subscription_id=self.subscription_id,
            channel=self.channel,
            lane=self.alert.lane,
            deadline=self.alert.deadline,
            attempt=self.attempts + 1,
        )

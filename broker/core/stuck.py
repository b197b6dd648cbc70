"""Which open deliveries wait, and for what: for an operator to see."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Final

import msgspec

from broker.core.dispatch import Dispatch
from broker.core.lane import Lane
from broker.core.open_delivery import OpenDelivery, Phase


class Why(StrEnum):
    """What an open delivery waits for."""

    ORDER = "waiting-for-order"
    RETRY = "retrying"
    BUDGET = "waiting-budget"
    PAUSED = "paused"


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery that waits. ``reason`` is why the last of its failed ``attempts`` failed, empty where none did."""

    delivery_id: str
    alert_seq: int
    subscription_id: str
    channel: str
    lane: Lane
    why: Why
    reason: str
    attempts: int
    retry_at: datetime | None
    deadline: datetime


WHY: Final[dict[Phase, Why]] = {
    Phase.BLOCKED: Why.ORDER,
    Phase.RETRYING: Why.RETRY,
    Phase.READY: Why.BUDGET,
}


def stuck(dispatch: Dispatch, limit: int = 1_000) -> list[Stuck]:
    """Return the oldest deliveries that wait, leaving out what is being sent or about to end."""
    return list(islice(_all_stuck(dispatch), limit))


def _all_stuck(dispatch: Dispatch) -> Iterator[Stuck]:
    for delivery in dispatch.open_deliveries():
        why = WHY.get(delivery.phase)
        if why is not None:
            yield _stuck(delivery, Why.PAUSED if dispatch.is_paused(delivery.subscription_id) else why)


def _stuck(delivery: OpenDelivery, why: Why) -> Stuck:
    return Stuck(
        delivery_id=delivery.id,
        alert_seq=delivery.alert.alert_seq,
        subscription_id=delivery.subscription_id,
        channel=delivery.channel,
        lane=delivery.alert.lane,
        why=why,
        reason=delivery.reason,
        attempts=delivery.attempts,
        retry_at=delivery.retry_at,
        deadline=delivery.alert.deadline,
    )

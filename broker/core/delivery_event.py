"""What became of a delivery, written as its event: by an attempt's outcome, or by the rules without one."""

from datetime import datetime
from typing import assert_never

from broker.core.delivery import Deferred, Delivered, Delivery, Outcome, Refused
from broker.core.event import (
    DeliveryDeferred,
    DeliveryDelivered,
    DeliveryExpired,
    DeliveryRefused,
    DeliverySuperseded,
    Event,
)
from broker.core.open_delivery import OpenDelivery
from broker.core.retry import retry_at


def outcome_event(delivery: Delivery, outcome: Outcome, now: datetime, outcome_s: float, *, swift: bool) -> Event:
    """Return what an attempt came to. ``outcome_s``: seconds that it took; ``swift`` chooses the ladder of retries."""
    match outcome:
        case Delivered():
            return DeliveryDelivered(
                delivery_id=delivery.id,
                attempt=delivery.attempt,
                level=outcome.level,
                evidence=outcome.evidence,
                first_byte_s=outcome.first_byte_s,
                outcome_s=outcome_s,
            )
        case Deferred():
            retry = retry_at(
                delivery.attempt,
                now,
                swift=swift,
                seed=delivery.id,
                retry_after_s=outcome.retry_after_s,
                deadline=delivery.deadline,
            )
            return DeliveryDeferred(
                delivery_id=delivery.id,
                attempt=delivery.attempt,
                reason=outcome.reason,
                retry_at=retry.at,
                outcome_s=outcome_s,
                asked=retry.asked,
            )
        case Refused():
            return DeliveryRefused(
                delivery_id=delivery.id, attempt=delivery.attempt, reason=outcome.reason, outcome_s=outcome_s
            )
        case _:
            assert_never(outcome)


def verdict_event(delivery: OpenDelivery) -> Event:
    """Say why it ends unsent, the weightiest reason first."""
    if delivery.gone:
        return DeliverySuperseded(delivery_id=delivery.id, reason="subscription-removed", by_seq=None)
    if delivery.superseded_by is not None:
        return DeliverySuperseded(delivery_id=delivery.id, reason="newer", by_seq=delivery.superseded_by)
    if delivery.lapsed:
        return DeliveryExpired(delivery_id=delivery.id)
    return DeliverySuperseded(delivery_id=delivery.id, reason="nothing-to-cancel", by_seq=None)

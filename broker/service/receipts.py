"""Takes in what far ends say after the outcome: sounded, shown, read."""

from datetime import UTC

from broker.core.delivery import Receipt
from broker.core.event import ReceiptReceived
from broker.core.problem import Problem
from broker.service.clock import Clock
from broker.service.deliverer import Deliverer
from broker.service.meter import Meter
from broker.service.outcomes import Outcomes
from broker.service.projector import Projector
from broker.views.deliveries import delivery as delivery_row


class Receipts:
    """A ReceiptSink (broker.core.protocol) over the journal."""

    def __init__(
        self, projector: Projector, deliverer: Deliverer, outcomes: Outcomes, clock: Clock, meter: Meter
    ) -> None:
        """Journal receipts for deliveries that the deliverer or the views know."""
        self._projector = projector
        self._deliverer = deliverer
        self._outcomes = outcomes
        self._clock = clock
        self._meter = meter

    async def receive(self, receipt: Receipt) -> None:
        """Journal the receipt; the same one twice is one. Raises Problem ``delivery-unknown``."""
        row = delivery_row(self._projector.reader, receipt.delivery_id)
        if row is None and not self._deliverer.knows(receipt.delivery_id):
            raise Problem(
                "delivery-unknown", f"There is no delivery {receipt.delivery_id}.", status=404, path="delivery_id"
            )
        event = ReceiptReceived(
            delivery_id=receipt.delivery_id,
            level=receipt.level,
            where=receipt.where,
            evidence=receipt.evidence,
            at=receipt.at.astimezone(UTC),
        )
        now = self._clock()
        key = f"receipt/{receipt.delivery_id}/{receipt.where}/{receipt.level}/{receipt.evidence}"
        record = await self._outcomes.write_as(event, key, now)
        if row is not None and record.at == now:
            self._meter.stage("receipt", (now - row.routed_at).total_seconds(), row.lane, row.channel)

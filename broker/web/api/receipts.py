"""POST /api/v1/receipts: what a far end says after the outcome (aired, shown, read)."""

from typing import Annotated, Final

import msgspec
from aiohttp import web

from broker.core.delivery import Receipt
from broker.core.holder import Role
from broker.core.problem import Problem
from broker.views.deliveries import delivery
from broker.web.access import holder_of
from broker.web.app import BROKER
from broker.web.body import json_response, read_json

RECEIPTS_MAX: Final = 1_000  # each is a record of the journal


class Receipts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body: up to RECEIPTS_MAX receipts."""

    receipts: Annotated[tuple[Receipt, ...], msgspec.Meta(max_length=RECEIPTS_MAX)]


async def post_receipts(request: web.Request) -> web.Response:
    """POST: journal the receipts; durable when answered. A subscriber may speak for its own deliveries only."""
    holder = holder_of(request, Role.SUBSCRIBER, Role.OPERATOR)
    broker = request.app[BROKER]
    body = await read_json(request, Receipts)
    own = {s.id for s in broker.subscriptions.of(holder)}
    for index, receipt in enumerate(body.receipts):
        row = delivery(broker.projector.reader, receipt.delivery_id)
        if row is None or row.subscription_id not in own:
            sentence = f"There is no delivery {receipt.delivery_id} of yours."
            raise Problem("delivery-unknown", sentence, status=404, path=f"receipts[{index}].delivery_id")
    for receipt in body.receipts:
        await broker.receipts.receive(receipt)
    return json_response({"taken": len(body.receipts)}, status=201)


def routes() -> list[web.RouteDef]:
    """Return the routes of this file."""
    return [web.post("/api/v1/receipts", post_receipts)]

"""GET /api/v1/deliveries: who was owed what, and who got it and when."""

from aiohttp import web

from broker.core.holder import Holder, Role
from broker.core.problem import Problem
from broker.views.deliveries import deliveries, delivery, receipts
from broker.web.access import holder_of
from broker.web.api.query import number, only
from broker.web.app import BROKER
from broker.web.body import json_response

_LIMIT_MAX = 10_000


async def list_deliveries(request: web.Request) -> web.Response:
    """GET: deliveries, newest alert first; ``alert`` (seq), ``state``, ``limit`` narrow. Subscribers see their own."""
    holder = holder_of(request)
    only(request, "alert", "state", "limit")
    rows = deliveries(
        request.app[BROKER].projector.reader,
        alert_seq=number(request, "alert", top=2**53),
        subscription_ids=_visible(request, holder),
        state=request.query.get("state"),
        limit=number(request, "limit", top=_LIMIT_MAX) or 500,
    )
    return json_response({"deliveries": rows})


async def show_delivery(request: web.Request) -> web.Response:
    """GET /{id}: one delivery with every receipt."""
    holder = holder_of(request)
    reader = request.app[BROKER].projector.reader
    row = delivery(reader, request.match_info["id"])
    visible = _visible(request, holder)
    if row is None or (visible is not None and row.subscription_id not in visible):
        raise Problem("delivery-unknown", f"There is no delivery {request.match_info['id']}.", status=404)
    return json_response({"delivery": row, "receipts": receipts(reader, row.id)})


def _visible(request: web.Request, holder: Holder) -> tuple[str, ...] | None:
    """Name the subscriptions whose deliveries the holder may see; None is all. An issuer sees all, to see who heard."""
    if holder.role is not Role.SUBSCRIBER:
        return None
    return tuple(s.id for s in request.app[BROKER].subscriptions.of(holder))


def routes() -> list[web.RouteDef]:
    """Return the routes of this file."""
    return [web.get("/api/v1/deliveries", list_deliveries), web.get("/api/v1/deliveries/{id}", show_delivery)]

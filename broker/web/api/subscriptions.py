"""/api/v1/subscriptions: who wants what, by which channel. Contacts go in and never come out again."""

from collections.abc import Sequence

import msgspec
from aiohttp import web

from broker.core.holder import Role
from broker.core.subscription import Subscription
from broker.service.subscriptions import Wish
from broker.web.access import KEYS, holder_of
from broker.web.app import BROKER
from broker.web.body import json_response, read_json


class Overseen(Subscription, frozen=True, kw_only=True):
    """A subscription as an operator sees it. It goes on after its owner's key was revoked: taking it away is for a
    person to decide.
    """

    owner_revoked: bool


async def list_subscriptions(request: web.Request) -> web.Response:
    """GET: the holder's own; an operator sees all, with ``owner_revoked`` where the owner has no key any more."""
    holder = holder_of(request)
    found: Sequence[Subscription] = request.app[BROKER].subscriptions.of(holder)
    if holder.role is Role.OPERATOR:
        revoked = request.app[KEYS].revoked()
        found = [Overseen(**msgspec.structs.asdict(one), owner_revoked=one.owner in revoked) for one in found]
    return json_response({"subscriptions": found})


async def show_subscription(request: web.Request) -> web.Response:
    """GET /{id}."""
    holder = holder_of(request)
    return json_response(request.app[BROKER].subscriptions.owned(request.match_info["id"], holder))


async def post_subscription(request: web.Request) -> web.Response:
    """POST: make one; in force when answered."""
    return await _put(request, None, 201)


async def put_subscription(request: web.Request) -> web.Response:
    """PUT /{id}: change one; in force when answered."""
    return await _put(request, request.match_info["id"], 200)


async def _put(request: web.Request, subscription_id: str | None, status: int) -> web.Response:
    holder = holder_of(request)
    broker = request.app[BROKER]
    wish = await read_json(request, Wish)
    subscription, seq = await broker.subscriptions.put(wish, holder, subscription_id)
    await broker.router.reached(seq)
    location = f"/api/v1/subscriptions/{subscription.id}"
    return json_response(subscription, status=status, headers={"Location": location})


async def delete_subscription(request: web.Request) -> web.Response:
    """DELETE /{id}: take one away and forget its contact."""
    holder = holder_of(request)
    broker = request.app[BROKER]
    seq = await broker.subscriptions.remove(request.match_info["id"], holder)
    await broker.router.reached(seq)
    return web.Response(status=204)


def routes() -> list[web.RouteDef]:
    """Return the routes of this file."""
    return [
        web.get("/api/v1/subscriptions", list_subscriptions),
        web.post("/api/v1/subscriptions", post_subscription),
        web.get("/api/v1/subscriptions/{id}", show_subscription),
        web.put("/api/v1/subscriptions/{id}", put_subscription),
        web.delete("/api/v1/subscriptions/{id}", delete_subscription),
    ]

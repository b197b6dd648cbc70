"""Takes in one message over HTTP and answers only when it is durable."""

from http import HTTPStatus
from time import perf_counter

from aiohttp import web

from broker.core.holder import Role
from broker.web.access import holder_of
from broker.web.app import BROKER
from broker.web.body import json_response

VIA = "http"


async def post_alert(request: web.Request) -> web.Response:
    """POST: 202 with the seq and a Location; the same bytes again 200 with the same seq; a problem otherwise."""
    holder = holder_of(request, Role.ISSUER)
    began = perf_counter()
    raw = await request.read()
    taken = await request.app[BROKER].accept(raw, holder=holder, via=VIA, received_s=perf_counter() - began)
    first = taken[0]
    fresh = any(not acceptance.duplicate for acceptance in taken)
    status = HTTPStatus.ACCEPTED if fresh else HTTPStatus.OK
    body = {"seq": first.seq, "identifier": first.identifier, "accepted": taken}
    return json_response(body, status=status, headers={"Location": f"/api/v1/alerts/{first.seq}"})


def routes() -> list[web.RouteDef]:
    """Return the routes of this receiver."""
    return [web.post("/api/v1/alerts", post_alert)]

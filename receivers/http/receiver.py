"""Takes in one message over HTTP and answers only when it is durable."""

from http import HTTPStatus
from time import perf_counter
from typing import Any

from aiohttp import web

from broker.core.holder import Role
from broker.core.problem import Problem
from broker.service.intake import Acceptance
from broker.web.access import holder_of
from broker.web.app import BROKER
from broker.web.body import json_response
from broker.web.message import MessageTooLargeError, read_message
from broker.web.problem import document

VIA = "http"


async def post_alert(request: web.Request) -> web.Response:
    """POST: 202 with the seq and a Location; the same bytes again 200 with the same seq; a problem otherwise.

    Of a message that holds several alerts, ``accepted`` names those that were taken and ``refused`` the problems of the
    others; it is a problem as a whole where none was taken.
    """
    holder = holder_of(request, Role.ISSUER)
    began = perf_counter()
    intake = request.app[BROKER].intake
    try:
        raw = await read_message(request)
    except MessageTooLargeError as large:
        raise await intake.refuse_large(large.head, sentence=str(large), holder=holder, via=VIA) from large
    ends = await intake.accept_parts(raw, holder=holder, via=VIA, received_s=perf_counter() - began)
    taken = [end for end in ends if isinstance(end, Acceptance)]
    refused = [end for end in ends if isinstance(end, Problem)]
    if not taken:
        raise refused[0]
    first = taken[0]
    fresh = any(not acceptance.duplicate for acceptance in taken)
    status = HTTPStatus.ACCEPTED if fresh else HTTPStatus.OK
    body: dict[str, Any] = {"seq": first.seq, "identifier": first.identifier, "accepted": taken}
    if refused:
        body["refused"] = [document(problem) for problem in refused]
    return json_response(body, status=status, headers={"Location": f"/api/v1/alerts/{first.seq}"})


def routes() -> list[web.RouteDef]:
    """Return the routes of this receiver."""
    return [web.post("/api/v1/alerts", post_alert)]

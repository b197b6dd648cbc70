"""GET /api/v1/in-force: what holds at a point, in a municipality, or anywhere."""

from datetime import timedelta

import msgspec
from aiohttp import web

from broker.core.event import ALERTS
from broker.core.problem import Problem
from broker.views.in_force import Holding, ended_since, holdings
from broker.web.api.query import only, place, statuses
from broker.web.app import BROKER
from broker.web.body import json_response
from cap_formats.alert import Status
from cap_formats.drill import marked_info
from geo.ground import Grounds
from geo.place import Spot

_TOMBSTONES = timedelta(hours=24)


async def show_in_force(request: web.Request) -> web.Response:
    """GET ``?lat&lon`` or ``?code``: what holds there now, worst first, with what ended in the last 24 hours.

    Actual and the rest are asked for apart: one answer never mixes them, and every text of a drill says that it is one.
    ``as_of`` and ``seq`` say which state this is; ``covered`` is false where the place lies in no municipality.
    """
    broker = request.app[BROKER]
    only(request, "code", "lat", "lon", "status")
    codes = place(request, broker.registry)
    wanted = statuses(request)
    if Status.ACTUAL in wanted and len(wanted) > 1:
        sentence = "status is Actual, or Exercise and Test; one answer never mixes them."
        raise Problem("query-invalid", sentence, path="status")
    now = broker.clock()
    reader = broker.projector.reader
    grounds = broker.registry.grounds
    return json_response(
        {
            "as_of": now,
            "seq": broker.projector.seq(ALERTS),
            "covered": codes is None or bool(codes),
            "places": [broker.registry.get(code) for code in codes or ()],
            "in_force": [_shown(holding, grounds) for holding in holdings(reader, now, wanted, codes)],
            "ended": ended_since(reader, now - _TOMBSTONES, now, wanted),
        },
        headers={"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"},
    )


class Shown(Holding, frozen=True, kw_only=True):
    """What holds, with the districts and towns that its areas name, as far as it is known where they lie: points, and
    no borders.
    """

    districts: tuple[Spot, ...]


def _shown(holding: Holding, grounds: Grounds) -> Shown:
    said = msgspec.structs.asdict(holding) | {"info": marked_info(holding.info, holding.status)}
    return Shown(**said, districts=grounds.of(holding.info.areas).spots)


def routes() -> list[web.RouteDef]:
    """Return the routes of this file."""
    return [web.get("/api/v1/in-force", show_in_force)]

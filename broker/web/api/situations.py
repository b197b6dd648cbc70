"""What municipalities report now: GET /api/v1/shelters, /api/v1/headquarters, /api/v1/damage, /feeds/shelters.geojson.

Actual and the rest are asked for apart, and the names in a drill's rows begin with 【訓練】.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import shapely
from aiohttp import web

from broker.core.event import ALERTS
from broker.core.problem import Problem
from broker.service.broker import Broker
from broker.views.ground import Point
from broker.views.situations import Report, ShelterRow, damage, headquarters, shelters
from broker.web.api.query import degrees, only, statuses
from broker.web.app import BROKER
from broker.web.body import json_response
from cap_formats.alert import Status
from cap_formats.drill import marked
from geo.registry import UnknownAreaError
from geo.shape import read_circle

RADIUS_KM: Final = 5.0  # an hour on foot
RADIUS_KM_MAX: Final = 100.0
ROWS_MAX: Final = 5_000  # all of the largest prefecture's shelters; the whole country has ninety thousand
HEADERS: Final = {"Cache-Control": "public, max-age=5", "Access-Control-Allow-Origin": "*"}


async def show_shelters(request: web.Request) -> web.Response:
    """GET shelters as their municipalities report them now: of an ``area``, or around ``lat`` and ``lon``.

    Around a point they are the nearest first, within ``radius_km`` (5 by default); those without a position are only
    found by ``area``. ``open`` tells where one can go now, ``shelter.crowding`` how full it is. ``more`` is true where
    not all are listed: ask for a smaller area.
    """
    only(request, "area", "lat", "lon", "radius_km", "status")
    near, radius_km = _near(request)
    return _answer(request, "shelters", [said_in(row) for row in _shelters(request, near, radius_km)])


async def show_headquarters(request: web.Request) -> web.Response:
    """GET the headquarters (災害対策本部, 警戒本部), each municipality's newest word, of an ``area`` or of all."""
    only(request, "area", "status")
    broker = request.app[BROKER]
    wanted, codes = _statuses(request), _codes(request)
    rows = headquarters(broker.projector.reader, broker.clock(), wanted, codes, ROWS_MAX + 1)
    return _answer(request, "headquarters", rows)


async def show_damage(request: web.Request) -> web.Response:
    """GET the damage that municipalities count, document by document, of an ``area`` or of all."""
    only(request, "area", "status")
    broker = request.app[BROKER]
    wanted, codes = _statuses(request), _codes(request)
    rows = damage(broker.projector.reader, broker.clock(), wanted, codes, ROWS_MAX + 1)
    return _answer(request, "damage", rows)


async def show_geojson(request: web.Request) -> web.Response:
    """GET the shelters that are open, as GeoJSON (RFC 7946): the same query; no geometry where there is no position."""
    only(request, "area", "lat", "lon", "radius_km", "status")
    near, radius_km = _near(request)
    rows = _shelters(request, near, radius_km, only_open=True)[:ROWS_MAX]
    broker = request.app[BROKER]
    body = {
        "type": "FeatureCollection",
        "as_of": broker.clock(),
        "seq": broker.projector.seq(ALERTS),
        "features": [feature(row) for row in rows],
    }
    response = json_response(body, headers=HEADERS)
    response.content_type = "application/geo+json"
    response.enable_compression()
    return response


def feature(row: ShelterRow) -> dict[str, Any]:
    """Return a shelter as a Feature."""
    said = msgspec.to_builtins(said_in(row).shelter)
    place = None if row.lat is None else read_circle(f"{row.lat},{row.lon} 0")
    return {
        "type": "Feature",
        "id": f"{row.seq}/{row.number}",
        "geometry": None if place is None else shapely.geometry.mapping(place),
        "properties": {name: value for name, value in said.items() if value is not None}
        | {
            "municipality": row.municipality,
            "status": row.status,
            "sender_name": row.sender_name,
            "sent": row.sent,
            "distance_km": row.distance_km,
        },
    }


def said_in(row: ShelterRow) -> ShelterRow:
    """Return the row with the mark of its status before the shelter's name."""
    named = msgspec.structs.replace(row.shelter, name=marked(row.shelter.name, row.status))
    return msgspec.structs.replace(row, shelter=named)


def _shelters(
    request: web.Request, near: Point | None, radius_km: float, *, only_open: bool = False
) -> list[ShelterRow]:
    broker = request.app[BROKER]
    return shelters(
        broker.projector.reader,
        broker.clock(),
        _statuses(request),
        codes=_codes(request),
        near=near,
        radius_km=radius_km,
        only_open=only_open,
        limit=ROWS_MAX + 1,
    )


def _answer(request: web.Request, name: str, rows: Sequence[Report]) -> web.Response:
    broker: Broker = request.app[BROKER]
    response = json_response(
        {
            "as_of": broker.clock(),
            "seq": broker.projector.seq(ALERTS),
            name: [_marked(row) for row in rows[:ROWS_MAX]],
            "more": len(rows) > ROWS_MAX,
        },
        headers=HEADERS,
    )
    response.enable_compression()
    return response


def _marked(row: Report) -> Report:
    return msgspec.structs.replace(
        row,
        disaster=row.disaster and marked(row.disaster, row.status),
        note=row.note and marked(row.note, row.status),
    )


def _statuses(request: web.Request) -> tuple[Status, ...]:
    wanted = statuses(request)
    if Status.ACTUAL in wanted and len(wanted) > 1:
        sentence = "status is Actual, or Exercise and Test; one answer never mixes them."
        raise Problem("query-invalid", sentence, path="status")
    return wanted


def _codes(request: web.Request) -> tuple[str, ...] | None:
    if (area := request.query.get("area")) is None:
        return None
    try:
        return tuple(sorted(request.app[BROKER].registry.leaves(area)))
    except UnknownAreaError as error:
        raise Problem("area-unknown", f"There is no area {area[:100]}.", status=404, path="area") from error


def _near(request: web.Request) -> tuple[Point | None, float]:
    if "lat" not in request.query and "lon" not in request.query:
        if "radius_km" in request.query:
            raise Problem("query-invalid", "radius_km needs lat and lon.", path="radius_km")
        return None, 0.0
    point = Point(degrees(request, "lat", 90), degrees(request, "lon", 180))
    try:
        radius_km = float(request.query.get("radius_km", RADIUS_KM))
    except ValueError:
        radius_km = -1.0
    if not 0 < radius_km <= RADIUS_KM_MAX:
        raise Problem("query-invalid", f"radius_km is more than 0 and at most {RADIUS_KM_MAX:g}.", path="radius_km")
    return point, radius_km


def routes() -> list[web.RouteDef]:
    """Return the routes of this file."""
    return [
        web.get("/api/v1/shelters", show_shelters),
        web.get("/api/v1/headquarters", show_headquarters),
        web.get("/api/v1/damage", show_damage),
        web.get("/feeds/shelters.geojson", show_geojson),
    ]

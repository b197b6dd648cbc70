"""Where the feeds are polled, and where each alert's CAP document lies."""

from typing import Final

from aiohttp import web

from broker.core.event import ALERTS
from broker.core.problem import Problem
from broker.service.broker import Broker
from broker.web.access import holder_of
from broker.web.api.query import only, statuses
from cap_formats.alert import Scope, Status
from channels.feed.cap import cap_of
from channels.feed.document import Shelf, Wanted, answer
from channels.feed.entries import PATH, Entries
from channels.feed.snapshot import Snapshots
from geo.place import UnknownAreaError

CAP_TYPE: Final = "application/cap+xml"
_PUBLIC: Final = frozenset({Status.ACTUAL, Status.EXERCISE, Status.TEST})


def routes(broker: Broker, base_url: str = "") -> list[web.RouteDef]:
    """Return the routes. Query of the feeds: ``status`` (Actual by default; drills only alone) and ``area``.

    Problems: ``query-invalid``, ``area-unknown``, ``alert-unknown``, ``cap-not-possible``.
    """

    def seq() -> int:
        return broker.projector.seq(ALERTS)

    atom = Shelf(Entries(broker, base_url).build, seq, broker.clock)
    geojson = Shelf(Snapshots(broker).build, seq, broker.clock)

    async def show_atom(request: web.Request) -> web.Response:
        """GET the latest alerts and all that holds, as Atom (RFC 4287)."""
        return answer(request, await atom.get(wanted_of(request, broker)), "application/atom+xml")

    async def show_geojson(request: web.Request) -> web.Response:
        """GET what holds now, as GeoJSON (RFC 7946)."""
        return answer(request, await geojson.get(wanted_of(request, broker)), "application/geo+json")

    async def show_cap(request: web.Request) -> web.Response:
        """GET one alert as CAP 1.2: as received where it came so, a drill's texts marked; else written by us."""
        alert, body, letters = await cap_of(int(request.match_info["seq"]), broker.archive)
        if alert.scope is not Scope.PUBLIC or alert.status not in _PUBLIC:
            holder_of(request)
        headers = {
            "Cache-Control": "public, max-age=86400, immutable" if alert.scope is Scope.PUBLIC else "private",
            "Noroshi-Status": alert.status,
            "Noroshi-Letters": letters,
            "Access-Control-Expose-Headers": "Noroshi-Status, Noroshi-Letters",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Access-Control-Allow-Origin": "*",
        }
        return web.Response(body=body, content_type=CAP_TYPE, headers=headers)

    return [
        web.get(PATH, show_atom),
        web.get("/feeds/alerts.geojson", show_geojson),
        web.get(r"/api/v1/alerts/{seq:\d+}.cap", show_cap),
    ]


def wanted_of(request: web.Request, broker: Broker) -> Wanted:
    """Read what a poller wants. A feed is either live or a drill, never both in one document."""
    only(request, "status", "area")
    asked = tuple(sorted(set(statuses(request))))
    if not set(asked) <= _PUBLIC or (Status.ACTUAL in asked and len(asked) > 1):
        raise Problem(
            "query-invalid", "status is Actual, or Exercise and Test; a feed never mixes them.", path="status"
        )
    area = request.query.get("area")
    if area is not None:
        try:
            broker.registry.leaves(area)
        except UnknownAreaError as error:
            raise Problem("area-unknown", f"There is no area {area}.", status=404, path="area") from error
    return Wanted(asked, area)

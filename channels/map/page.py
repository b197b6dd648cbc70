"""/map: what holds here, what to do, and what holds across Japan; whole in the first answer, without any script.

The same template makes the page and the part of it that live.js renews. Colours for the map come as codes by level;
outlines as GeoJSON from the registry.
"""

import gzip
import hashlib
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from broker.core.event import ALERTS
from broker.service.broker import Broker
from broker.views.ground import Point
from broker.views.history import alerts
from broker.web.page import KIT, Pages, close, language_of, static_routes, style
from cap_formats.alert import Status
from channels.map.nation import GROUPS_MAX
from channels.map.notice import BY_LEVEL
from channels.map.picture import STATUSES, Picture, Pictures
from channels.map.refuge import Refuge
from channels.map.whereabouts import Asked, Here, asked, point_of

HERE: Final = Path(__file__).resolve().parent
# Once more below /map: a worker is looked after by the service worker only where its own path lies in that scope.
VENDOR: Final = KIT / "vendor"
BEHIND_MAX: Final = 200  # records that the view may lag behind the journal before the page says so
CREDIT: Final = "「国土数値情報（行政区域データ）」（国土交通省）を加工して作成"

Covered = Callable[[str], bool]


def _always() -> bool:
    return True


class MapPage:
    """Serves the page of one broker. ``covered`` tells whether a municipality's own orders are fed here at all,
    ``national`` whether what 気象庁 and the like say is.
    """

    def __init__(self, broker: Broker, covered: Covered, national: Callable[[], bool] = _always) -> None:
        """Read what holds from the broker's views."""
        self._broker = broker
        self._covered = covered
        self._national = national
        self._pictures = Pictures(broker)
        self._pages = Pages({"map": HERE / "templates"})

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the page."""
        guarded = self._pages.guarded
        return [
            web.get("/map", guarded(self.show, "/map")),
            web.get("/map/now", guarded(self.show_now, "/map")),
            web.get("/map/levels.json", self.show_levels),
            web.get("/map/areas.geojson", self.show_areas),
            web.get("/map/districts.geojson", self.show_districts),
            web.get("/map/ash.geojson", self.show_ash),
            web.get("/map/worker.js", self.show_worker),
            *static_routes("/map/static", HERE / "static"),
            *static_routes("/map/vendor", VENDOR),
        ]

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Answer with the whole page."""
        where = asked(request, self._broker.registry)
        kept = {
            name: request.query[name] for name in ("status", "lat", "lon", "list", "shelters") if name in request.query
        }
        if where.here is not None:
            kept["code"] = where.here.code
        else:  # what was asked for and not found must still be said when the page is renewed
            kept |= {name: request.query[name] for name in ("code", "q") if name in request.query}
        return self._pages.answer(
            request,
            "map/map.html",
            inline=style("kit.css"),
            choices=where.choices,
            live_query=urlencode(kept | {"lang": language_of(request)}),
            credit=CREDIT,
            advice=BY_LEVEL,
            **self._now(request, where),
        )

    async def show_now(self, request: web.Request) -> web.StreamResponse:
        """Answer with the part that changes."""
        where = asked(request, self._broker.registry)
        return self._pages.fragment(request, "map/now.html", **self._now(request, where))

    async def show_levels(self, request: web.Request) -> web.StreamResponse:
        """Answer with the codes to colour, by tone, each code under its worst."""
        picture = self._pictures.now(drill=_is_drill(request))
        tones: defaultdict[str, list[str]] = defaultdict(list)
        for code, tone in sorted(picture.tones.items()):
            tones[str(tone)].append(code)
        uncovered = [code for code in self._codes if code not in picture.tones and not self._covered(code)]
        body = msgspec.json.encode({"as_of": picture.as_of, "tones": tones, "uncovered": uncovered})
        response = web.Response(body=body, content_type="application/json")
        close(response)
        response.enable_compression()
        return response

    async def show_areas(self, request: web.Request) -> web.StreamResponse:
        """Answer with the outlines of the municipalities, gzipped once."""
        body, tag = self._outlines
        if any(seen.value == tag for seen in request.if_none_match or ()):
            response = web.Response(status=304)
        else:
            response = web.Response(body=body, content_type="application/geo+json")
            response.headers["Content-Encoding"] = "gzip"
        response.etag = tag
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response

    async def show_districts(self, request: web.Request) -> web.Response:
        """Answer with where the districts lie that are named by what holds: points, for no border of them is known."""
        return _geojson(self._pictures.now(drill=_is_drill(request)).marks(language_of(request)))

    async def show_ash(self, request: web.Request) -> web.Response:
        """Answer with where ash is yet to fall, and with sentences that say what that is."""
        return _geojson(self._pictures.now(drill=_is_drill(request)).ash_drawn(language_of(request)))

    async def show_worker(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002
        """Answer with the service worker, which may look after the page and what lies below it."""
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", "Service-Worker-Allowed": "/map"}
        return web.FileResponse(HERE / "static" / "worker.js", headers=headers)

    def _now(self, request: web.Request, where: Asked) -> dict[str, Any]:
        drill, language, here = _is_drill(request), language_of(request), where.here
        picture = self._pictures.now(drill=drill)
        whole = request.query.get("list") == "all"
        point = point_of(request)
        return {
            "here": here,
            "placed": where.placed,
            "asked": where.text,
            "cards": [] if here is None else picture.cards(here.codes, language),
            "districts": {} if here is None else picture.districts(here.codes, point),
            "ash": {} if here is None else picture.ash(here.codes, language),
            "point": point,
            "refuge": None if here is None else self._refuge(request, picture, here, point),
            "national": drill or self._national(),
            "covered": here is None or all(self._covered(code) for code in here.codes),
            "nation": self._nation(picture, language, drill=drill, whole=whole),
            "ended": picture.ended(language, None if here is None else here.codes),
            "now": self._broker.clock(),
            "heard_at": self._heard_at(drill=drill),
            "behind": self._broker.router.cursor > self._broker.projector.seq(ALERTS) + BEHIND_MAX,
            "drill": drill,
        }

    def _refuge(self, request: web.Request, picture: Picture, here: Here, point: Point | None) -> Refuge:
        whole = request.query.get("shelters") == "all"
        return picture.refuge(here.codes, point, whole=whole)

    def _nation(self, picture: Picture, language: str, *, drill: bool, whole: bool) -> str:
        if (language, whole) not in picture.rendered:
            groups = picture.groups(language)
            shown = groups if whole else groups[:GROUPS_MAX]
            picture.rendered[language, whole] = self._pages.text(
                "map/nation.html", language, nation=shown, nation_more=len(groups) - len(shown), drill=drill
            )
        return picture.rendered[language, whole]

    def _heard_at(self, *, drill: bool) -> datetime | None:
        """Return when anything of its kind came last: a drill does not prove that what is real comes in."""
        newest = alerts(self._broker.projector.reader, status=STATUSES[drill], limit=1)
        return newest[0].at if newest else None

    @cached_property
    def _outlines(self) -> tuple[bytes, str]:
        data = self._broker.registry.outlines_geojson()
        return gzip.compress(data, 6, mtime=0), hashlib.sha256(data).hexdigest()[:32]

    @cached_property
    def _codes(self) -> tuple[str, ...]:
        return tuple(sorted(self._broker.registry.leaves("00")))


def _geojson(body: bytes) -> web.Response:
    response = web.Response(body=body, content_type="application/geo+json")
    close(response)
    response.enable_compression()
    return response


def _is_drill(request: web.Request) -> bool:
    return request.query.get("status") == Status.EXERCISE

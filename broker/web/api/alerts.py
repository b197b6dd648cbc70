"""GET /api/v1/alerts: what came in. (POST is a way in: receivers.http.)"""

from aiohttp import web

from broker.core.event import AlertAccepted, AlertHeld, AlertRejected
from broker.core.holder import Role
from broker.core.problem import Problem
from broker.views.history import alert, alerts, troubles
from broker.web.access import holder_of
from broker.web.api.query import number, statuses
from broker.web.app import BROKER
from broker.web.body import json_response
from cap_formats.alert import Status

_LIMIT_MAX = 1_000


async def list_alerts(request: web.Request) -> web.Response:
    """GET: accepted messages, newest first; ``before``, ``chain``, ``status`` and ``limit`` narrow."""
    broker = request.app[BROKER]
    wanted = statuses(request)
    if any(status is not Status.ACTUAL for status in wanted):
        holder_of(request)
    rows = [
        row
        for status in wanted
        for row in alerts(
            broker.projector.reader,
            before=number(request, "before", top=2**53),
            chain=request.query.get("chain"),
            status=status,
            limit=number(request, "limit", top=_LIMIT_MAX) or 100,
        )
    ]
    return json_response({"alerts": sorted(rows, key=lambda row: -row.seq)})


async def show_alert(request: web.Request) -> web.Response:
    """GET /{seq}: one message: the canonical Alert with what became of it; held and rejected only for operators."""
    broker = request.app[BROKER]
    seq = int(request.match_info["seq"])
    record, event = await broker.archive.event(seq)
    if isinstance(event, AlertAccepted):
        if event.alert.status is not Status.ACTUAL:
            holder_of(request)
        row = alert(broker.projector.reader, seq)
        return json_response({"seq": seq, "at": record.at, "alert": event.alert, "summary": row})
    if isinstance(event, AlertHeld | AlertRejected):
        holder_of(request, Role.OPERATOR)
        return json_response({"seq": seq, "at": record.at, "kind": record.kind, "message": event})
    raise Problem("alert-unknown", f"Record {seq} is no message.", status=404)


async def show_raw(request: web.Request) -> web.Response:
    """GET /{seq}/raw: the bytes as received; of what was held or rejected, and of drills, for keys only."""
    broker = request.app[BROKER]
    seq = int(request.match_info["seq"])
    _, event = await broker.archive.event(seq)
    if not isinstance(event, AlertAccepted):
        holder_of(request, Role.OPERATOR)
    elif event.alert.status is not Status.ACTUAL:
        holder_of(request)
    raw = await broker.archive.raw(seq)
    headers = {"Content-Disposition": f'attachment; filename="{seq}.xml"', "X-Content-Type-Options": "nosniff"}
    return web.Response(body=raw, content_type="application/octet-stream", headers=headers)


async def list_troubles(request: web.Request) -> web.Response:
    """GET /api/v1/troubles: held and rejected messages, newest first; ``result`` is held or rejected."""
    holder_of(request, Role.OPERATOR)
    result = request.query.get("result")
    rows = troubles(
        request.app[BROKER].projector.reader, result=result, limit=number(request, "limit", top=_LIMIT_MAX) or 100
    )
    return json_response({"troubles": rows})


def routes() -> list[web.RouteDef]:
    """Return the routes of this file."""
    return [
        web.get("/api/v1/alerts", list_alerts),
        web.get(r"/api/v1/alerts/{seq:\d+}", show_alert),
        web.get(r"/api/v1/alerts/{seq:\d+}/raw", show_raw),
        web.get("/api/v1/troubles", list_troubles),
    ]

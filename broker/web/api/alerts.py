"""GET /api/v1/alerts: what came in. (POST is a way in: receivers.http.)"""

import msgspec
from aiohttp import web

from broker.core.event import AlertAccepted, AlertHeld, AlertRejected, NotAccepted
from broker.core.holder import Role
from broker.core.problem import Problem
from broker.views.held import held_row
from broker.views.history import AlertRow, alert, alerts, troubles
from broker.web.access import holder_of
from broker.web.api.query import number, only, statuses
from broker.web.app import BROKER
from broker.web.body import json_response
from cap_formats.alert import Scope
from cap_formats.drill import marked, marked_alert
from cap_formats.lalert.told import SOURCE_FORMAT as LALERT

_LIMIT_MAX = 1_000
_LIMIT_MAX_WITHOUT_KEY = 200  # anybody may ask, as often as they like


async def list_alerts(request: web.Request) -> web.Response:
    """GET: accepted messages, newest first; ``before``, ``chain``, ``status`` and ``limit`` narrow.

    Anybody may read what is public, drills where they ask for them; a key shows what is restricted as well, and more
    at once.
    """
    broker = request.app[BROKER]
    everything = _has_key(request)
    only(request, "before", "chain", "status", "limit")
    rows = alerts(
        broker.projector.reader,
        before=number(request, "before", top=2**53),
        chain=request.query.get("chain"),
        status=statuses(request),
        limit=number(request, "limit", top=_LIMIT_MAX if everything else _LIMIT_MAX_WITHOUT_KEY) or 100,
    )
    return json_response({"alerts": [_marked(row) for row in rows if everything or row.scope is Scope.PUBLIC]})


async def show_alert(request: web.Request) -> web.Response:
    """GET /{seq}: one message: the canonical Alert with what became of it.

    What was held or rejected is for operators and for the key that it came under; ``held`` says what a person decided.
    """
    broker = request.app[BROKER]
    seq = int(request.match_info["seq"])
    record, event = await broker.archive.event(seq)
    if isinstance(event, AlertAccepted):
        _check_scope(request, event)
        row = alert(broker.projector.reader, seq)
        summary = None if row is None else _marked(row)
        found = {"notes": event.notes, "signatures": event.signatures}
        said = {"seq": seq, "at": record.at, "alert": marked_alert(event.alert), "summary": summary}
        return json_response(said | found)
    if isinstance(event, AlertHeld | AlertRejected):
        _check_sender(request, event)
        line = held_row(broker.projector.reader, seq)
        return json_response({"seq": seq, "at": record.at, "kind": record.kind, "message": event, "held": line})
    raise Problem("alert-unknown", f"Record {seq} is no message.", status=404)


async def show_raw(request: web.Request) -> web.Response:
    """GET /{seq}/raw: the bytes as received; of what was held or rejected, for operators and for its sender's key.

    A document of L-Alert, which names who is responsible at its office and shelters, is for those who have a key.
    """
    broker = request.app[BROKER]
    seq = int(request.match_info["seq"])
    _, event = await broker.archive.event(seq)
    if isinstance(event, AlertAccepted):
        _check_scope(request, event)
        if event.alert.source_format == LALERT:
            holder_of(request)
    elif isinstance(event, NotAccepted):
        _check_sender(request, event)
    raw = await broker.archive.raw(seq)
    headers = {"Content-Disposition": f'attachment; filename="{seq}.xml"', "X-Content-Type-Options": "nosniff"}
    return web.Response(body=raw, content_type="application/octet-stream", headers=headers)


def _marked(row: AlertRow) -> AlertRow:
    """Return a line whose headline says by itself that it is a drill."""
    return msgspec.structs.replace(row, headline=marked(row.headline, row.status)) if row.headline else row


def _has_key(request: web.Request) -> bool:
    """Tell whether a good key came with the request. Raises Problem ``key-unknown`` for a bad one."""
    return "Authorization" in request.headers and bool(holder_of(request))


def _check_sender(request: web.Request, event: NotAccepted) -> None:
    """Let operators pass, and the key that sent it. Raises Problem ``role-not-allowed`` for others."""
    holder = holder_of(request)
    if holder.role is not Role.ISSUER or holder.name != event.issuer:
        holder_of(request, Role.OPERATOR)


def _check_scope(request: web.Request, event: AlertAccepted) -> None:
    """Raise Problem ``key-missing`` where the message is not public and no key came."""
    if event.alert.scope is not Scope.PUBLIC:
        holder_of(request)


async def list_troubles(request: web.Request) -> web.Response:
    """GET /api/v1/troubles: held and rejected messages, newest first; ``result`` is held or rejected."""
    holder_of(request, Role.OPERATOR)
    only(request, "result", "limit")
    result = request.query.get("result")
    rows = troubles(
        request.app[BROKER].projector.reader, result=result, limit=number(request, "limit", top=_LIMIT_MAX) or 100
    )
    return json_response({"troubles": rows})


def routes() -> list[web.RouteDef]:
    """Return the routes of this file."""
    return [
        web.get("/api/v1/alerts", list_alerts),
        web.get(r"/api/v1/alerts/{seq:\d{1,18}}", show_alert),
        web.get(r"/api/v1/alerts/{seq:\d{1,18}}/raw", show_raw),
        web.get("/api/v1/troubles", list_troubles),
    ]

"""/api/v1/held: what waits for a person, and the person's decision. For operators."""

from datetime import datetime

import msgspec
from aiohttp import web

from broker.core.held_wish import HeldWish
from broker.core.holder import Role
from broker.core.problem import Problem
from broker.core.settling import Decision, Kind, Need
from broker.service.settling import Decided, Subject
from broker.views.held import HeldRow, held, waiting
from broker.web.access import holder_of
from broker.web.api.query import number, only
from broker.web.app import BROKER
from broker.web.body import json_response, read_json
from cap_formats.alert import Alert
from geo.place import UnplacedPart

_LIMIT_MAX = 1_000
_STATES = {"open": True, "decided": False, "all": None}


class HeldMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the list with what may be decided on it. ``needs`` is what ``settle`` must be given; ``alert`` is
    what was understood; ``parts`` are the words that could not be placed. The bytes are at /api/v1/alerts/{seq}/raw.
    """

    held: HeldRow
    decisions: tuple[Decision, ...]
    needs: Need | None
    ja: str
    en: str
    received_at: datetime
    alert: Alert | None
    parts: tuple[UnplacedPart, ...]


async def list_held(request: web.Request) -> web.Response:
    """GET: what stopped, newest first; ``state`` is open (the default), decided or all; ``kind`` is held, rejected or
    unplaced; ``before`` and ``limit`` narrow. ``waiting`` counts what is open.
    """
    holder_of(request, Role.OPERATOR)
    only(request, "state", "kind", "before", "limit")
    reader = request.app[BROKER].projector.reader
    state, kind = request.query.get("state", "open"), request.query.get("kind")
    if state not in _STATES:
        raise Problem("query-invalid", f"state is one of {', '.join(_STATES)}.", path="state")
    if kind is not None and kind not in list(Kind):
        raise Problem("query-invalid", f"kind is one of {', '.join(Kind)}.", path="kind")
    rows = held(
        reader,
        is_open=_STATES[state],
        kind=None if kind is None else Kind(kind),
        before=number(request, "before", top=2**53),
        limit=number(request, "limit", top=_LIMIT_MAX) or 100,
    )
    return json_response({"held": rows, "waiting": waiting(reader)})


async def show_held(request: web.Request) -> web.Response:
    """GET /{seq}: one of them with what was understood, and what may be decided."""
    holder_of(request, Role.OPERATOR)
    subject = await request.app[BROKER].settling.subject(int(request.match_info["seq"]))
    return json_response(_message(subject))


async def decide(request: web.Request) -> web.Response:
    """POST /{seq}: settle, release, drop or acknowledge; once. 409 where somebody decided otherwise before.

    What is sent on is checked again by the rights of its sender's key, all but the trouble that is settled; where that
    fails, nothing is decided.
    """
    holder = holder_of(request, Role.OPERATOR)
    wish = await read_json(request, HeldWish)
    done: Decided = await request.app[BROKER].settling.decide(int(request.match_info["seq"]), wish, holder)
    return json_response(done)


def _message(subject: Subject) -> HeldMessage:
    waits = subject.line.decision is None
    return HeldMessage(
        held=subject.line,
        decisions=subject.row.decisions if waits else (),
        needs=subject.row.needs,
        ja=subject.row.ja,
        en=subject.row.en,
        received_at=subject.event.received_at,
        alert=subject.alert,
        parts=subject.parts,
    )


def routes() -> list[web.RouteDef]:
    """Return the routes of this file."""
    return [
        web.get("/api/v1/held", list_held),
        web.get(r"/api/v1/held/{seq:\d{1,18}}", show_held),
        web.post(r"/api/v1/held/{seq:\d{1,18}}", decide),
    ]

"""/console: from the key at the door to an order on its way, one screen after the other, each usable without script.

Nothing is sent but by ``issue`` and ``cancel``, and both go through the one door of every receiver, with a holder that
can say this session's status and no other.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from broker.core.holder import Role
from broker.core.problem import Problem
from broker.service.broker import Broker
from broker.web.door import Door
from broker.web.keys import KeyStore
from broker.web.page import Pages, static_routes
from broker.web.session import Session, Sessions
from cap_formats.alert import Status
from geo.place import Place as Municipality
from receivers.console.desk import Desk, is_proxy, may_speak_for, municipalities_of
from receivers.console.draft import Draft, Drafts
from receivers.console.evidence import told
from receivers.console.form import Form, extended, levels_of, picture, read_order, read_texts, reads_back, revived
from receivers.console.issuing import Issuing, beside, is_overtaken
from receivers.console.order import EXPIRES_AFTER, HAZARDS, Order
from receivers.console.rehearsal import Previews, rehearse

HERE: Final = Path(__file__).resolve().parent
HOME: Final = "/console"
REASONS: Final = (
    "誤って発信しました。",
    "区域に誤りがありました。",
    "レベルに誤りがありました。",
    "訓練の情報を誤って発信しました。",
)
MODES: Final = {"live": Status.ACTUAL, "drill": Status.EXERCISE}
MENDABLE: Final = frozenset({"order-invalid", "order-empty", "session-new"})  # by whoever wrote it, in the form
CHOICES_MAX: Final = 100
_SEQ_DIGITS_MAX = 18


class Console:
    """Serves the officers of one broker. ``previews`` says what each channel would say of an alert."""

    def __init__(
        self, broker: Broker, keys: KeyStore, previews: Previews, labels: Mapping[str, str] | None = None
    ) -> None:
        self._broker = broker
        self._previews = previews
        self._labels = dict(labels or {})
        self._pages = Pages({"console": HERE / "templates"})
        self._sessions = Sessions(keys.verify, broker.clock, cookie="noroshi_console", path=HOME)
        self._door = Door(
            self._pages,
            self._sessions,
            role=Role.ISSUER,
            home=HOME,
            heading="避難情報の発令",
            template="console/sign_in.html",
            modes=MODES,
        )
        self._drafts = Drafts()
        self._issuing = Issuing(broker)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the console."""
        guarded = self._pages.guarded
        gets = {
            HOME: self.show,
            f"{HOME}/desk": self.show_desk_part,
            f"{HOME}/compose": self.show_form,
            HOME + r"/drafts/{id}": self.show_draft,
            HOME + r"/orders/{seq:\d{1,18}}": self.show_order,
            HOME + r"/orders/{seq:\d{1,18}}/deliveries": self.show_deliveries,
        }
        posts = {
            f"{HOME}/sign-in": self._door.sign_in,
            f"{HOME}/sign-out": self._door.sign_out,
            f"{HOME}/drafts": self.save,
            HOME + r"/drafts/{id}": self.decide,
            HOME + r"/orders/{seq:\d{1,18}}/lift": self.lift,
            HOME + r"/orders/{seq:\d{1,18}}/extend": self.extend,
            HOME + r"/orders/{seq:\d{1,18}}/cancel": self.cancel,
        }
        return [
            *(web.get(path, guarded(handler, HOME)) for path, handler in gets.items()),
            *(web.post(path, guarded(handler, HOME)) for path, handler in posts.items()),
            *static_routes(f"{HOME}/static", HERE / "static"),
        ]

    # The door

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Answer with the desk, or with the door where nobody is signed in."""
        session = self._sessions.find(request)
        if session is None:
            return self._door.show(request)
        found = municipalities_of(session, self._broker.registry, request.query.get("q", ""))
        registry = self._broker.registry
        in_place = {place.code for place in found[:CHOICES_MAX] if is_proxy(session, registry, place)}
        if "code" in request.query or (len(found) == 1 and not in_place):
            desk = self._desk(session, request.query.get("code") or found[0].code)
            return self._answer(request, session, "console/desk.html", **self._desk_values(session, desk))
        return self._answer(
            request,
            session,
            "console/choose.html",
            found=found[:CHOICES_MAX],
            in_place=in_place,
            asked=request.query.get("q", ""),
        )

    # The desk

    async def show_desk_part(self, request: web.Request) -> web.StreamResponse:
        """Answer with the part of the desk that renews itself."""
        session = self._door.session(request)
        desk = self._desk(session, request.query.get("code", ""))
        return self._pages.fragment(request, "console/here.html", **self._desk_values(session, desk))

    def _desk_values(self, session: Session, desk: Desk) -> dict[str, Any]:
        mine = [d for d in self._drafts.of(session).values() if d.order.code == desk.code and d.issued_seq is None]
        return {
            "desk": desk,
            "here": desk.holding_here(),
            "outlook": desk.outlook(),
            "issued": desk.issued(),
            "neighbours": desk.neighbours(),
            "real_count": desk.real_count(),
            "drafts": mine,
            "now": self._broker.clock(),
        }

    # Writing an order

    async def show_form(self, request: web.Request) -> web.StreamResponse:
        """Answer with the form: empty, or with the state of the order that is to be changed."""
        session = self._door.session(request)
        desk = self._desk(session, request.query.get("code", ""))
        basis, again = _asked(desk, request.query.get("basis", "")), _asked(desk, request.query.get("again", ""))
        before = await _shown(desk, basis, again)
        return self._form(request, session, desk, Form(basis=basis, again=again, before=before))

    def _form(
        self, request: web.Request, session: Session, desk: Desk, form: Form, problem: Problem | None = None
    ) -> web.Response:
        """Answer with the form, as it was filled in where a ``problem`` sends it back."""
        return self._answer(
            request,
            session,
            "console/compose.html",
            status=problem.status if problem else 200,
            desk=desk,
            form=form,
            rows=form.rows(desk.districts()),
            hazards=HAZARDS,
            stands_for_h=int(EXPIRES_AFTER.total_seconds()) // 3_600,
            standing=[] if form.basis else desk.standing(),
            problem=problem,
        )

    async def save(self, request: web.Request) -> web.StreamResponse:
        """Keep what the form says as a draft, and show it. Sends nothing."""
        session, fields, is_own = await self._sessions.brought(request)
        if session is None:
            return self._door.show_again(request, fields)
        desk = self._desk(session, fields.get("code", [""])[0])
        basis, again = (_asked(desk, fields.get(name, [""])[0]) for name in ("basis", "again"))
        shown = await _shown(desk, basis, again)
        try:
            if not is_own:
                raise _signed_in_anew()
            order = read_order(
                fields,
                code=desk.code,
                municipality=desk.municipality.name,
                status=session.status,
                known=desk.places(shown, {name.removeprefix("at-") for name, at in fields.items() if any(at)}),
                before=shown if basis else None,
            )
            draft = Draft(id="", order=order, basis=basis, made_at=self._broker.clock())
            rehearse(self._broker, self._previews, await self._issuing.alert(desk, draft), self._broker.clock())
        except Problem as problem:
            if problem.code not in MENDABLE:
                raise
            written = {name: values[0].strip() for name, values in fields.items() if values}
            form = Form(basis=basis, again=again, before=shown, written=written)
            return self._form(request, session, desk, form, problem)
        raise self._to_draft(self._drafts.put(session, order, basis, self._broker.clock()))

    async def lift(self, request: web.Request) -> web.StreamResponse:
        """Draft the lifting (解除) of all that an order has in force, and show it. Sends nothing."""
        raise await self._follow_up(request, keep=False)

    async def extend(self, request: web.Request) -> web.StreamResponse:
        """Draft the same order again with a new end, and show it. Sends nothing."""
        raise await self._follow_up(request, keep=True)

    async def _follow_up(self, request: web.Request, *, keep: bool) -> web.HTTPException:
        session, fields = await self._sessions.form(request)
        desk = self._desk(session, fields.get("code", [""])[0])
        basis = desk.find(int(request.match_info["seq"])).row.seq
        _, before = await desk.order(basis)
        at = {part.level: part.places for part in before.parts if keep and not part.lifted}
        order = picture(
            code=before.code,
            municipality=before.municipality,
            hazard=before.hazard,
            status=session.status,
            at=at,
            before=before,
        )
        if not order.parts:
            raise Problem("order-empty", "Nothing of this order is in force.", status=409)
        order = extended(order) if keep else order
        return self._to_draft(self._drafts.put(session, order, basis, self._broker.clock()))

    def _to_draft(self, draft: Draft) -> web.HTTPException:
        return web.HTTPSeeOther(f"{HOME}/drafts/{draft.id}")

    def _to_order(self, seq: int, desk: Desk) -> web.HTTPException:
        return web.HTTPSeeOther(f"{HOME}/orders/{seq}?code={desk.municipality.code}")

    # Looking at it, and issuing

    async def show_draft(self, request: web.Request) -> web.StreamResponse:
        """Answer with the draft as it would go out: texts, channels, who is owed it and who would not hear."""
        session = self._door.session(request)
        draft = self._drafts.get(session, request.match_info["id"])
        if draft.issued_seq is not None:
            raise self._to_order(draft.issued_seq, self._desk(session, draft.order.code))
        return await self._preview(request, session, draft)

    async def decide(self, request: web.Request) -> web.StreamResponse:
        """Keep rewritten texts, drop the draft, or issue it where the read-back agrees."""
        session, fields, is_own = await self._sessions.brought(request)
        if session is None:
            return self._door.show_again(request, fields)
        draft = self._drafts.get(session, request.match_info["id"])
        desk = self._desk(session, draft.order.code)
        if draft.issued_seq is not None:
            raise self._to_order(draft.issued_seq, desk)
        action = fields.get("action", [""])[0]
        if action == "drop" and is_own:
            self._drafts.drop(session, draft.id)
            raise web.HTTPSeeOther(f"{HOME}?code={desk.municipality.code}")
        rewritten = read_texts(fields, draft.order)
        changed, draft.order = rewritten != draft.order, rewritten
        if changed:
            draft.raw = None
        if not is_own:
            return await self._preview(request, session, draft, problem=_signed_in_anew())
        if action != "issue":
            raise self._to_draft(draft)
        try:
            _check_read_back(fields, draft.order, desk.municipality, changed=changed)
            seen = [_seq(digits) for digits in fields.get("beside", [""])[0].split() if digits.isdecimal()]
            seq = await self._issuing.issue(session, desk, draft, seen)
        except Problem as problem:
            return await self._preview(request, session, draft, problem=problem)
        raise self._to_order(seq, desk)

    async def _preview(
        self, request: web.Request, session: Session, draft: Draft, problem: Problem | None = None
    ) -> web.StreamResponse:
        desk = self._desk(session, draft.order.code)
        alert = await self._issuing.alert(desk, draft)
        played = rehearse(self._broker, self._previews, alert, self._broker.clock())
        return self._answer(
            request,
            session,
            "console/preview.html",
            status=problem.status if problem else 200,
            desk=desk,
            draft=draft,
            alert=alert,
            played=played,
            owed=sorted(played.owed, key=lambda owed: (_place_of(owed.channel, self._labels), owed.label)),
            ended_before=await _end_of(desk, draft),
            overtaken=is_overtaken(desk, draft),
            beside=[desk.find(seq) for seq in beside(desk, draft)],
            beyond=self._broker.registry.names(set(played.codes) - set(desk.leaves)),
            problem=problem,
        )

    # Afterwards

    async def show_order(self, request: web.Request) -> web.StreamResponse:
        """Answer with an issued order: where it got to, and what can be done about it."""
        session = self._door.session(request)
        return self._answer(request, session, "console/order.html", **await self._order_values(request, session))

    async def show_deliveries(self, request: web.Request) -> web.StreamResponse:
        """Answer with the part of an order's page that renews itself."""
        session = self._door.session(request)
        values = await self._order_values(request, session)
        return self._pages.fragment(request, "console/deliveries.html", labels=self._labels, **values)

    async def _order_values(self, request: web.Request, session: Session) -> dict[str, Any]:
        desk = self._desk(session, request.query.get("code", ""))
        issued = desk.find(int(request.match_info["seq"]))
        alert, order = await desk.order(issued.row.seq)
        return {
            "desk": desk,
            "issued": issued,
            "alert": alert,
            "order": order,
            "levels": levels_of(order),
            "newest": desk.newest_seq(issued.row.chain) == issued.row.seq,
            "deliveries": desk.deliveries(issued.row.seq),
            "reasons": REASONS,
            "told": told,
            "now": self._broker.clock(),
        }

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        """Take an order back as a mistake: prepared when it was issued, sent by one press that says it is meant."""
        session, fields = await self._sessions.form(request)
        desk = self._desk(session, fields.get("code", [""])[0])
        reason = fields.get("reason", [""])[0]
        if reason not in REASONS:
            raise Problem("order-invalid", "Choose a reason.", path="reason")
        if fields.get("meant", [""])[0] != "yes":
            raise Problem("order-invalid", "Say that the order was a mistake. Nothing was sent.", path="meant")
        seq = await self._issuing.cancel(session, desk, int(request.match_info["seq"]), reason)
        raise self._to_order(seq, desk)

    # What all of them need

    def _desk(self, session: Session, code: str) -> Desk:
        return Desk(self._broker, session, may_speak_for(session, self._broker.registry, code))

    def _answer(self, request: web.Request, session: Session, template: str, **values: Any) -> web.Response:
        return self._pages.answer(
            request,
            template,
            session=session,
            csrf=session.csrf,
            drill=session.status is not Status.ACTUAL,
            labels=self._labels,
            **values,
        )


def _seq(digits: str) -> int:
    """Return a seq; 0, which no record has, for more digits than one has."""
    return int(digits) if len(digits) <= _SEQ_DIGITS_MAX else 0


def _asked(desk: Desk, digits: str) -> int | None:
    """Return the seq of one of the desk's orders; None where none is named. Raises Problem ``order-unknown``."""
    return desk.find(_seq(digits)).row.seq if digits.isdecimal() else None


async def _end_of(desk: Desk, draft: Draft) -> datetime | None:
    """Return when the order ends that a draft would extend: the same places, at the same levels; else None."""
    if draft.basis is None:
        return None
    alert, before = await desk.order(draft.basis)
    if not draft.order.top or levels_of(before) != levels_of(draft.order) or any(p.lifted for p in draft.order.parts):
        return None
    return min((info.expires for info in alert.infos if info.expires), default=None)


async def _shown(desk: Desk, basis: int | None, again: int | None) -> Order | None:
    """Return what a form begins with: the order that it updates, or what is issued again as a new one."""
    if basis is not None:
        return (await desk.order(basis))[1]
    return revived((await desk.order(again))[1]) if again is not None else None


def _place_of(channel: str, labels: Mapping[str, str]) -> int:
    """Return where a channel stands in the labels: those that speak to the public themselves come first."""
    return list(labels).index(channel) if channel in labels else len(labels)


def _signed_in_anew() -> Problem:
    return Problem("session-new", "You signed in anew: check it, and press again.", status=409, path="session")


def _check_read_back(
    fields: Mapping[str, list[str]], order: Order, municipality: Municipality, *, changed: bool
) -> None:
    """Let an order go out only as it was shown, to the municipality and at the level that were read back."""
    if changed:
        raise Problem("text-changed", "The texts were changed; look at them again. Nothing was sent.", status=409)
    if not reads_back(fields, order, _names(municipality)):
        raise Problem("read-back-wrong", "The read-back does not agree. Nothing was sent.", status=409)


def _names(municipality: Municipality) -> tuple[str, ...]:
    return tuple(filter(None, (municipality.name, municipality.full_name, municipality.kana, municipality.romaji)))

"""/ops/held: what waits for a person, one by one, and the forms by which it is decided."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from broker.core.held_wish import HeldWish
from broker.core.holder import Holder
from broker.core.problem import Problem
from broker.core.settling import DOUBTS, REAL_WORD, Decision, Kind, Need
from broker.service.broker import Broker
from broker.service.settling import Subject
from broker.views.held import held, real_first, waiting
from broker.views.history import AlertRow, alerts
from broker.web.door import Door
from broker.web.page import Pages
from broker.web.sentence import JA
from broker.web.session import Session, Sessions
from cap_formats.alert import Status
from geo.place import UnplacedPart

HELD: Final = "/ops/held"
SHOWN_MAX: Final = 200  # lines of one kind on a page; older ones are on pages of their own
RAW_MAX: Final = 50_000  # characters of a message shown on a page; the whole of it can be saved
FOLLOWS_MAX: Final = 100  # newest accepted alerts, of its sender and of all, offered as what this one follows
WAIVE: Final = "waive-"  # and a code: the field of the reason why a message goes on in spite of that trouble
PLACE: Final = "place-"  # and a digest: the field of where words lie
CLEARED_MAX: Final = 1_000  # refused messages that one press marks as seen
_BETWEEN: Final = re.compile(r"[\s,、，・]+")
_DIGITS_MAX: Final = 18


class HeldPages:
    """The list and its single pages, behind the door of /ops."""

    def __init__(self, broker: Broker, pages: Pages, sessions: Sessions, door: Door) -> None:
        self._broker = broker
        self._pages = pages
        self._sessions = sessions
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the list."""
        guarded = self._pages.guarded
        return [
            web.get(HELD, guarded(self.show, HELD)),
            web.post(f"{HELD}/seen", guarded(self.see_all, HELD)),
            web.get(HELD + r"/{seq:\d{1,18}}", guarded(self.show_one, HELD)),
            web.post(HELD + r"/{seq:\d{1,18}}", guarded(self.decide, HELD)),
        ]

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Answer with what waits, by kind, or (``?state=decided``) with what was decided; with ``?kind``, of that kind
        alone, and with ``&before``, what stands behind that record, which is a drill where ``&drill`` says so.
        """
        session = self._door.session(request)
        reader = self._broker.projector.reader
        is_open = request.query.get("state") != "decided"
        asked, before = request.query.get("kind"), _number(request.query.get("before", ""))
        after = None if before is None else ("drill" in request.query, before)
        rows = {
            kind: real_first(reader, kind=kind, after=after, limit=SHOWN_MAX)
            if is_open
            else held(reader, is_open=False, kind=kind, before=before, limit=SHOWN_MAX)
            for kind in Kind
            if asked in (None, kind)
        }
        return self._answer(
            request,
            session,
            "ops/held.html",
            is_open=is_open,
            before=before,
            rows=rows,
            waiting=waiting(reader),
            shown_max=SHOWN_MAX,
        )

    async def show_one(self, request: web.Request) -> web.StreamResponse:
        """Answer with one of them: why it stopped, what was understood, its bytes, and what may be decided."""
        session = self._door.session(request)
        subject = await self._broker.settling.subject(int(request.match_info["seq"]))
        return self._one(request, session, subject)

    async def decide(self, request: web.Request) -> web.StreamResponse:
        """Decide as the form says and show what became of it, or the form again with what is wrong."""
        session, fields = await self._sessions.form(request)
        subject = await self._broker.settling.subject(int(request.match_info["seq"]))
        written = {name: values[0].strip() for name, values in fields.items()}
        try:
            await self._broker.settling.decide(subject.seq, _wish(written, subject), session.holder)
        except Problem as problem:
            if problem.code == "held-decided":  # somebody was faster: show by whom, and what
                subject = await self._broker.settling.subject(subject.seq)
            return self._one(request, session, subject, written=written, problem=problem)
        raise web.HTTPSeeOther(f"{HELD}/{subject.seq}")

    async def see_all(self, request: web.Request) -> web.StreamResponse:
        """Mark what was refused as seen, up to the newest that the page had shown."""
        session, fields = await self._sessions.form(request)
        newest = _number(fields.get("newest", [""])[0]) or 0
        rows = held(
            self._broker.projector.reader, is_open=True, kind=Kind.REJECTED, limit=CLEARED_MAX, before=newest + 1
        )
        for row in rows:
            await self._acknowledge(row.seq, session.holder)
        raise web.HTTPSeeOther(HELD)

    async def _acknowledge(self, seq: int, holder: Holder) -> None:
        try:
            await self._broker.settling.decide(seq, HeldWish(decision=Decision.ACKNOWLEDGE), holder)
        except Problem as problem:
            if problem.code != "held-decided":  # somebody else was faster, with the same
                raise

    def _one(
        self,
        request: web.Request,
        session: Session,
        subject: Subject,
        *,
        written: Mapping[str, str] | None = None,
        problem: Problem | None = None,
    ) -> web.Response:
        follows = self._follows(subject) if subject.row.needs is Need.FOLLOWS else ()
        return self._answer(
            request,
            session,
            "ops/held_one.html",
            status=problem.status if problem else 200,
            subject=subject,
            line=subject.line,
            row=subject.row,
            alert=subject.alert,
            event=subject.event,
            text=subject.event.raw[:RAW_MAX].decode("utf-8", errors="backslashreplace"),
            cut=len(subject.event.raw) > RAW_MAX,
            follows=follows,
            remembered=subject.alert is not None
            and all(subject.is_remembered(part, subject.alert.status) for part in subject.parts),
            real_word=REAL_WORD,
            written=written or {},
            waives=_waives(written or {}, problem),
            waive=WAIVE,
            problem=problem,
        )

    def _follows(self, subject: Subject) -> Sequence[AlertRow]:
        """Return the accepted alerts that it may follow: real ones for a real one; those of its sender first, which
        among thousands of others would not be the newest.
        """
        is_real = subject.alert is None or subject.alert.status is Status.ACTUAL
        statuses = (Status.ACTUAL,) if is_real else (Status.EXERCISE, Status.TEST, Status.SYSTEM)
        reader, sender = self._broker.projector.reader, subject.alert.sender if subject.alert else None
        own = alerts(reader, status=statuses, sender=sender, limit=FOLLOWS_MAX) if sender else []
        rows = {row.seq: row for row in (*own, *alerts(reader, status=statuses, limit=FOLLOWS_MAX))}
        return [row for row in rows.values() if row.seq != subject.seq]

    def _answer(self, request: web.Request, session: Session, template: str, **values: Any) -> web.Response:
        return self._pages.answer(
            request,
            template,
            session=session,
            csrf=session.csrf,
            now=self._broker.clock(),
            sentences=JA,
            doubts=DOUBTS,
            place_field=place_field,
            **values,
        )


def place_field(part: UnplacedPart) -> str:
    """Return the name of the form's field for words that could not be placed. It is that of the words and not of their
    place in the list, which is another one when somebody has settled some of them meanwhile.
    """
    return f"{PLACE}{hashlib.sha256(f'{part.inside}/{part.words}'.encode()).hexdigest()[:16]}"


def _waives(written: Mapping[str, str], problem: Problem | None) -> dict[str, str]:
    """Return the further troubles that the form asks about, with what was written: those met so far, and the next."""
    found = {name.removeprefix(WAIVE): text for name, text in written.items() if name.startswith(WAIVE)}
    if problem is not None and problem.extra.get("waivable"):
        found.setdefault(problem.code, "")
    return found


def _wish(written: Mapping[str, str], subject: Subject) -> HeldWish:
    """Read the form. Raises Problem ``decision-not-possible`` for words that no form has, and ``places-changed`` where
    words that it asked about are known by now.
    """
    try:
        decision = Decision(written.get("decision", ""))
        status = Status(written["status"]) if written.get("status") else None
    except ValueError as error:
        raise Problem("decision-not-possible", f"{error}.", status=422) from error
    places: dict[str, tuple[str, ...]] = {}
    asked = {place_field(part) for part in subject.parts}
    if any(name.startswith(PLACE) and text and name not in asked for name, text in written.items()):
        sentence = "Somebody settled some of these words meanwhile; look at what is left."
        raise Problem("places-changed", sentence, status=409)
    for part in subject.parts:
        if codes := _words(written.get(place_field(part), "")):
            places[part.words] = (*places.get(part.words, ()), *codes)
    return HeldWish(
        decision=decision,
        reason=written.get("reason", ""),
        areas=_words(written.get("areas", "")),
        places=places,
        remember=written.get("remember") == "yes",
        status=status,
        confirm=written.get("confirm", ""),
        follows=_number(written.get("follows", "")),
        waives={code: reason for code, reason in _waives(written, None).items() if reason},
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in _BETWEEN.split(text) if word)


def _number(digits: str) -> int | None:
    bare = digits.removeprefix("#")
    return int(bare) if bare.isascii() and bare.isdecimal() and len(bare) <= _DIGITS_MAX else None

"""A person's decision on what stopped: checked against the table, journaled with what it sends on, made once.

One decision wins: whoever comes later is told so, and the same decision made again by the same person (a double click,
a request repeated after a crash) is answered as it was.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from broker.core.arrival import Arrival
from broker.core.event import ALERTS, AlertAccepted, AlertHeld, HeldDecided, NotAccepted, encode_event
from broker.core.held_wish import Codes, HeldWish, check_wish
from broker.core.holder import Holder
from broker.core.problem import Problem
from broker.core.settlement import Settlement
from broker.core.settling import (
    Decision,
    Kind,
    Need,
    Row,
    Waiver,
    drill_words_of,
    row_of,
    with_name,
    with_sent,
    with_status,
)
from broker.journal.journal import Journal
from broker.journal.record import Entry
from broker.service.archive import Archive
from broker.service.clock import Clock
from broker.service.intake import Intake
from broker.service.name_locks import NameLocks
from broker.service.projector import Projector
from broker.service.surveyor import Given, Surveyor, is_remembered
from broker.views.held import HeldRow, decided, held_row, sent_on
from cap_formats.alert import Alert, Status
from cap_formats.cap.encode import encode_cap
from cap_formats.decode import decode_parts
from cap_formats.drill import marked_alert
from cap_formats.part import Good
from cap_formats.problem import FormatError, MessageHeldError
from geo.place import UnplacedPart
from geo.registry import Registry

_NAMED: Final = "identifier-reused"
_FUTURE: Final = "sent-in-the-future"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision is about: a record, and what the table says of its trouble. ``parts`` are the words that could
    not be placed, as the registry sees them now.
    """

    seq: int
    kind: Kind
    code: str
    row: Row
    event: NotAccepted | AlertAccepted
    alert: Alert | None
    parts: tuple[UnplacedPart, ...]
    line: HeldRow

    def is_remembered(self, part: UnplacedPart, status: Status | None) -> bool:
        """Tell whether words are remembered where nobody says."""
        return is_remembered(part, status)


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The decision as it stands. ``sent_on`` is the seq of the alert that went out by it, and ``waived`` the further
    troubles that were let pass.
    """

    seq: int
    decision: Decision
    by: str
    reason: str
    sent_on: int | None
    waived: tuple[Waiver, ...] = ()


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A decision in the journal: ``last`` is the seq of the last record of it, ``sent_on`` that of what went out."""

    decided: HeldDecided
    last: int
    sent_on: int | None


class Settling:
    """Decides on single records of the held list."""

    def __init__(
        self,
        journal: Journal,
        registry: Registry,
        archive: Archive,
        intake: Intake,
        projector: Projector,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._surveyor = Surveyor(registry)
        self._archive = archive
        self._intake = intake
        self._projector = projector
        self._clock = clock
        self._locks = NameLocks()
        self._made: dict[int, Made] = {}  # by this process: the views follow by milliseconds

    async def subject(self, seq: int) -> Subject:
        """Return what can be decided on a record. Raises Problem ``held-unknown``."""
        line = held_row(self._projector.reader, seq)
        event = (await self._archive.event(seq))[1] if line else None
        if line is None or not isinstance(event, NotAccepted | AlertAccepted):
            raise Problem("held-unknown", f"Record {seq} is no message that stopped.", status=404)
        alert = event.alert if isinstance(event, AlertAccepted) else _understood(event)
        return Subject(
            seq=seq,
            kind=line.kind,
            code=line.code,
            row=row_of(line.kind, line.code, alert),
            event=event,
            alert=alert,
            parts=self._surveyor.parts(event, alert),
            line=line,
        )

    async def decide(self, seq: int, wish: HeldWish, who: Holder) -> Decided:
        """Decide, once. Raises Problem: ``decision-not-possible``, what is missing (422), ``held-decided`` where
        somebody decided otherwise, or what is in the way of sending it on (409); then nothing is decided. When it
        returns, and when somebody was faster, the list shows it.
        """
        subject = await self.subject(seq)
        async with self._locks.held([f"held/{seq}"]):
            if (made := self._before(seq)) is not None:
                await self._projector.reached(ALERTS, made.last)
                return _again(seq, made, wish, who)
            check_wish(wish, subject.row, subject.kind, subject.code)
            follows = await self._follows(subject, wish)
            aliases = self._surveyor.aliases(subject.parts, wish, _status(subject, wish), who.name)
            self._made[seq] = made = await self._act(subject, wish, who, follows)
        await self._surveyor.remember(aliases)
        await self._projector.reached(ALERTS, made.last)
        self._made.pop(seq, None)
        return _told(seq, made)

    def _before(self, seq: int) -> Made | None:
        if (made := self._made.get(seq)) is not None:
            return made
        known = decided(self._projector.reader, seq)
        return None if known is None else Made(decided=known, last=0, sent_on=sent_on(self._projector.reader, seq))

    def _decision(self, subject: Subject, wish: HeldWish, who: Holder, waived: tuple[Waiver, ...] = ()) -> HeldDecided:
        settles = wish.decision is Decision.SETTLE
        codes = {subject.code, *(waiver.code for waiver in waived)} if wish.sends_on else set()
        takes_now = _FUTURE in codes and (settles or subject.code != _FUTURE)
        return HeldDecided(
            held_seq=subject.seq,
            decision=wish.decision,
            by=who.name,
            at=self._clock(),
            reason=wish.reason.strip(),
            code=subject.code,
            areas=wish.named,
            status=wish.status if settles else None,
            follows=wish.follows if wish.sends_on else None,
            sent=subject.event.received_at if takes_now else None,
            identifier=with_name(subject.alert, subject.seq).identifier if _NAMED in codes and subject.alert else None,
            waived=waived,
        )

    async def _act(self, subject: Subject, wish: HeldWish, who: Holder, follows: Alert | None) -> Made:
        """Journal the decision, with what it sends on where it does."""
        alert = subject.alert
        if not wish.sends_on or alert is None:
            return await self._journal_alone(self._decision(subject, wish, who))
        gives_areas = subject.row.needs is Need.AREAS or wish.named
        if wish.named and not subject.parts and subject.row.needs is not Need.AREAS:
            sentence = "Its areas are all known and stay as they are; leave areas out."
            raise Problem("areas-not-asked", sentence, status=422, path="areas")
        before = subject.event.areas if isinstance(subject.event, AlertAccepted) else None
        given = self._surveyor.given(alert, subject.parts, wish, before) if gives_areas else None
        if isinstance(subject.event, AlertAccepted):
            return await self._add(subject, alert, given, self._decision(subject, wish, who))
        return await self._send_on(subject, alert, given, follows, wish, who)

    async def _add(self, subject: Subject, alert: Alert, given: Given | None, made: HeldDecided) -> Made:
        """Bring what went out to those whom the areas given concern as well. Raises Problem ``areas-left`` where they
        concern nobody else and more is open: that would be lost from sight.
        """
        event = subject.event
        new = _without(given.areas if given else (), event.areas) if isinstance(event, AlertAccepted) else ()
        left = given.unplaced if given else ()
        if not any(new):
            if left:
                words = ", ".join(part.value for part in left)
                sentence = f"All of that was reached before, and {words} is still open: give it too, or acknowledge."
                raise Problem("areas-left", sentence, status=409, path="areas")
            return await self._journal_alone(made)
        settlement = self._settlement(subject, made, alert, Given(areas=new, unplaced=left), None)
        added = await self._intake.add_areas(settlement, subject.seq)
        return Made(decided=made, last=added, sent_on=added)

    async def _send_on(
        self, subject: Subject, alert: Alert, given: Given | None, follows: Alert | None, wish: HeldWish, who: Holder
    ) -> Made:
        """Send on what was held. Each further trouble that it meets must be one that the person waives and the table
        lets pass; the decision keeps those that were met. Raises Problem with the first that is neither.
        """
        waived: tuple[Waiver, ...] = ()
        while True:
            made = self._decision(subject, wish, who, waived)
            mended = _mended(alert, made)
            if made.status is Status.ACTUAL and (words := drill_words_of(mended)) is not None:
                sentence = f"Its words still say {words}, and nobody would believe it; issue it anew at the console."
                raise Problem("words-of-drill", sentence, status=409)
            settlement = self._settlement(subject, made, mended, given, follows)
            try:
                sent = await self._intake.send_on(settlement)
            except Problem as problem:
                code = problem.code
                is_let_pass = problem.extra.get("waivable") and code in wish.waives
                if not is_let_pass or code in {waiver.code for waiver in waived}:
                    raise
                waived = (*waived, Waiver(code=code, reason=wish.waives[code].strip()))
            else:
                return Made(decided=made, last=sent, sent_on=sent)

    def _settlement(
        self, subject: Subject, made: HeldDecided, alert: Alert, given: Given | None, follows: Alert | None
    ) -> Settlement:
        event = subject.event
        released = {made.code} if made.decision is Decision.RELEASE else set()
        return Settlement(
            decided=made,
            alert=alert,
            raw=event.raw if alert == subject.alert else _written(alert),
            received=event.raw,
            arrival=Arrival(holder=_holder(event), via=event.via, received_at=event.received_at),
            waived=frozenset(released.union(waiver.code for waiver in made.waived)),
            follows=follows,
            areas=given.areas if given else None,
            unplaced=given.unplaced if given else (),
        )

    async def _journal_alone(self, made: HeldDecided) -> Made:
        entry = Entry(kind="HeldDecided", key=f"decided/{made.held_seq}", at=made.at, body=encode_event(made))
        [record] = await self._journal.append(ALERTS, [entry])
        return Made(decided=made, last=record.seq, sent_on=None)

    async def _follows(self, subject: Subject, wish: HeldWish) -> Alert | None:
        """Return the alert that the message is to take over. Raises Problem where there is none of that seq, or it is a
        drill and this is not, or the other way round.
        """
        if not wish.sends_on or wish.follows is None:
            return None
        earlier = (await self._archive.accepted(wish.follows)).alert
        status = _status(subject, wish)
        drill = status is not None and status is not Status.ACTUAL
        if drill is not (earlier.status is not Status.ACTUAL):
            sentence = f"{wish.follows} is {earlier.status}; a drill takes over nothing real, and nothing real a drill."
            raise Problem("status-mixed", sentence, status=422, path="follows")
        return earlier


def _status(subject: Subject, wish: HeldWish) -> Status | None:
    """Return the status that the message goes on with, if it does."""
    if wish.decision is Decision.SETTLE and wish.status is not None:
        return wish.status
    return subject.alert.status if subject.alert else None


def _holder(event: NotAccepted | AlertAccepted) -> Holder:
    """Return what the key of a message's sender was allowed. Raises Problem ``holder-unknown``."""
    if event.holder is None:
        sentence = "What its sender's key was allowed was not kept then, so this cannot be sent on; have it sent again."
        raise Problem("holder-unknown", sentence, status=409)
    return event.holder


def _understood(event: NotAccepted) -> Alert | None:
    """Return what was understood of a message; of records from before that was kept, what is understood now."""
    if event.alert is not None or not isinstance(event, AlertHeld):
        return event.alert
    try:
        [part] = decode_parts(event.raw, event.received_at)
    except MessageHeldError as error:
        return error.alert
    except (FormatError, ValueError):
        return None
    return part.alert if isinstance(part, Good) else None


def _again(seq: int, made: Made, wish: HeldWish, who: Holder) -> Decided:
    """Answer for what was decided before. Raises Problem ``held-decided`` where it is not what is asked for now."""
    before = made.decided
    same = (before.decision, before.by, before.status) == (wish.decision, who.name, wish.status)
    if wish.sends_on:  # two people with one key may have given different things, and only one of them was heard
        same = same and (before.follows, before.areas) == (wish.follows, wish.named)
    if not same:
        sentence = f"{before.by} decided on this before: {before.decision}. A decision is made once."
        raise Problem(
            "held-decided",
            sentence,
            status=409,
            decision=str(before.decision),
            by=before.by,
            sent_on=made.sent_on,
        )
    return _told(seq, made)


def _told(seq: int, made: Made) -> Decided:
    one = made.decided
    return Decided(
        seq=seq, decision=one.decision, by=one.by, reason=one.reason, sent_on=made.sent_on, waived=one.waived
    )


def _mended(alert: Alert, made: HeldDecided) -> Alert:
    """Return the alert as the person mended it."""
    if made.status is not None:
        alert = with_status(alert, made.status)
    if made.sent is not None:
        alert = with_sent(alert, int(made.sent.timestamp()))
    if made.identifier is not None:
        alert = with_name(alert, made.held_seq)
    return alert


def _written(alert: Alert) -> bytes:
    """Write a mended alert: as CAP or, where CAP cannot say it, as the canonical alert."""
    try:
        return encode_cap(marked_alert(alert))
    except FormatError:
        return alert.to_json()


def _without(given: tuple[Codes, ...], before: Sequence[Codes]) -> tuple[Codes, ...]:
    return tuple(tuple(sorted(set(new) - set(old))) for new, old in zip(given, before, strict=True))

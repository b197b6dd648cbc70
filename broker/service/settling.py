"""A person's decision on what stopped: checked against the table, journaled with what it sends on, made once.

One decision wins: whoever comes later is told so, and the same decision made again by the same person (a double click,
a request repeated after a crash) is answered as it was.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec
import structlog

from broker.core.event import (
    ALERTS,
    AlertAccepted,
    AlertHeld,
    HeldDecided,
    NotAccepted,
    Unplaced,
    encode_event,
)
from broker.core.holder import Holder
from broker.core.problem import Problem
from broker.core.settlement import Settlement
from broker.core.settling import REAL_WORD, Decision, Kind, Need, Row, row_of, with_name, with_sent, with_status
from broker.journal.journal import Journal
from broker.journal.record import Entry
from broker.service.archive import Archive
from broker.service.clock import Clock
from broker.service.intake import Intake
from broker.service.name_locks import NameLocks
from broker.service.placer import unplaced_of
from broker.service.projector import Projector
from broker.views.held import HeldRow, decided, held_row, sent_on
from cap_formats.alert import Alert, Info, Status
from cap_formats.cap.encode import encode_cap
from cap_formats.decode import decode_parts
from cap_formats.drill import marked_alert
from cap_formats.part import Good
from cap_formats.problem import FormatError, MessageHeldError
from geo.place import WORDS, Alias, Placement, UnplacedPart
from geo.registry import Registry, UnknownAreaError
from geo.shape import ShapeError

REASON_MAX: Final = 500  # characters of a person's own words
CODES_MAX: Final = 2_000  # codes given at once: all municipalities of Japan
_NAMED: Final = "identifier-reused"
_LOG: Final = structlog.get_logger("broker.settling")
Codes = tuple[str, ...]


class HeldWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person asks for: the ``decision`` and, for ``settle``, what is missing. A message may have more troubles
    than the first, at which it stopped: ``areas`` and ``follows`` are taken with every decision that sends it on.

    ``areas``: codes or names of municipalities or prefectures, for everything that could not be placed; ``places``: the
    same for single words of it. ``remember``: whether those words mean these places from now on; where it is not said,
    ``Subject.is_remembered`` tells. ``status`` with ``confirm``, the word 本番, where it is
    Actual. ``follows``: the seq of the accepted alert that this takes over.
    """

    decision: Decision
    reason: str = ""
    areas: Codes = ()
    places: dict[str, Codes] = {}
    remember: bool | None = None
    status: Status | None = None
    confirm: str = ""
    follows: int | None = None


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
        """Tell whether words are remembered where nobody says: not those of drills, nor names that stand alone, which
        mean other ground in another sender's mouth.
        """
        return status is Status.ACTUAL and (part.inside is not None or part.value_name not in WORDS)


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The decision as it stands. ``sent_on`` is the seq of the alert that went out by it."""

    seq: int
    decision: Decision
    by: str
    reason: str
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
        self._registry = registry
        self._archive = archive
        self._intake = intake
        self._projector = projector
        self._clock = clock
        self._locks = NameLocks()
        self._made: dict[int, tuple[HeldDecided, int | None]] = {}  # by this process: the views follow by milliseconds

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
            parts=self._parts(alert),
            line=line,
        )

    async def decide(self, seq: int, wish: HeldWish, who: Holder) -> Decided:
        """Decide, once. Raises Problem: ``decision-not-possible``, what is missing (422), ``held-decided`` where
        somebody decided otherwise, or what is in the way of sending it on (409); then nothing is decided.
        """
        subject = await self.subject(seq)
        async with self._locks.held([f"held/{seq}"]):
            if (before := self._before(seq)) is not None:
                return _again(seq, *before, wish, who)
            _check(subject, wish)
            found = await self._follows(subject, wish)
            made = self._decision(subject, wish, who)
            aliases = self._aliases(subject, wish, made)
            last, alert = await self._act(subject, wish, made, found)
            self._made[seq] = (made, alert)
        await self._remember(aliases)
        await self._projector.reached(ALERTS, last)
        self._made.pop(seq, None)
        return Decided(seq=seq, decision=made.decision, by=made.by, reason=made.reason, sent_on=alert)

    def _before(self, seq: int) -> tuple[HeldDecided, int | None] | None:
        if (made := self._made.get(seq)) is not None:
            return made
        known = decided(self._projector.reader, seq)
        return None if known is None else (known, sent_on(self._projector.reader, seq))

    def _decision(self, subject: Subject, wish: HeldWish, who: Holder) -> HeldDecided:
        settles = wish.decision is Decision.SETTLE
        is_named = subject.code == _NAMED and wish.decision in (Decision.SETTLE, Decision.RELEASE)
        takes_now = settles and subject.row.needs is Need.NOTHING
        return HeldDecided(
            held_seq=subject.seq,
            decision=wish.decision,
            by=who.name,
            at=self._clock(),
            reason=wish.reason.strip(),
            code=subject.code,
            areas=tuple(dict.fromkeys([*wish.areas, *(c for codes in wish.places.values() for c in codes)])),
            status=wish.status if settles else None,
            follows=wish.follows if wish.decision in (Decision.SETTLE, Decision.RELEASE) else None,
            sent=subject.event.received_at if takes_now else None,
            identifier=with_name(subject.alert, subject.seq).identifier if is_named and subject.alert else None,
        )

    async def _act(
        self, subject: Subject, wish: HeldWish, made: HeldDecided, follows: Alert | None
    ) -> tuple[int, int | None]:
        """Journal the decision, with what it sends on where it does; return the last seq, and the seq of that."""
        event, alert = subject.event, subject.alert
        if made.decision not in (Decision.SETTLE, Decision.RELEASE) or alert is None:
            return await self._journal_alone(made)
        gives_areas = subject.row.needs is Need.AREAS or wish.areas or any(wish.places.values())
        given, left = self._given(subject, wish) if gives_areas else (None, ())
        if isinstance(event, AlertAccepted):
            new = _without(given or (), event.areas)
            if not any(new):
                return await self._journal_alone(made)
            settlement = Settlement(
                decided=made,
                alert=alert,
                raw=event.raw,
                received=event.raw,
                holder=_holder(event),
                via=event.via,
                received_at=event.received_at,
                areas=new,
                unplaced=left,
            )
            added = await self._intake.add_areas(settlement, subject.seq)
            return added, added
        mended = _mended(alert, made)
        settlement = Settlement(
            decided=made,
            alert=mended,
            raw=event.raw if mended == alert else _written(mended),
            received=event.raw,
            holder=_holder(event),
            via=event.via,
            received_at=event.received_at,
            waived=made.code if made.decision is Decision.RELEASE else "",
            follows=follows,
            areas=given,
            unplaced=left,
        )
        sent = await self._intake.send_on(settlement)
        return sent, sent

    async def _journal_alone(self, made: HeldDecided) -> tuple[int, None]:
        entry = Entry(kind="HeldDecided", key=f"decided/{made.held_seq}", at=made.at, body=encode_event(made))
        [record] = await self._journal.append(ALERTS, [entry])
        return record.seq, None

    async def _follows(self, subject: Subject, wish: HeldWish) -> Alert | None:
        """Return the alert that the message is to take over. Raises Problem where there is none of that seq, or it is a
        drill and this is not, or the other way round.
        """
        if wish.decision not in (Decision.SETTLE, Decision.RELEASE) or wish.follows is None:
            return None
        earlier = (await self._archive.accepted(wish.follows)).alert
        status = _status(subject, wish)
        drill = status is not None and status is not Status.ACTUAL
        if drill is not (earlier.status is not Status.ACTUAL):
            sentence = f"{wish.follows} is {earlier.status}; a drill takes over nothing real, and nothing real a drill."
            raise Problem("status-mixed", sentence, status=422, path="follows")
        return earlier

    # Areas

    def _parts(self, alert: Alert | None) -> tuple[UnplacedPart, ...]:
        """Return what of the alert's areas cannot be placed now."""
        try:
            found = [self._registry.place(info.areas).unplaced for info in (alert.infos if alert else ())]
        except ValueError:  # a shape that cannot be read: it was rejected for that
            return ()
        return tuple(dict.fromkeys(part for parts in found for part in parts))

    def _given(self, subject: Subject, wish: HeldWish) -> tuple[tuple[Codes, ...], tuple[Unplaced, ...]]:
        """Return the municipalities of each info, those placed and those given for what could not be, and what is left.

        Raises Problem where nothing is given, for words that are not among them, and for shapes that cannot be read.
        """
        everywhere = self._codes(wish.areas, "areas")
        places = {words: self._codes(names, f"places.{words}") for words, names in wish.places.items()}
        known = {part.words for part in subject.parts} | {part.value for part in subject.parts}
        for words in places:
            if words not in known:
                raise Problem("places-unknown", f"{words} is not among what could not be placed.", status=422)
        found: list[Codes] = []
        left: list[UnplacedPart] = []
        for info in subject.alert.infos if subject.alert else ():
            placement = self._placed(info)
            codes = set(placement.municipalities)
            for part in placement.unplaced:
                meant = places.get(part.words) or places.get(part.value) or everywhere
                codes.update(meant)
                left += () if meant else (part,)
            found.append(tuple(sorted(codes)))
        if not any(found):
            raise Problem("areas-missing", "Name the municipalities, by code or by name.", status=422, path="areas")
        return tuple(found), tuple(dict.fromkeys(unplaced_of(left)))

    def _placed(self, info: Info) -> Placement:
        try:
            return self._registry.place(info.areas)
        except ShapeError as error:
            raise Problem(error.code, str(error), status=409, path="/alert/info/area") from error

    def _codes(self, words: Sequence[str], path: str) -> frozenset[str]:
        """Return the municipalities of codes or names. Raises Problem ``area-unknown``."""
        return frozenset[str]().union(*(self._registry.leaves(code) for code in self._places(words, path)))

    def _places(self, words: Sequence[str], path: str) -> Codes:
        if len(words) > CODES_MAX:
            raise Problem("areas-too-many", f"At most {CODES_MAX} areas are taken.", status=422, path=path)
        codes = []
        for word in words:
            place = self._registry.get(word.strip())
            named = [place] if place else self._registry.named(word.strip())
            if len(named) != 1:
                meant = "several places have that name; give a code" if named else "no place has that code or name"
                raise Problem("area-unknown", f"{word}: {meant}.", status=422, path=path)
            codes.append(named[0].code)
        return tuple(codes)

    def _aliases(self, subject: Subject, wish: HeldWish, made: HeldDecided) -> list[Alias]:
        """Return what the words mean from the next message on, as the person said. Raises Problem where they cannot."""
        status = _status(subject, wish)
        if made.decision not in (Decision.SETTLE, Decision.RELEASE):
            return []
        parts = subject.parts
        times = Counter(part.words for part in parts)
        found = []
        for part in parts:
            names = (
                wish.places.get(part.words) or wish.places.get(part.value) or (wish.areas if len(parts) == 1 else ())
            )
            wished = subject.is_remembered(part, status) if wish.remember is None else wish.remember
            if not names or not wished:
                continue
            codes = self._places(names, "areas")
            try:
                alias = self._registry.alias_of(
                    part.words, part.inside, codes, who=made.by, valid_from=self._registry.today
                )
            except UnknownAreaError as error:
                if times[part.words] > 1:  # the same words stand in another municipality, and it was that one's
                    continue
                sentence = (
                    f"{part.words} stands within {part.inside} and cannot mean {error}; give places within it, or send "
                    "it with remember false."
                )
                raise Problem("alias-not-possible", sentence, status=422, path="areas") from error
            found.append(alias)
        return found

    async def _remember(self, aliases: Sequence[Alias]) -> None:
        """Keep them, once what they were settled for has gone out; it does not depend on them."""
        for alias in aliases:
            try:
                await asyncio.to_thread(self._registry.keep_alias, alias)
            except sqlite3.OperationalError as error:  # an import has the file
                _LOG.warning("words not remembered", words=alias.words, codes=alias.codes, reason=str(error))


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


def _check(subject: Subject, wish: HeldWish) -> None:
    """Hold a wish against the table. Raises Problem ``decision-not-possible`` or what is missing."""
    row = subject.row
    if wish.decision not in row.decisions:
        words = ", ".join(row.decisions)
        sentence = f"Of {subject.kind}, {subject.code}, what can be decided is {words}. {row.en}"
        raise Problem("decision-not-possible", sentence, status=422, path="decision")
    if len(wish.reason) > REASON_MAX:
        raise Problem("reason-too-long", f"reason has at most {REASON_MAX} characters.", status=422, path="reason")
    is_real = wish.status is Status.ACTUAL
    if (wish.decision in (Decision.DROP, Decision.RELEASE) or is_real) and not wish.reason.strip():
        raise Problem("reason-missing", "Say why; it is kept with the decision.", status=422, path="reason")
    if wish.decision is Decision.SETTLE and row.needs is not None:
        _check_given(row.needs, wish)


def _check_given(needs: Need, wish: HeldWish) -> None:
    if needs is Need.AREAS and not (wish.areas or any(wish.places.values())):
        raise Problem("areas-missing", "Name the municipalities, by code or by name.", status=422, path="areas")
    if needs is Need.FOLLOWS and wish.follows is None:
        sentence = "Give the seq of the accepted alert that this takes over."
        raise Problem("follows-missing", sentence, status=422, path="follows")
    if needs is Need.STATUS:
        if wish.status not in (Status.ACTUAL, Status.EXERCISE, Status.TEST):
            raise Problem("status-missing", "Choose Actual, Exercise or Test.", status=422, path="status")
        if wish.status is Status.ACTUAL and wish.confirm != REAL_WORD:
            sentence = f"To call it real, type {REAL_WORD} (confirm); nothing went out."
            raise Problem("confirmation-missing", sentence, status=422, path="confirm")


def _again(seq: int, made: HeldDecided, alert: int | None, wish: HeldWish, who: Holder) -> Decided:
    """Answer for what was decided before. Raises Problem ``held-decided`` where it is not what is asked for now."""
    same = (made.decision, made.by, made.status) == (wish.decision, who.name, wish.status)
    if not same or (made.follows != wish.follows and wish.decision is Decision.SETTLE):
        sentence = f"{made.by} decided on this before: {made.decision}. A decision is made once."
        raise Problem("held-decided", sentence, status=409, decision=str(made.decision), by=made.by, sent_on=alert)
    return Decided(seq=seq, decision=made.decision, by=made.by, reason=made.reason, sent_on=alert)


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

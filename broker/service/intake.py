"""From bytes to a journaled Alert: understood, allowed, placed, made durable, and only then answered.

Everything that goes wrong on the way is kept, with its bytes, as AlertRejected (the sender can mend it) or AlertHeld (a
person must look), before the sender is told.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from time import perf_counter
from typing import Final

import msgspec

from broker.core.acceptance import Trouble, Verdict, check
from broker.core.chain import Chains, Resolution
from broker.core.event import (
    ALERTS,
    AlertAccepted,
    AlertHeld,
    AlertRejected,
    Event,
    HeldRepeated,
    Proxy,
    Unplaced,
    encode_event,
)
from broker.core.holder import Holder
from broker.core.lane import lane_of
from broker.core.permission import check as check_permission
from broker.core.permission import check_sender
from broker.core.problem import Problem
from broker.core.settlement import Settlement
from broker.core.voice import Voice, spoken_by, voice_of
from broker.journal.journal import Journal
from broker.journal.record import Entry, Record
from broker.service.archive import Archive
from broker.service.clock import Clock
from broker.service.meter import Meter
from broker.service.name_locks import NameLocks
from broker.service.recent import Recent
from cap_formats.alert import Alert, MsgType, Status
from cap_formats.decode import decode_parts
from cap_formats.note import Note
from cap_formats.part import Bad, Good, Part
from cap_formats.problem import FormatError, MessageHeldError, MessageSyntaxError
from cap_formats.signature.signature import Policy, Signature, trouble_of
from cap_formats.signature.verify import verify_signatures
from geo.registry import Registry, UnknownAreaError
from geo.shape import ShapeError

_OFF_LOOP_BYTES: Final = 256 << 10  # larger messages are decoded in a thread: 4 MB take 0.1 s and more
_OWN: Final = frozenset({"console"})  # ways in whose messages are made in the house, and need no signature
_OFF_LOOP_POLYGON: Final = 16 << 10  # characters of all polygons: some 1,000 points, a millisecond

Placed = tuple[tuple[tuple[str, ...], ...], tuple[Unplaced, ...]]  # municipalities of each info; what could not be


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """What the sender is told: the seq in the alerts stream; whether it had been taken before; what is late, and which
    parts of its areas a person must settle; what is not as it should be and was taken (``notes``), and what its
    signatures were worth.
    """

    seq: int
    identifier: str
    duplicate: bool
    late: bool
    areas: int
    unplaced: tuple[Unplaced, ...]
    notes: tuple[Note, ...] = ()
    signatures: tuple[Signature, ...] = ()


class Intake:
    """The one door for every receiver."""

    def __init__(
        self,
        journal: Journal,
        registry: Registry,
        chains: Chains,
        archive: Archive,
        recent: Recent,
        clock: Clock,
        meter: Meter,
        sent_on: Callable[[int], int | None],
    ) -> None:
        """``sent_on`` tells as which alert a person sent on the message of a record that had been held, if any did."""
        self._sent_on = sent_on
        self._journal = journal
        self._registry = registry
        self._chains = chains
        self._archive = archive
        self._recent = recent
        self._clock = clock
        self._meter = meter
        self._locks = NameLocks()
        self.signature_policy = Policy()

    async def accept(
        self, raw: bytes, *, holder: Holder, via: str, received_s: float = 0.0, transport: Status | None = None
    ) -> list[Acceptance]:
        """Take in one message, which may carry several alerts; as ``accept_parts``, but raise the first Problem."""
        ends = await self.accept_parts(raw, holder=holder, via=via, received_s=received_s, transport=transport)
        if problem := next((end for end in ends if isinstance(end, Problem)), None):
            raise problem
        return [end for end in ends if isinstance(end, Acceptance)]

    async def accept_parts(
        self, raw: bytes, *, holder: Holder, via: str, received_s: float = 0.0, transport: Status | None = None
    ) -> list[Acceptance | Problem]:
        """Take in one message, and say of each alert in it what became of it; one that stops holds up no other.

        ``received_s`` is how long its bytes took to arrive. ``transport`` is the status that the way in itself claims
        (the mode of a J-Alert channel, the folder of drills): an alert that says otherwise is held. Raises Problem
        where the message as a whole cannot be understood. By the time of an answer or a Problem the bytes are kept.
        """
        received_at = self._clock()
        began = perf_counter()
        try:
            parts = await _decode(raw, received_at)
        except FormatError as error:
            end = await self._refuse(raw, _trouble_of(error), holder, via, received_at, _understood(error), error.line)
            if isinstance(end, Problem):
                raise end from error
            return [end]
        seconds = {"received": received_s, "decoded": perf_counter() - began}
        ends: list[Acceptance | Problem] = []
        for part in parts:
            try:
                ends.append(await self._accept_part(part, holder, via, received_at, seconds, transport))
            except _Stopped as stopped:
                alert, line = (
                    (_understood(part.error), part.error.line) if isinstance(part, Bad) else (part.alert, None)
                )
                ends.append(await self._refuse(part.raw, stopped.trouble, holder, via, received_at, alert, line))
        return ends

    async def hold(self, raw: bytes, *, code: str, sentence: str, holder: Holder, via: str) -> Problem:
        """Keep bytes that never became a message (a torn frame, a wrong checksum) where a person will see them."""
        trouble = Trouble(verdict=Verdict.HELD, code=code, sentence=sentence)
        return await self._keep(raw, trouble, holder, via, self._clock(), None, None)

    async def send_on(self, settlement: Settlement) -> int:
        """Take in a message that had stopped, as a person decided, and return its seq; the decision is journaled with
        it, both or neither. All is checked as it was, save what was settled.

        Raises Problem with what is in the way; then nothing is decided.
        """
        try:
            return await self._send_on(settlement)
        except _Stopped as stopped:
            trouble = stopped.trouble
            raise Problem(trouble.code, trouble.sentence, status=409, path=trouble.path) from stopped

    async def _send_on(self, settlement: Settlement) -> int:
        began = perf_counter()
        alert, named, decided = settlement.alert, settlement.named, settlement.decided
        if (trouble := check(alert, decided.at)) is not None:
            raise _Stopped(trouble)
        received = Good(settlement.received, alert)
        signatures = await self._judge(received, settlement.via, settlement.received_at, settlement.waived)
        placed = (settlement.areas, settlement.unplaced) if settlement.areas else await self._place_aside(alert)
        async with self._chain_locked(named) as resolution:
            if resolution.duplicate_of is not None:
                raise _Stopped(_taken(resolution.duplicate_of))
            voice = await self._check_permission(alert, placed[0], resolution, settlement.holder)
            self._check_chain(named, resolution, settlement.waived)
            if resolution.late:
                raise _Stopped(_OVERTAKEN)
            accepted = AlertAccepted(
                alert=alert,
                raw=settlement.raw,
                signatures=signatures if settlement.raw == settlement.received else (),
                chain=resolution.chain,
                place=resolution.place,
                late=False,
                lane=lane_of(alert),
                areas=placed[0],
                unplaced=placed[1],
                issuer=settlement.holder.name,
                via=settlement.via,
                received_at=settlement.received_at,
                seconds={"placed": perf_counter() - began},
                references=resolution.references,
                proxy=_proxy(voice, alert, settlement.holder),
                released_from=decided.held_seq,
                settled_by=decided.by,
                settled_at=decided.at,
                settled_areas=settlement.areas or (),
            )
            seq = await self._write_decided(settlement, accepted)
            self._chains.apply(seq, accepted)
        self._archive.keep(seq, accepted)
        return seq

    async def add_areas(self, settlement: Settlement, seq: int) -> int:
        """Take in an accepted alert once more for areas that a person placed, and return the seq of that; the decision
        is journaled with it. Raises Problem ``overtaken`` where the alert is not the newest of its chain any more.
        """
        before = await self._archive.accepted(seq)
        alert, given = before.alert, settlement.areas or ()
        async with self._chain_locked(alert):
            standing = self._chains.newest(before.chain)
            if not standing or standing[-1] != seq or before.late:
                raise Problem(_OVERTAKEN.code, _OVERTAKEN.sentence, status=409)
            accepted = msgspec.structs.replace(
                before,
                areas=tuple(tuple(sorted({*old, *new})) for old, new in zip(before.areas, given, strict=True)),
                unplaced=settlement.unplaced,
                seconds={},
                references=(),
                released_from=None,
                adds_to=seq,
                settled_by=settlement.decided.by,
                settled_at=settlement.decided.at,
                settled_areas=given,
            )
            added = await self._write_decided(settlement, accepted)
            self._chains.apply(added, accepted)
        self._archive.keep(added, accepted)
        return added

    async def _write_decided(self, settlement: Settlement, accepted: AlertAccepted) -> int:
        """Journal the decision and what it sends on in one append: what is decided is never half done."""
        decided = settlement.decided
        entries = [
            Entry(
                kind=type(event).__name__,
                key=f"{name}/{decided.held_seq}",
                at=decided.at,
                body=encode_event(event),
            )
            for name, event in (("decided", decided), ("sent-on", accepted))
        ]
        records = await self._journal.append(ALERTS, entries)
        for record, event in zip(records, (decided, accepted), strict=True):
            self._recent.put(record, event)
        self._meter.message("sent-on", accepted.via)
        return records[-1].seq

    async def _accept_part(
        self,
        part: Part,
        holder: Holder,
        via: str,
        received_at: datetime,
        seconds: dict[str, float],
        transport: Status | None,
    ) -> Acceptance:
        if isinstance(part, Bad):
            raise _Stopped(_trouble_of(part.error))
        if transport is not None and part.alert.status is not transport:
            raise _Stopped(_disagrees(part.alert, transport))
        return await self._accept_alert(part, holder, via, received_at, seconds)

    async def _accept_alert(
        self, part: Good, holder: Holder, via: str, received_at: datetime, seconds: dict[str, float]
    ) -> Acceptance:
        alert = part.alert
        if (trouble := check(alert, received_at)) is not None:
            raise _Stopped(trouble)
        signatures = await self._judge(part, via, received_at)
        began = perf_counter()
        areas, unplaced = await self._place_aside(alert)
        seconds = seconds | {"placed": perf_counter() - began}
        async with self._chain_locked(alert) as resolution:
            if resolution.duplicate_of is not None:
                self._meter.message("duplicate", via)
                return await self._as_before(resolution.duplicate_of)
            voice = await self._check_permission(alert, areas, resolution, holder)
            self._check_chain(alert, resolution)
            said = self._chains.repeated(alert, areas, resolution)
            is_said = said is not None and said.is_whole and not resolution.references
            accepted = AlertAccepted(
                alert=alert,
                raw=part.raw,
                notes=part.notes,
                signatures=signatures,
                chain=resolution.chain,
                place=resolution.place,
                late=resolution.late or is_said,
                lane=lane_of(alert),
                areas=areas if said is None or is_said else said.areas,
                repeats=said.seqs if said else (),
                repeated=said.repeated if said and not is_said else (),
                unplaced=unplaced,
                issuer=holder.name,
                via=via,
                received_at=received_at,
                seconds=seconds,
                references=resolution.references,
                proxy=_proxy(voice, alert, holder),
            )
            record = await self._append(accepted)
            if record.body != encode_event(accepted):
                return await self._named_before(record.seq, alert, via)
            self._chains.apply(record.seq, accepted)
        self._archive.keep(record.seq, accepted)
        self._meter.message("late" if accepted.late else "accepted", via)
        return Acceptance(
            seq=record.seq,
            identifier=alert.identifier,
            duplicate=False,
            late=accepted.late,
            areas=len({code for codes in areas for code in codes}),
            unplaced=unplaced,
            notes=accepted.notes,
            signatures=accepted.signatures,
        )

    async def _judge(self, part: Good, via: str, at: datetime, waived: str = "") -> tuple[Signature, ...]:
        """Return what the signatures of a CAP message are worth; hold the message where the policy says so, save for
        the trouble that a person has waived.
        """
        if not part.alert.source_format.startswith("cap"):
            return ()
        policy = self.signature_policy
        if len(part.raw) > _OFF_LOOP_BYTES:
            found = await asyncio.to_thread(verify_signatures, part.raw, policy, at)
        else:
            found = verify_signatures(part.raw, policy, at)
        trouble = trouble_of(found, policy, own=via in _OWN)
        if trouble is not None and trouble.code != waived:
            raise _Stopped(Trouble(verdict=Verdict.HELD, code=trouble.code, sentence=trouble.sentence))
        return found

    async def _append(self, accepted: AlertAccepted) -> Record:
        began = perf_counter()
        record = await self._write(accepted, _key_of(accepted.alert))
        for stage, value in accepted.seconds.items():
            self._meter.stage(stage, value, accepted.lane, "")
        self._meter.stage("journaled", perf_counter() - began, accepted.lane, "")
        return record

    def _place(self, alert: Alert) -> Placed:
        """Find the municipalities of every info; hold the message where it names areas and none can be placed."""
        areas: list[tuple[str, ...]] = []
        unplaced: list[Unplaced] = []
        known = 0
        for i, info in enumerate(alert.infos, 1):
            try:
                placement = self._registry.place(info.areas)
            except ShapeError as error:
                raise _Stopped(
                    Trouble(
                        verdict=Verdict.REJECTED,
                        code=error.code,
                        sentence=str(error),
                        path=f"/alert/info[{i}]{getattr(error, 'path', '') or ''}",
                    ),
                ) from error
            areas.append(placement.municipalities)
            parts = [
                Unplaced(area_desc=part.area_desc, value_name=part.value_name, value=part.value)
                for part in placement.unplaced
            ]
            unplaced += parts
            known += bool(info.areas) and (len(parts) < sum(max(1, len(a.geocodes)) for a in info.areas))
        if unplaced and not known and not any(areas):
            first = unplaced[0]
            raise _Stopped(
                Trouble(
                    verdict=Verdict.HELD,
                    code="area-unknown",
                    sentence="No area of the message could be placed (the first: "
                    f"{first.area_desc} {first.value_name} {first.value}); nothing went out, and a person must settle "
                    "it. Name municipalities by their code, as in "
                    "<valueName>JISX0402</valueName><value>332020</value>, or JMA's areas as JMA_<table>.",
                    path="/alert/info[1]/area[1]",
                ),
            )
        return tuple(areas), tuple(dict.fromkeys(unplaced))

    async def _check_permission(
        self, alert: Alert, areas: Sequence[Sequence[str]], resolution: Resolution, holder: Holder
    ) -> Voice:
        """Ask whether the holder may say this, and whether it might have said all that this takes over. Return in whose
        name it is said.
        """
        allowed = frozenset[str]().union(*(self._registry.leaves(code) for code in holder.areas))
        if (problem := check_sender(holder, alert)) is not None:
            raise _Stopped(_forbidden(problem))
        voice = self._check_may_say(alert, areas, holder, allowed)
        if holder.areas or holder.events:
            for seq in resolution.references:
                earlier = await self._archive.accepted(seq)
                self._check_may_say(earlier.alert, earlier.areas, holder, allowed)
        return voice

    def _check_may_say(
        self, alert: Alert, areas: Sequence[Sequence[str]], holder: Holder, allowed: frozenset[str]
    ) -> Voice:
        leaves = frozenset(code for codes in areas for code in codes)
        try:
            voice = voice_of(alert, holder, self._registry.leaves)
        except UnknownAreaError as error:
            sentence = f"The message speaks in the name of {error}, which is no municipality; give its JIS X 0402 code."
            raise _Stopped(
                Trouble(verdict=Verdict.REJECTED, code="proxy-unknown", sentence=sentence, path="/alert/sender")
            ) from error
        if (problem := check_permission(holder, alert, leaves, allowed, voice)) is not None:
            raise _Stopped(_forbidden(problem))
        return voice

    def _check_chain(self, alert: Alert, resolution: Resolution, waived: str = "") -> None:
        if resolution.conflict:
            raise _Stopped(_reused(alert))
        if resolution.late and not resolution.is_same and alert.msg_type is MsgType.CANCEL:
            sentence = (
                "A newer message of the same series was taken in before this Cancel; nothing went out. "
                "Cancel the newest one."
            )
            raise _Stopped(
                Trouble(
                    verdict=Verdict.HELD,
                    code="cancel-overtaken",
                    sentence=sentence,
                    path="/alert/references",
                    http_status=409,
                ),
            )
        if resolution.unknown_references and waived != _UNKNOWN:
            sentence = (
                f"This {alert.msg_type} refers to messages that are not known here; nothing went out. "
                "Send it as an Alert of its own if it is to stand alone."
            )
            raise _Stopped(
                Trouble(verdict=Verdict.HELD, code=_UNKNOWN, sentence=sentence, path="/alert/references"),
            )

    @asynccontextmanager
    async def _chain_locked(self, alert: Alert) -> AsyncIterator[Resolution]:
        """Hold all that the message touches while it is resolved and appended, so that two cannot both be newest."""
        while True:
            names = self._chains.touched(alert)
            async with self._locks.held(names):
                if self._chains.touched(alert) == names:  # what was awaited may have joined two chains
                    yield self._chains.resolve(alert)
                    return

    async def _named_before(self, seq: int, alert: Alert, via: str) -> Acceptance:
        """Answer for a message whose name is in the journal, though the chains have long forgotten it."""
        before = await self._archive.accepted(seq)
        if before.alert.raw_digest != alert.raw_digest:
            raise _Stopped(_reused(alert))
        self._meter.message("duplicate", via)
        return await self._as_before(seq)

    async def _place_aside(self, alert: Alert) -> Placed:
        """Place the areas; many points off the loop, so that nobody else waits for them."""
        points = sum(len(polygon) for info in alert.infos for area in info.areas for polygon in area.polygons)
        return await asyncio.to_thread(self._place, alert) if points > _OFF_LOOP_POLYGON else self._place(alert)

    async def _as_before(self, seq: int) -> Acceptance:
        before = await self._archive.accepted(seq)
        return Acceptance(
            seq=seq,
            identifier=before.alert.identifier,
            duplicate=True,
            late=before.late,
            areas=len({code for codes in before.areas for code in codes}),
            unplaced=before.unplaced,
            notes=before.notes,
            signatures=before.signatures,
        )

    async def _refuse(
        self,
        raw: bytes,
        trouble: Trouble,
        holder: Holder,
        via: str,
        received_at: datetime,
        alert: Alert | None,
        line: int | None,
    ) -> Acceptance | Problem:
        """Keep the bytes with what was wrong, and return what the sender is to be told: that it was taken, where a
        person has sent these very bytes on before.
        """
        problem = await self._keep(raw, trouble, holder, via, received_at, alert, line)
        sent_on = self._sent_on(problem.extra["record"])
        return problem if sent_on is None else await self._as_before(sent_on)

    async def _keep(
        self,
        raw: bytes,
        trouble: Trouble,
        holder: Holder,
        via: str,
        received_at: datetime,
        alert: Alert | None,
        line: int | None,
    ) -> Problem:
        """Keep the bytes with what was wrong; those that were kept before are counted, not kept twice."""
        kind = AlertHeld if trouble.verdict is Verdict.HELD else AlertRejected
        event = kind(
            code=trouble.code,
            sentence=trouble.sentence,
            line=line,
            path=trouble.path,
            raw=raw,
            issuer=holder.name,
            via=via,
            received_at=received_at,
            alert=alert,
            holder=holder,
        )
        digest = hashlib.sha256(raw).hexdigest()
        record = await self._write(event, f"{trouble.verdict}/{trouble.code}/{holder.name}/{digest}")
        if record.body != encode_event(event):
            again = HeldRepeated(held_seq=record.seq, at=received_at)
            await self._write(again, f"repeated/{record.seq}/{received_at.isoformat()}")
        self._meter.message(trouble.verdict, via)
        return Problem(
            trouble.code,
            trouble.sentence,
            status=trouble.http_status,
            line=line,
            path=trouble.path,
            result=str(trouble.verdict),
            record=record.seq,
        )

    async def _write(self, event: Event, key: str) -> Record:
        entry = Entry(kind=type(event).__name__, key=key, at=self._clock(), body=encode_event(event))
        [record] = await self._journal.append(ALERTS, [entry])
        self._recent.put(record, event)
        return record


class _Stopped(Exception):  # noqa: N818
    """Carries a Trouble up to where the bytes are kept."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.code)
        self.trouble = trouble


_UNKNOWN: Final = "references-unknown"
_OVERTAKEN: Final = Trouble(
    verdict=Verdict.HELD,
    code="overtaken",
    sentence="A newer message of the same series was taken in since; this one would not be sent. Drop it.",
    http_status=409,
)


def _taken(seq: int) -> Trouble:
    sentence = f"The same message was taken in since, as {seq}; there is nothing to send on. Drop this one."
    return Trouble(verdict=Verdict.HELD, code="taken-meanwhile", sentence=sentence, http_status=409)


def _forbidden(problem: Problem) -> Trouble:
    return Trouble(
        verdict=Verdict.REJECTED,
        code=problem.code,
        sentence=problem.sentence,
        path=problem.path,
        http_status=problem.status,
    )


def _proxy(voice: Voice, alert: Alert, holder: Holder) -> Proxy | None:
    """Name who speaks for whom, where somebody speaks in another's place."""
    if voice.code is None or voice.is_own:
        return None
    return Proxy(by=spoken_by(alert) or holder.name, code=voice.code)


def _understood(error: FormatError) -> Alert | None:
    """Return the alert of a message that can be read and contradicts itself."""
    return error.alert if isinstance(error, MessageHeldError) else None


async def _decode(raw: bytes, received_at: datetime) -> Sequence[Part]:
    if len(raw) > _OFF_LOOP_BYTES:
        return await asyncio.to_thread(decode_parts, raw, received_at)
    return decode_parts(raw, received_at)


def _trouble_of(error: FormatError) -> Trouble:
    """Say what is wrong with a message that cannot be understood, or contradicts itself."""
    verdict = Verdict.HELD if isinstance(error, MessageHeldError) else Verdict.REJECTED
    return Trouble(
        verdict=verdict, code=error.code, sentence=error.sentence, path=error.path, http_status=_status_of(error)
    )


def _disagrees(alert: Alert, transport: Status) -> Trouble:
    sentence = (
        f"The message says {alert.status} and the way it came is for {transport}; nothing went out, and a person must "
        "say which is right."
    )
    return Trouble(verdict=Verdict.HELD, code="status-disagrees", sentence=sentence, path="/alert/status")


def _status_of(error: FormatError) -> int:
    if error.code == "message-too-large":
        return 413
    return 400 if isinstance(error, MessageSyntaxError) else 422


def _key_of(alert: Alert) -> str:
    """Name an alert in the journal: by its sender and identifier, a drill apart from the real thing."""
    kind = "live" if alert.status is Status.ACTUAL else "drill"
    name = msgspec.json.encode([alert.sender, alert.identifier])
    return f"alert/{kind}/{hashlib.sha256(name).hexdigest()}"


def _reused(alert: Alert) -> Trouble:
    sentence = (
        f"{alert.identifier} of {alert.sender} was taken before with other content; nothing went out. "
        "Give the new message an identifier of its own."
    )
    return Trouble(
        verdict=Verdict.HELD, code="identifier-reused", sentence=sentence, path="/alert/identifier", http_status=409
    )

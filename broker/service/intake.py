"""From bytes to a journaled Alert: understood, allowed, placed, made durable, and only then answered.

Everything that goes wrong on the way is kept, with its bytes, as AlertRejected (the sender can mend it) or AlertHeld (a
person must look), before the sender is told.
"""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from time import perf_counter
from typing import Final, Self

import msgspec
import structlog

from broker.core.acceptance import Trouble, Verdict, check
from broker.core.arrival import Arrival
from broker.core.chain import Chains, Resolution
from broker.core.event import (
    ALERTS,
    AlertAccepted,
    Proxy,
    Unplaced,
    encode_event,
)
from broker.core.holder import Holder
from broker.core.lane import lane_of
from broker.core.limit import REFUSED_HEAD_BYTES
from broker.core.problem import Problem
from broker.core.route import deadline_of
from broker.core.settlement import Settlement
from broker.core.settling import Decision, may_be_waived
from broker.core.stopped import OVERTAKEN, Stopped, disagrees, fault, reused, taken, trouble_of
from broker.core.voice import Voice, spoken_by
from broker.journal.journal import Journal, JournalError
from broker.journal.record import Entry, Record
from broker.service.archive import Archive
from broker.service.clock import Clock
from broker.service.decoder import Decoder
from broker.service.judge import Judge
from broker.service.keeper import Keeper
from broker.service.meter import Meter
from broker.service.name_locks import NameLocks
from broker.service.placer import Placed, Placer
from broker.service.recent import Recent
from broker.views.held import HeldRow
from cap_formats.alert import Alert, Status
from cap_formats.note import Note
from cap_formats.part import Bad, Good, Part
from cap_formats.problem import FormatError, MessageHeldError
from cap_formats.signature.signature import Signature
from geo.registry import Registry

_LOG: Final = structlog.get_logger("broker.intake")


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

    @classmethod
    def of(cls, seq: int, accepted: AlertAccepted, *, duplicate: bool) -> Self:
        """Tell of an accepted alert; its ``areas`` are all that it named, those that others had told of as well."""
        return cls(
            seq=seq,
            identifier=accepted.alert.identifier,
            duplicate=duplicate,
            late=accepted.late,
            areas=len({code for codes in (*accepted.areas, *accepted.repeated) for code in codes}),
            unplaced=accepted.unplaced,
            notes=accepted.notes,
            signatures=accepted.signatures,
        )


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
        line_of: Callable[[int], HeldRow | None],
    ) -> None:
        """``line_of`` tells what a person decided on the message of a record that had been held, if any did."""
        self._line_of = line_of
        self._journal = journal
        self._chains = chains
        self._archive = archive
        self._recent = recent
        self._clock = clock
        self._meter = meter
        self._locks = NameLocks()
        self._keeper = Keeper(journal, recent, clock, meter)
        self._placer = Placer(registry)
        self._decoder = Decoder()
        self.judge = Judge(registry, archive, self._decoder)

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
        arrival = Arrival(holder=holder, via=via, received_at=self._clock(), transport=transport)
        began = perf_counter()
        try:
            parts = await self._decoder.parts(raw, arrival.received_at)
        except FormatError as error:
            end = await self._refuse(raw, trouble_of(error, transport), arrival, _understood(error), error.line)
            if isinstance(end, Problem):
                raise end from error
            return [end]
        except Exception as error:
            raise await self._hold_fault(error, raw, arrival) from error
        seconds = {"received": received_s, "decoded": perf_counter() - began}
        ends: list[Acceptance | Problem] = []
        for part in parts:
            try:
                ends.append(await self._accept_part(part, arrival, seconds))
            except Stopped as stopped:
                alert, line = (
                    (_understood(part.error), part.error.line) if isinstance(part, Bad) else (part.alert, None)
                )
                ends.append(await self._refuse(part.raw, stopped.trouble, arrival, alert, line))
            except JournalError:
                raise
            except Exception as error:  # noqa: BLE001 - the other alerts of the message are still to go out
                ends.append(await self._hold_fault(error, part.raw, arrival))
        return ends

    async def _hold_fault(self, error: Exception, raw: bytes, arrival: Arrival) -> Problem:
        """Keep bytes on which our own code failed; what was understood of them may be what it failed on."""
        _LOG.error(
            "a message met a fault of ours; it is held", via=arrival.via, issuer=arrival.holder.name, exc_info=error
        )
        return await self._keeper.keep(raw, fault(error), arrival)

    async def hold(self, raw: bytes, *, code: str, sentence: str, holder: Holder, via: str) -> Problem:
        """Keep bytes that never became a message (a torn frame, a wrong checksum) where a person will see them."""
        trouble = Trouble(verdict=Verdict.HELD, code=code, sentence=sentence)
        arrival = Arrival(holder=holder, via=via, received_at=self._clock())
        return await self._keeper.keep(raw, trouble, arrival)

    async def refuse_large(self, raw: bytes, *, sentence: str, holder: Holder, via: str) -> Problem:
        """Keep the beginning of what was too large to be read, whose sender is told so and still has it."""
        trouble = Trouble(
            verdict=Verdict.REJECTED,
            code="message-too-large",
            sentence=sentence,
            http_status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        )
        arrival = Arrival(holder=holder, via=via, received_at=self._clock())
        return await self._keeper.keep(raw[:REFUSED_HEAD_BYTES], trouble, arrival)

    async def send_on(self, settlement: Settlement) -> int:
        """Take in a message that had stopped, as a person decided, and return its seq; the decision is journaled with
        it, both or neither. All is checked as it was, save what was settled.

        Raises Problem with what is in the way; then nothing is decided.
        """
        try:
            return await self._send_on(settlement)
        except Stopped as stopped:
            raise _in_the_way(stopped) from stopped

    async def _send_on(self, settlement: Settlement) -> int:
        began = perf_counter()
        alert, named, decided, arrival = settlement.alert, settlement.named, settlement.decided, settlement.arrival
        if (trouble := check(alert, decided.at)) is not None:
            raise Stopped(trouble)
        received = Good(settlement.received, alert)
        signatures = await self.judge.signatures(received, arrival.via, arrival.received_at, settlement.waived)
        placed = (settlement.areas, settlement.unplaced) if settlement.areas else await self._placer.place(alert)
        async with self._chain_locked(named) as resolution:
            if resolution.duplicate_of is not None:
                raise Stopped(taken(resolution.duplicate_of))
            voice = await self.judge.voice(alert, placed[0], resolution, arrival.holder)
            self.judge.check_chain(named, resolution, settlement.waived)
            if resolution.late:
                raise Stopped(OVERTAKEN)
            accepted = msgspec.structs.replace(
                _accepted(Good(settlement.raw, alert), placed, resolution, voice, arrival),
                signatures=signatures if settlement.raw == settlement.received else (),
                seconds={"placed": perf_counter() - began},
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
        is journaled with it. Raises Problem ``overtaken`` where the alert is not the newest of its chain any more,
        ``alert-expired``, and what its sender may not say.
        """
        before = await self._archive.accepted(seq)
        alert, given = before.alert, settlement.areas or ()
        async with self._chain_locked(alert) as resolution:
            standing = self._chains.newest(before.chain)
            if not standing or standing[-1] != seq or before.late:
                raise Problem(OVERTAKEN.code, OVERTAKEN.sentence, status=409)
            if deadline_of(before) <= settlement.decided.at:
                raise Problem("alert-expired", "It ran out since, and would be sent to nobody any more.", status=409)
            try:
                await self.judge.voice(alert, given, resolution, settlement.arrival.holder)
            except Stopped as stopped:
                raise _in_the_way(stopped) from stopped
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

    async def _accept_part(self, part: Part, arrival: Arrival, seconds: dict[str, float]) -> Acceptance:
        if isinstance(part, Bad):
            raise Stopped(trouble_of(part.error, arrival.transport))
        if arrival.transport not in (None, part.alert.status):
            raise Stopped(disagrees(part.alert, arrival.transport))
        return await self._accept_alert(part, arrival, seconds)

    async def _accept_alert(self, part: Good, arrival: Arrival, seconds: dict[str, float]) -> Acceptance:
        alert, via = part.alert, arrival.via
        if (trouble := check(alert, arrival.received_at)) is not None:
            raise Stopped(trouble)
        signatures = await self.judge.signatures(part, via, arrival.received_at)
        began = perf_counter()
        placed = areas, _ = await self._placer.place(alert)
        seconds = seconds | {"placed": perf_counter() - began}
        async with self._chain_locked(alert) as resolution:
            if resolution.duplicate_of is not None:
                self._meter.message("duplicate", via)
                return await self._as_before(resolution.duplicate_of)
            voice = await self.judge.voice(alert, areas, resolution, arrival.holder)
            self.judge.check_chain(alert, resolution)
            said = self._chains.repeated(alert, areas, resolution)
            is_said = said is not None and said.is_whole and not resolution.references
            accepted = msgspec.structs.replace(
                _accepted(part, placed, resolution, voice, arrival),
                signatures=signatures,
                seconds=seconds,
                late=resolution.late or is_said,
                areas=areas if said is None or is_said else said.areas,
                repeats=said.seqs if said else (),
                repeated=said.repeated if said and not is_said else (),
            )
            record, is_new = await self._append(accepted)
            if not is_new:
                return await self._named_before(record.seq, alert, via)
            self._chains.apply(record.seq, accepted)
        self._archive.keep(record.seq, accepted)
        self._meter.message("late" if accepted.late else "accepted", via)
        return Acceptance.of(record.seq, accepted, duplicate=False)

    async def _append(self, accepted: AlertAccepted) -> tuple[Record, bool]:
        began = perf_counter()
        record, is_new = await self._keeper.write(accepted, _key_of(accepted.alert))
        for stage, value in accepted.seconds.items():
            self._meter.stage(stage, value, accepted.lane, "")
        self._meter.stage("journaled", perf_counter() - began, accepted.lane, "")
        return record, is_new

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
            raise Stopped(reused(alert))
        self._meter.message("duplicate", via)
        return await self._as_before(seq)

    async def _as_before(self, seq: int) -> Acceptance:
        return Acceptance.of(seq, await self._archive.accepted(seq), duplicate=True)

    async def _refuse(
        self, raw: bytes, trouble: Trouble, arrival: Arrival, alert: Alert | None, line: int | None
    ) -> Acceptance | Problem:
        """Keep the bytes with what was wrong, and return what the sender is to be told: that it was taken, where a
        person has sent these very bytes on before, and that nobody will look again, where a person has dropped them.
        """
        problem = await self._keeper.keep(raw, trouble, arrival, alert, line)
        listed = self._line_of(problem.extra["record"])
        if listed is None or listed.decision is None:
            return problem
        return _dropped(problem, listed) if listed.sent_on is None else await self._as_before(listed.sent_on)


def _dropped(problem: Problem, line: HeldRow) -> Problem:
    """Say that the very message was dropped before: its sender is not to wait for a person."""
    if line.decision is Decision.DROP:
        problem.sentence = (
            f"{line.decided_by} dropped this very message before ({line.reason}); nothing goes out, and nobody looks "
            "at it again. If it is to go out, mend it and send it under a new identifier."
        )
        problem.extra["decision"] = str(line.decision)
    return problem


def _in_the_way(stopped: Stopped) -> Problem:
    """Say to the person who decided what keeps the message from going on."""
    trouble = stopped.trouble
    return Problem(trouble.code, trouble.sentence, status=409, path=trouble.path, waivable=may_be_waived(trouble))


def _accepted(part: Good, placed: Placed, resolution: Resolution, voice: Voice, arrival: Arrival) -> AlertAccepted:
    """Write what every message that is taken in says of itself."""
    alert, (areas, unplaced) = part.alert, placed
    return AlertAccepted(
        alert=alert,
        raw=part.raw,
        notes=part.notes,
        chain=resolution.chain,
        place=resolution.place,
        late=False,
        lane=lane_of(alert),
        areas=areas,
        unplaced=unplaced,
        issuer=arrival.holder.name,
        via=arrival.via,
        received_at=arrival.received_at,
        seconds={},
        references=resolution.references,
        proxy=_proxy(voice, alert, arrival.holder),
        holder=arrival.holder if unplaced else None,
    )


def _proxy(voice: Voice, alert: Alert, holder: Holder) -> Proxy | None:
    """Name who speaks for whom, where somebody speaks in another's place."""
    if voice.code is None or voice.is_own:
        return None
    return Proxy(by=spoken_by(alert) or holder.name, code=voice.code)


def _understood(error: FormatError) -> Alert | None:
    """Return the alert of a message that can be read and contradicts itself."""
    return error.alert if isinstance(error, MessageHeldError) else None


def _key_of(alert: Alert) -> str:
    """Name an alert in the journal: by its sender and identifier, a drill apart from the real thing."""
    kind = "live" if alert.status is Status.ACTUAL else "drill"
    name = msgspec.json.encode([alert.sender, alert.identifier])
    return f"alert/{kind}/{hashlib.sha256(name).hexdigest()}"

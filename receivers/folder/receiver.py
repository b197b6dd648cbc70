"""Watches a folder and hands in each message that is laid there, once.

A signed message is complete when its signature fits. It is moved away only after the journal has it: what a crash
leaves behind is read again, and the journal knows it. Each mode has a loop of its own: however many drills lie there,
they keep nothing live waiting.
"""

import asyncio
import hashlib
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from broker.core.holder import Holder, Role
from broker.core.limit import WEB_BODY_MAX
from broker.core.problem import Problem
from broker.journal.journal import JournalError
from broker.service.clock import Clock
from broker.service.intake import Acceptance, Intake
from broker.service.source import Sources
from receivers.folder.inbox import MODES, REFUSED, TAKEN, ChangedError, Found, Inbox, Kind
from receivers.folder.settings import Settings
from receivers.folder.signature import public_key, signer_of
from receivers.hand_in import hand_in

VIA: Final = "folder"
UNSIGNED: Final = Holder(name="folder (unsigned)", role=Role.ISSUER)
_NONE: Final = ("", "")
_LOG: Final = structlog.get_logger("receivers.folder")


class Watched(msgspec.Struct, kw_only=True):
    """What is known of a file that could not be settled yet. ``seen`` and ``changed`` are loop times; ``rounds`` counts
    looks at it since it changed; ``trouble`` is what it waits for; ``said`` whether that was reported.
    """

    found: Found
    seen: float
    changed: float
    rounds: int = 0
    signature: bytes | None = None
    trouble: tuple[str, str] = _NONE
    said: bool = False


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the journal has and that could not be moved away yet."""

    found: Found
    where: str
    seq: int
    answer: bytes


class FolderReceiver:
    """The receiver; one instance watches one folder."""

    name = "folder"

    def __init__(self, settings: Settings, sources: Sources, clock: Clock) -> None:
        """Watch ``settings.path``."""
        self._settings = settings
        self._clock = clock
        self._inbox = Inbox(Path(settings.path))
        self._keys = {name: public_key(key.public_key) for name, key in settings.keys.items()}
        self._source = sources.open(VIA, settings.path)
        self._watched: dict[tuple[str, str], Watched] = {}
        self._done: dict[tuple[str, str], Done] = {}
        self._stuck: set[str] = set()  # modes whose folder cannot be read, or written

    async def run(self, intake: Intake) -> None:
        """Look through the folder until cancelled."""
        async with asyncio.TaskGroup() as group:
            for mode in MODES:
                group.create_task(self._follow(mode, intake), name=f"folder {mode}")

    async def _follow(self, mode: str, intake: Intake) -> None:
        while True:
            try:
                await self._look(mode, intake)
            except OSError as error:
                self._stuck.add(mode)
                self._source.lost(str(error))
            except JournalError as error:
                _LOG.error("a message could not be journaled; it stays where it is", reason=str(error))
            else:
                self._stuck.discard(mode)
            self._note_life()
            await asyncio.sleep(self._settings.interval_s)

    async def _look(self, mode: str, intake: Intake) -> None:
        """Go through all files of a mode once. Raises OSError where the folder cannot be read, or nothing moved out of
        it.
        """
        files = await asyncio.to_thread(self._inbox.scan, mode)
        there = {found.key for found in files}
        self._watched = {key: one for key, one in self._watched.items() if key[0] != mode or key in there}
        self._done = {key: one for key, one in self._done.items() if key[0] != mode or key in there}
        messages = {found.stem for found in files if found.kind is Kind.MESSAGE}
        stuck: OSError | None = None
        for found in files:
            try:
                await self._look_at(found, messages, intake)
            except ChangedError:
                continue
            except OSError as error:
                stuck = error
            else:
                self._note_life()
        if stuck is not None:
            raise stuck

    def _note_life(self) -> None:
        """Note that the share answers, unless one of its folders is stuck."""
        if not self._stuck:
            self._source.heard()

    async def _look_at(self, found: Found, messages: set[str], intake: Intake) -> None:
        """Settle one file if that can be; ``messages`` are the stems of those that lie beside it."""
        done = self._done.get(found.key)
        if done is not None and done.found == found:
            await self._settle(done)
            return
        watched = self._watch(found)
        match found.kind:
            case Kind.MESSAGE if found.size > WEB_BODY_MAX:
                sentence = f"The file has {found.size} bytes; at most {WEB_BODY_MAX} are read."
                await self._refuse(found, ("message-too-large", sentence), intake)
            case Kind.MESSAGE:
                await self._look_at_message(watched, intake)
            case Kind.IRREGULAR:
                sentence = "This is a link, a pipe or a folder; lay the message itself here, as a file."
                await self._refuse(found, ("file-irregular", sentence), intake)
            case Kind.UNFINISHED:
                watched.trouble = ("file-unfinished", "The file has not been renamed to the name of a message.")
            case Kind.SIGNATURE if found.stem in messages:
                return
            case Kind.SIGNATURE:
                watched.trouble = ("signature-alone", "There is no message of this name for the signature.")
            case Kind.STRANGE:
                watched.trouble = ("file-name-unknown", "A message ends in .xml, .json or .csv, its signature in .sig.")
        await self._lose_patience(watched, intake)

    def _watch(self, found: Found) -> Watched:
        """Note the file, and whether it changed since the last look."""
        now = asyncio.get_running_loop().time()
        watched = self._watched.get(found.key)
        if watched is None:
            watched = self._watched[found.key] = Watched(found=found, seen=now, changed=now)
        elif watched.found != found:
            watched.found, watched.changed, watched.rounds, watched.signature = found, now, 0, None
        else:
            watched.rounds += 1
        return watched

    async def _look_at_message(self, watched: Watched, intake: Intake) -> None:
        """Take a message that is signed by one we know; an unsigned one, where that is allowed, once it stands still.
        What no known key signed is not read again before it or its signature changes; all else is tried each time, as
        long as the share or the journal fails.
        """
        found = watched.found
        signature = await asyncio.to_thread(self._inbox.signature, found)
        unsigned = signature is None and self._settings.unsigned
        if signature is None and not unsigned:
            watched.trouble = ("signature-missing", "The message has no signature; lay NAME.sig beside it.")
            return
        if (unsigned and watched.rounds == 0) or (watched.rounds > 0 and signature == watched.signature and signature):
            return
        try:
            raw = await asyncio.to_thread(self._inbox.read, found)
        except ChangedError:
            raise
        except OSError as error:
            watched.trouble = ("file-unreadable", f"The file cannot be read: {error.strerror}.")
            return
        watched.trouble = _NONE
        signer = signer_of(raw, signature, self._keys) if signature is not None else None
        if signer is not None:
            await self._take(found, raw, self._settings.keys[signer].holder(signer), intake)
        elif unsigned:
            await self._take(found, raw, UNSIGNED, intake)
        else:
            watched.signature = signature
            watched.trouble = (
                "signature-wrong",
                "The signature is of other bytes, or of a key that is not known here.",
            )

    async def _lose_patience(self, watched: Watched, intake: Intake) -> None:
        """After ``wait_s``, refuse what stands still and will not do, and report what is still being written."""
        now = asyncio.get_running_loop().time()
        found = watched.found
        if not watched.trouble[0] or now - watched.seen < self._settings.wait_s:
            return
        if now - watched.changed >= self._settings.wait_s and found.kind is not Kind.UNFINISHED:
            await self._refuse(found, watched.trouble, intake)
        elif not watched.said:
            watched.said = True
            code, sentence = watched.trouble
            _LOG.warning("a file waits", folder=found.mode, name=found.shown, code=code)
            answer = self._answer(found, "waiting", problems=[{"code": code, "sentence": sentence}])
            await asyncio.to_thread(self._inbox.say, found, answer)

    async def _take(self, found: Found, raw: bytes, holder: Holder, intake: Intake) -> None:
        """Hand the message in, then say what became of it and move it away."""
        self._source.message()
        ends = await hand_in(intake, raw, holder=holder, via=VIA, transport=MODES[found.mode])
        taken = [end for end in ends if isinstance(end, Acceptance)]
        problems = [end for end in ends if isinstance(end, Problem)]
        answer = self._answer(
            found,
            "accepted" if taken else str(problems[0].extra.get("result", "rejected")),
            sha256=hashlib.sha256(raw).hexdigest(),
            signer=holder.name,
            accepted=taken,
            problems=[_told(problem) for problem in problems],
        )
        seq = taken[0].seq if taken else _record(problems[0])
        await self._settle(Done(found=found, where=TAKEN if taken else REFUSED, seq=seq, answer=answer))

    async def _refuse(self, found: Found, trouble: tuple[str, str], intake: Intake) -> None:
        """Keep what is not even handed in where a person sees it, say so and move it away."""
        raw = await asyncio.to_thread(self._inbox.head, found)
        code, sentence = trouble
        holder = Holder(name=VIA, role=Role.ISSUER)
        problem = await intake.hold(raw, code=code, sentence=sentence, holder=holder, via=VIA)
        _LOG.warning("file refused", folder=found.mode, name=found.shown, code=code)
        answer = self._answer(found, "refused", problems=[_told(problem)])
        await self._settle(Done(found=found, where=REFUSED, seq=_record(problem), answer=answer))

    async def _settle(self, done: Done) -> None:
        """Move a file away; where that fails it is remembered, so that it is not read again."""
        key = done.found.key
        self._done[key] = done
        try:
            await asyncio.to_thread(self._inbox.settle, done.found, done.where, done.seq, done.answer)
        except (ChangedError, FileNotFoundError):  # another file has its name now, or its owner took it away
            del self._done[key]
            return
        del self._done[key]
        self._watched.pop(key, None)

    def _answer(self, found: Found, result: str, **more: Any) -> bytes:
        told = {"file": found.shown, "result": result, "at": self._clock().isoformat(timespec="seconds"), **more}
        return msgspec.json.format(msgspec.json.encode(told)) + b"\n"


def _told(problem: Problem) -> dict[str, Any]:
    told = {"code": problem.code, "sentence": problem.sentence, "line": problem.line, "path": problem.path}
    return {name: value for name, value in told.items() if value is not None}


def _record(problem: Problem) -> int:
    return int(problem.extra.get("record", 0))

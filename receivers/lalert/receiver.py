"""Takes in what L-Alert's centres post, and answers only when it is durable (FORMATS 1.6).

``publish`` carries one コモンズEDXL, which becomes a message of its own, byte for byte as ``cut`` says; what it says is
the decoder's matter. Both centres post every document: the second is a duplicate, and both are told 0.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from time import perf_counter
from typing import Final, ParamSpec, TypeVar
from xml.sax.saxutils import quoteattr

import structlog
from aiohttp import web

from broker.core.holder import ANYONE, Holder, Role
from broker.core.problem import Problem
from broker.journal.journal import JournalError
from broker.service.broker import Broker
from broker.service.intake import Acceptance
from broker.service.source import Source
from broker.web.message import MessageTooLargeError, read_message
from cap_formats.xml import XmlElement
from receivers.lalert.answer import Answer, answer_of
from receivers.lalert.charset import declared
from receivers.lalert.cut import cut
from receivers.lalert.envelope import (
    CLIENT,
    SERVER,
    Envelope,
    Fault,
    UnreadableFault,
    read_envelope,
    read_header,
    write_answer,
    write_bare,
    write_fault,
)
from receivers.lalert.settings import Centre, Settings
from receivers.lalert.token import Guard, Secret, StaleFault
from receivers.lalert.used import Used

VIA: Final = "lalert"
WSDL: Final = Path(__file__).parent / "MQService.wsdl"
MESSAGES_MAX: Final = 20  # in one publish; the interface has one, and each is journaled by itself
READ_S: Final = 60.0  # for a request to arrive: the largest takes that long on a line of 2 Mbit/s
LARGE_BYTES: Final = 1 << 20  # most documents have 20 kB
LARGE_AT_ONCE: Final = 8  # requests of more are read together; who posts is known only once all is read
_OFF_LOOP_BYTES: Final = 256 << 10  # as in the intake: 4 MB take a tenth of a second

P = ParamSpec("P")
T = TypeVar("T")

_log = structlog.get_logger("noroshi.lalert")


class LAlert:
    """The way in of all centres that are set up. One address for each path; one Source for each centre."""

    def __init__(
        self, broker: Broker, settings: Settings, public_url: str = "", remembered: Path | None = None
    ) -> None:
        """Open a Source for each centre; which sign-ins were used stands in the file ``remembered``. Raises Problem
        ``settings-invalid`` where two centres sign in alike.
        """
        self._broker = broker
        self._public_url = public_url.rstrip("/")
        self._holder = Holder(
            name=settings.name,
            role=Role.ISSUER,
            areas=settings.areas,
            events=settings.events,
            statuses=settings.statuses,
            senders=(ANYONE,),
            proxy_for=settings.areas,  # a centre passes on what was said in another's place (代行)
        )
        window = timedelta(seconds=settings.window_s)
        below = _secrets(settings)
        self._used = Used(remembered if below else None)
        self._guards = {path: Guard(secrets, window, self._used, path) for path, secrets in below.items()}
        self._stale: dict[str, datetime] = {}  # of each centre the time of a sign-in that was refused for it
        self._room = asyncio.Semaphore(LARGE_AT_ONCE)
        self._sources = {name: _open(broker, name, centre) for name, centre in settings.centres.items()}

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of each path, with a slash at its end and without; none where no centre is set up."""
        found = []
        for path, guard in self._guards.items():
            for each in dict.fromkeys((path, path.rstrip("/"), path.rstrip("/") + "/")):
                found += [web.post(each, partial(self.publish, guard)), web.get(each, self.describe)]
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._used.close()

    async def publish(self, guard: Guard, request: web.Request) -> web.Response:
        """POST an envelope: publishResponse with its code, or a Fault."""
        length = request.content_length
        if length is not None and length <= LARGE_BYTES:
            return await self._publish(guard, request)
        async with self._room:
            return await self._publish(guard, request)

    async def _publish(self, guard: Guard, request: web.Request) -> web.Response:
        began = perf_counter()
        try:
            raw = declared(await _read(request), request.charset)
            try:
                envelope = await _aside(raw, read_envelope, raw)
            except UnreadableFault as fault:
                return _response(write_answer(*await self._keep(raw, fault, guard)))
            source = self._signed_in(envelope.security, guard)
            return _response(write_answer(*await self._take(raw, envelope, source, perf_counter() - began)))
        except MessageTooLargeError as large:
            return _refused(await self._refuse(declared(large.head, request.charset), str(large), guard), request)
        except Fault as fault:
            return _refused(fault, request)
        except JournalError as error:
            _log.critical("journal failed", error=str(error))
            sentence = "The journal cannot be written, so nothing was taken in. Post it again."
            return _refused(Fault(SERVER, sentence), request)
        except Exception as error:  # noqa: BLE001 - the edge of the house: a centre must get an answer that it can read
            _log.error("post failed", path=request.path, exc_info=error)
            return _refused(Fault(SERVER, "Something broke here; nothing was taken in. Post it again."), request)

    async def _keep(self, raw: bytes, fault: Fault, guard: Guard) -> Answer:
        """Keep what cannot be read as a whole (more elements than are read, a broken tag), of a centre that its
        beginning shows to be one. Raises the Fault for all others: nobody else fills the journal.
        """
        source, rest = self._opened(raw, fault, guard)
        ends = await self._handed_in(rest, perf_counter())
        source.message()
        return answer_of(ends)

    async def _refuse(self, head: bytes, sentence: str, guard: Guard) -> Fault:
        """Return the Fault for what is too large to be taken in at all; a person sees that there is such a thing."""
        fault = Fault(CLIENT, sentence, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            _, rest = self._opened(head, fault, guard)
        except Fault as refused:
            return refused
        await self._broker.intake.refuse_large(rest, sentence=sentence, holder=self._holder, via=VIA)
        return fault

    def _opened(self, raw: bytes, fault: Fault, guard: Guard) -> tuple[Source, bytes]:
        """Return whose the request is by its beginning, and its bytes without the sign-in. Raises the Fault, or one of
        the sign-in's own.
        """
        if (found := read_header(raw)) is None:
            raise fault
        security, rest = found
        return self._signed_in(security, guard), rest

    def _signed_in(self, security: XmlElement | None, guard: Guard) -> Source:
        """Return the source of who signs in. Raises Fault.

        A centre counts as lost once two sign-ins in a row are out of time: a clock is wrong then, there or here, and
        nothing of it comes in. One alone may be a post that was tried again too late.
        """
        try:
            source = self._sources[guard.check(security, self._broker.clock())]
        except StaleFault as fault:
            if self._stale.setdefault(fault.centre, fault.created) != fault.created:
                self._sources[fault.centre].lost(f"its posts are refused: {fault.sentence}")
            raise
        self._stale.pop(source.name, None)
        source.heard()
        return source

    async def _take(self, raw: bytes, envelope: Envelope, source: Source, received_s: float) -> Answer:
        """Hand the message to the intake, and return what the centre is told; by then it is kept. Raises Fault."""
        if (trouble := _unlike_one(len(envelope.messages))) is not None:
            code, sentence = trouble
            intake, holder = self._broker.intake, self._holder
            kept = write_bare(envelope.security) if envelope.security is not None else raw
            return answer_of([await intake.hold(kept, code=code, sentence=sentence, holder=holder, via=VIA)])
        ends = []
        for each in envelope.messages:
            ends += await self._handed_in(await _aside(raw, cut, raw, each), received_s)
            source.message()
        return answer_of(ends)

    async def _handed_in(self, message: bytes, received_s: float) -> list[Acceptance | Problem]:
        try:
            return await self._broker.intake.accept_parts(message, holder=self._holder, via=VIA, received_s=received_s)
        except Problem as problem:
            return [problem]

    async def describe(self, request: web.Request) -> web.Response:
        """GET ``?wsdl``: the description of the interface, with the address at which it was asked for."""
        if "wsdl" not in {name.lower() for name in request.query}:
            sentence = f"{request.path} takes SOAP by POST; its description is at {request.path}?wsdl."
            raise Problem("method-not-allowed", sentence, status=405)
        location = (self._public_url or f"{request.scheme}://{request.host}") + request.path
        text = WSDL.read_text("utf-8").replace('"{location}"', quoteattr(location))
        return web.Response(text=text, content_type="text/xml")


def _secrets(settings: Settings) -> dict[str, dict[str, Secret]]:
    """Return who signs in with what, by path and username."""
    found: defaultdict[str, dict[str, Secret]] = defaultdict(dict)
    for name, centre in settings.centres.items():
        below = found[centre.path or settings.path]
        if (other := below.get(centre.username)) is not None:
            sentence = (
                f"lalert.centres.{name} signs in like lalert.centres.{other.name}; give it a username or a path of its "
                "own, or leave one out: a centre may stand for several that sign in alike."
            )
            raise Problem("settings-invalid", sentence)
        below[centre.username] = Secret(name, centre.password)
    return dict(found)


def _unlike_one(count: int) -> tuple[str, str] | None:
    """Say why a publish of so many messages waits for a person, by code and sentence."""
    if count == 0:
        return "lalert-message-missing", "The publish has no message; put one EDXLDistribution into it."
    if count > MESSAGES_MAX:
        return "lalert-too-many", f"The publish has {count} messages; post them one by one."
    return None


def _open(broker: Broker, name: str, centre: Centre) -> Source:
    quiet_max = None if centre.quiet_max_s is None else timedelta(seconds=centre.quiet_max_s)
    return broker.sources.open(VIA, name, quiet_max=quiet_max)


async def _read(request: web.Request) -> bytes:
    """Read the whole body. Raises MessageTooLargeError, and Fault where it does not arrive."""
    try:
        async with asyncio.timeout(READ_S):
            return await read_message(request)
    except TimeoutError as error:
        sentence = f"The request did not arrive within {READ_S:g} s, and nothing was taken in. Post it again."
        raise Fault(CLIENT, sentence, HTTPStatus.REQUEST_TIMEOUT) from error
    except ConnectionError as error:
        raise Fault(CLIENT, "The connection broke before the request was whole.") from error


async def _aside(raw: bytes, work: Callable[P, T], *values: P.args, **named: P.kwargs) -> T:
    """Do the work; off the loop where the request is large, so that nobody else waits for it."""
    if len(raw) > _OFF_LOOP_BYTES:
        return await asyncio.to_thread(work, *values, **named)
    return work(*values, **named)


def _response(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type="text/xml", charset="utf-8")


def _refused(fault: Fault, request: web.Request) -> web.Response:
    _log.warning("post refused", path=request.path, remote=request.remote, code=fault.code, reason=fault.sentence)
    return _response(write_fault(fault), fault.status)

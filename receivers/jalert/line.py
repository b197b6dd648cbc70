"""One channel of JMAソケット: listens, lets the J-Alert receiver connect, and answers only when the journal has it.

Several connections may be open at once (redundant paths, a peer that comes back before its old connection is known to
be dead). The known implementations listen, and the sender connects; so does this one.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import structlog

from broker.journal.journal import JournalError
from broker.service.intake import Intake
from broker.service.source import Source, Sources
from cap_formats.jalert.frame import ALIVE, Broken, Checked, Event, Frames, Message
from receivers.jalert.desk import VIA, Desk
from receivers.jalert.settings import STATUSES, LineSettings

# Of one line: two centres, each with a connection that is dead and one that is not. Beyond it the one that was quiet
# longest gives way, so that connections which died unseen never lock out the receiver that comes back.
CONNECTIONS_MAX: Final = 8
READ_BYTES: Final = 64 << 10
TORN_S: Final = 20.0  # a frame that stops within for so long is not going to end
IDLE_S: Final = 90.0  # a peer that says nothing for so long is not there: three health checks
WRITE_S: Final = 10.0  # a peer that does not read its answers for so long is not there either
AGAIN_S: Final = (0.5, 1.0, 2.0, 5.0)  # until the port is tried again; the last repeats
JOURNAL_AGAIN_S: Final = 1.0  # until a message that nobody sends again is handed in again
LEAVE_S: Final = 5.0  # for what was read to reach the journal, when the house closes
_LOG: Final = structlog.get_logger("receivers.jalert")


class Line:
    """The loop of one channel."""

    def __init__(self, settings: LineSettings, sources: Sources, desk: Desk) -> None:
        """Open its source; nothing listens yet."""
        self.name = f"jalert {settings.name}"
        self.port = settings.port  # the one that is listened on, where 0 took a free one
        self._settings = settings
        self._status = STATUSES[settings.mode]
        self._desk = desk
        self._source: Source = sources.open(VIA, settings.name, quiet_max=timedelta(seconds=settings.quiet_s))
        self._open: OrderedDict[asyncio.StreamWriter, None] = OrderedDict()  # quiet longest first

    async def run(self, intake: Intake) -> None:
        """Listen until cancelled; a port that is taken is tried again."""
        failures = 0
        while True:
            try:
                server = await asyncio.start_server(
                    self._welcome(intake), self._settings.host, self.port, start_serving=False
                )
            except OSError as error:
                self._source.lost(f"port {self.port} of {self._settings.host}: {error.strerror or error}")
                await asyncio.sleep(AGAIN_S[min(failures, len(AGAIN_S) - 1)])
                failures += 1
                continue
            async with server, asyncio.TaskGroup() as self._group:
                self.port = server.sockets[0].getsockname()[1]
                await server.start_serving()
                await asyncio.Event().wait()  # until cancelled; connections end before their server does

    def _welcome(self, intake: Intake) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            peer = writer.get_extra_info("peername")
            address = peer[0] if peer else ""
            if not (address and self._settings.lets_in(address)):
                _LOG.warning("connection refused", line=self.name, peer=address)
                writer.close()
                return
            if len(self._open) >= CONNECTIONS_MAX:
                quiet, _ = self._open.popitem(last=False)
                _LOG.warning("the connection that was quiet longest gives way", line=self.name, peer=address)
                quiet.transport.abort()
            self._open[writer] = None
            self._group.create_task(self._serve(reader, writer, intake), name=f"{self.name} {address}")

        return welcome

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, intake: Intake) -> None:
        """Read one connection to its end, whatever it brings."""
        frames = Frames()
        reason = "the peer closed the connection"
        try:
            self._source.heard()
            while not frames.is_over:
                async with asyncio.timeout(TORN_S if frames.waits else IDLE_S):
                    data = await reader.read(READ_BYTES)
                if not data:
                    break
                if writer in self._open:
                    self._open.move_to_end(writer)
                await self._read_out(frames, data, writer, intake)
        except TimeoutError:
            writer.transport.abort()  # to close it would wait for a peer that does not read
            reason = "the peer stopped within a frame" if frames.waits else f"the peer said nothing for {IDLE_S:g} s"
        except OSError as error:
            reason = f"the connection broke: {error.strerror or error}"
        except JournalError as error:
            reason = f"a message could not be journaled, and was not acknowledged: {error}"
            _LOG.error("not journaled", line=self.name, reason=str(error))
            frames = Frames()  # what it holds comes again
        except Exception as error:  # noqa: BLE001 - what one connection brings ends no other, and not the house
            reason = f"a fault of ours: {type(error).__name__}"
            _LOG.error("a connection met a fault of ours", line=self.name, exc_info=error)
        finally:
            self._open.pop(writer, None)
            writer.close()
        if (broken := frames.end()) is not None:
            await self._keep(broken, intake)
        if not self._open:
            self._source.lost(reason)

    async def _read_out(self, frames: Frames, data: bytes, writer: asyncio.StreamWriter, intake: Intake) -> None:
        """Handle all that the bytes complete, to its end even where the house closes meanwhile: what asks for no
        checkpoint is sent once. Raises as ``_handle``.
        """

        async def handle() -> None:
            for event in frames.feed(data):
                await self._handle(event, writer, intake)

        work = asyncio.create_task(handle(), name=f"{self.name} read out")
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work], timeout=LEAVE_S)
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            raise

    async def _handle(self, event: Event, writer: asyncio.StreamWriter, intake: Intake) -> None:
        self._source.heard()
        match event:
            case Checked():
                await _send(writer, ALIVE)
            case Message(answer=b""):
                self._source.message()
                await self._patiently(lambda: self._desk.take_frame(event, self._status, intake))
            case Message():
                self._source.message()
                await self._desk.take_frame(event, self._status, intake)
                await _send(writer, event.answer)
            case Broken():
                await self._patiently(lambda: self._desk.hold(event.raw, event.code, event.sentence, intake))

    async def _patiently(self, hand_in: Callable[[], Awaitable[int]]) -> None:
        """Hand in what its sender does not send again, as soon as the journal can be written."""
        while True:
            try:
                await hand_in()
            except JournalError as error:
                _LOG.critical("what came waits for the journal; trying again", line=self.name, reason=str(error))
                await asyncio.sleep(JOURNAL_AGAIN_S)
            else:
                return

    async def _keep(self, broken: Broken, intake: Intake) -> None:
        """Keep the half frame that a connection ended in; its sender has the whole."""
        try:
            await self._desk.hold(broken.raw, broken.code, broken.sentence, intake)
        except JournalError as error:
            _LOG.error("broken bytes could not be journaled", line=self.name, reason=str(error))


async def _send(writer: asyncio.StreamWriter, answer: bytes) -> None:
    """Write an answer. Raises TimeoutError where the peer does not read, ConnectionError where it is gone."""
    if writer.is_closing():  # uvloop has another error for it, which is no OSError
        raise ConnectionResetError("the connection was closed")
    writer.write(answer)
    async with asyncio.timeout(WRITE_S):
        await writer.drain()

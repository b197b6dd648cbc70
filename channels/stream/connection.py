"""One reader's connection: written to without waiting, cut off when it does not read.

A reader that was cut loses nothing: it comes back with the id of the last event it read.
"""

import asyncio
import contextlib
import fcntl
import socket
import struct
import termios
from typing import Final

from broker.core.limit import STREAM_BUFFER_BYTES_MAX, STREAM_QUEUE_MAX, STREAM_STALLED_BEATS_MAX
from broker.core.subscription import Filter
from channels.stream.frame import AlertFrame, Frame, Wire

_GOING_AWAY: Final = b"\x88\x02\x03\xe9"  # a close frame with code 1001, RFC 6455 7.4.1
_UNSENT: Final = getattr(termios, "TIOCOUTQ", None)  # bytes that the peer has not acknowledged, Linux tcp(7) SIOCOUTQ


class Wish(Filter, frozen=True, kw_only=True):
    """What a connection asked for: a filter, and whether its key lets it see what is not for the public."""

    restricted: bool = False


class Connection:
    """A live reader. Nothing here awaits: a write goes into the transport or the connection is cut."""

    __slots__ = ("_behind", "_stalled", "ended", "number", "subscription_id", "transport", "wire", "wish", "written")

    def __init__(
        self,
        number: int,
        transport: asyncio.Transport,
        wire: Wire,
        wish: Wish,
        subscription_id: str | None = None,
    ) -> None:
        """Wrap the transport; ``number`` names the connection in evidence."""
        self.number = number
        self.transport = transport
        self.wire = wire
        self.wish = wish
        self.subscription_id = subscription_id
        self.written: dict[int, None] = {}  # the latest alerts, in order; kept for named subscriptions alone
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._behind = 0  # events written since the buffer was last empty
        self._stalled = 0  # heartbeats that found the buffer filled

    @property
    def open(self) -> bool:
        """Whether it can still be written to."""
        return not self.ended.done() and not self.transport.is_closing()

    def write(self, frame: Frame) -> bool:
        """Hand the frame to the transport; False, and cut off, where the reader has fallen too far behind.

        What lies in the buffer is judged before writing, so that one large alert never cuts a reader that keeps up.
        """
        transport = self.transport
        waiting = transport.get_write_buffer_size()
        if not waiting:
            self._behind = 0
        elif self._behind >= STREAM_QUEUE_MAX or waiting > STREAM_BUFFER_BYTES_MAX:
            self.cut()
        if transport.is_closing() or self.ended.done():
            self.end()
            return False
        self._behind += 1
        transport.write(frame.bytes_for(self.wire))
        return True

    def write_alert(self, frame: AlertFrame) -> bool:
        """Write an alert, and note it where deliveries have to be proven."""
        done = self.write(frame)
        if done and self.subscription_id is not None:
            self.note(frame)
        return done

    def note(self, frame: AlertFrame) -> None:
        """Remember that this alert was written."""
        if self.subscription_id is not None:
            self.written[frame.seq] = None
            if len(self.written) > STREAM_QUEUE_MAX:
                del self.written[next(iter(self.written))]

    def beat(self, frame: Frame) -> bool:
        """Write a heartbeat; a reader that has taken nothing since several heartbeats is cut off."""
        self._stalled = self._stalled + 1 if self.transport.get_write_buffer_size() else 0
        if self._stalled >= STREAM_STALLED_BEATS_MAX:
            self.cut()
        return self.write(frame)

    def cut(self) -> None:
        """Drop the connection with all that it has not read."""
        self.transport.abort()
        self.end()

    def end(self) -> None:
        """Let the handler that serves this connection return; a WebSocket is told that we go away."""
        if self.wire is Wire.WEBSOCKET and not self.transport.is_closing():
            self.transport.write(_GOING_AWAY)
            self.transport.close()
        if not self.ended.done():
            self.ended.set_result(None)

    def unread(self) -> int:
        """Count the bytes that the far end's machine has not acknowledged yet (in the buffer alone where the system
        does not tell about its socket).
        """
        waiting = self.transport.get_write_buffer_size()
        sock: socket.socket | None = self.transport.get_extra_info("socket")
        if sock is None or _UNSENT is None:
            return waiting
        with contextlib.suppress(OSError):
            waiting += struct.unpack("i", fcntl.ioctl(sock.fileno(), _UNSENT, bytes(4)))[0]
        return waiting

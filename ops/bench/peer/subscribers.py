"""A crowd of live subscribers in one process: ``sse URL COUNT`` or ``mqtt URL COUNT``.

Each connection reads whole messages and notes those that hold ``bench-live-NUMBER``. GET / on the port that is printed
tells at what time (time.monotonic) the last of them had each. MQTT is version 3.1.1 with QoS 1: each acknowledges.
"""

import asyncio
import re
import struct
import sys
import time
from collections import Counter
from typing import Final, cast
from urllib.parse import urlsplit

from ops.bench.peer.far_end import Books, FarEnd
from ops.bench.peer.listen import run, say_ready

_LIVE: Final = re.compile(rb"bench-live-(\d+)")
_AT_ONCE: Final = 200
_TOPIC: Final = b"alerts"
_CONNACK, _PUBLISH, _SUBACK = 2, 3, 9  # MQTT 3.1.1, table 2.1


class Crowd:
    """What all connections share."""

    def __init__(self, size: int) -> None:
        """Wait for ``size`` copies of each message."""
        self.size = size
        self.books = Books()
        self.ready = 0
        self.all_ready = asyncio.Event()
        self._copies: Counter[int] = Counter()

    def join(self) -> None:
        """One more is subscribed."""
        self.ready += 1
        if self.ready == self.size:
            self.all_ready.set()

    def take(self, message: bytes) -> None:
        """One of them has the whole message."""
        if found := _LIVE.search(message):
            number = int(found.group(1))
            self._copies[number] += 1
            if self._copies[number] == self.size:
                self.books.times[number] = time.monotonic()


class SseReader(asyncio.Protocol):
    """One reader of ``/stream``."""

    def __init__(self, crowd: Crowd) -> None:
        """Belong to that crowd."""
        self._crowd = crowd
        self._waiting = b""
        self._joined = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        cast("asyncio.Transport", transport).write(
            b"GET /stream HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        """Take each event that is whole; the first says that the stream has begun."""
        self._waiting += data
        while (end := self._waiting.find(b"\n\n\r\n")) >= 0:
            event, self._waiting = self._waiting[:end], self._waiting[end + 4 :]
            if b"event: alert\n" in event:
                self._crowd.take(event)
            elif not self._joined:
                self._joined = True
                self._crowd.join()


class MqttReader(asyncio.Protocol):
    """One MQTT subscriber."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        """Belong to that crowd."""
        self._crowd = crowd
        self._name = f"bench-{number}".encode()
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send CONNECT (3.1), with a clean session and no keep-alive."""
        self._transport = cast("asyncio.Transport", transport)
        body = b"\x00\x04MQTT\x04\x02\x00\x00" + struct.pack("!H", len(self._name)) + self._name
        self._transport.write(bytes([0x10, len(body)]) + body)

    def data_received(self, data: bytes) -> None:
        """Take each packet that is whole."""
        self._waiting += data
        while (packet := self._packet()) is not None:
            kind, body = packet
            if kind == _CONNACK:
                subscribe = b"\x00\x01" + struct.pack("!H", len(_TOPIC)) + _TOPIC + b"\x01"
                self._transport.write(bytes([0x82, len(subscribe)]) + subscribe)
            elif kind == _SUBACK:
                self._crowd.join()
            elif kind == _PUBLISH:
                (size,) = struct.unpack_from("!H", body)
                self._transport.write(b"\x40\x02" + body[2 + size : 4 + size])
                self._crowd.take(body)

    def _packet(self) -> tuple[int, bytes] | None:
        """Cut one packet off (2.2.3: the length is seven bits a byte)."""
        size, at = 0, 1
        while at < len(self._waiting):
            size |= (self._waiting[at] & 0x7F) << 7 * (at - 1)
            at += 1
            if not self._waiting[at - 1] & 0x80:
                if len(self._waiting) < at + size:
                    return None
                kind, body = self._waiting[0] >> 4, self._waiting[at : at + size]
                self._waiting = self._waiting[at + size :]
                return kind, body
        return None


async def main(kind: str, url: str, count: int) -> None:
    """Connect everybody, say so, and stay."""
    crowd = Crowd(count)
    loop = asyncio.get_running_loop()
    parts = urlsplit(url)
    for begin in range(0, count, _AT_ONCE):
        await asyncio.gather(
            *(
                loop.create_connection(
                    lambda number=number: SseReader(crowd) if kind == "sse" else MqttReader(crowd, number),  # type: ignore[misc]  # bound now
                    parts.hostname or "",
                    parts.port or 0,
                )
                for number in range(begin, min(begin + _AT_ONCE, count))
            )
        )
    await crowd.all_ready.wait()
    server = await loop.create_server(lambda: FarEnd(crowd.books), "127.0.0.1", 0)
    say_ready(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))

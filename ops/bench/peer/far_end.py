"""A far end of webhooks that does nothing but answer 200 and count: GET /count, GET /times, POST anything.

No web framework, so that it is not what is measured. ``/times`` tells when (time.monotonic) each message came in whose
body holds ``bench-live-NUMBER``.
"""

import asyncio
import json
import re
import time
from typing import Final, cast

from ops.bench.peer.listen import run, say_ready

_OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LIVE: Final = re.compile(rb"bench-live-(\d+)")


class Books:
    """What came in."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.count = 0
        self.last = 0.0
        self.times: dict[int, float] = {}


class FarEnd(asyncio.Protocol):
    """One connection: HTTP/1.1 with Content-Length, one request after the other."""

    def __init__(self, books: Books) -> None:
        """Count into ``books``."""
        self._books = books
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            head = self._waiting[:end]
            found = _LENGTH.search(head)
            size = int(found.group(1)) if found else 0
            if len(self._waiting) < end + 4 + size:
                return
            body = self._waiting[end + 4 : end + 4 + size]
            self._waiting = self._waiting[end + 4 + size :]
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"GET"):
            told = {"count": self._books.count, "last": self._books.last, "times": self._books.times}
            text = json.dumps(told).encode()
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
            return
        self._books.count += 1
        self._books.last = time.monotonic()
        if live := _LIVE.search(body):
            self._books.times.setdefault(int(live.group(1)), self._books.last)
        self._transport.write(_OK)


async def main() -> None:
    """Listen until ended."""
    books = Books()
    server = await asyncio.get_running_loop().create_server(lambda: FarEnd(books), "127.0.0.1", 0, backlog=4096)
    say_ready(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    run(main())

"""The first answer to a visitor who asks what holds where they are: bytes on the wire, and requests before the text.

Counted as a browser would: the whole response with its head, gzipped; a stylesheet, or a script that is neither async
nor deferred nor a module, is one more request that holds the first text up.
"""

import gzip
import re
import socket
import time
from typing import Final

from ops.bench.client import hand_in
from ops.bench.message import order
from ops.bench.process import Broker, broker, settle
from ops.bench.row import Extent, Goal, Row

TARGET_KB: Final = 14.0
REQUESTS_MAX: Final = 1.0
PATH: Final = "/map?code=33202"
HOLDING: Final = 3
_STYLESHEET: Final = re.compile(rb"<link\b[^>]*rel=[\"']?stylesheet", re.IGNORECASE)
_SCRIPT: Final = re.compile(rb"<script\b(?![^>]*\b(?:async|defer|type=[\"']?module))[^>]*\bsrc=", re.IGNORECASE)
_TEXT: Final = "避難指示".encode()


def run(extent: Extent) -> list[Row]:
    """Return bytes, requests and time."""
    with broker() as ours:
        for number in range(HOLDING):
            hand_in(ours, order(f"bench-{number}"))
        settle(ours.served.pid)
        answers = [ask(ours) for _ in range(extent.rounds)]
    wire, page, _ = answers[0]
    if _TEXT not in page:
        raise RuntimeError(f"{PATH} does not say what holds")
    blocking = len(_STYLESHEET.findall(page)) + len(_SCRIPT.findall(page))
    return [
        Row(
            work=f"first answer to a visitor, {HOLDING} orders in force",
            unit="kB",
            ours=(wire / 1000,),
            goal=Goal.OURS_AT_MOST,
            target=TARGET_KB,
            note=f"{PATH}, head and gzipped page; answered in {min(s for _, _, s in answers) * 1e3:.1f} ms at best",
        ),
        Row(
            work="requests before the first text",
            unit="requests",
            ours=(1.0 + blocking,),
            goal=Goal.OURS_AT_MOST,
            target=REQUESTS_MAX,
        ),
    ]


def ask(ours: Broker) -> tuple[int, bytes, float]:
    """Return the bytes that came over the wire, the page, and seconds."""
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", ours.served.port), 10) as connection:
        head = f"GET {PATH} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        blocks = []
        while block := connection.recv(65_536):
            blocks.append(block)
    raw = b"".join(blocks)
    took_s = time.perf_counter() - began
    answered, _, body = raw.partition(b"\r\n\r\n")
    if not answered.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{PATH}: {answered[:100]!r}")
    if b"chunked" in answered.lower():
        body = unchunked(body)
    page = gzip.decompress(body) if b"gzip" in answered.lower() else body
    return len(raw), page, took_s


def unchunked(body: bytes) -> bytes:
    """Put the chunks together (RFC 9112, 7.1)."""
    parts: list[bytes] = []
    while True:
        size, _, rest = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            return b"".join(parts)
        parts.append(rest[:length])
        body = rest[length + 2 :]

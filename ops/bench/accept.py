"""Taking an alert over HTTP, answered when durable, beside a bare handler that appends the same bytes and fsyncs.

Both servers are processes of their own on the same disk; the client is the same, and so is the number of connections.
"""

import asyncio
import time
from contextlib import ExitStack
from typing import Final
from uuid import uuid4

from aiohttp import ClientSession, TCPConnector

from ops.bench.message import order
from ops.bench.process import Broker, Served, broker, folder, peer, settle
from ops.bench.row import Extent, Goal, Row

TARGET: Final = 2.0
CONNECTIONS: Final = (1, 16)


def run(extent: Extent) -> list[Row]:
    """Return a row for each number of connections."""
    with ExitStack() as stack:
        ours = stack.enter_context(broker())
        bare = stack.enter_context(peer("append", stack.enter_context(folder()) / "appended"))
        return [asyncio.run(measure(ours, bare, extent, connections)) for connections in CONNECTIONS]


async def measure(ours: Broker, bare: Served, extent: Extent, connections: int) -> Row:
    """Alternate rounds of distinct messages."""
    count = extent.of(200, 20) * (1 if connections == 1 else 4)
    key = ours.keys["issuer"]
    our_ms, bare_ms = [], []
    for number in range(extent.rounds + 1):
        mine = await post_all(ours.url, key, messages(count), connections)
        await asyncio.to_thread(settle, ours.served.pid)
        theirs = await post_all(bare.url, key, messages(count), connections)
        if number:  # the first warms both up
            our_ms.append(mine)
            bare_ms.append(theirs)
    return Row(
        work=f"accept over HTTP, durable, {connections} connection{'s' if connections > 1 else ''}",
        unit="ms each",
        ours=tuple(our_ms),
        peers=tuple(bare_ms),
        peer="bare handler, append and fsync",
        goal=Goal.RATIO_AT_MOST,
        target=TARGET,
        note=f"{count} messages of {len(messages(1)[0])} bytes a round",
        judged=not extent.quick,
    )


def messages(count: int) -> list[bytes]:
    """Return messages that were never sent before."""
    return [order(f"bench-{uuid4()}") for _ in range(count)]


async def post_all(url: str, key: str, bodies: list[bytes], connections: int) -> float:
    """Send all over so many connections; return milliseconds a message."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/xml"}
    waiting = iter(bodies)
    async with ClientSession(headers=headers, connector=TCPConnector(limit=connections)) as client:

        async def post() -> None:
            for body in waiting:
                async with client.post(url + "/api/v1/alerts", data=body) as response:
                    if response.status not in (200, 202):
                        raise RuntimeError(f"{url} answered {response.status}: {await response.text()}")
                    await response.read()

        began = time.perf_counter()
        await asyncio.gather(*(post() for _ in range(connections)))
        return (time.perf_counter() - began) / len(bodies) * 1e3

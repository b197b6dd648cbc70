"""Resident memory for each live stream subscriber, beside a bare aiohttp handler that holds the connection."""

from contextlib import ExitStack
from typing import Final

from ops.bench.process import Served, broker, peer, raise_file_limit, resident_kb, settle
from ops.bench.row import Extent, Goal, Row

TARGET_KB: Final = 20.0
SUBSCRIBERS: Final = 5_000
_FIRST: Final = 200  # connected before the first look: pools and tables have their size by then


def run(extent: Extent) -> list[Row]:
    """Return the one row. Rounds are not repeated: memory that was given back is not returned to the system."""
    count = min(extent.of(SUBSCRIBERS, 500), raise_file_limit() - 1_000)
    with ExitStack() as stack:
        ours = stack.enter_context(broker()).served
        bare = stack.enter_context(peer("sse"))
        figures = [per_subscriber(stack, server, count) for server in (ours, bare)]
    return [
        Row(
            work=f"memory per live subscriber, {count:,} of them",
            unit="kB",
            ours=(figures[0],),
            peers=(figures[1],),
            peer="bare aiohttp handler",
            goal=Goal.OURS_AT_MOST,
            target=TARGET_KB,
            judged=not extent.quick,
        )
    ]


def per_subscriber(stack: ExitStack, server: Served, count: int) -> float:
    """Connect and return kB of resident memory for each."""
    stack.enter_context(peer("subscribers", "sse", server.url, str(_FIRST)))
    settle(server.pid)
    before = resident_kb(server.pid)
    stack.enter_context(peer("subscribers", "sse", server.url, str(count)))
    settle(server.pid)
    return (resident_kb(server.pid) - before) / count

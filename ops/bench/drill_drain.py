"""A live order while thousands of drill messages drain, beside the same order on an idle broker.

Timed from handing the order in to its arrival at the far end.
"""

import time
from contextlib import ExitStack
from typing import Final

from cap_formats.alert import Status
from ops.bench.client import hand_in, subscribe
from ops.bench.message import order
from ops.bench.process import Broker, Served, broker, peer, settle, told, wait_told
from ops.bench.row import Extent, Goal, Row

TARGET: Final = 1.2
DRILL_MESSAGES: Final = 20_000
_PAUSE_S: Final = 0.02


def run(extent: Extent) -> list[Row]:
    """Return the one row."""
    subscribers = extent.of(200, 20)
    alerts = extent.of(DRILL_MESSAGES, 400) // subscribers
    orders = extent.of(100, 10)
    idle_ms, drain_ms, notes = [], [], []
    with ExitStack() as stack:
        live_end, drill_end = (stack.enter_context(peer("far_end")) for _ in range(2))
        ours = stack.enter_context(broker())
        subscribe(ours, f"{live_end.url}/live")
        for number in range(subscribers):
            subscribe(ours, f"{drill_end.url}/{number}", ("Exercise",))
        live(ours, live_end, range(orders))  # warms up
        for number in range(extent.rounds):
            first = (2 * number + 1) * orders
            settle(ours.served.pid)
            idle_ms.append(live(ours, live_end, range(first, first + orders)))
            before = told(drill_end)["count"]
            for i in range(alerts):
                hand_in(ours, order(f"bench-drill-{number}-{i}", status=Status.EXERCISE))
            drain_ms.append(live(ours, live_end, range(first + orders, first + 2 * orders)))
            notes.append(alerts * subscribers - (told(drill_end)["count"] - before))
            wait_count(drill_end, before + alerts * subscribers)
    left = min(notes)
    return [
        Row(
            work=f"live order while {alerts * subscribers:,} drill messages drain, p99",
            unit="ms",
            ours=tuple(drain_ms),
            peers=tuple(idle_ms),
            peer="idle broker",
            goal=Goal.RATIO_AT_MOST,
            target=TARGET,
            note=f"{orders} orders a round; {left:,} drill messages or more were left when the last had arrived",
            judged=not extent.quick and left > 0,
        )
    ]


def live(ours: Broker, far_end: Served, numbers: range) -> float:
    """Hand live orders in one after the other; return the 99th percentile of milliseconds to the far end."""
    began: dict[int, float] = {}
    for number in numbers:
        data = order(f"bench-live-{number}")
        began[number] = time.monotonic()
        hand_in(ours, data)
        time.sleep(_PAUSE_S)
    took = sorted((wait_told(far_end, number) - at) * 1e3 for number, at in began.items())
    return took[min(len(took) - 1, len(took) * 99 // 100)]


def wait_count(far_end: Served, count: int, timeout_s: float = 120.0) -> None:
    """Wait until so many messages came in. Raises TimeoutError."""
    began = time.monotonic()
    while told(far_end)["count"] < count:
        if time.monotonic() - began > timeout_s:
            raise TimeoutError(f"the drill did not drain within {timeout_s:g} s")
        time.sleep(0.1)

"""Webhooks a second, with all the books kept, beside a bare aiohttp client loop that keeps none.

The same far end, the same bytes, as many connections at once as the broker allows itself.
"""

import time
from contextlib import ExitStack
from typing import Final

from broker.core.lane import Lane
from broker.core.limit import IN_FLIGHT_MAX
from cap_formats.decode import decode
from ops.bench.client import hand_in, subscribe
from ops.bench.message import order
from ops.bench.process import Broker, Served, broker, folder, peer, settle, told
from ops.bench.row import Extent, Goal, Row

TARGET: Final = 0.8
_TIMEOUT_S: Final = 120.0


def run(extent: Extent) -> list[Row]:
    """Return the one row."""
    subscribers, alerts = extent.of(500, 50), extent.of(10, 2)
    connections = IN_FLIGHT_MAX[Lane.NORMAL]
    with ExitStack() as stack:
        far_end = stack.enter_context(peer("far_end"))
        ours = stack.enter_context(broker())
        body = stack.enter_context(folder()) / "body"
        body.write_bytes(decode(order("bench-body"))[0].to_json())
        for number in range(subscribers):
            subscribe(ours, f"{far_end.url}/{number}")
        our_rates, bare_rates = [], []
        for number in range(extent.rounds + 1):
            settle(ours.served.pid)
            mine = deliver(ours, far_end, number, alerts, subscribers)
            settle(ours.served.pid)
            theirs = loop(far_end, alerts * subscribers, connections, str(body))
            if number:  # the first warms both up
                our_rates.append(mine)
                bare_rates.append(theirs)
    return [
        Row(
            work="webhooks a second",
            unit="/s",
            ours=tuple(our_rates),
            peers=tuple(bare_rates),
            peer="bare aiohttp client loop",
            goal=Goal.RATIO_AT_LEAST,
            target=TARGET,
            note=f"{alerts} alerts to {subscribers} subscribers a round, {connections} at once",
            judged=not extent.quick,
        )
    ]


def deliver(ours: Broker, far_end: Served, number: int, alerts: int, subscribers: int) -> float:
    """Hand alerts in and return deliveries a second, from the first hand-in to the last that came in."""
    goal = told(far_end)["count"] + alerts * subscribers
    bodies = [order(f"bench-hook-{number}-{i}") for i in range(alerts)]
    began = time.monotonic()
    for data in bodies:
        hand_in(ours, data)
    while (state := told(far_end))["count"] < goal:
        if time.monotonic() - began > _TIMEOUT_S:
            raise TimeoutError(f"{goal - state['count']} webhooks did not arrive within {_TIMEOUT_S:g} s")
        time.sleep(0.05)
    return alerts * subscribers / (float(state["last"]) - began)


def loop(far_end: Served, count: int, connections: int, body: str) -> float:
    """Return posts a second of the bare loop, which is a process of its own."""
    with peer("loop", far_end.url, str(count), str(connections), body) as done:
        return float(done.url)

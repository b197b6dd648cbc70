"""One alert to thousands of live stream subscribers, until the last has it, beside Mosquitto with as many at QoS 1.

Ours is timed from handing the message in over HTTP: it is decoded, checked, made durable and routed on the way.
Mosquitto is timed from publishing. Each crowd is a process of its own, written the same way.
"""

import asyncio
import time
import urllib.request
from contextlib import ExitStack
from typing import Final

import aiomqtt

from cap_formats.decode import decode
from ops.bench.message import order
from ops.bench.process import Broker, Served, broker, folder, mosquitto, peer, raise_file_limit, settle, wait_told
from ops.bench.row import Extent, Goal, Row

TARGET: Final = 1.0
SUBSCRIBERS: Final = 5_000
_SPARE_FILES: Final = 1_000


def run(extent: Extent) -> list[Row]:
    """Return the one row."""
    count = min(extent.of(SUBSCRIBERS, 200), raise_file_limit() - _SPARE_FILES)
    with ExitStack() as stack:
        path = stack.enter_context(folder())
        other = stack.enter_context(mosquitto(path))
        ours = stack.enter_context(broker())
        readers = stack.enter_context(peer("subscribers", "sse", ours.url, str(count)))
        others = stack.enter_context(peer("subscribers", "mqtt", other.url, str(count)))
        our_ms, other_ms = [], []
        for number in range(extent.rounds + 1):
            settle(ours.served.pid)
            mine = hand_in(ours, readers, 2 * number)
            settle(ours.served.pid)
            theirs = asyncio.run(publish(other, others, 2 * number + 1))
            if number:  # the first warms both up
                our_ms.append(mine)
                other_ms.append(theirs)
    return [
        Row(
            work=f"one alert to {count:,} live stream subscribers, until the last has it",
            unit="ms",
            ours=tuple(our_ms),
            peers=tuple(other_ms),
            peer="Mosquitto QoS 1",
            goal=Goal.RATIO_AT_MOST,
            target=TARGET,
            note=f"{len(payload(0)):,} bytes; ours from handing in over HTTP, durable",
            judged=not extent.quick and count >= SUBSCRIBERS,
        )
    ]


def payload(number: int) -> bytes:
    """Return what the stream carries for a message, so that both carry the same."""
    (alert,) = decode(order(f"bench-live-{number}"))
    return alert.to_json()


def hand_in(ours: Broker, readers: Served, number: int) -> float:
    """Return milliseconds from handing the alert in until the last reader has it."""
    headers = {"Authorization": f"Bearer {ours.keys['issuer']}", "Content-Type": "application/xml"}
    data = order(f"bench-live-{number}")
    request = urllib.request.Request(ours.url + "/api/v1/alerts", data=data, headers=headers)  # noqa: S310 - our own
    began = time.monotonic()
    with urllib.request.urlopen(request, timeout=60):  # noqa: S310 - likewise
        pass
    return (wait_told(readers, number) - began) * 1e3


async def publish(other: Served, readers: Served, number: int) -> float:
    """Return milliseconds from publishing until the last reader has it."""
    data = payload(number)
    async with aiomqtt.Client("127.0.0.1", other.port) as client:
        began = time.monotonic()
        await client.publish("alerts", data, qos=1)
        return (await asyncio.to_thread(wait_told, readers, number) - began) * 1e3

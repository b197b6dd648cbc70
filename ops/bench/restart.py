"""A restart over a journal of a million records, beside a bare loop that reads the same rows from SQLite.

The journal is written once: alerts, their routing, and one delivered record for each delivery. The first start builds
the views from it and is not counted; it is told in the note.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from broker.core.delivery import Level
from broker.core.event import (
    ALERTS,
    DELIVERIES,
    AlertAccepted,
    AlertRouted,
    DeliveryDelivered,
    Owed,
    SubscriptionPut,
    encode_event,
)
from broker.core.lane import lane_of
from broker.core.subscription import Subscription
from broker.journal.record import Entry
from broker.journal.sqlite import SqliteJournal
from cap_formats.decode import decode
from ops.bench.message import order
from ops.bench.process import folder, noroshi
from ops.bench.row import Extent, Goal, Row
from ops.folder import DataFolder

TARGET_S: Final = 5.0
RECORDS: Final = 1_000_000
SUBSCRIBERS: Final = 48
_ROUNDS_MAX: Final = 3
_AT_ONCE: Final = 2_000


def run(extent: Extent) -> list[Row]:
    """Return the one row."""
    records = extent.of(RECORDS, 20_000)
    with folder() as path:
        data = path / "data"
        files = DataFolder(data)
        files.release()
        asyncio.run(write(files.journal, records))
        with noroshi(data) as first:
            built_s = first.ready_s
        ours, bare = [], []
        for _ in range(min(extent.rounds, _ROUNDS_MAX)):
            with noroshi(data) as served:
                ours.append(served.ready_s)
            bare.append(read_all(files.journal))
    return [
        Row(
            work=f"restart over a journal of {records:,} records, until ready",
            unit="s",
            ours=tuple(ours),
            peers=tuple(bare),
            peer="bare SQLite read of all rows",
            goal=Goal.OURS_AT_MOST,
            target=TARGET_S,
            note=f"the first start, which builds the views anew, took {built_s:.1f} s",
            judged=not extent.quick,
        )
    ]


async def write(path: Path, records: int) -> None:
    """Write a journal of so many records, as a broker with a few dozen subscribers would have over years."""
    journal = SqliteJournal(path)
    waiting: dict[str, list[Entry]] = {ALERTS: subscriptions(), DELIVERIES: []}
    alerts = (records - SUBSCRIBERS) // (2 + SUBSCRIBERS)
    seq = SUBSCRIBERS
    for number in range(alerts):
        said, delivered = history(number, seq + 1, alerts)
        seq += len(said)
        waiting[ALERTS] += said
        waiting[DELIVERIES] += delivered
        if len(waiting[DELIVERIES]) >= _AT_ONCE or number == alerts - 1:
            for stream, entries in waiting.items():
                await journal.append(stream, entries)
                entries.clear()
    await journal.close()


def subscriptions() -> list[Entry]:
    """Return the records that make the subscribers."""
    at = datetime.now(UTC) - timedelta(days=800)
    return [
        Entry(
            kind="SubscriptionPut",
            key=f"subscription/{number}",
            at=at,
            body=encode_event(SubscriptionPut(subscription=Subscription(id=f"sub_{number}", channel="feed"))),
        )
        for number in range(SUBSCRIBERS)
    ]


def history(number: int, seq: int, alerts: int) -> tuple[list[Entry], list[Entry]]:
    """Return the records of one alert: accepted with ``seq`` and routed; and delivered to everybody."""
    at = datetime.now(UTC) - timedelta(minutes=(alerts - number) * 30)
    raw = order(f"bench-{number}")
    (alert,) = decode(raw)
    accepted = AlertAccepted(
        alert=alert,
        raw=raw,
        chain=alert.chain,
        place=alert.place,
        late=False,
        lane=lane_of(alert),
        areas=tuple(("33202",) for _ in alert.infos),
        unplaced=(),
        issuer="bench",
        via="bench",
        received_at=at,
        seconds={},
    )
    ids = [f"dlv_{number}_{subscriber}" for subscriber in range(SUBSCRIBERS)]
    routed = AlertRouted(
        alert_seq=seq,
        chain=alert.chain,
        lane=accepted.lane,
        swift=True,
        cancels=False,
        deadline=at + timedelta(hours=24),
        references=(),
        owed=tuple(
            Owed(delivery_id=name, subscription_id=f"sub_{subscriber}", channel="feed")
            for subscriber, name in enumerate(ids)
        ),
        skipped=(),
    )
    said = [
        Entry(kind="AlertAccepted", key=f"accepted/{number}", at=at, body=encode_event(accepted)),
        Entry(kind="AlertRouted", key=f"routed/{seq}", at=at, body=encode_event(routed)),
    ]
    return said, list(delivered(ids, at))


def delivered(ids: list[str], at: datetime) -> Iterator[Entry]:
    """Return the records that end the deliveries."""
    for name in ids:
        event = DeliveryDelivered(
            delivery_id=name, attempt=1, level=Level.ACCEPTED, evidence="200 OK", first_byte_s=0.004, outcome_s=0.005
        )
        yield Entry(kind="DeliveryDelivered", key=f"{name}/1", at=at, body=encode_event(event))


def read_all(path: Path) -> float:
    """Return how many seconds a bare loop takes to read every row."""
    began = time.perf_counter()
    connection = sqlite3.connect(path)
    for _ in connection.execute("SELECT * FROM record ORDER BY stream, seq"):
        pass
    connection.close()
    return time.perf_counter() - began

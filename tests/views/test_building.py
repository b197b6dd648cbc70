"""Views that are built at once from a long journal are those that grew with it, record by record."""

import random
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from broker.core.delivery import Level
from broker.core.event import (
    ALERTS,
    DELIVERIES,
    AlertRouted,
    DeliveryDeferred,
    DeliveryDelivered,
    DeliveryExpired,
    DeliveryRefused,
    DeliverySuperseded,
    Event,
    Owed,
    ReceiptReceived,
    encode_event,
)
from broker.core.lane import Lane
from broker.journal.memory import MemoryJournal
from broker.journal.record import Entry, Record
from broker.service import projector
from broker.service.projector import Projector
from broker.service.recent import Recent
from broker.views import projection
from broker.views.deliveries import Deliveries
from broker.views.history import History
from broker.views.in_force import InForce
from broker.views.projection import ViewFile
from tests.views.test_rebuild import NOW, accepted, info, records

FAR_ENDS = 7
SET_BACK_AFTER = 3  # the last alert of a page: what becomes of those of the next seems to be older than it


def routed(seq: int) -> AlertRouted:
    return AlertRouted(
        alert_seq=seq,
        chain="c",
        lane=Lane.NORMAL,
        swift=True,
        cancels=False,
        deadline=NOW + timedelta(hours=1),
        references=(),
        owed=tuple(Owed(delivery_id=f"dlv_{seq}_{n}", subscription_id=f"s{n}", channel="map") for n in range(FAR_ENDS)),
        skipped=(),
    )


def fate(chance: random.Random, delivery_id: str) -> Iterator[Event]:
    """What becomes of one delivery: attempts that fail, receipts, and one of its ends, or none yet."""
    for attempt in range(1, chance.randint(1, 4)):
        yield DeliveryDeferred(
            delivery_id=delivery_id, attempt=attempt, reason="503", retry_at=NOW + timedelta(seconds=5), outcome_s=0.1
        )
        if chance.random() < 0.3:
            level, evidence = chance.choice(list(Level)), chance.choice(("aired", "no-answer x"))
            yield ReceiptReceived(delivery_id=delivery_id, level=level, where="局", evidence=evidence, at=NOW)
    ends = (
        DeliveryDelivered(
            delivery_id=delivery_id, attempt=4, level=Level.ACCEPTED, evidence="200", first_byte_s=0.1, outcome_s=0.2
        ),
        DeliveryRefused(delivery_id=delivery_id, attempt=4, reason="413", outcome_s=0.1),
        DeliveryExpired(delivery_id=delivery_id),
        DeliverySuperseded(delivery_id=delivery_id, reason="newer", by_seq=9),
    )
    if chance.random() < 0.9:
        yield chance.choice(ends)


async def story(journal: MemoryJournal, chance: random.Random, alerts: int, *, is_set_back: bool) -> None:
    """Write both streams in the order of a broker's life: the newest alerts, and what becomes of all before."""
    at, open_fates = NOW, list[Iterator[Event]]()

    async def write(stream: str, event: Event) -> None:
        nonlocal at
        at += timedelta(milliseconds=chance.randint(0, 900))
        name = f"{stream}/{type(event).__name__}/{at.timestamp()}/{chance.random()}"
        await journal.append(stream, [Entry(kind=type(event).__name__, key=name, at=at, body=encode_event(event))])

    for number in range(alerts):
        await write(ALERTS, accepted(number, info("避難指示")))
        event = routed(len(await journal.read(ALERTS, 0, 10_000)))
        await write(ALERTS, event)
        if is_set_back and number == SET_BACK_AFTER:
            at -= timedelta(hours=1)
        open_fates += [fate(chance, owed.delivery_id) for owed in event.owed]
        for one in chance.sample(open_fates, len(open_fates) // 2):
            if (next_event := next(one, None)) is None:
                open_fates.remove(one)
            else:
                await write(DELIVERIES, next_event)


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    reader = sqlite3.connect(path)
    names = [name for (name,) in reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: sorted(reader.execute(f"SELECT * FROM {name}"), key=repr) for name in names}  # noqa: S608
    found["ids in order"] = reader.execute("SELECT id FROM deliveries ORDER BY rowid").fetchall()
    found["indexes"] = reader.execute("SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY 1").fetchall()
    reader.close()
    return found


def open_views(path: Path) -> ViewFile:
    return ViewFile(path, (InForce(), Deliveries(), History()))


@pytest.mark.parametrize("at_once", [3, 1_000])
@pytest.mark.parametrize("is_set_back", [False, True])
@pytest.mark.parametrize("seed", range(5))
async def test_views_built_at_once_are_those_that_grew(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    is_set_back: bool,  # noqa: FBT001
    at_once: int,
):
    monkeypatch.setattr(projector, "_ALERTS_AT_ONCE", 4)
    monkeypatch.setattr(projector, "_AT_ONCE", at_once)
    monkeypatch.setattr(projection, "_UNCOMMITTED_MAX", 10 * at_once)
    journal, grown = MemoryJournal(), open_views(tmp_path / "grown.db")
    chance = random.Random(seed)  # noqa: S311 - a test
    follower = Projector(journal, grown, Recent())
    for part in range(3):
        await story(journal, chance, 5, is_set_back=is_set_back and part == 0)
        for stream in (ALERTS, DELIVERIES):
            while await follower._step(stream):
                pass
    follower.close()
    built = Projector(journal, open_views(tmp_path / "built.db"), Recent())
    await built.catch_up()
    built.close()
    assert tables(tmp_path / "built.db") == tables(tmp_path / "grown.db")
    assert any(name == "deliveries_state" for (name,) in tables(tmp_path / "built.db")["indexes"])


async def test_a_build_that_was_broken_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Killed in between: the indexes are there at the next opening, and the rest is added."""
    monkeypatch.setattr(projector, "_ALERTS_AT_ONCE", 4)
    journal = MemoryJournal()
    await story(journal, random.Random(1), 20, is_set_back=False)  # noqa: S311 - as above
    whole = Projector(journal, open_views(tmp_path / "whole.db"), Recent())
    await whole.catch_up()
    whole.close()
    (tmp_path / "killed").mkdir()
    monkeypatch.setattr(projection, "_UNCOMMITTED_MAX", 20)
    views = open_views(tmp_path / "half.db")
    with views.building():
        half = Projector(journal, views, Recent())
        monkeypatch.setattr(half, "_write", breaking(half._write, after=4))
        with pytest.raises(KeyboardInterrupt):
            await half._build()
        for file in tmp_path.glob("half.db*"):  # what a process leaves that is killed here
            shutil.copy(file, tmp_path / "killed" / file.name)
    half.close()
    again = Projector(journal, open_views(tmp_path / "killed" / "half.db"), Recent())
    assert 0 < again.seq(ALERTS) < 40
    await again.catch_up()
    again.close()
    assert tables(tmp_path / "killed" / "half.db") == tables(tmp_path / "whole.db")


def breaking(write: Callable[..., Awaitable[None]], after: int) -> Callable[..., Awaitable[None]]:
    left = iter(range(after))

    async def breaks(records: list[Record]) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        await write(records)

    return breaks


def test_a_failed_transaction_leaves_nothing_gathered(tmp_path: Path):
    views = open_views(tmp_path / "views.db")
    pairs = records(accepted(1, info("避難指示")), routed(1))
    views.rows.execute("CREATE TRIGGER full BEFORE INSERT ON history BEGIN SELECT RAISE(FAIL, 'full'); END")
    with pytest.raises(sqlite3.Error):
        views.apply(pairs)
    views.rows.execute("DROP TRIGGER full")
    views.apply(pairs)
    assert views.rows.execute("SELECT count(*) FROM deliveries").fetchone() == (FAR_ENDS,)
    views.close()

"""A checkpoint that is damaged, gone or of another journal is passed over; one that is sound is gone on from."""

import random
from datetime import UTC, datetime
from pathlib import Path

from broker.core.event import ALERTS, SubscriptionPut, encode_event
from broker.core.subscription import Subscription
from broker.journal.record import Entry
from broker.journal.sqlite import SqliteJournal
from broker.service import checkpoint
from broker.service.checkpoint import beginning

NOW = datetime(2026, 11, 21, tzinfo=UTC)


async def written(tmp_path: Path) -> tuple[Path, SqliteJournal]:
    journal = SqliteJournal(tmp_path / "journal.db")
    event = SubscriptionPut(subscription=Subscription(id="s", channel="map"))
    await journal.append(ALERTS, [Entry(kind="SubscriptionPut", key="1", at=NOW, body=encode_event(event))])
    state = beginning(frozenset())
    state.alerts_seq = 1
    state.subscriptions = (event.subscription,)
    path = tmp_path / "state.ckpt"
    await checkpoint.write(path, journal, state)
    return path, journal


async def test_a_sound_one_is_gone_on_from(tmp_path: Path):
    path, journal = await written(tmp_path)
    state = await checkpoint.read(path, journal, frozenset())
    assert (state.alerts_seq, [s.id for s in state.subscriptions]) == (1, ["s"])
    await journal.close()


async def test_any_bit_that_flipped_is_noticed(tmp_path: Path):
    path, journal = await written(tmp_path)
    data = path.read_bytes()
    dice = random.Random(4711)  # noqa: S311 - a seed, so that a failure comes again
    for _ in range(300):
        at, bit = dice.randrange(len(data)), 1 << dice.randrange(8)
        path.write_bytes(data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :])
        assert (await checkpoint.read(path, journal, frozenset())).alerts_seq == 0
    path.write_bytes(data[:20])
    assert (await checkpoint.read(path, journal, frozenset())).alerts_seq == 0
    path.unlink()
    assert (await checkpoint.read(path, journal, frozenset())).alerts_seq == 0
    await journal.close()


async def test_one_of_another_journal_is_passed_over(tmp_path: Path):
    path, journal = await written(tmp_path)
    await journal.close()
    other = SqliteJournal(tmp_path / "other.db")
    assert (await checkpoint.read(path, other, frozenset())).alerts_seq == 0
    await other.close()

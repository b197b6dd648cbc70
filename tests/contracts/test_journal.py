"""One conformance suite for every Journal: what may be relied on, whichever implementation holds the records."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from broker.journal.journal import Journal, JournalError
from broker.journal.memory import MemoryJournal
from broker.journal.record import GENESIS, Entry
from broker.journal.sqlite import SqliteJournal
from broker.journal.verify import verify

NOW = datetime(2026, 11, 21, 9, 0, 0, 123456, tzinfo=UTC)
JST = timezone(timedelta(hours=9))


@pytest.fixture(params=["memory", "sqlite"])
async def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Journal]:
    made: Journal = MemoryJournal() if request.param == "memory" else SqliteJournal(tmp_path / "journal.db")
    yield made
    await made.close()


def entry(key: str, body: bytes = b"{}", at: datetime = NOW) -> Entry:
    return Entry(kind="Thing", key=key, at=at, body=body)


async def test_records_come_back_as_they_were_appended(journal: Journal) -> None:
    at = datetime(2026, 11, 21, 18, 0, tzinfo=JST)
    appended = await journal.append("a", [entry("一", "避難指示".encode(), at), entry("two", b"\x00\xff\n")])
    assert list(await journal.read("a", 0, 10)) == list(appended)
    first, second = appended
    assert (first.stream, first.seq, first.kind, first.key, first.at) == ("a", 1, "Thing", "一", at)
    assert first.body == "避難指示".encode()
    assert first.prev_hash == GENESIS
    assert (second.seq, second.prev_hash) == (2, first.hash())


async def test_streams_count_for_themselves(journal: Journal) -> None:
    await journal.append("a", [entry("1"), entry("2")])
    (other,) = await journal.append("b", [entry("1")])
    assert other.seq == 1
    assert [r.seq for r in await journal.read("a", 0, 10)] == [1, 2]
    assert list(await journal.read("c", 0, 10)) == []


async def test_read_gives_what_follows_up_to_the_limit(journal: Journal) -> None:
    await journal.append("a", [entry(str(n)) for n in range(1, 11)])
    assert [r.seq for r in await journal.read("a", 3, 4)] == [4, 5, 6, 7]
    assert [r.seq for r in await journal.read("a", 8, 4)] == [9, 10]
    assert list(await journal.read("a", 10, 4)) == []
    assert list(await journal.read("a", 99, 4)) == []


async def test_old_records_are_read_as_well_as_new_ones(journal: Journal) -> None:
    count = 10_000
    for start in range(0, count, 1_000):
        await journal.append("a", [entry(str(n), b"x" * 200) for n in range(start, start + 1_000)])
    seen, after = [], 0
    while page := await journal.read("a", after, 777):
        seen += [r.seq for r in page]
        after = seen[-1]
    assert seen == list(range(1, count + 1))


async def test_the_same_key_is_the_same_record_whatever_the_body(journal: Journal) -> None:
    (first,) = await journal.append("a", [entry("k", b"first")])
    again, new = await journal.append("a", [entry("k", b"second"), entry("l", b"third")])
    assert again == first
    assert new.seq == 2
    assert [r.body for r in await journal.read("a", 0, 10)] == [b"first", b"third"]


async def test_the_same_key_twice_in_one_batch_is_one_record(journal: Journal) -> None:
    first, second, third = await journal.append("a", [entry("k", b"1"), entry("k", b"2"), entry("m", b"3")])
    assert first == second
    assert (first.body, third.seq) == (b"1", 2)
    assert len(await journal.read("a", 0, 10)) == 2


async def test_the_same_key_from_many_writers_at_once_is_one_record(journal: Journal) -> None:
    answers = await asyncio.gather(*(journal.append("a", [entry("k", str(n).encode())]) for n in range(50)))
    assert len({records[0] for records in map(tuple, answers)}) == 1
    assert len(await journal.read("a", 0, 100)) == 1


async def test_a_batch_stands_together_and_in_order(journal: Journal) -> None:
    batches = [[entry(f"{b}/{n}") for n in range(5)] for b in range(40)]
    answers = await asyncio.gather(*(journal.append("a", batch) for batch in batches))
    for batch, records in zip(batches, answers, strict=True):
        assert [r.key for r in records] == [e.key for e in batch]
        seqs = [r.seq for r in records]
        assert seqs == list(range(seqs[0], seqs[0] + 5))


async def test_what_cannot_be_kept_is_refused_and_harms_nobody(journal: Journal) -> None:
    with pytest.raises(ValueError, match="offset"):
        entry("naive", at=datetime(2026, 1, 1))  # noqa: DTZ001 - the fault under test
    with pytest.raises(UnicodeEncodeError):
        entry("\ud800")
    assert list(await journal.append("a", [])) == []
    assert list(await journal.read("a", 0, 10)) == []


async def test_two_hundred_writers_leave_no_gap_and_a_sound_chain(journal: Journal) -> None:
    async def write(writer: int) -> list[int]:
        return [(await journal.append("a", [entry(f"{writer}/{n}", b"x" * writer)]))[0].seq for n in range(10)]

    answers = await asyncio.gather(*(write(n) for n in range(200)))
    assert all(seqs == sorted(seqs) for seqs in answers)
    assert sorted(seq for seqs in answers for seq in seqs) == list(range(1, 2_001))
    proof = await verify(journal, "a")
    assert (proof.records, proof.broken_seq) == (2_000, None)
    (last,) = await journal.read("a", 1_999, 1)
    assert proof.head == last.hash()


async def test_wait_returns_at_once_where_there_is_something(journal: Journal) -> None:
    await journal.append("a", [entry("1")])
    await asyncio.wait_for(journal.wait("a", 0), 1)


async def test_wait_sleeps_until_its_own_stream_goes_past_its_seq(journal: Journal) -> None:
    await journal.append("a", [entry("1")])
    waiting = asyncio.ensure_future(journal.wait("a", 2))
    await journal.append("b", [entry("1"), entry("2"), entry("3")])
    await journal.append("a", [entry("2")])
    await journal.append("a", [entry("2")])
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await journal.append("a", [entry("3")])
    await asyncio.wait_for(waiting, 1)


async def test_wait_turns_no_wheels(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing comes, waiting takes no turn of the event loop."""
    waiting = [asyncio.ensure_future(journal.wait("a", 0)) for _ in range(100)]
    await asyncio.sleep(0.01)
    loop = asyncio.get_running_loop()
    turns: list[object] = []
    call_soon = loop.call_soon

    def counted(callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:
        turns.append(callback)
        return call_soon(callback, *args, context=context)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "call_soon", counted)
        await asyncio.sleep(0.1)
    assert len(turns) < 10
    await journal.append("a", [entry("1")])
    await asyncio.wait_for(asyncio.gather(*waiting), 1)


async def test_no_wake_up_is_missed(journal: Journal) -> None:
    """Readers that only ever wait and read see every record while writers race them."""
    total = 600

    async def follow() -> list[int]:
        seen: list[int] = []
        while len(seen) < total:
            await journal.wait("a", len(seen))
            page = await journal.read("a", len(seen), 50)
            assert page, "woken for nothing"
            seen += [r.seq for r in page]
        return seen

    async def write(writer: int) -> None:
        for n in range(total // 6):
            await journal.append("a", [entry(f"{writer}/{n}")])

    async with asyncio.timeout(20):
        *seen, _ = await asyncio.gather(follow(), follow(), follow(), asyncio.gather(*(write(n) for n in range(6))))
    assert all(one == list(range(1, total + 1)) for one in seen)


async def test_a_cancelled_wait_leaves_the_others(journal: Journal) -> None:
    gone, stays = asyncio.ensure_future(journal.wait("a", 0)), asyncio.ensure_future(journal.wait("a", 0))
    await asyncio.sleep(0)
    gone.cancel()
    await journal.append("a", [entry("1")])
    await asyncio.wait_for(stays, 1)
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_a_cancelled_append_harms_nobody(journal: Journal) -> None:
    gone = asyncio.ensure_future(journal.append("a", [entry("gone")]))
    await asyncio.sleep(0)
    gone.cancel()
    await journal.append("a", [entry("stays")])
    keys = [r.key for r in await journal.read("a", 0, 10)]
    assert keys[-1] == "stays"
    assert (await verify(journal, "a")).broken_seq is None


async def test_the_largest_message_passes(journal: Journal) -> None:
    body = bytes(range(256)) * (8 << 12)
    assert len(body) == 8 << 20
    await journal.append("a", [entry("small"), entry("large", body), entry("after")])
    records = await journal.read("a", 0, 10)
    assert [len(r.body) for r in records] == [2, 8 << 20, 2]
    assert records[1].body == body
    assert (await verify(journal, "a")).records == 3


async def test_a_closed_journal_answers_nothing_yes(journal: Journal) -> None:
    waiting = asyncio.ensure_future(journal.wait("a", 0))
    await asyncio.sleep(0)
    await journal.close()
    with pytest.raises(JournalError):
        await journal.append("a", [entry("1")])
    with pytest.raises(JournalError):
        await asyncio.wait_for(waiting, 1)
    with pytest.raises(JournalError):
        await journal.wait("a", 0)
    await journal.close()

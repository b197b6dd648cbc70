"""JMA's feeds from a loopback server: each telegram once and in order, gaps healed, failures told and survived."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from broker.core.event import AlertHeld
from broker.service.broker import Broker
from broker.service.clock import utc_now
from receivers.jma_feed import JmaFeed, Settings
from receivers.jma_feed.atom import FeedError, has_same_origin, is_telegram, read_feed
from receivers.jma_feed.client import Client, FetchError
from receivers.jma_feed.taken import Taken
from tests.folder.running import events, is_heard, is_lost, line, running, until
from tests.jma_feed.feed_server import FeedServer, telegrams
from tests.journal_fault import Full

EEW = "36_01_*_240613_VXSE44.xml"


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    server = FeedServer()
    await server.start()
    yield server
    await server.stop()


def polling(server: FeedServer, tmp_path: Path, **more: Any) -> AbstractAsyncContextManager[Broker]:
    settings = Settings(
        **{"enabled": True, "base_url": server.base_url, "feeds": ("eqvol",), "interval_s": 0.24, "heal_h": 24.0} | more
    )
    return running(
        tmp_path / "data",
        lambda broker: JmaFeed(
            settings, broker.sources, tmp_path / "data" / "jma_feed.db", broker.clock, lambda: broker.router.cursor
        ),
    )


async def raws(broker: Broker) -> list[bytes]:
    return [event.raw for event in await events(broker)]


async def has(broker: Broker, count: int) -> bool:
    return len(await raws(broker)) >= count


async def test_each_telegram_once_in_order_and_nothing_asked_twice(server: FeedServer, tmp_path: Path):
    paths = telegrams(EEW)[:12]
    published = [server.publish("eqvol", path) for path in paths]
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 12))
        await until(lambda: server.asked("eqvol.xml", 304) >= 2)
        assert await raws(broker) == [path.read_bytes() for path in paths]
        assert [server.asked(name) for name in published] == [1] * 12
        assert server.asked("eqvol_l.xml") == 1  # the short feed holds five: the others are healed at the start
        assert is_heard(broker)
        assert line(broker).messages == 12
    assert {headers["User-Agent"] for headers in server.headers} == {"Noroshi/0.1"}
    assert all("gzip" in headers["Accept-Encoding"] for headers in server.headers)


async def test_a_restart_takes_nothing_twice_and_heals_what_it_missed(server: FeedServer, tmp_path: Path):
    paths = telegrams(EEW)
    for path in paths[:3]:
        server.publish("eqvol", path)
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 3))
        assert Taken(tmp_path / "data" / "jma_feed.db", newest=1_000).count() == 3
    for path in paths[3:20]:
        server.publish("eqvol", path)
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 20))
        assert await raws(broker) == [path.read_bytes() for path in paths[:20]]
    assert [count for name in server.files if (count := server.asked(name)) != 1] == []


async def test_what_the_state_forgot_the_journal_knows(server: FeedServer, tmp_path: Path):
    paths = telegrams(EEW)[:4]
    for path in paths:
        server.publish("eqvol", path)
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 4))
    (tmp_path / "data" / "jma_feed.db").write_bytes(b"no database")
    async with polling(server, tmp_path) as broker:
        await until(lambda: all(server.asked(name) == 2 for name in server.files))
        await asyncio.sleep(0.3)
        assert await raws(broker) == [path.read_bytes() for path in paths]


async def test_what_a_restored_journal_does_not_have_is_fetched_again(server: FeedServer, tmp_path: Path):
    paths = telegrams(EEW)[:5]
    for path in paths[:2]:
        server.publish("eqvol", path)
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 2))
    shutil.copytree(tmp_path / "data", tmp_path / "backup")
    for path in paths[2:]:
        server.publish("eqvol", path)
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 5))
    shutil.copy(tmp_path / "data" / "jma_feed.db", tmp_path / "backup")  # of all files, this one alone is new
    shutil.rmtree(tmp_path / "data")
    (tmp_path / "backup").rename(tmp_path / "data")
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 5))
        assert await raws(broker) == [path.read_bytes() for path in paths]
    assert [server.asked(name) for name in server.files] == [1, 1, 2, 2, 2]


async def test_a_burst_beyond_the_short_feed_is_healed(server: FeedServer, tmp_path: Path):
    paths = telegrams(EEW)
    server.publish("eqvol", paths[0])
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 1))
        for path in paths[1:15]:  # between two polls
            server.publish("eqvol", path)
        await until(lambda: has(broker, 15))
        assert server.asked("eqvol_l.xml") == 2


async def test_a_server_that_goes_down_is_lost_and_comes_back(server: FeedServer, tmp_path: Path):
    paths = telegrams(EEW)
    server.publish("eqvol", paths[0])
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 1))
        await server.stop()
        await until(lambda: is_lost(broker))
        assert "Cannot connect" in line(broker).reason
        for path in paths[1:9]:
            server.publish("eqvol", path)
        await server.start()
        await until(lambda: has(broker, 9))
        assert is_heard(broker)


async def test_a_server_that_hangs_is_lost(server: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("receivers.jma_feed.client.ANSWER_S", 0.3)
    server.publish("eqvol", telegrams(EEW)[0])
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 1))
        server.trouble = {"/": "hang"}
        await until(lambda: is_lost(broker))
        assert line(broker).reason == "no answer within 0.3 s"
        server.trouble = {}
        await until(lambda: is_heard(broker))


@pytest.mark.parametrize("trouble", [500, 403, "page", "torn", "bomb"])
async def test_a_broken_feed_is_told(server: FeedServer, tmp_path: Path, trouble: int | str):
    server.publish("eqvol", telegrams(EEW)[0])
    server.trouble = {"/feed/": trouble}
    async with polling(server, tmp_path) as broker:
        await until(lambda: is_lost(broker))
        server.trouble = {}
        await until(lambda: has(broker, 1))
        assert is_heard(broker)


async def test_a_server_that_asks_to_be_left_alone_is(server: FeedServer, tmp_path: Path):
    server.publish("eqvol", telegrams(EEW)[0])
    server.trouble, server.retry_after = {"/feed/": 429}, "2"
    async with polling(server, tmp_path) as broker:
        await until(lambda: is_lost(broker))
        server.trouble = {}
        await asyncio.sleep(1)
        assert len(server.requests) == 1
        await until(lambda: has(broker, 1))


async def test_who_was_told_to_come_later_comes_a_little_later_still(server: FeedServer):
    server.trouble, server.retry_after = {"/feed/": 503}, "100"
    async with Client("Test", utc_now, chance=lambda: 0.5) as client:
        with pytest.raises(FetchError, match="503"):
            await client.get(server.base_url)
        with pytest.raises(FetchError, match="another 110 s"):
            await client.get(server.base_url)
    async with Client("Test", utc_now, retry_after_max_s=10.0, chance=lambda: 0.0) as client:
        with pytest.raises(FetchError, match="503"):
            await client.get(server.base_url)
        with pytest.raises(FetchError, match="another 10 s"):
            await client.get(server.base_url)


@pytest.mark.parametrize("trouble", [500, 404, "page", "torn"])
async def test_a_telegram_that_does_not_come_at_once_is_fetched_again(
    server: FeedServer, tmp_path: Path, trouble: int | str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("receivers.jma_feed.receiver.TELEGRAM_AGAIN_S", (0.05,))
    paths = telegrams(EEW)[:3]
    names = [server.publish("eqvol", path) for path in paths]
    server.trouble = {names[1]: trouble}
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 2))
        await until(lambda: sum(names[1] in path for path, _ in server.requests) >= 2)
        server.trouble = {}
        await until(lambda: has(broker, 3))
        kept = await raws(broker)
        assert kept[:2] == [paths[0].read_bytes(), paths[2].read_bytes()]
        assert kept[2] == paths[1].read_bytes()
        assert is_heard(broker)


async def test_a_telegram_that_never_comes_is_held_for_a_person(
    server: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("receivers.jma_feed.receiver.TELEGRAM_AGAIN_S", (0.02,))
    monkeypatch.setattr("receivers.jma_feed.receiver.TRIES_MAX", 4)
    path = telegrams(EEW)[0]
    gone, broken = server.publish("eqvol", path), server.publish("eqvol", path)
    server.trouble = {gone: 404, broken: "page"}
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 2))
        held = await events(broker, AlertHeld)
        assert {event.code for event in held} == {"telegram-not-fetched"}
        assert {gone in event.sentence for event in held} == {True, False}
        assert any("混み合".encode("shift_jis") in event.raw for event in held)
        before = len(server.requests)
        await until(lambda: server.asked("eqvol.xml", 304) >= 3)
        assert not [path for path, _ in server.requests[before:] if "/data/" in path]


async def test_a_refused_telegram_is_kept_and_not_fetched_for_ever(server: FeedServer, tmp_path: Path):
    body = telegrams(EEW)[0].read_bytes().replace("<Status>通常</Status>".encode(), "<Status>謎</Status>".encode())
    name = server.publish("eqvol", telegrams(EEW)[0], body=body)
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 1))
        await until(lambda: server.asked("eqvol.xml", 304) >= 3)
        assert server.asked(name) == 1
        assert [event.raw for event in await events(broker, AlertHeld)] == [body]


async def test_telegrams_that_are_not_to_be_had_keep_no_newer_one_waiting(
    server: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("receivers.jma_feed.receiver.TELEGRAM_AGAIN_S", (0.2,))
    paths = telegrams(EEW)[:5]
    async with polling(server, tmp_path, interval_s=3600) as broker:
        await until(lambda: is_heard(broker))
    for path in paths[:4]:
        server.publish("eqvol", path)
    server.trouble = dict.fromkeys(list(server.files)[:3], 500)
    async with polling(server, tmp_path, interval_s=3600) as broker:  # no poll comes to the rescue
        await until(lambda: has(broker, 1))
        assert await raws(broker) == [paths[3].read_bytes()]
        tried = len(server.requests)
    server.trouble = dict.fromkeys(list(server.files)[:3], 404)
    server.publish("eqvol", paths[4])
    async with polling(server, tmp_path, interval_s=3600) as broker:
        await until(lambda: has(broker, 2))
        gone = [path for path, status in server.requests[tried:] if status == 404]
        assert len(gone) == 3  # that there is none is an answer, and the next is asked for at once


async def test_an_entry_of_tomorrow_makes_no_other_old(server: FeedServer, tmp_path: Path):
    paths = telegrams(EEW)[:3]
    server.publish("eqvol", paths[0])
    now, server.now = server.now, server.now + timedelta(days=400)
    server.publish("eqvol", paths[1])
    server.now = now
    server.publish("eqvol", paths[2])
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 3))


async def test_feeds_whose_telegrams_hang_leave_the_others_their_connections(
    server: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("receivers.jma_feed.client.ANSWER_S", 60.0)
    paths = telegrams(EEW)[:7]
    async with polling(server, tmp_path, feeds=("eqvol", "extra", "regular")) as broker:
        await until(lambda: is_heard(broker, "eqvol"))
        hanging = [server.publish(feed, path) for feed in ("extra", "regular") for path in paths[:3]]
        server.trouble = dict.fromkeys(hanging, "hang")
        await until(lambda: server.asked("/data/", 0) >= len(hanging))
        server.publish("eqvol", paths[6])
        await until(lambda: has(broker, 1))
        assert is_heard(broker, "eqvol")


async def test_a_journal_that_fails_for_a_moment_costs_no_poll(
    server: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    name = server.publish("eqvol", telegrams(EEW)[0])
    monkeypatch.setattr("receivers.jma_feed.receiver.JOURNAL_AGAIN_S", 0.05)
    async with polling(server, tmp_path, interval_s=3600) as broker:
        full = Full(broker.journal, monkeypatch, 3)
        await until(lambda: has(broker, 1))
        assert (full.left, server.asked(name)) == (0, 1)


async def test_what_is_older_than_the_reach_is_left(server: FeedServer, tmp_path: Path):
    server.now -= timedelta(hours=30)
    old = server.publish("eqvol", telegrams(EEW)[0])
    server.now += timedelta(hours=30)
    new = server.publish("eqvol", telegrams(EEW)[1])
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 1))
        await until(lambda: server.asked("eqvol.xml", 304) >= 2)
        assert (server.asked(old), server.asked(new)) == (0, 1)


async def test_links_to_other_servers_are_not_followed(
    server: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("receivers.jma_feed.receiver.TELEGRAM_AGAIN_S", (0.02,))
    server.link = server.base_url.replace("127.0.0.1", "localhost").removesuffix("feed/")
    server.publish("eqvol", telegrams(EEW)[0])
    async with polling(server, tmp_path) as broker:
        await until(lambda: has(broker, 1))
        [held] = await events(broker, AlertHeld)
        assert "leads away" in held.sentence
        assert not [path for path, _ in server.requests if "/data/" in path]


async def test_feeds_are_polled_apart_and_one_that_fails_harms_no_other(server: FeedServer, tmp_path: Path):
    server.publish("eqvol", telegrams(EEW)[0])
    server.publish("extra", telegrams("15_17_*_VPWW55.xml")[0])
    server.trouble = {"extra": 500}
    async with polling(server, tmp_path, feeds=("eqvol", "extra")) as broker:
        await until(lambda: has(broker, 1))
        await until(lambda: is_lost(broker, "extra"))
        assert is_heard(broker, "eqvol")
        server.trouble = {}
        await until(lambda: has(broker, 2))


async def test_a_telegram_that_two_feeds_name_is_fetched_once(server: FeedServer, tmp_path: Path):
    name = server.publish("eqvol", telegrams(EEW)[0])
    async with polling(server, tmp_path, feeds=("eqvol", "other")) as broker:
        await until(lambda: has(broker, 1))
        server.entries["other"] = [*server.entries["eqvol"]]
        seen = len(server.requests)
        await until(lambda: ("/developer/xml/feed/other.xml", 304) in server.requests[seen:])
        assert server.asked(name) == 1
        assert len(await raws(broker)) == 1


async def test_a_clock_that_is_off_is_told(server: FeedServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    server.ahead = timedelta(minutes=20)
    async with polling(server, tmp_path) as broker:
        await until(lambda: is_heard(broker))
    assert "the clocks differ" in capsys.readouterr().out


def test_feeds_are_read_as_they_are_and_refused_as_what_they_are_not():
    base = "https://www.data.jma.go.jp/developer/xml/feed/eqvol.xml"
    entry = (
        "<entry><title>震源・震度に関する情報</title>"
        "<id>https://www.data.jma.go.jp/developer/xml/data/20210216071046_0_VXSE53_270000.xml</id></entry>"
        "<entry><link href='http://[broken'/></entry><entry/>"
    )
    [read] = read_feed(f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'.encode(), base)
    assert (read.code, read.updated.isoformat()) == ("VXSE53", "2021-02-16T07:10:46+00:00")
    assert has_same_origin(read.url, base)
    assert not has_same_origin(read.url.replace("https", "http"), base)
    for wrong in (b"", b"<html/>", b"\x1f\x8b", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"):
        with pytest.raises(FeedError, match="no feed"):
            read_feed(wrong, base)
    assert is_telegram(b'<?xml version="1.0"?><Report xmlns="">...</Report>\n')
    assert not is_telegram(b'<?xml version="1.0"?><Report xmlns="">...')

"""From any cursor on: nothing missing, nothing twice, and the stream says which."""

import asyncio
import json
import random

import pytest
from aiohttp import WSMsgType
from stream.reader import reading, rest, take
from stream.saying import accepted
from stream.serving import Stream

from broker.core.event import ALERTS
from broker.journal.record import Entry
from cap_formats.alert import Alert


async def test_first_event_says_where_the_reader_stands(stream: Stream):
    async with stream.served():
        await stream.say(*(accepted(n) for n in range(3)))
        await stream.hub.reached(3)
        async with reading(stream.client, stream.url + "/stream") as events:
            (first,) = await take(events, 1)
    assert first["event"] == "position"
    assert first["id"] == "3"
    assert first["data"]["recovered"] is False
    assert first["data"]["seq"] == 3
    assert len(first["data"]["epoch"]) == 16


async def test_an_alert_comes_with_its_seq_chain_and_canonical_json(stream: Stream):
    said = accepted(7)
    async with stream.served(), reading(stream.client, stream.url + "/stream") as events:
        await take(events, 1)
        (seq,) = await stream.say(said)
        (event,) = await take(events, 1)
    assert (event["event"], event["id"]) == ("alert", str(seq))
    assert event["data"]["chain"] == "chain-7"
    assert event["data"]["alert"]["identifier"] == "test-7"
    assert said.alert == Alert.from_json(json.dumps(event["data"]["alert"]).encode())


@pytest.mark.parametrize("by", ["header", "query"])
async def test_cursor_brings_what_was_missed(stream: Stream, by: str):
    async with stream.served():
        await stream.say(*(accepted(n) for n in range(250)))
        await stream.hub.reached(250)
        url = stream.url + "/stream" + ("?after=100" if by == "query" else "")
        async with reading(stream.client, url, cursor=100 if by == "header" else None) as events:
            first, *alerts = await take(events, 151)
    assert first["data"]["recovered"] is True
    assert first["id"] == "100"
    assert [int(event["id"]) for event in alerts] == list(range(101, 251))


async def test_the_header_of_a_returning_browser_outranks_its_address(stream: Stream):
    async with stream.served():
        await stream.say(*(accepted(n) for n in range(10)))
        await stream.hub.reached(10)
        async with reading(stream.client, stream.url + "/stream?after=2", cursor=8) as events:
            got = await take(events, 3)
    assert [event["id"] for event in got] == ["8", "9", "10"]


async def test_a_cursor_that_this_journal_never_gave_is_not_recovered(stream: Stream):
    async with stream.served():
        await stream.say(accepted(1))
        await stream.hub.reached(1)
        async with reading(stream.client, stream.url + "/stream", cursor=99) as events:
            (first,) = await take(events, 1)
        async with reading(stream.client, stream.url + "/stream?epoch=0123456789abcdef", cursor=0) as events:
            (other,) = await take(events, 1)
        epoch = first["data"]["epoch"]
        async with reading(stream.client, stream.url + f"/stream?epoch={epoch}", cursor=0) as events:
            (same,) = await take(events, 1)
    assert first["data"]["recovered"] is False
    assert first["id"] == "1"
    assert other["data"]["recovered"] is False
    assert same["data"]["recovered"] is True


async def test_a_cursor_that_is_no_number_is_refused(stream: Stream):
    async with stream.served(), stream.client.get(stream.url + "/stream?after=yesterday") as response:
        assert response.status == 400
        assert (await response.json())["code"] == "cursor-invalid"


async def test_readers_that_come_and_go_under_load_miss_nothing_and_get_nothing_twice(stream: Stream):
    total, readers = 600, 12
    done = asyncio.Event()

    async def speak() -> None:
        chance = random.Random(4711)  # noqa: S311 - a seeded schedule
        n = 0
        while n < total:
            count = min(chance.randint(1, 9), total - n)
            await stream.say(*(accepted(n + i) for i in range(count)))
            n += count
            await asyncio.sleep(chance.random() * 0.004)
        done.set()

    async def listen(number: int) -> list[int]:
        chance = random.Random(number)  # noqa: S311 - a seeded schedule
        got: list[int] = []
        cursor = 0
        while cursor < total:
            async with reading(stream.client, stream.url + "/stream", cursor=cursor) as events:
                (first,) = await take(events, 1)
                assert first["data"]["recovered"] is True
                for _ in range(chance.randint(1, 90)):
                    if cursor == total:
                        break
                    (event,) = await take(events, 1)
                    cursor = int(event["id"])
                    got.append(cursor)
        return got

    async with stream.served(), asyncio.TaskGroup() as tasks:
        listening = [tasks.create_task(listen(n)) for n in range(readers)]
        tasks.create_task(speak())
    for task in listening:
        assert task.result() == list(range(1, total + 1))


async def test_other_records_and_late_alerts_are_not_events(stream: Stream):
    async with stream.served(), reading(stream.client, stream.url + "/stream") as events:
        await take(events, 1)
        said = accepted(1)
        entry = Entry(kind="AlertRouted", key="routed-1", at=said.received_at, body=b"{}")
        await stream.journal.append(ALERTS, [entry])
        await stream.say(accepted(2, late=True), accepted(3))
        got = await rest(events)
    assert [event["id"] for event in got] == ["3"]


async def test_heartbeat_carries_the_last_seq_and_moves_the_cursor(stream: Stream):
    stream.heartbeat_s = 0.1
    async with stream.served(), reading(stream.client, stream.url + "/stream?areas=01100") as events:
        await take(events, 1)
        await stream.say(accepted(1))
        await stream.hub.reached(1)
        *_, beat = await take(events, 3)
    assert beat["event"] == "heartbeat"
    assert beat["id"] == "1"
    assert beat["data"]["seq"] == 1


async def test_an_empty_journal_can_be_followed_from_its_first_record(stream: Stream):
    async with stream.served(), reading(stream.client, stream.url + "/stream", cursor=0) as events:
        (first,) = await take(events, 1)
        await stream.say(accepted(1))
        (event,) = await take(events, 1)
    assert first["data"]["seq"] == 0
    assert event["id"] == "1"


async def test_websocket_says_the_same(stream: Stream):
    async with stream.served():
        await stream.say(*(accepted(n) for n in range(5)))
        await stream.hub.reached(5)
        async with stream.client.ws_connect(stream.url + "/ws?after=3") as socket:
            got = [await socket.receive_json(timeout=5) for _ in range(3)]
            await stream.say(accepted(6, text="長い文。" * 30_000))
            got.append(await socket.receive_json(timeout=5))
            await socket.ping()
            assert stream.live()
        await asyncio.sleep(0.1)
        assert stream.live() == []
        async with stream.client.ws_connect(stream.url + "/ws") as socket:
            await socket.receive_json(timeout=5)
            await stream.channel.close()
            goodbye = await socket.receive(timeout=5)
    assert [message["type"] for message in got] == ["position", "alert", "alert", "alert"]
    assert [message["seq"] for message in got] == [5, 4, 5, 6]
    assert (goodbye.type, goodbye.data) == (WSMsgType.CLOSE, 1001)

"""Many readers, slow readers, readers without HTTP/1.1."""

import asyncio
import json
import socket

import pytest
from aiohttp import ClientSession, TCPConnector
from stream.reader import events, reading, take
from stream.saying import accepted
from stream.serving import Stream

from broker.core import limit
from channels.stream.connection import Connection


async def test_five_hundred_readers_get_the_same_alert(stream: Stream):
    async with (
        stream.served(),
        ClientSession(connector=TCPConnector(limit=0)) as client,
        asyncio.TaskGroup() as tasks,
    ):
        responses = [await client.get(stream.url + "/stream") for _ in range(500)]
        sources = [events(response) for response in responses]
        for source in sources:
            await take(source, 1)
        await stream.say(accepted(1))
        getting = [tasks.create_task(take(source, 1)) for source in sources]
        got = [(await task)[0] for task in getting]
        assert len(stream.live()) == 500
        assert all(event["data"]["alert"]["identifier"] == "test-1" for event in got)
        for response in responses:
            response.close()


async def test_a_slow_reader_is_cut_off_and_comes_back_by_cursor(stream: Stream, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("channels.stream.connection.STREAM_BUFFER_BYTES_MAX", 200_000)
    total = 400
    async with stream.served():
        loop = asyncio.get_running_loop()
        host, port = stream.url.removeprefix("http://").split(":")
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            slow.setblocking(False)
            await loop.sock_connect(slow, (host, int(port)))
            await loop.sock_sendall(slow, b"GET /stream HTTP/1.0\r\nHost: x\r\n\r\n")
            await live(stream, 1)
            async with reading(stream.client, stream.url + "/stream") as quick:
                await take(quick, 1)
                for n in range(1, total + 1):
                    await stream.say(accepted(n, text="あ" * 8_000))
                    (event,) = await take(quick, 1)
                    assert int(event["id"]) == n
            assert len(stream.live()) <= 1  # the slow one is gone; the quick one may not have been noticed yet
            received = b""
            try:
                while block := await asyncio.wait_for(loop.sock_recv(slow, 65_536), 5):
                    received += block
            except ConnectionError:
                pass
        whole = [part for part in received.decode(errors="ignore").split("\n\n")[:-1] if "event: alert" in part]
        cursor = int(whole[-1].split("id: ")[1].split("\n")[0]) if whole else 0
        assert cursor < total
        async with reading(stream.client, stream.url + "/stream", cursor=cursor) as again:
            first, *missed = await take(again, total - cursor + 1)
    assert first["data"]["recovered"] is True
    assert [int(event["id"]) for event in missed] == list(range(cursor + 1, total + 1))


async def test_a_reader_behind_by_too_many_events_is_cut(stream: Stream, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("channels.stream.connection.STREAM_QUEUE_MAX", 3)
    async with stream.served(), reading(stream.client, stream.url + "/stream"):
        (connection,) = await live(stream, 1)
        connection.transport.pause_reading()
        big = accepted(1, text="あ" * 2_000_000)
        await stream.say(big)
        await stream.say(*(accepted(n) for n in range(2, 12)))
        await stream.hub.reached(11)
        assert not connection.open
        assert stream.live() == []


async def test_one_large_alert_cuts_nobody_who_reads(stream: Stream, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("channels.stream.connection.STREAM_BUFFER_BYTES_MAX", 1_000)
    async with stream.served():
        response = await stream.client.get(stream.url + "/stream", read_bufsize=8 << 20)
        source = events(response)
        await take(source, 1)
        await stream.say(accepted(1, text="あ" * 1_000_000))
        (event,) = await take(source, 1)
        response.close()
    assert len(event["data"]["alert"]["infos"][0]["description"]) == 1_000_000


async def test_a_dead_line_is_noticed_by_its_unread_heartbeats(stream: Stream):
    stream.heartbeat_s = 0.05
    async with stream.served(), reading(stream.client, stream.url + "/stream"):
        (connection,) = await live(stream, 1)
        connection.transport.write(b": filler\n\n" * 1_000_000)
        await live(stream, 0)
        assert not connection.open


async def test_no_more_readers_than_the_bound(stream: Stream, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("channels.stream.hub.STREAM_CONNECTIONS_MAX", 1)
    async with stream.served():
        async with reading(stream.client, stream.url + "/stream"):
            await live(stream, 1)
            async with stream.client.get(stream.url + "/stream") as response:
                assert response.status == 503
                assert (await response.json())["code"] == "stream-full"
        await asyncio.sleep(0.05)
        async with stream.client.get(stream.url + "/stream") as response:  # the first has left: there is room
            assert response.status in {200, 503}


async def test_http_1_0_is_served_as_proxies_ask_for_it(stream: Stream):
    async with stream.served():
        host, port = stream.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /stream HTTP/1.0\r\nHost: x\r\n\r\n")
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readuntil(b"\n\n")
        await stream.say(accepted(1))
        event = (await reader.readuntil(b"\n\n")).decode()
        writer.close()
        await writer.wait_closed()
    assert "transfer-encoding" not in head
    assert "cache-control: no-store" in head
    assert "x-accel-buffering: no" in head
    assert event.startswith("id: 1\nevent: alert\ndata: {")
    assert json.loads(event.split("data: ")[1])["seq"] == 1


async def test_the_same_bytes_go_to_every_reader(stream: Stream):
    async with stream.served():
        await stream.say(accepted(1))
        await stream.hub.reached(1)
        ((_, frame),) = await stream.hub.history.read(0)
        assert frame is not None
        assert frame.sse_chunked is frame.sse_chunked
        ((_, again),) = await stream.hub.history.read(0)
    assert again is frame
    assert limit.STREAM_RECENT_MAX > 1


async def live(stream: Stream, count: int) -> list[Connection]:
    """Wait until so many readers are live."""
    async with asyncio.timeout(5):
        while len(stream.live()) != count:
            await asyncio.sleep(0.01)
    return stream.live()

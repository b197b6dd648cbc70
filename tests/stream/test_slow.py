"""Readers that come for the past and do not read: what they cost, and that they are cut off."""

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncIterator

import pytest
from contracts.channel_harness import until
from stream.reader import reading, take
from stream.saying import accepted
from stream.serving import Stream

from channels.stream import history
from channels.stream.frame import AlertFrame

READERS = 20
SAID = 120
LONG = "川から離れてください。" * 1_500  # 50 kB: more than two of them stay in the buffers of nobody


@contextlib.asynccontextmanager
async def deaf_readers(stream: Stream) -> AsyncIterator[None]:
    """Ask for everything since the beginning, and read nothing."""
    host, port = stream.url.removeprefix("http://").split(":")
    with contextlib.ExitStack() as stack:
        for number in range(READERS):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            one.setblocking(False)
            await asyncio.get_running_loop().sock_connect(one, (host, int(port)))
            await asyncio.get_running_loop().sock_sendall(
                one, f"GET /stream?after={number % 3} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            )
        yield


def frames() -> int:
    gc.collect()
    return sum(isinstance(thing, AlertFrame) for thing in gc.get_objects())


async def test_readers_that_do_not_read_share_what_was_read_for_them(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "STREAM_RECENT_MAX", 10)
    await stream.say(*(accepted(number, text=LONG) for number in range(1, SAID + 1)))
    async with stream.served():
        before = frames()
        async with deaf_readers(stream):
            await until(lambda: stream.hub._count == READERS)
            await asyncio.sleep(0.5)
            assert stream.hub._count == READERS
            assert frames() - before <= SAID, "not a batch for each"
            async with reading(stream.client, stream.url + "/stream", cursor=0) as events:
                assert len(await take(events, SAID + 1)) == SAID + 1


async def test_a_reader_that_does_not_read_is_cut_off_while_it_catches_up(stream: Stream) -> None:
    stream.heartbeat_s = 0.1
    await stream.say(*(accepted(number, text=LONG) for number in range(1, SAID + 1)))
    async with stream.served(), deaf_readers(stream):
        await until(lambda: stream.hub._count == READERS)
        await until(lambda: stream.hub._count == 0)
        async with reading(stream.client, stream.url + "/stream", cursor=0) as events:
            assert len(await take(events, SAID + 1)) == SAID + 1

"""Requests that never end: they hold neither the memory nor the door, which is open until the sign-in is read."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from aiohttp.web import Application
from lalert_soap.posting import PATH, PRIMARY

from broker.service.broker import Broker
from broker.service.clock import utc_now
from broker.service.source import Sources
from receivers.lalert import Centre, LAlert, Settings
from receivers.lalert import receiver as receivers

LARGE = 16_000_000


class Door:
    """What of a broker a request without a sign-in meets."""

    sources = Sources(utc_now)
    clock = staticmethod(utc_now)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TestServer]:
    monkeypatch.setattr(receivers, "LARGE_AT_ONCE", 2)
    settings = Settings(centres={"primary": Centre(username=PRIMARY[0], password=PRIMARY[1])})
    app = Application()
    app.add_routes(LAlert(cast("Broker", Door()), settings).routes())
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


async def begin(server: TestServer, length: int, body: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode() + body)
    await writer.drain()
    return reader, writer


async def test_large_requests_are_read_a_few_at_a_time_and_small_ones_at_once(server: TestServer):
    slow = [await begin(server, LARGE, b"<a>" * 1_000) for _ in range(2)]
    reader, writer = await begin(server, LARGE, b"<a>")
    writer.write(bytes(LARGE))
    waiting = asyncio.ensure_future(reader.readline())
    async with ClientSession() as http, http.post(server.make_url(PATH), data=b"<a/>") as answer:
        assert answer.status == 500
        assert "no SOAP 1.1 envelope" in await answer.text()
    assert not waiting.done()
    slow[0][1].close()
    assert b"HTTP/1.1 500" in await asyncio.wait_for(waiting, 15)
    for each in (writer, slow[1][1]):
        each.close()


async def test_a_request_that_does_not_arrive_is_let_go(server: TestServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(receivers, "READ_S", 0.1)
    reader, writer = await begin(server, LARGE, b"<a>")
    assert b"HTTP/1.1 408" in await asyncio.wait_for(reader.readline(), 15)
    writer.close()

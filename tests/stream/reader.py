"""Readers of the stream, as a subscriber would write them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import ClientResponse, ClientSession


async def events(response: ClientResponse) -> AsyncIterator[dict[str, Any]]:
    """Parse an event stream: yields {"id", "event", "data"} as they come."""
    fields: dict[str, Any] = {}
    async for line in response.content:
        text = line.decode().rstrip("\n")
        if text:
            name, _, value = text.partition(": ")
            fields[name] = value
        elif fields:
            fields["data"] = json.loads(fields["data"])
            yield fields
            fields = {}


@contextlib.asynccontextmanager
async def reading(
    client: ClientSession, url: str, *, cursor: int | None = None, key: str | None = None
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """Open the stream at url."""
    headers = {} if cursor is None else {"Last-Event-ID": str(cursor)}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    async with client.get(url, headers=headers) as response:
        assert response.status == 200, await response.text()
        yield events(response)


async def take(source: AsyncIterator[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Return the next events, within five seconds."""
    async with asyncio.timeout(5):
        return [await anext(source) for _ in range(count)]


async def rest(source: AsyncIterator[dict[str, Any]], quiet_s: float = 0.2) -> list[dict[str, Any]]:
    """Return what comes until nothing has come for a while."""
    got = []
    with contextlib.suppress(TimeoutError, StopAsyncIteration):
        while True:
            async with asyncio.timeout(quiet_s):
                got.append(await anext(source))
    return got

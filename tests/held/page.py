"""An operator's browser without a screen: pages are read, their forms filled in and sent."""

import re
from html import unescape
from typing import Self

import aiohttp
from held.desk import Desk


class Page:
    """One operator's session."""

    def __init__(self, desk: Desk) -> None:
        self._url = desk.serving.url
        self._key = desk.operator
        self._client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Self:
        door = await self.text_of("/ops")
        await self._send("/ops/sign-in", {"csrf": field(door, "csrf"), "key": self._key})
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def open(self, seq: int) -> None:
        self.path = f"/ops/held/{seq}"
        self.text = await self.text_of(self.path)

    async def settle(self, *places: str, **more: str) -> str:
        """Fill in the places that were asked for when the page was opened, in order, and send it."""
        names = re.findall(r'id="place-\d+" name="([^"]+)"', self.text)
        given = {"csrf": field(self.text, "csrf"), "decision": "settle"} | more
        return await self._send(self.path, given | dict(zip(names, places, strict=True)))

    async def text_of(self, path: str) -> str:
        async with self._client.get(self._url + path) as answer:
            return await answer.text()

    async def _send(self, path: str, given: dict[str, str]) -> str:
        async with self._client.post(self._url + path, data=given) as answer:
            return await answer.text()


def field(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', text)
    assert found, text
    return unescape(found[1])

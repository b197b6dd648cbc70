"""The polite HTTP client of the feeds: conditional, compressed, bounded, and silent as long as the server asks."""

import asyncio
import math
import random
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self

import aiohttp
import msgspec

from broker.core.limit import CLOCK_SKEW_MAX
from broker.service.clock import Clock
from cap_formats.xml import MESSAGE_BYTES_MAX

AT_ONCE: Final = 3  # telegrams of one feed that are fetched together; they are handed in one after the other
CONNECTIONS_MAX: Final = 4 * AT_ONCE  # of the four feeds: none waits until another, that hangs, lets a connection go
ANSWER_S: Final = 10.0  # a lost feed must be told within 30 s of the poll that failed
RETRY_AFTER_MAX_S: Final = 600.0  # a wrong header over there must not silence us for a day
RETRY_AFTER_SPREAD: Final = 0.2  # by so much of it at most we come later: not with all others that were told the same
_CHUNK: Final = 64 << 10
_BUSY: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class FetchError(Exception):
    """The page could not be had; ``gone`` where the server says that there is none, or has one that is never taken."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What came: the bytes, and the validators to ask with the next time (RFC 9110, 13.1)."""

    body: bytes
    etag: str = ""
    modified: str = ""


class Client:
    """One session for all feeds of one server; an asynchronous context manager."""

    def __init__(
        self,
        user_agent: str,
        clock: Clock,
        retry_after_max_s: float = RETRY_AFTER_MAX_S,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Say who asks, and for how long a server is left alone at most that wishes it; ``chance`` is from 0 to 1."""
        self._user_agent = user_agent
        self._clock = clock
        self._retry_after_max_s = retry_after_max_s
        self._chance = chance
        self._silent_until = -math.inf  # loop time
        self.skew_s = 0.0  # how far the server's clock is ahead of ours, by its last answer

    async def __aenter__(self) -> Self:
        """Open the session."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX),
            timeout=aiohttp.ClientTimeout(total=ANSWER_S),
            headers={"User-Agent": self._user_agent, "Accept-Encoding": "gzip"},
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self._session.close()

    @property
    def is_skewed(self) -> bool:
        """Whether the two clocks are so far apart that messages are held for it."""
        return abs(self.skew_s) > CLOCK_SKEW_MAX.total_seconds()

    async def get(self, url: str, before: Page | None = None) -> Page | None:
        """Fetch a page; None where it is still as ``before``. Raises FetchError."""
        loop = asyncio.get_running_loop()
        if (wait_s := self._silent_until - loop.time()) > 0:
            raise FetchError(f"the server asked to be left alone for another {math.ceil(wait_s)} s")
        try:
            async with self._session.get(url, headers=_conditions(before), allow_redirects=False) as answer:
                self._note_clock(answer.headers.get("Date", ""))
                if answer.status == HTTPStatus.NOT_MODIFIED and before is not None:
                    return None
                if answer.status in _BUSY:
                    self._silent_until = loop.time() + self._retry_after(answer.headers.get("Retry-After", ""))
                if answer.status != HTTPStatus.OK:
                    raise FetchError(f"the server answered {answer.status}", gone=answer.status in _GONE)
                return Page(
                    body=await _read(answer),
                    etag=answer.headers.get("ETag", ""),
                    modified=answer.headers.get("Last-Modified", ""),
                )
        except TimeoutError as error:
            raise FetchError(f"no answer within {ANSWER_S:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: an address that is none
            raise FetchError(f"{type(error).__name__}: {error}".rstrip(": ")) from error

    def _note_clock(self, date: str) -> None:
        try:
            self.skew_s = (parsedate_to_datetime(date) - self._clock()).total_seconds()
        except (ValueError, TypeError):
            self.skew_s = 0.0

    def _retry_after(self, text: str) -> float:
        """Return for how long to ask for nothing, by Retry-After in seconds or as a date (RFC 9110, 10.2.3); 0 where
        there is none.
        """
        try:
            wait_s = float(text) if text.isdigit() else (_date(text) - self._clock()).total_seconds()
        except (ValueError, TypeError):
            return 0.0
        return min(max(wait_s, 0.0), self._retry_after_max_s) * (1 + RETRY_AFTER_SPREAD * self._chance())


def _date(text: str) -> datetime:
    return parsedate_to_datetime(text)


def _conditions(before: Page | None) -> dict[str, str]:
    if before is None:
        return {}
    named = {"If-None-Match": before.etag, "If-Modified-Since": before.modified}
    return {name: value for name, value in named.items() if value}


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """Read a body, unpacked, up to the bound of a message. Raises FetchError."""
    body = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > MESSAGE_BYTES_MAX:
            raise FetchError(f"the answer has more than {MESSAGE_BYTES_MAX} bytes", gone=True)
    return bytes(body)

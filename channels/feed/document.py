"""One document that many poll: built once for each state of the journal, answered from memory, or with 304."""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec
from aiohttp import web

from broker.service.clock import Clock
from cap_formats.alert import Status

FRESH_FOR: Final = timedelta(seconds=10)  # how old as_of may be while nothing changes
KEPT_MAX: Final = 256  # documents: two formats, live and drill, for the municipalities that are asked for
_THREAD_BYTES: Final = 64 << 10  # more than this is compressed off the loop
_HEADERS: Final = {
    "Cache-Control": "public, max-age=1",  # a cache in front may answer a thousand pollers with one question
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
}


class Wanted(NamedTuple):
    """Which feed: of which statuses, for which area code (None is everywhere)."""

    statuses: tuple[Status, ...]
    area: str | None


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a builder made. ``said`` is what the document says apart from when it was made: while that stays the same, a
    poller's copy stays good. ``until`` is when it will say something else by itself (an alert runs out), or None.
    """

    body: bytes
    said: bytes
    until: datetime | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A content, ready to be answered with."""

    body: bytes
    zipped: bytes
    etag: str
    modified: datetime
    seq: int
    fresh_until: datetime


Build = Callable[[Wanted], Awaitable[Content]]


class Shelf:
    """The documents of one feed, by what is wanted."""

    def __init__(self, build: Build, seq: Callable[[], int], clock: Clock) -> None:
        """Build with ``build`` whenever ``seq``, the state that views show, has moved on."""
        self._build = build
        self._seq = seq
        self._clock = clock
        self._kept: OrderedDict[Wanted, Document] = OrderedDict()
        self._building = asyncio.Lock()

    async def get(self, wanted: Wanted) -> Document:
        """Return the document as it stands now."""
        if (found := self._fresh(wanted)) is not None:
            return found
        async with self._building:  # pollers that come meanwhile take what the first has built
            if (found := self._fresh(wanted)) is not None:
                return found
            seq, now = self._seq(), self._clock()
            document = await self._make(await self._build(wanted), seq, now, self._kept.get(wanted))
            self._kept[wanted] = document
            self._kept.move_to_end(wanted)
            if len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
            return document

    def _fresh(self, wanted: Wanted) -> Document | None:
        found = self._kept.get(wanted)
        return found if found and found.seq == self._seq() and self._clock() < found.fresh_until else None

    async def _make(self, content: Content, seq: int, now: datetime, before: Document | None) -> Document:
        etag = hashlib.sha256(content.said).hexdigest()[:32]
        same = before is not None and before.etag == etag
        large = len(content.body) > _THREAD_BYTES
        zipped = await asyncio.to_thread(zip_, content.body) if large else zip_(content.body)
        fresh_until = now + FRESH_FOR
        return Document(
            body=content.body,
            zipped=zipped,
            etag=etag,
            modified=before.modified if same and before else now,
            seq=seq,
            fresh_until=fresh_until if content.until is None else min(fresh_until, content.until),
        )


def zip_(body: bytes) -> bytes:
    """Compress as HTTP's gzip coding (RFC 9110, 8.4.1.3)."""
    return gzip.compress(body, 6, mtime=0)


def answer(request: web.Request, document: Document, content_type: str) -> web.Response:
    """Answer with the document, or 304 where the reader's copy says the same (RFC 9110, 13.1)."""
    if is_known(request, document):
        response = web.Response(status=304, headers=_HEADERS)
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = web.Response(body=document.zipped, headers={**_HEADERS, "Content-Encoding": "gzip"})
    else:
        response = web.Response(body=document.body, headers=_HEADERS)
    if response.status != 304:  # noqa: PLR2004 - Not Modified has no content
        response.content_type = content_type
        response.charset = "utf-8"
    response.headers["ETag"] = f'W/"{document.etag}"'  # weak: gzipped or not, and whatever as_of, it says the same
    response.last_modified = document.modified
    return response


def is_known(request: web.Request, document: Document) -> bool:
    """Tell whether the reader already has what the document says; the ETag outranks the date (RFC 9110, 13.2.2)."""
    if request.if_none_match is not None:
        return any(tag.value in (document.etag, "*") for tag in request.if_none_match)
    since = request.if_modified_since
    return since is not None and document.modified.replace(microsecond=0) <= since

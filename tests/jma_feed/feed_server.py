"""A loopback server that publishes telegrams as 気象庁 does, and fails in the ways that servers fail."""

import asyncio
import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from aiohttp import web
from corpus import corpus

ERROR_PAGE = "<html><title>エラー</title>ただいま混み合っています</html>".encode("shift_jis")


def telegrams(*patterns: str) -> list[Path]:
    found = sorted(path for pattern in patterns for path in corpus("corpus", "jma").glob(pattern))
    assert found, patterns
    return found


class FeedServer:
    """``publish`` puts a telegram into the feeds; ``short_max`` is how many entries the short one holds. ``trouble`` is
    what the next answers do, by a part of their path: a status, ``torn``, ``page``, ``bomb`` or ``hang``. ``requests``
    are the paths asked, with the status that was answered.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.entries: dict[str, list[tuple[str, datetime]]] = {}
        self.short_max = 5
        self.trouble: dict[str, int | str] = {}
        self.retry_after: str | None = None
        self.requests: list[tuple[str, int]] = []
        self.headers: list[dict[str, str]] = []
        self.now = datetime.now(UTC) - timedelta(hours=1)
        self.ahead = timedelta()
        self.link = ""
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/developer/xml/feed/"

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/{tail:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def publish(self, feed: str, path: Path, *, body: bytes | None = None) -> str:
        """Add a telegram, a second after the one before; return the name of its file."""
        self.now += timedelta(seconds=1)
        code = path.stem.rpartition("_")[2]
        name = f"{self.now:%Y%m%d%H%M%S}_0_{code}_270000.xml"
        self.files[name] = path.read_bytes() if body is None else body
        self.entries.setdefault(feed, []).append((name, self.now))
        return name

    def asked(self, part: str, status: int = 200) -> int:
        return sum(part in path and code == status for path, code in self.requests)

    def _document(self, feed: str) -> bytes:
        name = feed.removesuffix("_l")
        entries = self.entries.get(name, [])[::-1]
        entries = entries if feed.endswith("_l") else entries[: self.short_max]
        origin = self.base_url.removesuffix("feed/")
        told = "".join(
            f"<entry><title>電文</title><id>{origin}data/{file}</id><updated>{at:%Y-%m-%dT%H:%M:%SZ}</updated>"
            f'<link type="application/xml" href="{self.link or origin}data/{file}"/>'
            '<content type="text">【震源・震度情報】</content></entry>'
            for file, at in entries
        )
        return f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">{told}</feed>'.encode()

    async def _answer(self, request: web.Request) -> web.Response:
        if any(what == "hang" and part in request.path for part, what in self.trouble.items()):
            self.requests.append((request.path, 0))
            await asyncio.sleep(3600)
        answer = self._page(request)
        answer.headers["Date"] = format_datetime(datetime.now(UTC) + self.ahead, usegmt=True)
        self.requests.append((request.path, answer.status))
        self.headers.append(dict(request.headers))
        return answer

    def _page(self, request: web.Request) -> web.Response:
        trouble = next((what for part, what in self.trouble.items() if part in request.path), None)
        if isinstance(trouble, int):
            headers = {"Retry-After": self.retry_after} if self.retry_after else {}
            return web.Response(status=trouble, headers=headers)
        if trouble == "page":
            return web.Response(body=ERROR_PAGE, content_type="text/html")
        name = request.path.rpartition("/")[2]
        body = self.files.get(name)
        if "/feed/" in request.path:
            body = self._document(name.removesuffix(".xml"))
        if body is None:
            return web.Response(status=404)
        etag = f'"{hash(body)}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        packed = gzip.compress(body)
        if trouble == "torn":
            packed = packed[: len(packed) // 2]
        if trouble == "bomb":
            packed = gzip.compress(bytes(64 << 20)) * 8  # half a gigabyte in half a megabyte
        return web.Response(
            body=packed, headers={"Content-Encoding": "gzip", "ETag": etag, "Content-Type": "application/xml"}
        )

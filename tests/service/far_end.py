"""A subscriber's endpoint in the test's own process: keeps every message, and can be told to fail."""

import asyncio
import hashlib
from collections import defaultdict

from aiohttp import web


class FarEnd:
    """An HTTP server on loopback. ``contents`` holds the digests that came under each delivery id."""

    def __init__(self) -> None:
        self.contents: defaultdict[str, set[str]] = defaultdict(set)
        self.seqs: list[int] = []
        self.bodies: list[bytes] = []
        self.status = 200
        self.hang_s = 0.0
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> "FarEnd":
        app = web.Application()
        app.router.add_post("/", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        return self

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        await asyncio.sleep(self.hang_s)
        if self.status == 200:
            self.contents[request.headers["webhook-id"]].add(hashlib.sha256(body).hexdigest())
            self.seqs.append(int(request.headers["Noroshi-Seq"]))
            self.bodies.append(body)
        return web.Response(status=self.status)

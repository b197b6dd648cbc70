"""A real aiohttp server with the stream over a real SQLite journal."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from broker.core.event import ALERTS, AlertAccepted, encode_event
from broker.core.holder import Holder, Role
from broker.core.problem import Problem
from broker.core.subscription import Subscription
from broker.journal.journal import Journal
from broker.journal.record import Entry
from channels.stream.channel import StreamChannel
from channels.stream.connection import Connection
from channels.stream.hub import Hub
from channels.stream.routes import routes
from geo.registry import Registry

HOLDERS = {
    "Bearer one": Holder(name="one", role=Role.SUBSCRIBER),
    "Bearer two": Holder(name="two", role=Role.SUBSCRIBER),
}


class Stream:
    """What a test of the stream works with."""

    def __init__(self, journal: Journal, registry: Registry) -> None:
        self.journal = journal
        self.leaves = registry.leaves
        self.subscriptions: dict[str, Subscription] = {}
        self.heartbeat_s = 15.0
        self.url = ""

    async def say(self, *accepted: AlertAccepted) -> list[int]:
        """Append alerts to the journal, as the intake does."""
        entries = [
            Entry(kind="AlertAccepted", key=a.alert.identifier, at=a.received_at, body=encode_event(a))
            for a in accepted
        ]
        return [record.seq for record in await self.journal.append(ALERTS, entries)]

    def live(self) -> list[Connection]:
        """Readers that are live now."""
        return list(self.hub.audience)

    @contextlib.asynccontextmanager
    async def served(self) -> AsyncIterator["Stream"]:
        """Serve the stream on a port of this machine."""
        self.hub = Hub(self.journal, self.leaves, self.subscriptions.get, heartbeat_s=self.heartbeat_s)
        self.channel = StreamChannel(self.hub)
        await self.hub.start()
        app = web.Application(middlewares=[answer_problems])
        app.add_routes(
            routes(
                self.hub, self.leaves, self.subscriptions.get, lambda r: HOLDERS.get(r.headers.get("Authorization", ""))
            )
        )
        server = TestServer(app)
        await server.start_server()
        following = asyncio.create_task(self.hub.run())
        self.url = str(server.make_url("/")).rstrip("/")
        try:
            async with ClientSession() as self.client:
                yield self
        finally:
            await self.channel.close()
            following.cancel()
            await server.close()


@web.middleware
async def answer_problems(request: web.Request, handler: Callable) -> web.StreamResponse:
    try:
        return await handler(request)
    except Problem as problem:
        return web.json_response({"code": problem.code, "path": problem.path}, status=problem.status)

"""A real broker with the feeds on the web, over a real journal and the shipped registry."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from stream.saying import accepted

from broker.core.event import ALERTS
from broker.core.holder import Holder, Role
from broker.journal.sqlite import SqliteJournal
from broker.service import checkpoint
from broker.service.broker import Broker
from broker.service.contacts import Contacts
from broker.service.meter import Silence
from broker.views.deliveries import Deliveries
from broker.views.history import History
from broker.views.in_force import InForce
from broker.views.projection import ViewFile
from broker.views.situations import Situations
from broker.web.app import make_app
from broker.web.keys import KeyStore
from cap_formats.alert import Alert
from cap_formats.cap.encode import encode_cap
from channels.feed.channel import SPEC, FeedChannel
from channels.feed.routes import routes
from geo.registry import Registry

ISSUER = Holder(name="kurashiki", role=Role.ISSUER)


class House:
    """What a test of the feeds works with. ``now`` can be moved."""

    def __init__(self, folder: Path, registry: Registry) -> None:
        self.now = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
        self.broker = Broker(
            journal=SqliteJournal(folder / "journal.db"),
            registry=registry,
            views=ViewFile(folder / "views.db", [Deliveries(), History(), InForce(), Situations()]),
            contacts=Contacts(folder / "contacts.db", {SPEC.name: SPEC}),
            specs={SPEC.name: SPEC},
            clock=lambda: self.now,
            meter=Silence(),
            state=checkpoint.beginning(frozenset()),
            checkpoint_path=folder / "checkpoint",
        )
        self.channel = FeedChannel(self.broker)
        self.broker.channels["feed"] = self.channel
        self.keys = KeyStore(folder / "keys.db")

    def pass_time(self, **by: float) -> None:
        self.now += timedelta(**by)

    async def say(self, alert: Alert) -> int:
        """Hand an alert in as CAP; returns its seq once the views show it."""
        return await self.hand_in(encode_cap(alert))

    async def hand_in(self, raw: bytes) -> int:
        (taken,) = await self.broker.accept(raw, holder=ISSUER, via="test")
        await self.broker.projector.reached(ALERTS, taken.seq + 1)  # its routing decision too
        return taken.seq

    def order(self, number: int, **words: object) -> Alert:
        return accepted(number, **words).alert  # type: ignore[arg-type]  # the words of accepted()

    def routes(self) -> list[web.RouteDef]:
        return routes(self.broker, "https://noroshi.example")

    @contextlib.asynccontextmanager
    async def served(self) -> AsyncIterator["House"]:
        server = TestServer(make_app(self.broker, self.keys, self.routes()))
        await self.broker.catch_up()
        await server.start_server()
        self.running = asyncio.create_task(self.broker.run())
        try:
            async with ClientSession(str(server.make_url("/")), auto_decompress=True) as self.client:
                yield self
        finally:
            await self.stand_still()
            await server.close()

    async def stand_still(self) -> None:
        """Stop the loops: messages are taken in, and nothing is made of them."""
        self.running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.running

    def go_on(self) -> None:
        self.running = asyncio.create_task(self.broker.run())

    async def close(self) -> None:
        await self.broker.close()
        self.keys.close()

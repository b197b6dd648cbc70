"""The public page served in this process, with its own broker and a clock that stands still at noon."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

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
from broker.web.api import situations
from broker.web.app import make_app
from broker.web.keys import KeyStore
from cap_formats.alert import Alert
from cap_formats.cap.encode import encode_cap
from channels.map import MapPage
from geo.registry import Registry

NOON = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)


class Site:
    def __init__(self, broker: Broker, http: ClientSession) -> None:
        self.broker = broker
        self._http = http

    async def get(self, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        sent = {"Accept-Encoding": "gzip"} | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._http.get(path, headers=sent) as answer:
            return answer.status, await answer.read(), dict(answer.headers)

    async def text(self, path: str) -> str:
        _, body, headers = await self.get(path)
        return (gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body).decode()

    async def say(self, alert: Alert) -> int:
        holder = Holder(name="jma", role=Role.ISSUER)
        [taken] = await self.broker.accept(encode_cap(alert), holder=holder, via="test")
        await self.broker.projector.reached(ALERTS, taken.seq)
        return taken.seq


@contextlib.asynccontextmanager
async def serving(tmp_path: Path, registry: Registry, *, national: bool = True) -> AsyncIterator[Site]:
    journal = SqliteJournal(tmp_path / "journal.db")
    broker = Broker(
        journal=journal,
        registry=registry,
        views=ViewFile(tmp_path / "views.db", [Deliveries(), History(), InForce(), Situations()]),
        contacts=Contacts(tmp_path / "contacts.db", {}),
        specs={},
        clock=lambda: NOON,
        meter=Silence(),
        state=await checkpoint.read(tmp_path / "checkpoint", journal, frozenset()),
        checkpoint_path=tmp_path / "checkpoint",
    )
    keys = KeyStore(tmp_path / "keys.db")
    await broker.catch_up()
    server = TestServer(
        make_app(
            broker,
            keys,
            [*MapPage(broker, lambda code: code == "11229", lambda: national).routes(), *situations.routes()],
        )
    )
    await server.start_server()
    running = asyncio.create_task(broker.run(), name="broker")
    async with ClientSession(str(server.make_url("")), auto_decompress=False) as http:
        yield Site(broker, http)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await server.close()
    await broker.close()
    keys.close()

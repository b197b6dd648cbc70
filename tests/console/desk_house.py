"""A real broker with the console on the web, for tests that speak to it as a browser would."""

import asyncio
import contextlib
import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from aiohttp import ClientResponse, ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from broker.core.event import AlertAccepted
from broker.core.holder import Holder, Role
from broker.journal.sqlite import SqliteJournal
from broker.service import checkpoint
from broker.service.broker import Broker
from broker.service.contacts import Contacts
from broker.service.meter import Silence
from broker.views.deliveries import Deliveries
from broker.views.history import History, alerts
from broker.views.in_force import InForce, holdings
from broker.views.projection import ViewFile
from broker.web.app import make_app
from broker.web.keys import KeyStore
from cap_formats.alert import Alert, Status
from geo.registry import Registry
from receivers.console import Console

NOON = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class DeskHouse:
    """What a test of the console works with; its time passes only where it is told to."""

    def __init__(self, broker: Broker, keys: KeyStore, moment: list[datetime]) -> None:
        self._moment = moment
        self.broker = broker
        self.keys = keys
        self.console = Console(broker, keys, lambda accepted: [("label", accepted.alert.infos[0].event)])
        self.key = keys.add(Holder(name="town", role=Role.ISSUER, areas=("11229",)))

    @classmethod
    async def open(cls, folder: Path, registry: Registry) -> Self:
        """Put the broker together over files in the folder."""
        journal = SqliteJournal(folder / "journal.db")
        moment = [NOON]
        broker = Broker(
            journal=journal,
            registry=registry,
            views=ViewFile(folder / "views.db", [Deliveries(), History(), InForce()]),
            contacts=Contacts(folder / "contacts.db", {}),
            specs={},
            clock=lambda: moment[0],
            meter=Silence(),
            state=await checkpoint.read(folder / "checkpoint", journal, frozenset()),
            checkpoint_path=folder / "checkpoint",
        )
        return cls(broker, KeyStore(folder / "keys.db"), moment)

    @contextlib.asynccontextmanager
    async def served(self) -> AsyncIterator["DeskHouse"]:
        await self.broker.catch_up()
        server = TestServer(make_app(self.broker, self.keys, self.console.routes()))
        await server.start_server()
        self.url = str(server.make_url(""))
        running = asyncio.create_task(self.broker.run(), name="broker")
        try:
            yield self
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            await server.close()
            await self.broker.close()
            self.keys.close()

    @property
    def now(self) -> datetime:
        return self._moment[0]

    def pass_time(self, **by: float) -> None:
        self._moment[0] += timedelta(**by)

    def holding(self, status: Status = Status.ACTUAL) -> list[tuple[str, int]]:
        held = holdings(self.broker.projector.reader, self.now, (status,))
        return [(h.event, h.level) for h in held]

    def count(self) -> int:
        return len(alerts(self.broker.projector.reader, limit=1_000))

    async def newest(self) -> Alert:
        row = alerts(self.broker.projector.reader, limit=1)[0]
        found: AlertAccepted = await self.broker.archive.accepted(row.seq)
        return found.alert


class Officer:
    """One browser at the console."""

    def __init__(self, house: DeskHouse) -> None:
        self._http = ClientSession(house.url, cookie_jar=CookieJar(unsafe=True))
        self.csrf = ""
        self.origin = house.url.rstrip("/")
        self.path = ""
        self.text = ""
        self.status = 0

    async def get(self, path: str) -> str:
        async with self._http.get(path) as answer:
            return await self._take(answer)

    async def post(self, path: str, **fields: str) -> str:
        data = {"csrf": self.csrf} | {name.replace("__", "-"): value for name, value in fields.items()}
        async with self._http.post(path, data=data, headers={"Origin": self.origin}) as answer:
            return await self._take(answer)

    async def sign_in(self, key: str, mode: str) -> str:
        await self.get("/console")
        text = await self.post("/console/sign-in", key=key, mode=mode)
        await self.get("/console/compose?code=11229")
        return text

    async def draft(self, **fields: str) -> str:
        """Write an order; returns the path of its draft."""
        await self.post("/console/drafts", **({"code": "11229", "hazard": "洪水"} | fields))
        return self.path

    def texts(self) -> dict[str, str]:
        """The texts of the draft as the page shows them, with the orders that it says it would stand beside."""
        found = re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>([^<]*)</textarea>', self.text)
        found += re.findall(r'name="(beside)" value="([^"]*)"', self.text)
        return {name: html.unescape(text) for name, text in found}

    async def issue(self, path: str, level: str, name: str = "和光市", **more: str) -> str:
        fields = self.texts() | {"action": "issue", "level": level, "municipality": name} | more
        return await self.post(path, **fields)

    async def close(self) -> None:
        await self._http.close()

    async def _take(self, answer: ClientResponse) -> str:
        self.text = await answer.text()
        self.path, self.status = answer.url.path, answer.status
        if found := CSRF.search(self.text):
            self.csrf = found[1]
        return self.text

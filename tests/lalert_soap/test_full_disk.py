"""A journal that cannot be written: a Fault, which is no answer and is tried again, and 0 as soon as there is room."""

from collections.abc import Sequence
from pathlib import Path

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from lalert_soap.posting import PATH, PRIMARY, TNS, edxl, envelope
from lxml import etree
from service.messages import order

from broker.journal.journal import JournalError
from broker.journal.record import Entry, Record
from broker.journal.sqlite import SqliteJournal
from broker.service import checkpoint
from broker.service.broker import Broker
from broker.service.clock import utc_now
from broker.service.contacts import Contacts
from broker.service.meter import Silence
from broker.views.history import History
from broker.views.projection import ViewFile
from broker.web.app import make_app
from broker.web.keys import KeyStore
from geo.registry import open_registry
from receivers.lalert import Centre, LAlert, Settings


class FullDisk(SqliteJournal):
    """The real journal, on a disk that is full until it is told otherwise."""

    full = True

    async def append(self, stream: str, entries: Sequence[Entry]) -> Sequence[Record]:
        if self.full:
            raise JournalError("database or disk is full")
        return await super().append(stream, entries)


async def test_the_centre_is_told_and_posts_again(tmp_path: Path):
    journal = FullDisk(tmp_path / "journal.db")
    broker = Broker(
        journal=journal,
        registry=open_registry(tmp_path / "areas.db"),
        views=ViewFile(tmp_path / "views.db", [History()]),
        contacts=Contacts(tmp_path / "contacts.db", {}),
        specs={},
        clock=utc_now,
        meter=Silence(),
        state=await checkpoint.read(tmp_path / "checkpoint", journal, frozenset()),
        checkpoint_path=tmp_path / "checkpoint",
    )
    keys = KeyStore(tmp_path / "keys.db")
    settings = Settings(centres={"primary": Centre(username=PRIMARY[0], password=PRIMARY[1])})
    server = TestServer(make_app(broker, keys, LAlert(broker, settings).routes()))
    await server.start_server()
    body = edxl(order("full", status="Exercise").partition(b"?>\n")[2])

    async def code() -> str | None:
        async with http.post(server.make_url(PATH), data=envelope(body)) as answer:
            assert answer.status == (500 if journal.full else 200)
            return etree.fromstring(await answer.read()).findtext(f".//{{{TNS}}}code")

    async with ClientSession() as http:
        assert await code() is None
        journal.full = False
        assert await code() == "0"
        assert await code() == "0"
    assert len(await journal.read("alerts", 0, 10)) == 1
    await server.close()
    keys.close()
    await broker.close()

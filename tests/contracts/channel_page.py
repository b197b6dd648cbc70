"""The broker's own pages as channels: the Atom feed with a poller and the public page with a visitor, over HTTP.

The far end asks by itself, so what can be down is the view that both are built from: it stands still, and goes on.
"""

import contextlib
import re
import tempfile
from pathlib import Path
from typing import Any, Self

from contracts.channel_harness import Got
from contracts.places import places
from lxml import etree, html
from stream.house import ISSUER, House

from broker.core.event import AlertAccepted
from broker.service.clock import utc_now
from cap_formats.alert import Status
from cap_formats.cap.encode import encode_cap
from channels.feed.channel import FeedContact
from channels.map import MapChannel, MapContact, MapPage

ATOM = "{http://www.w3.org/2005/Atom}"
ASKED = (Status.ACTUAL, Status.EXERCISE, Status.TEST)
PULLED = {
    "test_what_can_never_be_taken_is_refused_with_a_reason": "who asks for a page refuses nothing",
    "test_an_expired_alert_is_not_sent": "nothing is sent: a page says what holds at the moment it is asked",
}


class WholeHouse(House):
    """A broker with the feeds and the public page."""

    def routes(self) -> list[Any]:
        return [*super().routes(), *MapPage(self.broker, lambda _: True).routes()]


class PageHarness:
    """What both share."""

    name: str
    cannot = PULLED

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.house = WholeHouse(Path(self.folder.name), places())
        self.house.now = utc_now()
        await self._stack.enter_async_context(self.house.served())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
        await self.house.close()
        self.folder.cleanup()

    async def accept(self, alert: AlertAccepted) -> tuple[int, AlertAccepted]:
        self.house.now = utc_now()
        [taken] = await self.house.broker.accept(encode_cap(alert.alert), holder=ISSUER, via="test")
        return taken.seq, await self.house.broker.archive.accepted(taken.seq)

    async def down(self) -> None:
        await self.house.stand_still()

    async def up(self) -> None:
        self.house.go_on()

    async def hang(self) -> None:
        await self.house.stand_still()

    async def get(self, path: str) -> bytes:
        async with self.house.client.get(path) as response:
            assert response.status == 200, await response.text()
            return await response.read()


class FeedHarness(PageHarness):
    name = "feed"

    def __init__(self) -> None:
        super().__init__()
        self.contact = self.drill_contact = FeedContact()

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.channel = self.house.channel
        return self

    async def got(self, count: int) -> list[Got]:
        """Poll each feed, and follow each entry to its CAP document."""
        found = {}
        for status in ASKED:
            feed = etree.fromstring(await self.get(f"/feeds/alerts.atom?status={status}"))
            for entry in feed.findall(f"{ATOM}entry"):
                [link] = {one.get("href") for one in entry.findall(f"{ATOM}link") if "cap" in one.get("type", "")}
                seq = int(re.search(r"/alerts/(\d+)\.cap$", link)[1])  # type: ignore[index]  # a link is one
                document = await self.get(f"/api/v1/alerts/{seq}.cap")
                words = "".join(entry.itertext()) + document.decode()
                assert seq not in found, "the feeds show it twice"
                found[seq] = Got(f"{seq}-sub-1", document, words)
        assert len(found) >= count
        return [found[seq] for seq in sorted(found)]


class MapHarness(PageHarness):
    name = "map"
    cannot = PULLED | {
        "test_a_cancel_arrives_as_a_message_of_its_own": "a cancel shows by the card that it takes off the page",
    }

    def __init__(self) -> None:
        super().__init__()
        self.contact = self.drill_contact = MapContact()

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.channel = MapChannel(self.house.broker.projector, clock=self.house.broker.clock)
        return self

    async def got(self, count: int) -> list[Got]:
        """Ask what holds in 倉敷市, for real and in the drill; every card says of which alert it is."""
        cards = []
        for query in ("", "&status=Exercise"):
            page = html.fromstring(await self.get(f"/map?code=33202{query}"))
            cards += page.xpath("//article[@id]")
        found = [
            Got(f"{card.get('id').lstrip('n').partition('-')[0]}-sub-1", etree.tostring(card), card.text_content())
            for card in cards
        ]
        assert len(found) >= count
        return sorted(found, key=lambda got: int(got.delivery_id.partition("-")[0]))

"""The carrier channel with a cell broadcast centre, on a real socket."""

import json
import tempfile
from pathlib import Path
from typing import Self

from aiohttp import web
from contracts.channel_case import delivery_of, order
from contracts.channel_harness import Got, Pushing, until

from broker.core.delivery import Delivery
from broker.core.event import AlertAccepted
from channels.carrier import Carrier, Contact
from channels.carrier.message_id import CarrierName
from ops.far_ends.centre import Centre
from ops.far_ends.media import Behaviour


class CarrierHarness(Pushing):
    name = "carrier"

    def __init__(self) -> None:
        super().__init__()
        self.centre = Centre()
        self.port = 0
        self.folder = tempfile.TemporaryDirectory()

    async def __aenter__(self) -> Self:
        await self.up()
        self.ledger = Path(self.folder.name) / "carrier.sqlite"
        self.channel = Carrier(self.ledger)
        url = f"http://127.0.0.1:{self.port}/api/ecbe/v1"
        self.contact = Contact(url=url, carrier=CarrierName.DOCOMO)
        self.drill_contact = Contact(url=url, carrier=CarrierName.DOCOMO, drill=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.channel.close()
        await self.down()
        self.folder.cleanup()

    async def up(self) -> None:
        self.centre.behaviour = Behaviour.GOOD
        self.runner = web.AppRunner(self.centre.app(), shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()
        self.port = self.runner.addresses[0][1]

    async def down(self) -> None:
        await self.runner.cleanup()

    async def hang(self) -> None:
        self.centre.behaviour = Behaviour.HANGS

    def refused(self) -> tuple[Delivery, AlertAccepted, Contact]:
        self.centre.behaviour = Behaviour.REFUSES
        alert = order()
        return delivery_of(alert, self.name), alert, self.contact

    async def got(self, count: int) -> list[Got]:
        messages = self.centre.keep.messages
        await until(lambda: len(messages) >= count)
        names = {row.message_id: row.delivery_id for row in self.rows()}
        found = []
        for message in messages:
            smscb = json.loads(message.text)["smscb_message"]
            words = smscb["payload"]["payload_decoded"]["data_utf8"]
            found.append(Got(names[smscb["message_id"]], message.sha256.encode(), words))
        return found

    def rows(self) -> list:
        """The ledger as it stands: a centre's key is the message id, and only the ledger knows for which delivery."""
        return self.channel._ledger._read("state != 'taken' ORDER BY number")

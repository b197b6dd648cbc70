"""The webhook channel with a newsroom's webhook, on a real socket."""

import base64
from typing import Self

from aiohttp import web
from contracts.channel_case import delivery_of, order
from contracts.channel_harness import Got, Pushing, until

from broker.core.delivery import Delivery
from broker.core.event import AlertAccepted
from channels.webhook import Contact, Webhook
from ops.far_ends.media import Behaviour, Media

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


class WebhookHarness(Pushing):
    name = "webhook"

    def __init__(self) -> None:
        super().__init__()
        self.media = Media(secret=SECRET)
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.up()
        self.channel = Webhook()
        self.contact = Contact(url=f"http://127.0.0.1:{self.port}/", secret=SECRET)
        self.drill_contact = self.contact
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.channel.close()
        await self.down()

    async def up(self) -> None:
        self.media.behaviour = Behaviour.GOOD
        self.runner = web.AppRunner(self.media.app(), shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()
        self.port = self.runner.addresses[0][1]

    async def down(self) -> None:
        await self.runner.cleanup()

    async def hang(self) -> None:
        self.media.behaviour = Behaviour.HANGS

    def refused(self) -> tuple[Delivery, AlertAccepted, Contact]:
        self.media.behaviour = Behaviour.REFUSES
        alert = order()
        return delivery_of(alert, self.name), alert, self.contact

    async def got(self, count: int) -> list[Got]:
        await until(lambda: len(self.media.keep.messages) >= count)
        return [Got(m.id, m.sha256.encode(), m.text) for m in self.media.keep.messages]

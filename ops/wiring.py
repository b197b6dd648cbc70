"""The composition root: the only place that knows which journal, receivers and channels exist."""

import asyncio
import errno
import gc
import sqlite3
from collections.abc import Mapping
from functools import partial
from typing import Final, Self

from aiohttp import web

from broker.core.problem import Problem
from broker.core.protocol import ChannelSpec
from broker.core.subscription import Filter, Subscription
from broker.journal.journal import Journal, JournalError
from broker.journal.sqlite import SqliteJournal
from broker.service import checkpoint
from broker.service.broker import Broker
from broker.service.checkpoint import State
from broker.service.clock import Clock, utc_now
from broker.service.contacts import Contacts
from broker.service.receiver import Receiver
from broker.views.deliveries import Deliveries
from broker.views.history import History
from broker.views.in_force import InForce
from broker.views.projection import ViewFile
from broker.views.situations import Situations
from broker.web import api, openapi
from broker.web.app import make_app
from broker.web.keys import KeyStore
from broker.web.page import kit_routes
from cap_formats.alert import Status
from channels import carrier, radio, webhook
from channels.feed import channel as feed
from channels.feed.routes import routes as feed_routes
from channels.map import channel as map_channel
from channels.map.page import MapPage
from channels.stream import channel as stream
from channels.stream.hub import Hub
from channels.stream.routes import routes as stream_routes
from geo.registry import open_registry
from ops import health, metrics
from ops.coverage import Coverage, relays
from ops.dashboard.page import Dashboard
from ops.folder import DataFolder
from ops.mqtt import Mqtt
from ops.preview import LABELS, previews
from ops.settings import Http, Settings
from ops.signature import read_policy
from receivers import http
from receivers.console.page import Console
from receivers.folder import FolderReceiver
from receivers.jalert import JAlert
from receivers.jma_feed import JmaFeed
from receivers.lalert import LAlert
from receivers.mqtt import MqttReceiver

SPECS: Final[Mapping[str, ChannelSpec]] = {
    spec.name: spec for spec in (carrier.SPEC, feed.SPEC, map_channel.SPEC, radio.SPEC, stream.SPEC, webhook.SPEC)
}

_EVERYTHING: Final = Filter(statuses=(Status.ACTUAL, Status.EXERCISE, Status.TEST))
# The broker's own pages are far ends like any other: what they showed, and when, is tracked by deliveries. Drills are
# among it, because each page has a view of its own for them.
OWN: Final = (
    Subscription(id="sub_own_map", channel="map", label="地図 /map", owner="noroshi", filter=_EVERYTHING),
    Subscription(id="sub_own_feed", channel="feed", label="フィード /feeds", owner="noroshi", filter=_EVERYTHING),
)


class House:
    """One running broker with everything that belongs to it."""

    def __init__(self, settings: Settings, folder: DataFolder, journal: Journal, state: State, clock: Clock) -> None:
        """Open the files and put the parts together; nothing runs yet."""
        self.settings = settings
        self.folder = folder
        self.metrics = metrics.Metrics()
        self.keys = KeyStore(folder.keys)
        self.broker = Broker(
            journal=journal,
            registry=open_registry(folder.areas),
            views=ViewFile(folder.views, (InForce(), Deliveries(), History(), Situations())),
            contacts=Contacts(folder.contacts, SPECS),
            specs=SPECS,
            clock=clock,
            meter=self.metrics,
            state=state,
            checkpoint_path=folder.checkpoint,
        )
        self.metrics.registry.register(metrics.QueueCollector(self.broker))
        self.metrics.registry.register(metrics.SourceCollector(self.broker))
        self.metrics.registry.register(metrics.HeldCollector(self.broker))
        self.broker.intake.judge.signature_policy = read_policy(settings.signature)
        self.lalert = LAlert(self.broker, settings.lalert, settings.http.public_url, folder.lalert)
        self.mqtt = Mqtt(settings.mqtt)
        self.hub = Hub(
            self.broker.journal,
            self.broker.registry.leaves,
            self.broker.subscriptions.in_force.get,
            clock=clock,
        )
        self._runner: web.AppRunner | None = None
        self.url = ""

    @classmethod
    async def open(cls, settings: Settings, clock: Clock = utc_now) -> Self:
        """Build the house, read the journal and listen. Raises Problem where folder or port cannot be used."""
        folder = DataFolder(settings.data)
        gc.disable()  # halves the reading of a long journal; what is read then stays for good
        try:
            journal = SqliteJournal(folder.journal)
            public = frozenset(name for name, spec in SPECS.items() if spec.public)
            state = await checkpoint.read(folder.checkpoint, journal, public)
            house = cls(settings, folder, journal, state, clock)
            await house._start()
        except (sqlite3.OperationalError, JournalError) as error:  # a full disk, in most cases
            sentence = f"{folder.path} cannot be used ({error}), so nothing runs. Make room there and start again."
            raise Problem("data-not-writable", sentence) from error
        finally:
            gc.enable()
            gc.freeze()
        return house

    async def _start(self) -> None:
        broker, settings = self.broker, self.settings
        await self.mqtt.start()
        regions = carrier.Regions(broker.registry, self._areas_of)
        self.radio = radio.Radio(
            self.mqtt.address,
            settings.radio,
            readings=broker.registry.readings(),
            said=regions.said,
            in_town=regions.in_town,
            clock=broker.clock,
        )
        broker.channels |= {
            "carrier": carrier.Carrier(
                self.folder.carrier,
                settings.carrier,
                regions=regions,
                clock=broker.clock,
            ),
            "feed": feed.FeedChannel(broker),
            "map": map_channel.MapChannel(broker.projector, clock=broker.clock),
            "radio": self.radio,
            "stream": stream.StreamChannel(self.hub, clock=broker.clock),
            "webhook": webhook.Webhook(settings.webhook, clock=broker.clock),
        }
        self.receivers = self._receivers()
        await broker.catch_up()
        for own in OWN:
            await broker.subscriptions.ensure(own)
        await self.hub.start()
        try:
            await self._listen()
        except Problem:
            await self.close()
            raise

    def _areas_of(self, subscription_id: str) -> tuple[str, ...]:
        """Return the areas that a subscription asked for, none for everywhere."""
        found = self.broker.subscriptions.in_force.get(subscription_id)
        return found.filter.areas if found else ()

    def _receivers(self) -> list[Receiver]:
        """Make the ways in that have a loop of their own; those on the web are in ``_routes``."""
        settings, broker = self.settings, self.broker
        receivers: list[Receiver] = []
        if settings.jma_feed.enabled:
            path = self.folder.jma_feed
            receivers.append(
                JmaFeed(settings.jma_feed, broker.sources, path, broker.clock, lambda: broker.router.cursor)
            )
        if settings.mqtt_in.host:
            receivers.append(MqttReceiver(settings.mqtt_in, broker.sources))
        if settings.folder.path:
            receivers.append(FolderReceiver(settings.folder, broker.sources, broker.clock))
        if settings.jalert.lines or settings.jalert.indexes:
            names, path = broker.registry.names, self.folder.jalert
            receivers.append(
                JAlert(settings.jalert, broker.sources, path, names, broker.clock, lambda: broker.router.cursor)
            )
        if settings.qzss.antennas:
            from receivers.qzss.receiver import Qzss  # noqa: PLC0415 - its tables cost 80 ms, which few pay for

            receivers.append(Qzss(settings.qzss, broker.sources, broker.clock))
        return receivers

    async def _listen(self) -> None:
        http_settings = self.settings.http
        app = make_app(self.broker, self.keys, self._routes())
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=2.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, http_settings.host, http_settings.port, backlog=4096, reuse_address=True)
        try:
            await site.start()
        except OSError as error:
            raise _not_listening(http_settings, error) from error
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - only compared

    def _routes(self) -> list[web.AbstractRouteDef]:
        broker = self.broker
        coverage = Coverage(self.keys, broker.registry, broker.sources, self.settings.lalert, relays(self.settings))
        console = Console(broker, self.keys, partial(previews, broker.channels), LABELS)
        return [
            web.get("/", _to_map),
            *api.routes(),
            *openapi.routes(),
            *http.routes(),
            *self.lalert.routes(),
            *console.routes(),
            *stream_routes(self.hub, broker.registry.leaves, broker.subscriptions.in_force.get),
            *feed_routes(broker, self.settings.http.public_url),
            *MapPage(broker, coverage, coverage.national).routes(),
            *Dashboard(broker, self.keys, self.metrics.quantiles).routes(),
            *kit_routes(),
            *health.routes(broker),
            *metrics.routes(self.metrics),
        ]

    async def serve(self, stop: asyncio.Event) -> None:
        """Run all loops until ``stop`` is set; if one fails, all end with its error."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self.broker.run(), name="broker"),
                group.create_task(self.broker.sources.watch(), name="sources"),
                group.create_task(self.hub.run(), name="stream hub"),
                group.create_task(self.mqtt.run(), name="mqtt"),
                group.create_task(self._run_radio(), name="radio"),
                *(group.create_task(each.run(self.broker.intake), name=each.name) for each in self.receivers),
            ]
            await _first(stop, tasks)
            for task in tasks:
                task.cancel()

    async def _run_radio(self) -> None:
        """Call stations by our own broker alone: whoever else holds its port must not be taken for it."""
        await self.mqtt.ready.wait()
        await self.radio.run(self.broker.receipts)

    async def close(self) -> None:
        """Stop listening, then let go of everything."""
        if self._runner is not None:
            await self._runner.cleanup()
        await self.broker.close()
        self.lalert.close()
        await self.mqtt.stop()
        self.keys.close()
        self.folder.release()


def _not_listening(wanted: Http, error: OSError) -> Problem:
    """Say why the web cannot listen, and what to do."""
    if error.errno == errno.EADDRINUSE:
        sentence = (
            f"Port {wanted.port} of {wanted.host} is taken by another program; stop that, or give another with --port."
        )
        return Problem("port-taken", sentence)
    sentence = f"It is not possible to listen on {wanted.host} port {wanted.port}: {error.strerror or error}."
    return Problem("address-not-usable", sentence + " Give another with --host and --port.")


async def _first(stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Return when ``stop`` is set or one of the tasks has ended."""
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()


async def _to_map(_: web.Request) -> web.Response:
    """Lead from the front door to what everybody may see."""
    raise web.HTTPFound("/map")

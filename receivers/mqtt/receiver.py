"""Listens to an MQTT broker and hands in every message.

The session at the broker is persistent and a message is acknowledged (PUBACK) only when the journal has it: what comes
while we are down waits there, and what a crash interrupts comes again, as a duplicate that the journal knows.

Topics of drills have a connection and a session of their own: a broker hands on in order, and however many drills wait
there, they keep nothing live waiting.
"""

import asyncio
import logging
import math
import ssl
from collections.abc import Mapping
from typing import Any, Final

import aiomqtt
import structlog
from aiomqtt.client import ProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from broker.core.holder import Holder, Role
from broker.core.limit import WEB_BODY_MAX
from broker.core.problem import Problem
from broker.journal.journal import JournalError
from broker.service.intake import Intake
from broker.service.source import Sources
from cap_formats.alert import Status
from receivers.hand_in import hand_in
from receivers.mqtt.settings import Settings, Topic
from receivers.mqtt.waiting import Waiting

VIA: Final = "mqtt"
RECONNECT_S: Final = (0.1, 0.5, 1.0, 2.0, 5.0)  # the last repeats
STEADY_S: Final = 10.0  # a connection that lasted so long has not failed: two programs of one name throw each other out
JOURNAL_AGAIN_S: Final = 1.0  # until a message that could not be journaled is handed in again
TIMEOUT_S: Final = 5.0
SESSION_S: Final = 7 * 86_400  # the broker keeps what we miss so long: a node may be cut off for three days
UNACKNOWLEDGED_MAX: Final = 8  # messages that the broker may send ahead: with their bound, 128 MB
PACKET_MAX: Final = WEB_BODY_MAX + (64 << 10)  # larger ones the broker does not send; a refused one is still seen
_QOS: Final = 1
_RETAINED_ONCE: Final = SubscribeOptions.RETAIN_SEND_IF_NEW_SUB
_UNKNOWN: Final = Holder(name=VIA, role=Role.ISSUER)
_LOG: Final = structlog.get_logger("receivers.mqtt")
_CLIENT_LOG: Final = logging.getLogger("receivers.mqtt.client")
_CLIENT_LOG.setLevel(logging.ERROR)  # it warns of each message that is let go; Waiting says so once


class MqttReceiver:
    """The receiver; one instance listens to one broker."""

    name = "mqtt in"

    def __init__(self, settings: Settings, sources: Sources) -> None:
        """Listen as the settings say; drills by a connection of their own where there are other topics as well."""
        drills = {name: topic for name, topic in settings.topics.items() if topic.status not in (None, Status.ACTUAL)}
        others = {name: topic for name, topic in settings.topics.items() if name not in drills}
        address, named = f"{settings.host}:{settings.port}", settings.client_id
        self.links = [Link(settings, others or drills, named, sources, address, drills if others else {})]
        if drills and others:
            self.links.append(Link(settings, drills, f"{named}-drill", sources, f"{address} (drill)", {}))

    async def run(self, intake: Intake) -> None:
        """Keep all connections until cancelled."""
        async with asyncio.TaskGroup() as group:
            for link in self.links:
                group.create_task(link.run(intake), name=f"mqtt in {link.client_id}")


class Link:
    """One connection. ``topics`` are those that it subscribes to, ``elsewhere`` those that another has taken over; a
    message is told by all topics of the settings, since the broker may have kept it from before.
    """

    def __init__(
        self,
        settings: Settings,
        topics: Mapping[str, Topic],
        client_id: str,
        sources: Sources,
        name: str,
        elsewhere: Mapping[str, Topic],
    ) -> None:
        self._settings = settings
        self._topics = topics
        self._elsewhere = elsewhere
        self.client_id = client_id
        # Its keepalive says when the line is dead; a broker without news is silent.
        self._source = sources.open(VIA, name, quiet_max=None)

    async def run(self, intake: Intake) -> None:
        """Keep the connection until cancelled."""
        loop, failures = asyncio.get_running_loop(), 0
        while True:
            heard = math.inf
            try:
                async with self._new_client() as client:
                    await self._subscribe(client)
                    self._source.heard()
                    heard = loop.time()
                    async for message in client.messages:
                        await self._take_patiently(message, client, intake)
            except (aiomqtt.MqttError, OSError, ValueError) as error:  # the others: TLS files and addresses
                self._source.lost(str(error) or type(error).__name__)
            _obey_cancel()
            failures = 0 if loop.time() - heard > STEADY_S else failures
            await asyncio.sleep(RECONNECT_S[min(failures, len(RECONNECT_S) - 1)])
            failures += 1

    def _new_client(self) -> aiomqtt.Client:
        settings = self._settings
        client = aiomqtt.Client(
            settings.host,
            settings.port,
            username=settings.username or None,
            password=settings.password or None,
            identifier=self.client_id,
            keepalive=settings.keepalive_s,
            timeout=TIMEOUT_S,
            queue_type=Waiting,
            logger=_CLIENT_LOG,
            tls_context=ssl.create_default_context(cafile=settings.ca_file or None) if settings.tls else None,
            **_session(settings),
        )
        client._client.manual_ack_set(True)  # noqa: SLF001 - aiomqtt itself acknowledges before anything is durable
        return client

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        """Subscribe to every filter, and leave those of another connection to it: the broker keeps what was subscribed
        to before. Raises MqttError where one is refused.
        """
        for topic in self._elsewhere:
            await client.unsubscribe(topic)
            _obey_cancel()
        for topic in self._topics:
            if self._settings.protocol == "5":
                options = SubscribeOptions(qos=_QOS, retainHandling=_RETAINED_ONCE)
                granted = await client.subscribe(topic, options=options)
            else:
                granted = await client.subscribe(topic, qos=_QOS)
            _obey_cancel()
            if any((code if isinstance(code, int) else code.value) >= 0x80 for code in granted):  # noqa: PLR2004 - MQTT 3.9.3
                raise aiomqtt.MqttError(f"the broker refuses the subscription to {topic}")

    async def _take_patiently(self, message: aiomqtt.Message, client: aiomqtt.Client, intake: Intake) -> None:
        """Hand one message in as soon as the journal can be written; those behind it wait at the broker."""
        while True:
            try:
                await self._take(message, client, intake)
            except JournalError as error:
                _LOG.error("a message could not be journaled; it waits", source=self._source.name, reason=str(error))
                await asyncio.sleep(JOURNAL_AGAIN_S)
            else:
                return

    async def _take(self, message: aiomqtt.Message, client: aiomqtt.Client, intake: Intake) -> None:
        """Hand one message in, and acknowledge it once its bytes are kept, taken or not."""
        raw = _bytes(message.payload)
        if raw:  # without content it takes back a retained one, which is a matter of the broker's
            topic = self._topic(message)
            if len(raw) > WEB_BODY_MAX:  # as a broker of 3.1.1 passes on; one of 5 keeps it from us and says nothing
                holder = topic.holder if topic else _UNKNOWN
                sentence = f"The message has {len(raw)} bytes, and was not taken in: send it in parts."
                await intake.refuse_large(raw, sentence=sentence, holder=holder, via=VIA)
            elif topic is None:
                sentence = f"No topic of the settings fits {message.topic.value[:200]}; nothing went out."
                await intake.hold(raw, code="topic-unknown", sentence=sentence, holder=_UNKNOWN, via=VIA)
            else:
                await _take_in(raw, topic, intake)
        self._source.message()
        if message.qos:
            client._client.ack(message.mid, message.qos)  # noqa: SLF001 - as above

    def _topic(self, message: aiomqtt.Message) -> Topic | None:
        return next((topic for name, topic in self._settings.topics.items() if message.topic.matches(name)), None)


async def _take_in(raw: bytes, topic: Topic, intake: Intake) -> None:
    for end in await hand_in(intake, raw, holder=topic.holder, via=VIA, transport=topic.status):
        if isinstance(end, Problem):  # its bytes are kept where a person sees them
            _LOG.warning("message not taken", issuer=topic.issuer, code=end.code)


def _session(settings: Settings) -> dict[str, Any]:
    """Return what makes the session persistent, in the words of each version of MQTT."""
    if settings.protocol == "3.1.1":
        return {"protocol": ProtocolVersion.V311, "clean_session": False}
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho has no types here
    properties.SessionExpiryInterval = SESSION_S
    properties.ReceiveMaximum = UNACKNOWLEDGED_MAX
    properties.MaximumPacketSize = PACKET_MAX
    return {"protocol": ProtocolVersion.V5, "clean_start": False, "properties": properties}


def _bytes(payload: Any) -> bytes:
    return payload if isinstance(payload, bytes) else b""


def _obey_cancel() -> None:
    """Raise CancelledError where this task was cancelled and aiomqtt swallowed it: up to Python 3.11 its
    ``asyncio.wait_for`` forgets a cancel that comes together with the answer.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError

"""Listens to an MQTT broker and hands in every message.

The session at the broker is persistent and a message is acknowledged (PUBACK) only when the journal has it: what comes
while we are down waits there, and what a crash interrupts comes again, as a duplicate that the journal knows.
"""

import asyncio
import ssl
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
from receivers.hand_in import hand_in
from receivers.mqtt.settings import Settings, Topic
from receivers.mqtt.waiting import Waiting

VIA: Final = "mqtt"
RECONNECT_S: Final = (0.1, 0.5, 1.0, 2.0, 5.0)  # the last repeats
TIMEOUT_S: Final = 5.0
SESSION_S: Final = 7 * 86_400  # the broker keeps what we miss so long: a node may be cut off for three days
UNACKNOWLEDGED_MAX: Final = 8  # messages that the broker may send ahead: with their bound, 128 MB
PACKET_MAX: Final = WEB_BODY_MAX + (64 << 10)  # larger ones the broker does not send; a refused one is still seen
_QOS: Final = 1
_RETAINED_ONCE: Final = SubscribeOptions.RETAIN_SEND_IF_NEW_SUB
_UNKNOWN: Final = Holder(name=VIA, role=Role.ISSUER)
_LOG: Final = structlog.get_logger("receivers.mqtt")


class MqttReceiver:
    """The receiver; one instance listens to one broker."""

    name = "mqtt in"

    def __init__(self, settings: Settings, sources: Sources) -> None:
        """Listen as the settings say."""
        self._settings = settings
        # Its keepalive says when the line is dead; a broker without news is silent.
        self._source = sources.open(VIA, f"{settings.host}:{settings.port}", quiet_max=None)

    async def run(self, intake: Intake) -> None:
        """Keep the connection until cancelled."""
        failures = 0
        while True:
            try:
                async with self._new_client() as client:
                    await self._subscribe(client)
                    self._source.heard()
                    failures = 0
                    async for message in client.messages:
                        await self._take(message, client, intake)
            except (aiomqtt.MqttError, OSError, ValueError) as error:  # the others: TLS files and addresses
                self._source.lost(str(error) or type(error).__name__)
            except JournalError as error:
                _LOG.error("a message could not be journaled; the broker sends it again", reason=str(error))
            _obey_cancel()
            await asyncio.sleep(RECONNECT_S[min(failures, len(RECONNECT_S) - 1)])
            failures += 1

    def _new_client(self) -> aiomqtt.Client:
        settings = self._settings
        client = aiomqtt.Client(
            settings.host,
            settings.port,
            username=settings.username or None,
            password=settings.password or None,
            identifier=settings.client_id,
            keepalive=settings.keepalive_s,
            timeout=TIMEOUT_S,
            queue_type=Waiting,
            tls_context=ssl.create_default_context(cafile=settings.ca_file or None) if settings.tls else None,
            **_session(settings),
        )
        client._client.manual_ack_set(True)  # noqa: SLF001 - aiomqtt itself acknowledges before anything is durable
        return client

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        """Subscribe to every filter. Raises MqttError where one is refused."""
        for topic in self._settings.topics:
            if self._settings.protocol == "5":
                options = SubscribeOptions(qos=_QOS, retainHandling=_RETAINED_ONCE)
                granted = await client.subscribe(topic, options=options)
            else:
                granted = await client.subscribe(topic, qos=_QOS)
            _obey_cancel()
            if any((code if isinstance(code, int) else code.value) >= 0x80 for code in granted):  # noqa: PLR2004 - MQTT 3.9.3
                raise aiomqtt.MqttError(f"the broker refuses the subscription to {topic}")

    async def _take(self, message: aiomqtt.Message, client: aiomqtt.Client, intake: Intake) -> None:
        """Hand one message in, and acknowledge it once its bytes are kept, taken or not."""
        raw = _bytes(message.payload)
        self._source.message()
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

"""Calls the stations of a town over MQTT and hands in what they answer.

Owns one connection to the MQTT broker, kept and re-made in ``run``. A call counts as taken when the MQTT broker has
acknowledged it for every group (QoS 1, PUBACK).
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from typing import Final

import aiomqtt
import msgspec
import structlog

from broker.core.delivery import Deferred, Delivered, Delivery, Outcome, Refused
from broker.core.event import AlertAccepted
from broker.core.lane import Lane
from broker.core.limit import SEND_TIMEOUT_S, SEND_TIMEOUT_URGENT_S
from broker.core.problem import Problem
from broker.core.protocol import ChannelSpec, ReceiptSink
from broker.service.clock import Clock, utc_now
from cap_formats.alert import Alert
from channels.mqtt_broker import MqttAddress, obey_cancel
from channels.radio.answer import TEXT_MAX, Answer, receipt_of, silence_of
from channels.radio.call import Call, CallError, call_of, display_text, said_by
from channels.radio.settings import ALL, Contact, Settings
from channels.radio.topic import answers_filter, call_topic, station_in, tree_of

SPEC: Final = ChannelSpec(name="radio", contact=Contact, public=True, open=True, operator_only=True)

RECONNECT_S: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # the last repeats: sirens hang on this line
CONNECT_TIMEOUT_S: Final = 5.0
SILENCE_CHECK_S: Final = 0.25
_LOG: Final = structlog.get_logger("channels.radio")
_QOS: Final = 1


class Awaited(msgspec.Struct, kw_only=True):
    """Stations that have yet to answer one call. Loop time in seconds: ``due`` is when their silence is reported,
    never before the MQTT broker took the call; ``until`` is when a call that it never took is forgotten.
    """

    stations: set[str]
    until: float
    due: float = math.inf


class Radio:
    """The channel; one instance serves all towns. ``run`` must be running for anything to be sent."""

    def __init__(
        self,
        address: MqttAddress,
        settings: Settings | None = None,
        *,
        readings: Mapping[str, str] | None = None,
        said: Callable[[AlertAccepted, str], Alert | None] | None = None,
        in_town: Callable[[AlertAccepted, str], AlertAccepted] | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """Speak to the MQTT broker at ``address``; ``readings`` are kana by place name, for the spoken text; ``said``
        gives what an alert says of the areas that a subscription asked for, None for nothing any more; ``in_town`` the
        alert as it names a town, by its code, and no other.
        """
        self._address = address
        self._settings = settings or Settings()
        self._readings = readings or {}
        self._said = said
        self._in_town = in_town
        self._clock = clock
        self._client: aiomqtt.Client | None = None
        self._connected = asyncio.Event()
        self._trouble = "never connected"
        self._awaited: dict[str, Awaited] = {}
        self._task: asyncio.Task[None] | None = None

    async def run(self, sink: ReceiptSink) -> None:
        """Keep the connection and hand every answer to ``sink``, until cancelled or closed."""
        self._task = asyncio.current_task()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._report_silence(sink), name="radio silence")
            await self._keep_connected(sink)

    async def send(self, delivery: Delivery, accepted: AlertAccepted, contact: Contact) -> Outcome:
        """Call every group that the alert concerns."""
        left_s = (delivery.deadline - self._clock()).total_seconds()
        if left_s <= 0:
            return Deferred(reason="expired before it could be sent")
        try:
            is_over = self._said is not None and self._said(accepted, delivery.subscription_id) is None
            own = self._in_town(accepted, contact.town) if self._in_town is not None else accepted
            call = call_of(delivery, own, contact, self._settings, self._readings, is_over=is_over)
        except CallError as error:
            return Refused(reason=str(error))
        timeout_s = min(SEND_TIMEOUT_URGENT_S if delivery.lane is Lane.URGENT else SEND_TIMEOUT_S, left_s)
        start = asyncio.get_running_loop().time()
        self._expect_answers(call, contact, until=start + left_s)
        client: aiomqtt.Client | None = None
        try:
            async with asyncio.timeout(timeout_s):
                client = await self._line()
                await self._publish(client, call, contact)
        except (TimeoutError, aiomqtt.MqttError) as error:
            if client is None:
                return Deferred(reason=f"no MQTT broker: {self._trouble}")
            return Deferred(reason=f"no answer (PUBACK) from the MQTT broker: {error}".rstrip(": "))
        taken = asyncio.get_running_loop().time()
        self._await_answers(call, taken)
        return Delivered(evidence=f"PUBACK {', '.join(call.zones)}", first_byte_s=taken - start)

    def preview(self, accepted: AlertAccepted) -> str:
        """Return the words that stations show, or why they would get none."""
        try:
            return display_text(accepted.alert, said_by(accepted.alert))
        except CallError as error:
            return f"送信できません (cannot be sent): {error}"

    async def close(self) -> None:
        """End ``run``; may be called twice."""
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.wait({task})

    async def _line(self) -> aiomqtt.Client:
        """Wait for the connection; it may be lost again in the turn of the loop that tells of it."""
        while self._client is None:
            await self._connected.wait()
        return self._client

    async def _publish(self, client: aiomqtt.Client, call: Call, contact: Contact) -> None:
        body = msgspec.json.encode(call)
        tree = tree_of(call.status)
        topics = [call_topic(self._settings.topic_root, contact.town, tree, zone) for zone in call.zones]
        await asyncio.gather(*(client.publish(topic, body, qos=_QOS) for topic in topics))

    async def _keep_connected(self, sink: ReceiptSink) -> None:
        failures = 0
        while True:
            try:
                async with self._new_client() as client:
                    await client.subscribe(answers_filter(self._settings.topic_root), qos=_QOS)
                    obey_cancel()
                    self._client, failures = client, 0
                    self._connected.set()
                    async for message in client.messages:
                        await self._take(message, sink)
            except aiomqtt.MqttError as error:
                self._trouble = str(error)
                _LOG.warning("mqtt connection lost", reason=self._trouble)
            finally:
                self._connected.clear()
                self._client = None
            await asyncio.sleep(RECONNECT_S[min(failures, len(RECONNECT_S) - 1)])
            failures += 1

    def _new_client(self) -> aiomqtt.Client:
        return aiomqtt.Client(
            self._address.host,
            self._address.port,
            username=self._address.username,
            password=self._address.password,
            identifier=self._settings.client_id,
            clean_session=False,  # answers that come while we reconnect are kept for us
            timeout=CONNECT_TIMEOUT_S,
        )

    async def _take(self, message: aiomqtt.Message, sink: ReceiptSink) -> None:
        """Hand one answer in; what cannot be read or belongs to nothing is logged and dropped.

        Whatever a station writes, it must not end this task: RecursionError is JSON nested without end.
        """
        station = station_in(message.topic.value)[:TEXT_MAX]
        try:
            answer = msgspec.json.decode(message.payload, type=Answer)
            await sink.receive(receipt_of(answer, station))
        except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
            _LOG.warning("answer not understood", station=station, reason=str(error))
        except Problem as problem:
            _LOG.warning("answer to nothing", station=station, reason=problem.sentence)
        else:
            if (awaited := self._awaited.get(answer.delivery_id)) is not None:
                awaited.stations.discard(station)

    def _expect_answers(self, call: Call, contact: Contact, *, until: float) -> None:
        """Remember who should answer, from the first attempt on: answers may come before PUBACK."""
        everyone = contact.groups[ALL] in call.zones
        stations = {station.id for station in contact.stations if everyone or station.group in call.zones}
        if stations and call.delivery_id not in self._awaited:
            self._awaited[call.delivery_id] = Awaited(stations=stations, until=until)

    def _await_answers(self, call: Call, taken: float) -> None:
        """Start the clock of a call that was taken at loop time ``taken``."""
        if (awaited := self._awaited.get(call.delivery_id)) is not None and awaited.due == math.inf:
            awaited.due = taken + self._settings.answer_within_s

    async def _report_silence(self, sink: ReceiptSink) -> None:
        """Report each station that has not answered in time; nobody is silent on a call that never went out."""
        while True:
            await asyncio.sleep(SILENCE_CHECK_S)
            now = asyncio.get_running_loop().time()
            for delivery_id in [name for name, awaited in self._awaited.items() if awaited.due <= now]:
                for station in sorted(self._awaited.pop(delivery_id).stations):
                    await self._hand_in_silence(delivery_id, station, sink)
            for delivery_id, awaited in list(self._awaited.items()):
                if awaited.due == math.inf and awaited.until <= now:
                    del self._awaited[delivery_id]

    async def _hand_in_silence(self, delivery_id: str, station: str, sink: ReceiptSink) -> None:
        try:
            await sink.receive(silence_of(delivery_id, station, self._clock()))
        except Problem as problem:
            _LOG.warning("silence of nothing", station=station, reason=problem.sentence)

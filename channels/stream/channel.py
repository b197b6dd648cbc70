"""The channel ``stream``: a delivery ends when a connection that came as the subscription has taken the alert."""

import asyncio
from typing import Final

import msgspec

from broker.core.delivery import Deferred, Delivered, Delivery, Outcome
from broker.core.event import AlertAccepted
from broker.core.protocol import ChannelSpec
from broker.service.clock import Clock, utc_now
from channels.stream.connection import Connection
from channels.stream.frame import AlertFrame, DeliveryEvent, Frame
from channels.stream.hub import Hub

REACHED_TIMEOUT_S: Final = 1.0  # the hub follows the same journal; it is behind by a turn of the loop
TAKEN_TIMEOUT_S: Final = 3.0  # three lost packets on a slow line
_LOOK_S: Final = 0.01


class StreamContact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stream reader comes to us: there is nothing to keep but a name for people."""

    label: str = ""


SPEC: Final = ChannelSpec(name="stream", contact=StreamContact)


class StreamChannel:
    """Proves deliveries to connected subscriptions; the hub does the writing."""

    def __init__(self, hub: Hub, *, clock: Clock = utc_now) -> None:
        """Deliver over the connections of that hub."""
        self._hub = hub
        self._clock = clock

    async def send(self, delivery: Delivery, accepted: AlertAccepted, contact: StreamContact) -> Outcome:  # noqa: ARG002
        """Delivered once the far end's machine has acknowledged the bytes; Deferred while nobody is connected.

        A connection that began after the alert gets it now, without an event id, so that its cursor never goes back.
        """
        left_s = (delivery.deadline - self._clock()).total_seconds()
        try:
            async with asyncio.timeout(min(REACHED_TIMEOUT_S, left_s)):
                await self._hub.reached(delivery.alert_seq)
        except TimeoutError:
            return Deferred(reason="stream-behind")
        connections = self._hub.audience.of_subscription(delivery.subscription_id)
        if not connections:
            return Deferred(reason="not connected")
        for connection in connections:
            self._hand_over(connection, delivery, accepted)
        return await self._taken(connections, delivery)

    async def close(self) -> None:
        """End the connections of the hub."""
        await self._hub.close()

    def _hand_over(self, connection: Connection, delivery: Delivery, accepted: AlertAccepted) -> None:
        if delivery.alert_seq not in connection.written:
            connection.write_alert(AlertFrame(delivery.alert_seq, accepted, moves_cursor=False))
        connection.write(Frame(DeliveryEvent(seq=delivery.alert_seq, delivery_id=delivery.id)))

    async def _taken(self, connections: list[Connection], delivery: Delivery) -> Outcome:
        left_s = (delivery.deadline - self._clock()).total_seconds()
        try:
            async with asyncio.timeout(min(TAKEN_TIMEOUT_S, left_s)):
                while any(connection.open for connection in connections):
                    for connection in connections:
                        if connection.open and not connection.unread():
                            evidence = f"connection {connection.number} acknowledged event {delivery.alert_seq}"
                            return Delivered(evidence=evidence)
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            return Deferred(reason="connection does not read")
        return Deferred(reason="connection lost")

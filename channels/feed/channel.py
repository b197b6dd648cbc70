"""The channel ``feed``: a delivery ends when the alert can be polled. Who polls is not known, and not asked."""

import asyncio
from typing import Final

import msgspec

from broker.core.delivery import Deferred, Delivered, Delivery, Outcome
from broker.core.event import ALERTS, AlertAccepted
from broker.core.protocol import ChannelSpec
from broker.service.broker import Broker

SHOWN_TIMEOUT_S: Final = 3.0  # the projector is milliseconds behind; seconds only while it is built anew


class FeedContact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pollers come to us: there is nothing to keep but a name for people."""

    label: str = ""


SPEC: Final = ChannelSpec(name="feed", contact=FeedContact, open=True)


class FeedChannel:
    """Proves that the feeds show an alert."""

    def __init__(self, broker: Broker) -> None:
        """Watch the broker's views."""
        self._projector = broker.projector
        self._clock = broker.clock

    async def send(self, delivery: Delivery, accepted: AlertAccepted, contact: FeedContact) -> Outcome:  # noqa: ARG002
        """Delivered once the views that the feeds are built from show the alert."""
        left_s = (delivery.deadline - self._clock()).total_seconds()
        try:
            async with asyncio.timeout(min(SHOWN_TIMEOUT_S, left_s)):
                await self._projector.reached(ALERTS, delivery.alert_seq)
        except TimeoutError:
            return Deferred(reason="feed-behind")
        return Delivered(evidence=f"feeds show {self._projector.seq(ALERTS)}")

    async def close(self) -> None:
        """Nothing is held."""

"""The map as a way out: what was sent to it is delivered as soon as the page shows it."""

import asyncio
from typing import Any, Final

import msgspec

from broker.core.delivery import Deferred, Delivered, Delivery, Level, Outcome
from broker.core.event import ALERTS, AlertAccepted
from broker.core.headline import headlines_for_all
from broker.core.protocol import ChannelSpec
from broker.service.clock import Clock, utc_now
from broker.service.projector import Projector
from cap_formats.alert import Info, Status
from channels.map.notice import label_of_info
from channels.text.section import own_section

SHOWN_TIMEOUT_S: Final = 3.0  # the projector is milliseconds behind; seconds only while it is built anew


class MapContact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The page has no address: it is this broker's own."""


SPEC = ChannelSpec(name="map", contact=MapContact, open=True, operator_only=True)


class MapChannel:
    """Delivers to the public page, which draws from the view of what holds."""

    def __init__(self, projector: Projector, *, clock: Clock = utc_now) -> None:
        """Follow the projector's progress."""
        self._projector = projector
        self._clock = clock

    async def send(self, delivery: Delivery, accepted: AlertAccepted, contact: Any) -> Outcome:  # noqa: ARG002
        """Wait until the view has the alert: from then on every answer of the page carries it."""
        left_s = (delivery.deadline - self._clock()).total_seconds()
        try:
            async with asyncio.timeout(min(SHOWN_TIMEOUT_S, left_s)):
                await self._projector.reached(ALERTS, delivery.alert_seq)
        except TimeoutError:
            return Deferred(reason="map-behind")
        return Delivered(level=Level.DELIVERED, evidence=f"in force as of record {delivery.alert_seq}")

    def preview(self, accepted: AlertAccepted) -> str:
        """Say what the cards of the page will say."""
        alert = accepted.alert
        if not alert.infos:
            return "ページからこの情報を消します。"
        told = zip(alert.infos, headlines_for_all(alert.infos), strict=True)
        return "\n\n".join(_card(info, alert.status, for_all=for_all) for info, for_all in told)

    async def close(self) -> None:
        """Nothing is held open."""


def _card(info: Info, status: Status, *, for_all: bool) -> str:
    instruction = own_section(info.instruction or "", info.event)
    headline = info.headline or ""
    said = (instruction, f"全域の見出し: {headline}") if for_all else (headline, instruction)
    return "\n".join(filter(None, (label_of_info(info, status), *said)))

"""The small protocols by which the floors of the house know each other. ops.wiring fills them in."""

from typing import Any, Protocol

import msgspec

from broker.core.delivery import Delivery, Outcome, Receipt
from broker.core.event import AlertAccepted


class ChannelSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What the broker must know of a channel without knowing the channel.

    ``contact`` is the struct that a subscription's contact must fit; it goes to the erasable contacts table and to
    ``Channel.send``, never to the journal. ``public`` marks a channel that speaks to the public itself (radio, carrier
    mail): there a Cancel is only sent where something of its chain went out. ``open`` marks one that anybody can hear
    or read: only messages of scope Public are owed to it. ``operator_only``: a subscriber's key may not make such a
    subscription.
    """

    name: str
    contact: type[msgspec.Struct]
    public: bool = False
    open: bool = False
    operator_only: bool = False


class Channel(Protocol):
    """A way out. One instance serves all subscriptions of its kind."""

    async def send(self, delivery: Delivery, accepted: AlertAccepted, contact: Any) -> Outcome:
        """Render and send once. ``contact`` is an instance of the spec's contact struct.

        Expected trouble is an Outcome, never an exception; an exception is our own fault and becomes Refused.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Preview(Protocol):
    """Optional power of a channel: say what it would send, so that an officer sees it before sending."""

    def preview(self, accepted: AlertAccepted) -> str:
        """Return the words that the far end would get, or the sentence that says why it would get none."""
        ...


class ReceiptSink(Protocol):
    """Where a channel hands in what its far ends say after the outcome."""

    async def receive(self, receipt: Receipt) -> None:
        """Journal the receipt; durable on return. A receipt for an unknown delivery raises Problem."""
        ...

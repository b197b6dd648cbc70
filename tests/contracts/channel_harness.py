"""What the channel suite needs to know of a channel: its far end, and how to make that far end behave.

A channel joins the suite by one Harness below ``tests/contracts`` and one line in ``test_channels.py``.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from broker.core.delivery import Delivery
from broker.core.event import AlertAccepted
from broker.core.protocol import Channel


@dataclass(frozen=True)
class Got:
    """One message as the far end got it. ``content`` is everything that must be equal under one delivery id."""

    delivery_id: str
    content: bytes
    text: str


class Harness(Protocol):
    """A channel with a real far end on loopback. Entering starts both, the far end behaving well.

    ``cannot``: cases of the suite that have no meaning for this channel, by name, and why.
    """

    name: str
    cannot: Mapping[str, str]
    channel: Channel
    contact: Any
    drill_contact: Any  # where drills go; may be the same

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def accept(self, alert: AlertAccepted) -> tuple[int, AlertAccepted]:
        """Do what the broker does before a channel hears of an alert; returns its seq, and the alert as journaled."""
        ...

    async def down(self) -> None:
        """Make the far end unreachable."""
        ...

    async def up(self) -> None:
        """Bring it back at the same address."""
        ...

    async def hang(self) -> None:
        """Make the far end take connections and answer nothing."""
        ...

    def refused(self) -> tuple[Delivery, AlertAccepted, Any]:
        """Return something that must never be taken, preparing the far end for it."""
        ...

    async def got(self, count: int) -> list[Got]:
        """Return what arrived, after waiting briefly for at least ``count`` messages."""
        ...


class Pushing:
    """What harnesses of channels share that send: they read no journal, so a seq is nothing but the next number."""

    cannot: Mapping[str, str] = {}  # nobody writes to it

    def __init__(self) -> None:
        self._accepted = 0

    async def accept(self, alert: AlertAccepted) -> tuple[int, AlertAccepted]:
        self._accepted += 1
        return self._accepted, alert


async def until(condition: Callable[[], bool], within_s: float = 5.0) -> None:
    """Wait until the far end has what is asked for; raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not condition():  # a far end is another program: it has no event to wait for
            await asyncio.sleep(0.01)

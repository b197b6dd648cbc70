"""The one act of the console: what an officer decided goes to the broker.

Within a municipality one decision goes after the other, so that two officers, or two presses, never both change what
only one of them has seen.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from broker.core.event import ALERTS
from broker.core.problem import Problem
from broker.service.broker import Broker
from broker.web.page import JST
from broker.web.session import Session
from cap_formats.alert import Alert, MsgType
from cap_formats.cap.encode import encode_cap
from receivers.console.desk import VIA, Desk
from receivers.console.draft import Draft
from receivers.console.order import cancel_alert, order_alert, reference_to, sender_of


class Issuing:
    """Sends orders and cancels for all desks of one broker."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # by municipality, so below 2,000

    async def alert(self, desk: Desk, draft: Draft) -> Alert:
        """Return what a draft would go out as now."""
        earlier = [] if draft.basis is None else await desk.chain(desk.find(draft.basis).row.chain)
        return order_alert(
            draft.order,
            identifier=self._identifier(draft.order.code),
            sent=self._now(),
            references=[reference_to(alert) for alert in earlier],
            issued_by=desk.issued_by,
        )

    async def issue(self, session: Session, desk: Desk, draft: Draft, seen: Collection[int]) -> int:
        """Issue a draft, once however often it is asked for, and return its seq. ``seen`` are the orders in force that
        its officer was shown beside it.

        Raises Problem ``order-changed`` where the order that it updates was changed since, ``order-beside`` where
        another one came into force, or the broker's own.
        """
        async with self._turns[desk.code]:
            if draft.issued_seq is not None:
                return draft.issued_seq
            _check(desk, draft, seen)
            if draft.raw is None:
                draft.raw = encode_cap(await self.alert(desk, draft))
            try:
                draft.issued_seq = await self._send(session, draft.raw)
            except Problem:
                draft.raw = None
                raise
            return draft.issued_seq

    async def cancel(self, session: Session, desk: Desk, seq: int, note: str) -> int:
        """Take an order back as a mistake, and return the seq of its Cancel: of the one that is there already, where it
        was taken back before.

        What was lifted, or ran out, is nothing to take back: "it was a mistake" would be untrue. Raises Problem
        ``order-changed`` for that.
        """
        async with self._turns[desk.code]:
            issued = desk.find(seq)
            chain = await desk.chain(issued.row.chain)
            if chain[-1].msg_type is MsgType.CANCEL:
                return desk.newest_seq(issued.row.chain)
            if issued.state != "in-force":
                raise Problem("order-changed", "The order holds no longer. Nothing was sent.", status=409)
            alert = cancel_alert(
                chain[-1],
                identifier=self._identifier(desk.code),
                sent=self._now(),
                references=[reference_to(earlier) for earlier in chain],
                note=note,
                issued_by=desk.issued_by,
                code=desk.code,
            )
            return await self._send(session, encode_cap(alert))

    async def _send(self, session: Session, raw: bytes) -> int:
        [taken] = await self._broker.accept(raw, holder=session.speaker, via=VIA)
        await self._broker.projector.reached(ALERTS, taken.seq)
        return taken.seq

    def _now(self) -> datetime:
        return self._broker.clock().astimezone(JST).replace(microsecond=0)

    def _identifier(self, code: str) -> str:
        return f"{sender_of(code)}-{self._now():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def is_overtaken(desk: Desk, draft: Draft) -> bool:
    """Tell whether the order that a draft updates was changed since it was drafted."""
    return draft.basis is not None and desk.newest_seq(desk.find(draft.basis).row.chain) != draft.basis


def beside(desk: Desk, draft: Draft) -> list[int]:
    """Return the orders in force that a first order would stand beside, by seq."""
    return [] if draft.basis is not None else [issued.row.seq for issued in desk.standing()]


def _check(desk: Desk, draft: Draft, seen: Collection[int]) -> None:
    if is_overtaken(desk, draft):
        raise Problem("order-changed", "The order was changed since this was drafted. Nothing was sent.", status=409)
    if not set(beside(desk, draft)) <= set(seen):
        raise Problem("order-beside", "Another order came into force meanwhile. Nothing was sent.", status=409)

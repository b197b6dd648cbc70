"""Sends one urgent mail to one cell broadcast centre, and takes off the air what it replaces.

An urgent mail can be neither changed nor called back on the handset. So an Update is a new message after which the old
one is taken off, and a Cancel takes the old one off first and then says so (取消のお知らせ).
"""

import asyncio
import contextlib
import sqlite3
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final

from broker.core.delivery import Deferred, Delivered, Delivery, Outcome, Refused
from broker.core.event import AlertAccepted
from broker.core.lane import Lane
from broker.core.limit import SEND_TIMEOUT_S, SEND_TIMEOUT_URGENT_S
from broker.core.protocol import ChannelSpec
from broker.core.unanswered import UNANSWERED, may_have_gone_out
from broker.service.clock import Clock, utc_now
from cap_formats.alert import Alert, MsgType, Status
from channels.carrier.body import mail_of, mail_of_end
from channels.carrier.centre import put_on_air, take_off_air
from channels.carrier.ledger import Broadcast, Ledger, State, centre_of
from channels.carrier.mail import Mail, MailError
from channels.carrier.message_id import etws_id
from channels.carrier.region import Regions
from channels.carrier.settings import Contact, Settings
from channels.http import HttpClient

SPEC: Final = ChannelSpec(name="carrier", contact=Contact, public=True, open=True, operator_only=True)

ORDINALS_MAX: Final = 100  # messages of one chain within a minute that would otherwise say the same
_ENDED: Final = frozenset({HTTPStatus.OK, HTTPStatus.NOT_FOUND})  # off the air, or never on it


class Carrier:
    """The channel; one instance serves all centres."""

    def __init__(
        self,
        ledger: Path,
        settings: Settings | None = None,
        *,
        regions: Regions | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """Open or make the file at ``ledger``, which remembers what is on the air; connections open as needed. Without
        ``regions`` every centre gets the whole of an alert.
        """
        self._regions = regions
        self._settings = settings = settings or Settings()
        self._clock = clock
        self._ledger = Ledger(ledger)
        self._client = HttpClient(allow_private=settings.allow_private)

    async def send(self, delivery: Delivery, accepted: AlertAccepted, contact: Contact) -> Outcome:
        """Put the alert on the air. Every step is written down, so that a repeat goes on where the last one stopped.

        A ledger that cannot be written just now (locked, disk full) is a reason to come back, never to give up.
        """
        try:
            return await self._send(delivery, accepted, contact)
        except sqlite3.OperationalError as error:
            return Deferred(reason=f"ledger not available: {error}")

    async def _send(self, delivery: Delivery, accepted: AlertAccepted, contact: Contact) -> Outcome:
        alert = accepted.alert
        if refusal := _mismatch(alert, contact):
            return Refused(reason=refusal)
        left_s = (delivery.deadline - self._clock()).total_seconds()
        if left_s <= 0:
            return Deferred(reason="expired before it could be sent")
        try:
            broadcast = self._planned(delivery, accepted, contact)
        except MailError as error:
            return Refused(reason=str(error))
        if broadcast is None:
            return Deferred(reason="every message id of this centre is on the air")
        timeout_s = min(SEND_TIMEOUT_URGENT_S if delivery.lane is Lane.URGENT else SEND_TIMEOUT_S, left_s)
        ends = asyncio.get_running_loop().time() + timeout_s
        return await self._air(broadcast, contact, ends, cancels=alert.msg_type is MsgType.CANCEL)

    def preview(self, accepted: AlertAccepted) -> str:
        """Return the words on the handset and how long they are, or why there would be none."""
        try:
            mail = mail_of(accepted.alert)
        except MailError as error:
            return f"送信できません (cannot be sent): {error}"
        return f"{mail.title}\n\n{mail.body}\n\n（{mail.length}字, {mail.pages} pages）"

    async def close(self) -> None:
        """Let go of connections and the ledger; may be called twice."""
        await self._client.close()
        self._ledger.close()

    def _planned(self, delivery: Delivery, accepted: AlertAccepted, contact: Contact) -> Broadcast | None:
        """Return what was written down for this delivery, or write it down now; None where no id is free."""
        centre = centre_of(contact.url)
        found = self._ledger.find(centre, delivery.id)
        if found is not None:
            return found
        now = self._clock()
        said = self._regions.said(accepted, delivery.subscription_id) if self._regions else accepted.alert
        mail = self._new_words(accepted.alert, said, centre, delivery.chain)
        wished = etws_id(said) if said and not contact.message_ids else None
        message_id = self._ledger.free_id(centre, delivery.chain, wished, contact.ranges, now)
        if message_id is None:
            return None
        return self._ledger.plan(
            centre=centre,
            delivery_id=delivery.id,
            chain=delivery.chain,
            alert_seq=delivery.alert_seq,
            message_id=message_id,
            mail=mail,
            until=self._until(now),
        )

    def _new_words(self, alert: Alert, said: Alert | None, centre: str, chain: str) -> Mail:
        """Build a mail whose body no earlier one of the chain had: handsets stay silent at words that they know.

        ``said`` is what the alert says of the centre's region, None for nothing any more.
        """
        known = self._ledger.bodies(centre, chain)
        ordinals = range(1, ORDINALS_MAX)
        mails = (mail_of_end(alert, n) if said is None else mail_of(said, n) for n in ordinals)
        mail = next((mail for mail in mails if mail.body not in known), None)
        if mail is None:
            raise MailError(f"{ORDINALS_MAX} messages of this chain already say the same")
        return mail

    def _until(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self._settings.broadcast_s)

    async def _air(self, broadcast: Broadcast, contact: Contact, ends: float, *, cancels: bool) -> Outcome:
        """Put it on the air and take off what it replaces: before, where that is wrong or has its id, else after.

        All of it until loop time ``ends``. What is on the air but could not be finished is reported as unanswered, for
        the public may have it.
        """
        older = self._ledger.earlier(broadcast.centre, broadcast.chain, broadcast.alert_seq)
        before = [old for old in older if cancels or old.message_id == broadcast.message_id]
        if (failure := await self._stop(before, contact, ends)) is not None:
            return failure
        outcome: Outcome = Delivered(evidence=f"already on the air as message {broadcast.message_id}")
        if broadcast.state is not State.RUNNING:
            outcome = await self._start(broadcast, contact, ends)
        if isinstance(outcome, Delivered):
            after = [old for old in older if old not in before]
            if (failure := await self._stop(after, contact, ends)) is not None:
                return Deferred(reason=f"{UNANSWERED}: {outcome.evidence}, but {failure.reason}")
        return outcome

    async def _start(self, broadcast: Broadcast, contact: Contact, ends: float) -> Outcome:
        """Ask the centre to broadcast.

        An id that is taken (409) proves nothing, even after an attempt whose answer we never saw: a centre does not say
        whose message it holds. So the same words go out under the next id, and handsets that know them stay silent.
        """
        self._ledger.mark(broadcast, State.ASKED, self._until(self._clock()))
        answer = await put_on_air(self._client, broadcast, contact, self._settings, _left_s(ends))
        if isinstance(answer, Deferred):
            if not may_have_gone_out(answer.reason):
                self._ledger.mark(broadcast, broadcast.state)  # as it was: this attempt never reached the centre
            return answer
        says = f"{answer.line} message {broadcast.message_id} code {broadcast.code}"
        match answer.status:
            case HTTPStatus.CREATED | HTTPStatus.OK:
                with contextlib.suppress(
                    sqlite3.OperationalError
                ):  # it stays as asked, which is taken off just the same
                    self._ledger.mark(broadcast, State.RUNNING, self._until(self._clock()))
                return Delivered(evidence=says, first_byte_s=answer.first_byte_s)
            case HTTPStatus.CONFLICT:
                self._ledger.mark(broadcast, State.TAKEN)
                return Deferred(reason=f"{says}: the id is taken; the next one is tried")
            case HTTPStatus.BAD_REQUEST:
                self._ledger.mark(broadcast, State.STOPPED)
                return Refused(reason=f"{answer.line}: {answer.text.strip()}")
            case _:
                return Deferred(reason=f"{answer.line}: {answer.text.strip()}".rstrip(": "))

    async def _stop(self, broadcasts: list[Broadcast], contact: Contact, ends: float) -> Deferred | None:
        """Take messages off the air; the first that cannot be stopped is the reason to come back."""
        for broadcast in broadcasts:
            answer = await take_off_air(self._client, broadcast.message_id, contact, _left_s(ends))
            if isinstance(answer, Deferred) or answer.status not in _ENDED:
                why = answer.reason if isinstance(answer, Deferred) else answer.line
                return Deferred(reason=f"message {broadcast.message_id} could not be taken off the air: {why}")
            try:
                self._ledger.mark(broadcast, State.STOPPED)
            except sqlite3.OperationalError as error:
                return Deferred(reason=f"message {broadcast.message_id} could not be noted as taken off: {error}")
        return None


def _left_s(ends: float) -> float:
    """Seconds until loop time ``ends``, never so few that they would mean "without end" to the client."""
    return max(0.001, ends - asyncio.get_running_loop().time())


def _mismatch(alert: Alert, contact: Contact) -> str:
    """Say why this alert must not go to this centre (DESIGN rule 6, at the last hop); empty where it may."""
    drill = alert.status is not Status.ACTUAL
    if drill and not contact.drill:
        return f"an alert with status {alert.status} is not sent to a live centre"
    if contact.drill and not drill:
        return "a live alert is not sent to a centre that is for drills"
    return ""

"""Sends one delivery to one address. Decides what the far end's answer means, by one table."""

from datetime import datetime
from http import HTTPStatus
from typing import Final

from broker.core.delivery import Deferred, Delivered, Delivery, Outcome, Refused
from broker.core.event import AlertAccepted
from broker.core.lane import Lane
from broker.core.limit import SEND_TIMEOUT_S, SEND_TIMEOUT_URGENT_S
from broker.core.protocol import ChannelSpec
from broker.service.clock import Clock, utc_now
from channels.http import Answer, HttpClient, retry_after_s
from channels.webhook.body import Bodies, Body, render
from channels.webhook.settings import Contact, Format, Settings
from channels.webhook.signature import signer_of

SPEC: Final = ChannelSpec(name="webhook", contact=Contact)

# Answers after which the same content is not sent again: they speak of the content, or say "never" outright. Every
# other failure (400, 401, 403, 404, 405, 415 and all of 5xx; a redirect, which is not followed) is how a misconfigured
# or restarting far end looks: it comes back, so the delivery waits for it until the alert expires.
REFUSALS: Final[dict[int, str]] = {
    HTTPStatus.GONE: "the endpoint says that it is gone for good",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "the far end takes no message of this size",
    HTTPStatus.UNPROCESSABLE_ENTITY: "the far end read the message and cannot take it",
}
# Only these carry the far end's wish when to be asked again (RFC 9110, 10.2.3; RFC 6585, 4).
WAITS: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class Webhook:
    """The channel; one instance serves all subscriptions."""

    def __init__(self, settings: Settings | None = None, *, clock: Clock = utc_now) -> None:
        """Make the channel; connections are opened as they are needed."""
        settings = settings or Settings()
        self._client = HttpClient(allow_private=settings.allow_private)
        self._clock = clock
        self._bodies = Bodies()

    async def send(self, delivery: Delivery, accepted: AlertAccepted, contact: Contact) -> Outcome:
        """POST the alert; the second address is tried at once where the first does not take it."""
        now = self._clock()
        left_s = (delivery.deadline - now).total_seconds()
        if left_s <= 0:
            return Deferred(reason="expired before it could be sent")
        body = self._bodies.of(delivery.alert_seq, accepted, contact.format)
        headers = headers_of(delivery, accepted, body, contact, now)
        timeout_s = min(_timeout_s(delivery.lane) / len(contact.urls), left_s)
        outcomes: list[Deferred | Refused] = []
        for url in contact.urls:
            answer = await self._client.request("POST", url, headers=headers, body=body.data, timeout_s=timeout_s)
            outcome = answer if isinstance(answer, Deferred) else outcome_of(answer, now)
            if isinstance(outcome, Delivered):
                return outcome
            outcomes.append(outcome)
        # As long as one address may still take it, it is not refused.
        return next((outcome for outcome in outcomes if isinstance(outcome, Deferred)), outcomes[0])

    def preview(self, accepted: AlertAccepted) -> str:
        """Return the JSON form as it would be sent."""
        return render(0, accepted, Format.JSON).data.decode()

    async def close(self) -> None:
        """Let go of connections; may be called twice."""
        await self._client.close()


def _timeout_s(lane: Lane) -> float:
    return SEND_TIMEOUT_URGENT_S if lane is Lane.URGENT else SEND_TIMEOUT_S


def headers_of(
    delivery: Delivery, accepted: AlertAccepted, body: Body, contact: Contact, now: datetime
) -> dict[str, str]:
    """Headers of the message: those of Standard Webhooks, and what a reader of raw bytes needs beside them."""
    timestamp_s = int(now.timestamp())
    headers = {
        "Content-Type": body.content_type,
        "webhook-id": delivery.id,
        "webhook-timestamp": str(timestamp_s),
        "Noroshi-Status": accepted.alert.status,
        "Noroshi-Msg-Type": accepted.alert.msg_type,
        "Noroshi-Seq": str(delivery.alert_seq),
        "Noroshi-Lane": delivery.lane,
        "Noroshi-Source-Format": accepted.alert.source_format,
    }
    if contact.secret is not None:
        headers["webhook-signature"] = signer_of(contact.secret).signature(delivery.id, timestamp_s, body.data)
    return headers


def outcome_of(answer: Answer, now: datetime) -> Outcome:
    """Say what the far end's answer means."""
    if answer.is_success:
        return Delivered(evidence=answer.line, first_byte_s=answer.first_byte_s)
    if answer.status in REFUSALS:
        return Refused(reason=f"{answer.line}: {REFUSALS[answer.status]}")
    wish = retry_after_s(answer.headers, now) if answer.status in WAITS else None
    return Deferred(reason=answer.line, retry_after_s=wish)

"""What is sent: rendered once for an alert and a format, however many subscribers wait for it.

The body depends on the alert alone, so that one delivery id never carries different content (DESIGN rule 8); what
belongs to the delivery stands in the headers.
"""

from collections import OrderedDict
from datetime import datetime
from typing import Final

import msgspec

from broker.core.event import AlertAccepted
from broker.core.lane import Lane
from broker.core.limit import RENDERED_MAX
from cap_formats.alert import Alert, Status
from cap_formats.drill import MARKS
from channels.text.mark import marked_alert
from channels.webhook.settings import Format

_CAP: Final = "application/cap+xml"
_XML: Final = "application/xml"
_JSON: Final = "application/json"
_OTHER: Final = "application/octet-stream"


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes and their content type."""

    content_type: str
    data: bytes


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """The alert and what the broker adds to it.

    ``seq`` is its place in the journal, ``chain`` and ``place`` order it among its own, ``areas`` are the municipality
    codes by info, ``drill`` is true for everything that is not Actual, ``mark`` the word that then stands before every
    text of ``alert``.
    """

    seq: int
    chain: str
    place: tuple[int, ...]
    lane: Lane
    drill: bool
    mark: str
    areas: tuple[tuple[str, ...], ...]
    received_at: datetime
    alert: Alert


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope that Standard Webhooks proposes: type, timestamp (when it happened), data."""

    type: str
    timestamp: datetime
    data: Data


class Bodies:
    """Renders bodies and keeps the latest."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, str, Format], Body] = OrderedDict()

    def of(self, alert_seq: int, accepted: AlertAccepted, form: Format) -> Body:
        """Return the body of that alert in that format."""
        key = (alert_seq, accepted.alert.raw_digest, form)
        body = self._kept.get(key)
        if body is None:
            body = self._kept[key] = render(alert_seq, accepted, form)
            if len(self._kept) > RENDERED_MAX:
                self._kept.popitem(last=False)
        return body


def render(alert_seq: int, accepted: AlertAccepted, form: Format) -> Body:
    """Render without the cache."""
    if form is Format.CAP:
        return Body(content_type=_content_type(accepted), data=accepted.raw)
    alert = accepted.alert
    data = Data(
        seq=alert_seq,
        chain=accepted.chain,
        place=accepted.place,
        lane=accepted.lane,
        drill=alert.status is not Status.ACTUAL,
        mark=MARKS[alert.status],
        areas=accepted.areas,
        received_at=accepted.received_at,
        alert=marked_alert(alert),
    )
    payload = Payload(type="alert.accepted", timestamp=accepted.received_at, data=data)
    return Body(content_type=_JSON, data=msgspec.json.encode(payload))


def _content_type(accepted: AlertAccepted) -> str:
    """CAP has a media type of its own (CAP 1.2, 1.2); other XML is XML; satellite frames and texts are bytes."""
    if accepted.alert.source_format.startswith("cap"):
        return _CAP
    return _XML if accepted.raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else _OTHER

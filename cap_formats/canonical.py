"""The canonical Alert as a format of its own: ``{"alert": {...}}``, which is what ``noroshi decode`` prints.

What the house says of a message is never taken from outside: ``raw_digest``, ``source_format``, ``chain`` and ``place``
may stand there and are made anew. The rules of CAP 1.2, its profiles among them, hold for it as for CAP's own XML.
"""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from cap_formats.alert import Alert, Reference, digest_of
from cap_formats.cap.check import check_alert
from cap_formats.cap.text import sent_of
from cap_formats.json_text import rule_error
from cap_formats.part import Good, Part
from cap_formats.problem import MessageHeldError, MessageRuleError

SOURCE_FORMAT: Final = "json"
MEMBER: Final = "alert"
_BESIDE: Final = frozenset({MEMBER, "file", "notes"})  # what a line of ``noroshi decode`` has


def decode_canonical(members: dict[str, Any], raw: bytes) -> tuple[Part, ...]:
    """Read one canonical Alert.

    Raises MessageRuleError ``alert-json-invalid`` with the path at fault, and what ``check_alert`` raises.
    """
    if strange := members.keys() - _BESIDE:
        sentence = f"Beside alert stands {min(strange)[:100]!r}, which means nothing here; leave it out."
        raise MessageRuleError("alert-json-invalid", sentence, path="$")
    written = members[MEMBER]
    if not isinstance(written, dict):
        raise MessageRuleError("alert-json-invalid", "alert must be an object.", path="$.alert")
    ours = {"source_format": SOURCE_FORMAT, "raw_digest": digest_of(raw), "chain": "", "place": ()}
    try:
        alert = msgspec.convert(written | ours, Alert)
    except msgspec.ValidationError as error:
        raise rule_error("alert-json-invalid", error, "$.alert") from error
    try:
        notes = check_alert(alert)
    except MessageHeldError as held:
        held.alert = _placed(alert)
        raise
    return (Good(raw, _placed(alert), notes),)


def _placed(alert: Alert) -> Alert:
    """Return the alert in its series; its times have been looked at."""
    return msgspec.structs.replace(alert, chain=_chain(alert), place=(int(alert.sent.timestamp()),))


def _chain(alert: Alert) -> str:
    """Name the series by its oldest known message, as for CAP's own XML: an Update may come in either."""
    oldest = min(alert.references, key=_sent, default=Reference(alert.sender, alert.identifier, ""))
    return f"cap:{oldest.sender},{oldest.identifier}"


def _sent(reference: Reference) -> datetime:
    return sent_of(reference) or datetime.max.replace(tzinfo=UTC)

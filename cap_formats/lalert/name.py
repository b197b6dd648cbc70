"""Names of what we send: the distributionID, new for every message, and the documentID, which stays for its series.

They are made of the alert alone, so that the same alert has the same names wherever and whenever it is written.
"""

import hashlib
from typing import Final

import msgspec

from cap_formats.alert import Alert, MsgType
from cap_formats.lalert.decode import CHAIN
from cap_formats.lalert.told import is_ours

_URL: Final = bytes.fromhex("6ba7b8119dad11d180b400c04fd430c8")  # the namespace of URLs, RFC 9562, 6.6


class DocumentName(msgspec.Struct, frozen=True, kw_only=True):
    """Which document, and which revision of it. Whoever sends a series keeps it; the first is revision 1."""

    document_id: str
    revision: int


def name_of(alert: Alert) -> DocumentName:
    """Return the name that an alert has by itself: its own, where it came from L-Alert; else made of its series, one
    revision after each message that it names.
    """
    if is_ours(alert):
        return DocumentName(document_id=alert.chain.removeprefix(CHAIN), revision=alert.place[0])
    first = alert.references[0].identifier if alert.references else alert.identifier
    revision = 1 if alert.msg_type is MsgType.ALERT else 1 + max(1, len(alert.references))
    return DocumentName(document_id=f"{alert.sender}-{uuid5(f'{alert.sender},{first}')}", revision=revision)


def distribution_id(alert: Alert) -> str:
    """Return the distributionID: the alert's own, or ``<sender>-<UUID>``."""
    if is_ours(alert):
        return alert.identifier
    return f"{alert.sender}-{uuid5(f'{alert.sender},{alert.identifier},{alert.sent.isoformat()}')}"


def uuid5(name: str) -> str:
    """Return the name-based UUID of a text (RFC 9562, 5.5) in the namespace of URLs, below this project's own."""
    digest = bytearray(hashlib.sha1(_URL + f"urn:noroshi:lalert:{name}".encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

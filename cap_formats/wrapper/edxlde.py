"""EDXL-DE 1.0 (OASIS, 2006), the envelope of EDXL -> the alerts in its contentObjects, whatever format each has.

The envelope says once more whether this is live and whether it is new, and must not say otherwise than its content.
L-Alert's コモンズEDXL has the same root element; ``is_commons`` tells it apart by its own namespace.
"""

import base64
import hashlib
from collections.abc import Collection, Iterator
from typing import Final

import msgspec

from cap_formats.alert import Alert, MsgType, Status
from cap_formats.note import Note
from cap_formats.part import Bad, Good, Part
from cap_formats.problem import FormatError, MessageHeldError, MessageRuleError
from cap_formats.wrapper.embedded import Opener, bounded, check_size, document_of
from cap_formats.xml import XmlElement, line_of, path_of, read_xml

NAMESPACE: Final = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
COMMONS: Final = "http://xml.publiccommons.ne.jp/xml/edxl/"
ROOT: Final = f"{{{NAMESPACE}}}EDXLDistribution"

_CONTENT: Final = f"{{{NAMESPACE}}}contentObject"
_EMBEDDED: Final = f"{{{NAMESPACE}}}xmlContent/{{{NAMESPACE}}}embeddedXMLContent"
_NON_XML: Final = f"{{{NAMESPACE}}}nonXMLContent"

# distributionType -> the msgTypes that its content may have. A Report carries anything; the types that are missing
# here (Request, Response, Dispatch, Sensor...) carry no alerts.
MSG_TYPES: Final[dict[str, frozenset[MsgType]]] = {
    "Report": frozenset(MsgType),
    "Update": frozenset({MsgType.ALERT, MsgType.UPDATE}),
    "Cancel": frozenset({MsgType.CANCEL}),
    "Ack": frozenset({MsgType.ACK}),
    "Error": frozenset({MsgType.ERROR}),
}
STATUSES: Final = {status.value: status for status in Status if status is not Status.DRAFT}


def is_commons(root: XmlElement) -> bool:
    """Tell whether the envelope is L-Alert's, whose contentObject stands in a namespace of its own."""
    return root.find(f"{{{COMMONS}}}contentObject") is not None or root.find(f"{{{COMMONS}}}targetArea") is not None


def decode_edxlde(root: XmlElement, open_: Opener) -> tuple[Part, ...]:
    """Open an envelope; content that is no alert is a Bad part beside the others.

    Raises MessageRuleError ``edxl-status``, ``edxl-type``, ``edxl-empty``, MessageSyntaxError ``wrapper-too-large``. A
    part that contradicts the envelope is Bad with MessageHeldError ``status-contradiction`` or ``type-contradiction``.
    """
    status = _word(root, "distributionStatus", "edxl-status", STATUSES)
    distribution_type = _word(root, "distributionType", "edxl-type", MSG_TYPES)
    contents = root.findall(_CONTENT)
    check_size(root, len(contents))
    parts = bounded((part for content in contents for part in _parts(content, open_)), root)
    if not parts:
        sentence = "The envelope has no content; put the alert into contentObject/xmlContent/embeddedXMLContent."
        raise MessageRuleError("edxl-empty", sentence, line=line_of(root), path=path_of(root))
    return tuple(_agreeing(part, STATUSES[status], distribution_type) for part in parts)


def _word(root: XmlElement, name: str, code: str, known: Collection[str]) -> str:
    """Return the envelope's word of that name; refuse the envelope where it has none of those that are known."""
    element = root.find(f"{{{NAMESPACE}}}{name}")
    text = "" if element is None else (element.text or "").strip()
    if text in known:
        return text
    at = root if element is None else element
    sentence = f"{name} is {text[:40]!r}; an envelope of alerts says one of {', '.join(known)}."
    raise MessageRuleError(code, sentence, line=line_of(at), path=path_of(at))


def _parts(content: XmlElement, open_: Opener) -> Iterator[Part]:
    """Open one contentObject, which holds XML elements, or any file in base64."""
    found: list[Part] = []
    inner = (part for element in content.iterfind(f"{_EMBEDDED}/*") for part in open_(element, None) or ())
    found += bounded(inner, content)
    inside = content.find(_NON_XML)
    if inside is not None:
        found += _enclosed(inside, open_)
    yield from found or [_no_alert(content)]


def _enclosed(inside: XmlElement, open_: Opener) -> tuple[Part, ...]:
    """Open a file in base64, after its digest; nothing where it is no document of a known format."""
    text = inside.findtext(f"{{{NAMESPACE}}}contentData")
    if text is None:
        return ()
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:  # binascii.Error, and what is not even ASCII
        sentence = "contentData is no base64."
        return (_bad(inside, MessageRuleError("edxl-base64", sentence, line=line_of(inside), path=path_of(inside))),)
    digest = "".join((inside.findtext(f"{{{NAMESPACE}}}digest") or "").split())
    if digest and digest.lower() != hashlib.sha1(data, usedforsecurity=False).hexdigest():
        sentence = "contentData is not the file that its digest (SHA-1, hexadecimal) names; nothing went out."
        return (_bad(inside, MessageHeldError("edxl-digest", sentence, line=line_of(inside), path=path_of(inside))),)
    try:
        return open_(read_xml(data), data) or ()
    except FormatError:
        return ()


def _no_alert(content: XmlElement) -> Part:
    sentence = (
        "This content is no alert of a format that is read here; the envelope's other content was taken by itself."
    )
    error = MessageRuleError("edxl-content-unknown", sentence, line=line_of(content), path=path_of(content))
    return _bad(content, error)


def _bad(element: XmlElement, error: FormatError) -> Part:
    return Bad(document_of(element), error)


def _agreeing(part: Part, status: Status, distribution_type: str) -> Part:
    """Return the part, held where its alert says otherwise than the envelope."""
    if isinstance(part, Bad):
        return _doubtful(part, status)
    alert = part.alert
    if alert.status is not status:
        return _contradicting(part, "status-contradiction", ("distributionStatus", status), ("status", alert.status))
    if alert.msg_type not in MSG_TYPES[distribution_type]:
        said = ("distributionType", distribution_type)
        return _contradicting(part, "type-contradiction", said, ("msgType", alert.msg_type))
    return _noted(part, distribution_type, alert)


def _doubtful(part: Bad, status: Status) -> Part:
    """Return what is held for a reason of its own; where the envelope says otherwise of its status, for that: it is the
    doubt that a person must settle first of all.
    """
    alert = part.error.alert if isinstance(part.error, MessageHeldError) else None
    if alert is None or alert.status is status:
        return part
    sentence = (
        f"distributionStatus of the envelope is {status} and status of the alert in it is {alert.status}; nothing went "
        f"out, and a person must say which is right. And: {part.error.sentence}"
    )
    error = MessageHeldError("status-contradiction", sentence, path="/EDXLDistribution/distributionStatus")
    error.alert = alert
    return Bad(part.raw, error)


def _contradicting(part: Good, code: str, outside: tuple[str, str], inside: tuple[str, str]) -> Part:
    sentence = (
        f"{outside[0]} of the envelope is {outside[1]} and {inside[0]} of the alert in it is {inside[1]}; nothing went "
        "out, and a person must say which is right."
    )
    error = MessageHeldError(code, sentence, path=f"/EDXLDistribution/{outside[0]}")
    error.alert = part.alert
    return Bad(part.raw, error)


def _noted(part: Good, distribution_type: str, alert: Alert) -> Part:
    """Return the part, with a note where a Report carries what is no new report."""
    if distribution_type != "Report" or alert.msg_type is MsgType.ALERT:
        return part
    sentence = f"The envelope is a Report and the alert in it a {alert.msg_type}; the alert's word was taken."
    return msgspec.structs.replace(part, notes=(*part.notes, Note(code="edxl-type-report", sentence=sentence)))

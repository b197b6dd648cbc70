"""Alert -> CAP 1.2. Owns the writing of the document; what was read by the decoder comes out as it came in."""

import re
from typing import Any, Final, cast

import msgspec
from lxml import etree

from cap_formats.alert import Alert, Info, Reference
from cap_formats.cap.element import ALERT, NAMESPACE, Element, Group
from cap_formats.cap.profile import conforms, japan
from cap_formats.cap.schema import check_schema
from cap_formats.cap.version import VERSIONS
from cap_formats.problem import MessageRuleError
from cap_formats.xml import XmlElement

_NSMAP: Final = cast("dict[str, str]", {None: NAMESPACE})  # lxml takes None for the default; its stubs do not
_READ: Final = frozenset(version.source_format for version in VERSIONS)
_TYPE_UNKNOWN: Final = "application/octet-stream"  # RFC 2046, 4.5.1; 1.2 must have what 1.0 and 1.1 may leave out
_FORBIDDEN: Final = re.compile(r"[\s,<&]")


def encode_cap(alert: Alert) -> bytes:
    """Write one alert as a CAP 1.2 document in UTF-8, without a signature.

    Ids that came from another format lose what CAP forbids in them (3.2.1): white space, commas, < and & are written
    as percent and hexadecimal, in references too, so that messages still find each other. What was not read from CAP
    and keeps to the Japanese profile (``cap_formats.cap.profile.japan``) says so by its code.

    Raises MessageRuleError where the alert cannot be CAP at all: a character that XML does not have
    (``cap-character``), references without a time, as only CAP 1.0 has them (``cap-reference-time``), or what
    ``cap_formats.cap.schema`` refuses.
    """
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap=_NSMAP)
    try:
        _write(root, _with_profile(_with_cap_ids(alert)), ALERT.elements)
    except ValueError as error:
        raise MessageRuleError("cap-character", "A text holds a control character; XML has no such thing.") from error
    check_schema(root)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def cap_id(text: str) -> str:
    """Return an id as CAP allows it: what is forbidden becomes ``%`` and hexadecimal of its UTF-8."""
    return _FORBIDDEN.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def _with_cap_ids(alert: Alert) -> Alert:
    if any(not one.sent for one in alert.references):
        sentence = "A reference does not say when the earlier message was sent, and CAP 1.2 must."
        raise MessageRuleError("cap-reference-time", sentence, path="/alert/references")
    references = tuple(Reference(cap_id(one.sender), cap_id(one.identifier), one.sent) for one in alert.references)
    return msgspec.structs.replace(
        alert, identifier=cap_id(alert.identifier), sender=cap_id(alert.sender), references=references
    )


def _with_profile(alert: Alert) -> Alert:
    if alert.source_format in _READ or japan.CODE in alert.codes or not conforms(alert, japan.JAPAN):
        return alert
    return msgspec.structs.replace(alert, codes=(*alert.codes, japan.CODE))


def _write(parent: XmlElement, value: Any, elements: tuple[Element, ...]) -> None:
    """Write a struct's fields as the children of an element, in CAP's order."""
    for element in elements:
        held = getattr(value, element.field)
        if held is None and element.name == "mimeType":
            held = _TYPE_UNKNOWN
        if held is None or (element.field == "language" and isinstance(value, Info) and value.language_implied):
            continue
        if element.most is None:
            for one in held:
                _write_one(parent, element, one)
        elif held != ():
            _write_one(parent, element, held)


def _write_one(parent: XmlElement, element: Element, value: Any) -> None:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{element.name}")
    if isinstance(element.content, Group):
        _write(child, value, element.content.elements)
    else:
        child.text = element.content.write(value)

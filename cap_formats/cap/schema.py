"""The schema of each version of CAP, made from its table of elements; it gives the standard's own schema's verdict.

Owns what the schema can say: which elements, in which order, how often, of which type. What it cannot say is in
``cap_formats.cap.rule``. One thing is wider: a signature may end an alert of 1.0 and 1.1 too. Their schemas have no
room for it, but CAP 1.1, 3.3.2.1 says that a message must not be refused because it carries one. In every version,
libxml2 lets it stand between infos too.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

from lxml import etree

from cap_formats.cap.element import NAMED_VALUE, SIGNATURE_NAMESPACE, Element, Group, Leaf
from cap_formats.cap.version import CAP_12, VERSIONS, Version, is_strict_time, version_of
from cap_formats.problem import MessageRuleError
from cap_formats.xml import XmlElement, line_of, path_of

_TIME_PATTERN: Final = r"\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-,+]\d\d:\d\d"  # as the standard has it, comma and all

_STEP: Final = re.compile(r"^([^*\[]+)")

# What the validator found -> our code and what to do about it.
_FAULTS: Final[dict[str, tuple[str, str]]] = {
    "SCHEMAV_ELEMENT_CONTENT": ("cap-element", "An element is missing, misplaced or unknown in {version}"),
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": ("cap-element", "Text stands between elements"),
    "SCHEMAV_CVC_TYPE_3_1_2": ("cap-element", "An element that holds text has elements inside"),
    "SCHEMAV_CVC_TYPE_3_1_1": ("cap-attribute", "{version} has no attributes"),
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": ("cap-attribute", "{version} has no attributes"),
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": ("cap-attribute", "{version} has no attributes"),
    "SCHEMAV_CVC_ENUMERATION_VALID": ("cap-value", "A value is none of those that {version} lists"),
    "SCHEMAV_CVC_PATTERN_VALID": ("cap-time", "Write times as 2026-07-01T09:00:00+09:00 (no Z, no fractions)"),
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": ("cap-value", "A value is not of its type"),
}
_OTHER: Final = ("cap-schema", "The message does not follow the schema of {version}")


def check_schema(root: XmlElement) -> None:
    """Raise MessageRuleError where the element is no alert by the schema of its version of CAP (1.2: clause 3.4).

    Codes: ``cap-element``, ``cap-attribute``, ``cap-value``, ``cap-time``, ``cap-schema``; line and path of the first
    fault.
    """
    version = version_of(root.tag)
    schema = _SCHEMAS[version.source_format]
    if not schema.validate(root):
        raise _fault(root, schema, version)


def _fault(root: XmlElement, schema: etree.XMLSchema, version: Version) -> MessageRuleError:
    """Say the first thing that the validator found, at the element where it found it."""
    first = next(iter(cast("Iterable[Any]", schema.error_log)))
    code, sentence = _FAULTS.get(first.type_name, _OTHER)
    element = _at(root, first.path or "")
    said = first.message.replace(f"{{{version.namespace}}}", "").rstrip(".")
    return MessageRuleError(
        code, f"{sentence.format(version=version.name)}: {said}.", line=line_of(element), path=path_of(element)
    )


def _at(root: XmlElement, path: str) -> XmlElement:
    """Return the element that the validator names, or the root.

    Its paths hold prefixes that only the document explains (``/cap:alert/cap:info[2]/@id``), so names are compared as
    they are written; the first step is the root, wherever that stands, and an attribute is told by its element.
    """
    steps = [_STEP.sub(r"*[name()='\1']", step) for step in path.split("/")[2:] if not step.startswith("@")]
    found = root.xpath("/".join([".", *steps]))
    return found[0] if isinstance(found, list) and found and isinstance(found[0], XmlElement) else root


def _declarations(elements: tuple[Element, ...]) -> Iterator[str]:
    """Write the elements of one group as XML Schema, in order."""
    for element in elements:
        times = f'minOccurs="{element.least}" maxOccurs="{element.most or "unbounded"}"'
        if element in NAMED_VALUE.elements:
            yield f'<xs:element ref="cap:{element.name}"/>'
        elif isinstance(element.content, Group):
            inner = "".join(_declarations(element.content.elements))
            yield (
                f'<xs:element name="{element.name}" {times}><xs:complexType><xs:sequence>{inner}'
                "</xs:sequence></xs:complexType></xs:element>"
            )
        else:
            yield f'<xs:element name="{element.name}" {times}{_typed(element.content)}'


def _typed(leaf: Leaf) -> str:
    """Write the type of an element that holds text, and close it."""
    default = ' default="en-US"' if leaf.schema_type == "xs:language" else ""
    facets = "".join(f'<xs:enumeration value="{value}"/>' for value in leaf.values)
    if is_strict_time(leaf):
        facets = f'<xs:pattern value="{_TIME_PATTERN}"/>'
    if not facets:
        return f' type="{leaf.schema_type}"{default}/>'
    return (
        f'><xs:simpleType><xs:restriction base="{leaf.schema_type}">{facets}'
        "</xs:restriction></xs:simpleType></xs:element>"
    )


def _schema(version: Version) -> etree.XMLSchema:
    """Build the validator from a version's table of elements."""
    inner = "".join(_declarations(version.alert.elements))
    inside = "lax" if version is CAP_12 else "skip"  # 1.0 and 1.1 say nothing of signatures, which are let stand there
    text = (
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:cap="{version.namespace}"'
        f' targetNamespace="{version.namespace}" elementFormDefault="qualified">'
        f'<xs:element name="alert"><xs:complexType><xs:sequence>{inner}'
        f'<xs:any minOccurs="0" maxOccurs="unbounded" namespace="{SIGNATURE_NAMESPACE}" processContents="{inside}"/>'
        "</xs:sequence></xs:complexType></xs:element>"
        '<xs:element name="valueName" type="xs:string"/><xs:element name="value" type="xs:string"/></xs:schema>'
    )
    return etree.XMLSchema(etree.fromstring(text))


_SCHEMAS: Final = {version.source_format: _schema(version) for version in VERSIONS}

"""CAP 1.0, 1.1 and 1.2 -> Alert. Owns the reading of a document that follows its schema, and asks all the rules.

What an older version says otherwise is told in the words of 1.2, with a note; ``Alert.source_format`` is ``cap10``,
``cap11`` or ``cap12``.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, cast

from lxml import etree

from cap_formats.alert import Alert, Category, Info, NamedValue, Reference, digest_of
from cap_formats.cap.check import check_alert
from cap_formats.cap.element import NAMED_VALUE, TEXT, Element, Group, Leaf
from cap_formats.cap.older import older_notes
from cap_formats.cap.schema import check_schema
from cap_formats.cap.text import sent_of
from cap_formats.cap.version import CAP_12, PASSWORD, VERSIONS, Version, version_of
from cap_formats.part import Good
from cap_formats.problem import MessageHeldError, MessageRuleError, MessageSyntaxError
from cap_formats.xml import XmlElement, line_of, path_of

_LANGUAGE_DEFAULT: Final = "en-US"  # CAP 1.2, 3.2.2: where language is missing, and in its schema where it is empty

# Where all elements are wrong the validator takes time by the square of their number: 2 s at this bound, hours in the
# largest message that is read. The largest official telegram, written as CAP, has some 12,000.
ELEMENTS_MAX: Final = 20_000
_count: Final = etree.XPath("count(descendant::*)")

_Read = Callable[[XmlElement], Any]
_ReadAll = Callable[[list[XmlElement]], tuple[Any, ...]]


class _Row(NamedTuple):
    """How one element is read, found by its qualified name: alone, all of its name at once, or (neither) as text."""

    field: str
    read: _Read | None = None
    read_all: _ReadAll | None = None


def decode_cap(root: XmlElement, raw: bytes) -> Alert:
    """Read one CAP alert of any version; ``raw`` is the whole message as received, for its digest.

    Raises MessageSyntaxError ``cap-too-many-elements``, MessageRuleError (schema, rules, resources, profiles: see
    ``cap_formats.cap``) and MessageHeldError where a person must decide.
    """
    return decode_cap_part(root, raw).alert


def decode_cap_part(root: XmlElement, raw: bytes) -> Good:
    """Read one CAP alert of any version, with what its reader should know besides; raises as ``decode_cap`` does."""
    if len(raw) > ELEMENTS_MAX * len("<a/>"):
        _refuse_elements(root)
    check_schema(root)
    version = version_of(root.tag)
    fields = _fields(root, _ROWS[version.source_format])
    if version is not CAP_12:
        _complete(fields, version, root)
    alert = Alert(
        **fields,
        source_format=version.source_format,
        raw_digest=digest_of(raw),
        chain=_chain(fields["sender"], fields["identifier"], fields.get("references", ())),
        place=(int(fields["sent"].timestamp()),),
    )
    return Good(raw, alert, (*older_notes(root, version), *check_alert(alert, root)))


def _complete(fields: dict[str, Any], version: Version, root: XmlElement) -> None:
    """Take out what 1.2 does not have; hold what it must have and an older version may leave out."""
    fields.pop(PASSWORD, None)
    if "scope" not in fields:
        raise MessageHeldError(
            "cap-scope-missing",
            f"{version.name} may leave scope out, and then nobody knows whether this is for the public; nothing went "
            "out. Send it with <scope>Public</scope>.",
            line=line_of(root),
            path="/alert/scope",
        )


def _refuse_elements(root: XmlElement) -> None:
    count = int(cast("float", _count(root)))
    if count > ELEMENTS_MAX:
        raise MessageSyntaxError(
            "cap-too-many-elements",
            f"The alert has {count} elements; at most {ELEMENTS_MAX} are read. Send its areas in several alerts.",
            line=line_of(root),
            path=path_of(root),
        )


def _chain(sender: str, identifier: str, references: tuple[Reference, ...]) -> str:
    """Name the series by its oldest known message; a chain of several links is resolved by the broker."""
    if references:
        oldest = min(references, key=lambda one: sent_of(one) or datetime.max.replace(tzinfo=UTC))
        sender, identifier = oldest.sender, oldest.identifier
    return f"cap:{sender},{identifier}"


def _fields(parent: XmlElement, rows: dict[str, _Row]) -> dict[str, Any]:
    """Read the children of an element that follows the schema into a struct's fields."""
    fields: dict[str, Any] = {}
    repeated: list[tuple[str, _ReadAll]] = []
    for child in parent:
        row = rows.get(child.tag)
        if row is None:
            continue  # an XML Signature, the only foreign element that the schema lets in
        field, read, read_all = row
        if read is not None:
            fields[field] = read(child)
        elif read_all is None:
            fields[field] = child.text or ""
        elif field in fields:
            fields[field].append(child)
        else:
            fields[field] = [child]
            repeated.append((field, read_all))
    for field, read_all in repeated:
        fields[field] = read_all(fields[field])
    return fields


def _row(element: Element, namespace: str) -> _Row:
    """Return how an element with this content, standing once or many times, is read."""
    content = element.content
    if element.most is not None and content is TEXT:
        return _Row(element.field)
    read = _reader_of_leaf(content) if isinstance(content, Leaf) else _reader_of_group(content, namespace)
    if element.most is not None:
        return _Row(element.field, read=read)
    if content is NAMED_VALUE:
        return _Row(element.field, read_all=_named_values)
    return _Row(element.field, read_all=lambda run: tuple([read(one) for one in run]))


def _reader_of_group(group: Group, namespace: str) -> _Read:
    rows = _rows(group.elements, namespace)
    if group.struct is Info:
        return lambda element: _info(_fields(element, rows))
    struct = group.struct
    return lambda element: struct(**_fields(element, rows))


def _reader_of_leaf(leaf: Leaf) -> _Read:
    read_text = leaf.read

    def read(element: XmlElement) -> Any:
        try:
            return read_text(element.text or "")
        except MessageRuleError as error:
            path = path_of(element)
            raise MessageRuleError(error.code, error.sentence, line=line_of(element), path=path) from error

    return read


def _named_values(run: list[XmlElement]) -> tuple[NamedValue, ...]:
    return tuple([NamedValue(one[0].text or "", one[1].text or "") for one in run])


def _info(fields: dict[str, Any]) -> Info:
    fields.setdefault("category", (Category.OTHER,))  # only CAP 1.0 may leave it out
    if fields.get("language"):
        return Info(**fields)
    fields["language"] = _LANGUAGE_DEFAULT
    return Info(**fields, language_implied=True)


def _rows(elements: tuple[Element, ...], namespace: str) -> dict[str, _Row]:
    """Turn one group of the table of elements into what ``_fields`` looks up."""
    return {f"{{{namespace}}}{element.name}": _row(element, namespace) for element in elements}


_ROWS: Final = {version.source_format: _rows(version.alert.elements, version.namespace) for version in VERSIONS}

"""CAP 1.2 -> Alert. Owns the reading of a document that follows the schema; asks the schema and the rules about it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from cap_formats.alert import Alert, Info, NamedValue, Reference, digest_of
from cap_formats.cap.element import ALERT, INFO, NAMED_VALUE, NAMESPACE, Element, Group, Leaf
from cap_formats.cap.rule import check_rules
from cap_formats.cap.schema import check_schema
from cap_formats.cap.text import sent_of
from cap_formats.problem import MessageRuleError
from cap_formats.xml import XmlElement, line_of, path_of

SOURCE_FORMAT: Final = "cap12"
_LANGUAGE_DEFAULT: Final = "en-US"  # CAP 1.2, 3.2.2: where language is missing, and in its schema where it is empty

_Read = Callable[[XmlElement], Any]


class _Row(NamedTuple):
    """How one element is read, found by its qualified name."""

    field: str
    read: _Read
    repeats: bool


def decode_cap(root: XmlElement, raw: bytes) -> Alert:
    """Read one CAP 1.2 alert; ``raw`` is the whole message as received, for its digest.

    Raises MessageRuleError (schema and rules, see ``cap_formats.cap.schema`` and ``cap_formats.cap.rule``) and
    MessageHeldError ``status-contradiction``.
    """
    check_schema(root)
    fields = _fields(root, _ROWS)
    alert = Alert(
        **fields,
        source_format=SOURCE_FORMAT,
        raw_digest=digest_of(raw),
        chain=_chain(fields["sender"], fields["identifier"], fields.get("references", ())),
        place=(int(fields["sent"].timestamp()),),
    )
    check_rules(alert, root)
    return alert


def _chain(sender: str, identifier: str, references: tuple[Reference, ...]) -> str:
    """Name the series by its oldest known message; a chain of several links is resolved by the broker."""
    if references:
        oldest = min(references, key=lambda one: sent_of(one) or datetime.max.replace(tzinfo=UTC))
        sender, identifier = oldest.sender, oldest.identifier
    return f"cap:{sender},{identifier}"


def _fields(parent: XmlElement, rows: dict[str, _Row]) -> dict[str, Any]:
    """Read the children of an element that follows the schema into a struct's fields."""
    fields: dict[str, Any] = {}
    lists: dict[str, list[Any]] = {}
    for child in parent:
        row = rows.get(child.tag)
        if row is None:
            continue  # an XML Signature, the only foreign element that the schema lets in
        field, read, repeats = row
        if not repeats:
            fields[field] = read(child)
        elif field in lists:
            lists[field].append(read(child))
        else:
            lists[field] = [read(child)]
    for field, values in lists.items():
        fields[field] = tuple(values)
    return fields


def _reader(content: Leaf | Group) -> _Read:
    """Return the function that reads an element with this content."""
    if content is NAMED_VALUE:
        return _named_value
    if isinstance(content, Leaf):
        return _text if content.read is str else _reader_of_leaf(content)
    rows = _rows(content.elements)
    if content is INFO:
        return lambda element: _info(_fields(element, rows))
    struct = content.struct
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


def _text(element: XmlElement) -> str:
    return element.text or ""


def _named_value(element: XmlElement) -> NamedValue:
    name, value = element
    return NamedValue(name.text or "", value.text or "")


def _info(fields: dict[str, Any]) -> Info:
    if fields.get("language"):
        return Info(**fields)
    fields["language"] = _LANGUAGE_DEFAULT
    return Info(**fields, language_implied=True)


def _rows(elements: tuple[Element, ...]) -> dict[str, _Row]:
    """Turn one group of the table of elements into what ``_fields`` looks up."""
    return {
        f"{{{NAMESPACE}}}{element.name}": _Row(element.field, _reader(element.content), element.most is None)
        for element in elements
    }


_ROWS: Final = _rows(ALERT.elements)

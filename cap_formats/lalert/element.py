"""The elements of コモンズEDXL and PCXML as tables, and the one reader and the one writer that go by them.

A body's table is its order of elements: what is read and what is written is the same row. Reading goes by local names
in any order, because the namespaces carry a version (FORMATS 1.4) and the later schemas are not public; writing keeps
the order of the table and the namespaces of version 1.3. Owns no meaning.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec
from lxml import etree

from cap_formats.jma.envelope import parse_time
from cap_formats.problem import MessageRuleError
from cap_formats.xml import XmlElement, line_of, path_of

PREFIXES: Final[dict[str, str]] = {
    "edxlde": "urn:oasis:names:tc:emergency:EDXL:DE:1.0",
    "commons": "http://xml.publiccommons.ne.jp/xml/edxl/",
    "pcxml": "http://xml.publiccommons.ne.jp/pcxml1/3",
    "pcx_eb": "http://xml.publiccommons.ne.jp/pcxml1/elementBasis3/",
    "pcx_ib": "http://xml.publiccommons.ne.jp/pcxml1/informationBasis3/",
    "pcx_ev": "http://xml.publiccommons.ne.jp/pcxml1/body/evacuation3",
    "pcx_sh": "http://xml.publiccommons.ne.jp/pcxml1/body/shelter3",
    "pcx_di": "http://xml.publiccommons.ne.jp/pcxml1/body/DamageInformation3",
    "pcx_ah": "http://xml.publiccommons.ne.jp/pcxml1/body/AntidisasterHeadquarter3",
    "pcx_gi": "http://xml.publiccommons.ne.jp/pcxml1/body/GeneralInformation3",
    "pcx_en": "http://xml.publiccommons.ne.jp/pcxml1/body/event3",
    "pcx_um": "http://xml.publiccommons.ne.jp/pcxml1/body/UrgentMail3",
}
"""Version 1.3. The bodies' namespaces have no slash at their end, the others have one."""

CHILDREN_MAX: Final = 20_000  # of one row below one element: as many areas as the broker takes in one message


class Struct(msgspec.Struct, frozen=True, kw_only=True):
    """What every part of a document shares: immutable, keywords only."""


Names = dict[tuple[str, ...], tuple[str, ...]]
Below = dict[tuple[str, ...], list[dict[str, list[XmlElement]]]]
"""By the way to it from an element: the children by local name of each element that stands there."""


class Leaf(NamedTuple):
    """What an element without children holds: how its text becomes a value (None for none) and back."""

    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


class Group(NamedTuple):
    """What an element with children holds: the struct that it becomes, and its own elements in order."""

    struct: type[Any]
    elements: tuple["Element", ...]


class Whole(NamedTuple):
    """An element that is read and written as such, because its attributes or its children mean something."""

    read: Callable[[XmlElement], Any]
    write: Callable[[XmlElement, Any], None]


class Element(NamedTuple):
    """One row: where it stands below its parent (``pcx_eb:Disaster/pcx_eb:DisasterName``), the struct's field, what it
    holds, and whether it repeats (at its last step). ``missing`` is the value where it is not there.

    ``attributes`` are written, qualified like the element; where ``chosen`` they also tell it from its twins
    (ContactInfo by contactType).
    """

    path: str
    field: str
    content: Leaf | Group | Whole
    many: bool = False
    missing: Any = None
    attributes: tuple[tuple[str, str], ...] = ()
    chosen: bool = False


def read_text(text: str) -> str | None:
    """Return the text without white space around it, or None where nothing is left."""
    return text.strip() or None


_WHOLE: Final = re.compile(r"[0-9]{1,15}")
_DECIMAL: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?")


def plain(text: str) -> str:
    """Return the text with full-width letters and digits made plain (NFKC) and no white space around it."""
    return unicodedata.normalize("NFKC", text).strip()


def read_number(text: str) -> int | None:
    """Read a count, with or without commas; None where it is none (不明, 約100)."""
    digits = plain(text).replace(",", "")
    return int(digits) if _WHOLE.fullmatch(digits) else None


def read_decimal(text: str) -> float | None:
    """Read a number with up to six decimals; None where it is none."""
    digits = plain(text).replace(",", "")
    return float(digits) if _DECIMAL.fullmatch(digits) else None


def write_decimal(number: float) -> str:
    """Write a number as read_decimal reads it: 3, 0.5."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def write_time(time: datetime) -> str:
    """Write an xs:dateTime; fractions of a second only where there are some."""
    return time.isoformat()


TEXT: Final = Leaf(read_text)
NUMBER: Final = Leaf(read_number)
TIME: Final = Leaf(lambda text: parse_time(text.strip()), write_time)
EMBEDDED: Final = Whole(lambda element: element, lambda element, held: element.extend(list(held)))


def local_name(element: XmlElement) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


@cache
def steps_of(path: str) -> tuple[tuple[str, str], ...]:
    """Return each step of a row's path: its qualified name and its local name."""
    return tuple((qualified(step), step.rpartition(":")[2]) for step in path.split("/"))


@cache
def names_of(group: Group) -> Names:
    """Return what is looked for below each way of a table, as lxml has it ({*}name)."""
    names: dict[tuple[str, ...], dict[str, None]] = {}
    for row in group.elements:
        steps = [name for _, name in steps_of(row.path)]
        for depth, name in enumerate(steps):
            names.setdefault(tuple(steps[:depth]), {})[f"{{*}}{name}"] = None
    return {way: tuple(wanted) for way, wanted in names.items()}


def qualified(name: str) -> str:
    """Return ``{namespace}local`` of ``prefix:local``."""
    prefix, _, local = name.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}"


def read(element: XmlElement, group: Group) -> Any:
    """Read an element by its table. What is not in the table is left alone.

    Raises MessageRuleError ``lalert-element-repeated`` where what stands once stands twice, and
    ``lalert-too-many`` for more than CHILDREN_MAX elements of one row.
    """
    told: dict[str, Any] = {}
    names = names_of(group)
    below: Below = {(): [_named(element, names[()])]}
    for row in group.elements:
        found = _found(below, row, names)
        if len(found) > CHILDREN_MAX:
            raise MessageRuleError(
                "lalert-too-many",
                f"{row.path} stands {len(found)} times; at most {CHILDREN_MAX} are read.",
                line=line_of(found[0]),
                path=path_of(element),
            )
        if row.many:
            values = (_value(one, row) for one in found)
            told[row.field] = tuple(value for value in values if value is not None)
            continue
        if len(found) > 1 and not row.chosen:
            raise MessageRuleError(
                "lalert-element-repeated",
                f"{row.path} stands {len(found)} times where it may stand once; leave one.",
                line=line_of(found[1]),
                path=path_of(found[1]),
            )
        value = _value(found[0], row) if found else None
        if value is None:
            value = row.missing
        if value is not None:
            told[row.field] = value
    return group.struct(**told)


def _named(element: XmlElement, wanted: tuple[str, ...]) -> dict[str, list[XmlElement]]:
    """Return the children of an element by local name, of the names that are wanted: one walk for all rows."""
    named: dict[str, list[XmlElement]] = {}
    for child in element.iterchildren(*wanted):
        named.setdefault(local_name(child), []).append(child)
    return named


def _found(below: Below, row: Element, names: Names) -> list[XmlElement]:
    """Return the elements of a row; ``below`` remembers what was walked, since rows share the way to them."""
    way: tuple[str, ...] = ()
    for _, name in steps_of(row.path)[:-1]:
        longer = (*way, name)
        if longer not in below:
            below[longer] = [_named(node, names[longer]) for children in below[way] for node in children.get(name, ())]
        way = longer
    name = steps_of(row.path)[-1][1]
    found = [node for children in below[way] for node in children.get(name, ())]
    return [node for node in found if _has(node, row.attributes)] if row.chosen else found


def attributes_of(element: XmlElement) -> dict[str, str]:
    """Return the attributes of an element by local name."""
    return {str(name).rpartition("}")[2]: str(value) for name, value in element.attrib.items()}


def _has(element: XmlElement, attributes: tuple[tuple[str, str], ...]) -> bool:
    held = attributes_of(element)
    return all(held.get(name.rpartition(":")[2], "").strip() == value for name, value in attributes)


def _value(element: XmlElement, row: Element) -> Any:
    match row.content:
        case Group() as group:
            return read(element, group)
        case Whole() as whole:
            return whole.read(element)
        case Leaf() as leaf:
            return leaf.read(_text(element))


def _text(element: XmlElement) -> str:
    """Return the text of an element; where others stand inside (HTML not escaped), each piece is a line."""
    if not len(element):
        return element.text or ""
    pieces = (str(piece).strip() for piece in element.itertext())
    return "\n".join(piece for piece in pieces if piece)


def write(parent: XmlElement, value: Any, group: Group) -> None:
    """Write a struct's fields as children, in the order of the table; what is None or empty is left out."""
    for row in group.elements:
        held = getattr(value, row.field)
        for one in held if row.many else (held,):
            if one is not None:
                _write_one(parent, one, row)


def _write_one(parent: XmlElement, value: Any, row: Element) -> None:
    *wrappers, (tag, _) = steps_of(row.path)
    for wrapper, _ in wrappers:
        last = parent[-1] if len(parent) else None
        parent = last if last is not None and last.tag == wrapper else etree.SubElement(parent, wrapper)
    child = etree.SubElement(parent, tag)
    for name, text in row.attributes:
        child.set(qualified(name), text)
    match row.content:
        case Leaf() as leaf:
            child.text = leaf.write(value)
        case Whole() as whole:
            whole.write(child, value)
        case Group() as group:
            write(child, value, group)
            if not len(child):
                parent.remove(child)

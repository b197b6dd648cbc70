"""Items: the pairs of kinds and areas of which Head/Information, Body/Warning and VolcanoInfo are made.

Source: jmx_ib.xsd (Information/Item), jmx_mete.xsd (Warning/Item), jmx_volc.xsd (VolcanoInfo/Item).
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import msgspec

from cap_formats.jma.area import Areas, Key
from cap_formats.jma.element import children, namespace_of
from cap_formats.xml import XmlElement


class Kind(msgspec.Struct, frozen=True, gc=False):
    """One Kind: what is said of an area."""

    name: str
    code: str
    status: str
    condition: str


class Item(msgspec.Struct, frozen=True, gc=False):
    """What is said (several kinds at once) and where; ``told`` holds the Property elements, each with its kind."""

    kinds: list[Kind]
    keys: list[Key]
    told: list[tuple[Kind, XmlElement]]


class _Tags(NamedTuple):
    """Qualified names in one namespace: of an item and its parts, and of the parts of a kind."""

    item: tuple[str, str, str, str]
    kind: tuple[str, str, str, str, str]


@cache
def _tags(namespace: str) -> _Tags:
    item, kind, area, areas = (namespace + name for name in ("Item", "Kind", "Area", "Areas"))
    name, code, status, condition, told = (
        namespace + name for name in ("Name", "Code", "Status", "Condition", "Property")
    )
    return _Tags((item, kind, area, areas), (name, code, status, condition, told))


def items(container: XmlElement, areas: Areas) -> Iterator[Item]:
    """Read the items of an Information, a Warning or a VolcanoInfo."""
    tags = _tags(namespace_of(container))
    of_item, of_kind, of_area, of_areas = tags.item
    key = areas.keys.get
    for item in children(container):
        if item.tag != of_item:
            continue
        kinds: list[Kind] = []
        keys: list[Key] = []
        told: list[tuple[Kind, XmlElement]] = []
        for child in children(item):
            tag = child.tag
            if tag == of_kind:
                kinds.append(_kind(child, tags.kind, told))
            elif tag == of_area:
                if (own := key(child)) is not None:
                    keys.append(own)
            elif tag == of_areas:
                keys += filter(None, map(key, children(child)))
        yield Item(kinds, keys, told)


def _kind(element: XmlElement, tags: tuple[str, str, str, str, str], told: list[tuple[Kind, XmlElement]]) -> Kind:
    of_name, of_code, of_status, of_condition, of_told = tags
    name = code = status = condition = ""
    properties: list[XmlElement] = []
    for child in children(element):
        tag = child.tag
        if tag == of_told:
            properties.append(child)
        elif tag == of_name:
            name = (child.text or "").strip()
        elif tag == of_code:
            code = (child.text or "").strip()
        elif tag == of_status:
            status = (child.text or "").strip()
        elif tag == of_condition:
            condition = (child.text or "").strip()
    kind = Kind(name, code, status, condition)
    if properties:
        told += [(kind, each) for each in properties]
    return kind

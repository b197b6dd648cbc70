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

    kinds: tuple[Kind, ...]
    keys: tuple[Key, ...]
    told: tuple[tuple[Kind, XmlElement], ...] = ()


class _Tags(NamedTuple):
    """Qualified names of an item's parts in one namespace."""

    item: str
    kind: str
    area: str
    areas: str
    name: str
    code: str
    status: str
    condition: str
    told: str


@cache
def _tags(namespace: str) -> _Tags:
    names = ("Item", "Kind", "Area", "Areas", "Name", "Code", "Status", "Condition", "Property")
    return _Tags(*(namespace + name for name in names))


def items(container: XmlElement, areas: Areas) -> Iterator[Item]:
    """Read the items of an Information, a Warning or a VolcanoInfo."""
    tags = _tags(namespace_of(container))
    key = areas.keys.get
    for item in children(container):
        if item.tag != tags.item:
            continue
        kinds: list[Kind] = []
        keys: list[Key] = []
        told: list[tuple[Kind, XmlElement]] = []
        for child in children(item):
            tag = child.tag
            if tag == tags.kind:
                kinds.append(_kind(child, tags, told))
            elif tag == tags.area:
                if (own := key(child)) is not None:
                    keys.append(own)
            elif tag == tags.areas:
                keys += filter(None, map(key, children(child)))
        yield Item(tuple(kinds), tuple(keys), tuple(told))


def _kind(element: XmlElement, tags: _Tags, told: list[tuple[Kind, XmlElement]]) -> Kind:
    name = code = status = condition = ""
    properties: list[XmlElement] = []
    for child in children(element):
        tag = child.tag
        if tag == tags.name:
            name = (child.text or "").strip()
        elif tag == tags.code:
            code = (child.text or "").strip()
        elif tag == tags.status:
            status = (child.text or "").strip()
        elif tag == tags.told:
            properties.append(child)
        elif tag == tags.condition:
            condition = (child.text or "").strip()
    kind = Kind(name, code, status, condition)
    told += [(kind, each) for each in properties]
    return kind

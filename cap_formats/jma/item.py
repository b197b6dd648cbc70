"""Items: the pairs of kinds and areas of which Head/Information, Body/Warning and VolcanoInfo are made.

Source: jmx_ib.xsd (Information/Item), jmx_mete.xsd (Warning/Item), jmx_volc.xsd (VolcanoInfo/Item).
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import msgspec

from cap_formats.jma.area import Areas, Key
from cap_formats.jma.element import children, namespace_of, text
from cap_formats.xml import XmlElement


class Kind(msgspec.Struct, frozen=True, gc=False):
    """One Kind: what is said of an area; ``last`` is the name of its LastKind, the rest as in the schema."""

    name: str
    code: str
    status: str
    condition: str
    last: str


class Item(msgspec.Struct, frozen=True, gc=False):
    """What is said (several kinds at once) and where."""

    kinds: tuple[Kind, ...]
    keys: tuple[Key, ...]


class _Tags(NamedTuple):
    """Qualified names of an item's parts in one namespace."""

    item: str
    kind: str
    last: str
    area: str
    areas: str
    name: str
    code: str
    status: str
    condition: str


@cache
def _tags(namespace: str) -> _Tags:
    names = ("Item", "Kind", "LastKind", "Area", "Areas", "Name", "Code", "Status", "Condition")
    return _Tags(*(namespace + name for name in names))


def items(container: XmlElement, areas: Areas) -> Iterator[Item]:
    """Read the items of an Information, a Warning or a VolcanoInfo."""
    tags = _tags(namespace_of(container))
    key = areas.keys.get
    for item in container.iterchildren(tags.item):
        kinds: list[Kind] = []
        keys: list[Key] = []
        last = ""
        for child in children(item):
            tag = child.tag
            if tag == tags.kind:
                kinds.append(_kind(child, tags))
            elif tag == tags.area:
                if (own := key(child)) is not None:
                    keys.append(own)
            elif tag == tags.areas:
                keys += filter(None, map(key, children(child)))
            elif tag == tags.last:
                last = text(child, tags.name)
        if last:
            kinds = [kind if kind.last else msgspec.structs.replace(kind, last=last) for kind in kinds]
        yield Item(tuple(kinds), tuple(keys))


def _kind(element: XmlElement, tags: _Tags) -> Kind:
    name = code = status = condition = last = ""
    for child in children(element):
        tag = child.tag
        if tag == tags.name:
            name = (child.text or "").strip()
        elif tag == tags.code:
            code = (child.text or "").strip()
        elif tag == tags.status:
            status = (child.text or "").strip()
        elif tag == tags.condition:
            condition = (child.text or "").strip()
        elif tag == tags.last:
            last = text(child, tags.name)
    return Kind(name, code, status, condition, last)

"""Items: the pairs of kinds and areas of which Head/Information, Body/Warning and VolcanoInfo are made.

Source: jmx_ib.xsd (Information/Item), jmx_mete.xsd (Warning/Item), jmx_volc.xsd (VolcanoInfo/Item).
"""

from collections.abc import Iterator
from typing import NamedTuple

from cap_formats.jma.area import Areas, Key
from cap_formats.jma.element import text
from cap_formats.xml import XmlElement


class Kind(NamedTuple):
    """One Kind: what is said of an area; ``last`` is the name of its LastKind, the rest as in the schema."""

    name: str
    code: str
    status: str
    condition: str
    last: str


class Item(NamedTuple):
    """What is said (several kinds at once) and where."""

    kinds: tuple[Kind, ...]
    keys: tuple[Key, ...]


def items(container: XmlElement, areas: Areas) -> Iterator[Item]:
    """Read the items of an Information, a Warning or a VolcanoInfo."""
    namespace = str(container.tag).partition("}")[0] + "}"
    item_tag, kind_tag, area_tag = namespace + "Item", namespace + "Kind", namespace + "Area"
    areas_tag, last_tag = namespace + "Areas", namespace + "LastKind"
    for item in container.iterchildren(item_tag):
        kinds: list[Kind] = []
        keys: list[Key] = []
        last = ""
        for child in item:
            tag = child.tag
            if tag == kind_tag:
                kinds.append(_kind(child, namespace))
            elif tag == area_tag:
                keys.extend(_key(areas, child))
            elif tag == areas_tag:
                for area in child.iterchildren(area_tag):
                    keys.extend(_key(areas, area))
            elif tag == last_tag:
                last = text(child, namespace + "Name")
        if last:
            kinds = [kind if kind.last else kind._replace(last=last) for kind in kinds]
        yield Item(tuple(kinds), tuple(keys))


def _key(areas: Areas, element: XmlElement) -> tuple[Key, ...]:
    key = areas.key(element)
    return () if key is None else (key,)


def _kind(element: XmlElement, namespace: str) -> Kind:
    told = {"Name": "", "Code": "", "Status": "", "Condition": "", "LastKind": ""}
    skip = len(namespace)
    for child in element:
        name = str(child.tag)[skip:]
        if name == "LastKind":
            told[name] = text(child, namespace + "Name")
        elif name in told:
            told[name] = (child.text or "").strip()
    return Kind(told["Name"], told["Code"], told["Status"], told["Condition"], told["LastKind"])

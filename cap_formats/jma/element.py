"""The element names of 気象庁防災情報XML and the two ways in which they are read here.

Names are qualified once, because a telegram of 4 MB has a quarter of a million elements; children are walked
directly. Owns no meaning: what an element says is told in the files that read it.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Final, cast

from cap_formats.xml import XmlElement

_BASE: Final = "http://xml.kishou.go.jp/jmaxml1/"
REPORT: Final = f"{{{_BASE}}}"
HEAD: Final = f"{{{_BASE}informationBasis1/}}"
METEOROLOGY: Final = f"{{{_BASE}body/meteorology1/}}"
SEISMOLOGY: Final = f"{{{_BASE}body/seismology1/}}"
VOLCANOLOGY: Final = f"{{{_BASE}body/volcanology1/}}"
BASIS: Final = f"{{{_BASE}elementBasis1/}}"

children: Final = cast("Callable[[XmlElement], list[XmlElement]]", itemgetter(slice(None)))
"""Return the children of an element as a list, for a few of them made in half the time that an iterator takes."""
backwards: Final = cast("Callable[[XmlElement], list[XmlElement]]", itemgetter(slice(None, None, -1)))
"""Return the children of an element, the last first: of twins in a dict the first one stays."""


def first(parent: XmlElement | None, tag: str) -> XmlElement | None:
    """Return the first child of that qualified name, or None; of nothing, nothing."""
    for child in children(parent) if parent is not None else ():
        if child.tag == tag:
            return child
    return None


def every(parent: XmlElement | None, tag: str) -> list[XmlElement]:
    """Return the children of that qualified name; of nothing, none."""
    return [] if parent is None else [child for child in children(parent) if child.tag == tag]


def text(parent: XmlElement | None, tag: str) -> str:
    """Return the stripped text of the first child of that qualified name, or an empty string."""
    for child in children(parent) if parent is not None else ():
        if child.tag == tag:
            return (child.text or "").strip()
    return ""


def fields(parent: XmlElement | None) -> dict[str, str]:
    """Return the stripped text of every child by its qualified name, of twins the first: one walk for many values."""
    if parent is None:
        return {}
    return {child.tag: (child.text or "").strip() for child in backwards(parent)}


def parts(parent: XmlElement | None) -> dict[str, XmlElement]:
    """Return every child by its qualified name, of twins the first: one walk for many values, texts not yet read."""
    if parent is None:
        return {}
    return {child.tag: child for child in backwards(parent)}


def part_text(told: dict[str, XmlElement], tag: str) -> str:
    """Return the stripped text of a part, or an empty string."""
    element = told.get(tag)
    return "" if element is None else (element.text or "").strip()


def descend(parent: XmlElement | None, *tags: str) -> XmlElement | None:
    """Follow the first child of each qualified name in turn; None where the way breaks off."""
    for tag in tags:
        parent = first(parent, tag)
    return parent


def namespace_of(element: XmlElement | None) -> str:
    """Return the namespace of an element in braces, as the constants here have it, or an empty string."""
    if element is None:
        return ""
    tag = str(element.tag)
    return tag[: tag.index("}") + 1] if tag.startswith("{") else ""

"""Atom (RFC 4287), a feed or one entry -> the alerts that stand in it, in atom:content or beside it.

Does not follow links and does not judge the feed: what an entry lacks by Atom's own rules says nothing of its alert.
"""

from collections.abc import Iterator
from typing import Final

from cap_formats.atom import CAP_TYPE, NAMESPACE
from cap_formats.part import Part
from cap_formats.wrapper.embedded import Opener
from cap_formats.wrapper.entry import parts_of
from cap_formats.xml import XmlElement

FEED: Final = f"{{{NAMESPACE}}}feed"
ENTRY: Final = f"{{{NAMESPACE}}}entry"
_CONTENT: Final = f"{{{NAMESPACE}}}content"
_LINK: Final = f"{{{NAMESPACE}}}link"


def decode_atom(root: XmlElement, open_: Opener) -> tuple[Part, ...]:
    """Open a feed or an entry; raises as ``cap_formats.wrapper.entry.parts_of`` does."""
    entries = [root] if root.tag == ENTRY else root.findall(ENTRY)
    return parts_of(root, [(entry, _candidates(entry), _link(entry)) for entry in entries], open_)


def _candidates(entry: XmlElement) -> Iterator[XmlElement]:
    """Return what may be an alert: the content's own elements, and foreign markup of the entry (RFC 4287, 6.4)."""
    for child in entry:
        if child.tag == _CONTENT:
            yield from child
        else:
            yield child


def _link(entry: XmlElement) -> str | None:
    """Return where the alert lies: the link that says it is CAP, else the first, else the address of the content."""
    links = entry.findall(_LINK)
    best = next((link for link in links if link.get("type") == CAP_TYPE), links[0] if links else None)
    if best is not None:
        return best.get("href")
    content = entry.find(_CONTENT)
    return None if content is None else content.get("src")

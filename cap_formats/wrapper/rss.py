"""RSS 2.0 -> the alerts that stand in its items as elements of their own namespace. Does not follow links."""

from typing import Final

from cap_formats.part import Part
from cap_formats.wrapper.embedded import Opener
from cap_formats.wrapper.entry import parts_of
from cap_formats.xml import XmlElement

ROOT: Final = "rss"


def decode_rss(root: XmlElement, open_: Opener) -> tuple[Part, ...]:
    """Open a feed; raises as ``cap_formats.wrapper.entry.parts_of`` does."""
    items = root.findall("channel/item")
    return parts_of(root, [(item, list(item), (item.findtext("link") or "").strip() or None) for item in items], open_)

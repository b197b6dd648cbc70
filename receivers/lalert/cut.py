"""Cuts one element out of a document so that it stands alone, byte for byte where that can be.

A signature within covers what its sender wrote: the namespaces declared on the way down are part of it, and those of
an envelope around it are not (Canonical XML 1.0, 2.4). So the bytes from start tag to end tag are taken as they came,
which say alone what they said inside unless they lean on a namespace that is declared further out: then the element is
written anew, with the declarations around it.
"""

import re
from typing import Any, Final, cast

from lxml import etree

from cap_formats.xml import XmlElement

_UTF_8: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_OPTIONS: Final[dict[str, Any]] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
_of_default: Final = etree.XPath(
    "boolean(descendant-or-self::*[namespace-uri() = $outer and not(contains(name(), ':'))])"
)


class _Nothing:
    """What the parser builds when a document is only looked through: nothing, however large it is."""

    def close(self) -> None:
        """End."""


def cut(data: bytes, element: XmlElement) -> bytes:
    """Return the element of the document ``data`` as a document of its own, in the document's encoding."""
    encoding = (element.getroottree().docinfo.encoding or "utf-8").lower()
    name = etree.QName(element).localname
    raw = (f"{element.prefix}:{name}" if element.prefix else name).encode()
    start = re.search(rb"<%b[\s/>]" % re.escape(raw), data)
    last = data.rfind(b"</" + raw)
    if start and last > 0 and not _leans_on_default(element):
        piece = data[start.start() : data.index(b">", last) + 1]
        if encoding not in _UTF_8:
            piece = f'<?xml version="1.0" encoding="{encoding}"?>\n'.encode() + piece
        if _is_document(piece):
            return piece
    return etree.tostring(element, xml_declaration=True, encoding="utf-8", with_tail=False)


def _leans_on_default(element: XmlElement) -> bool:
    """Tell whether a name without prefix has its namespace from further out."""
    parent = element.getparent()
    outer = None if parent is None else parent.nsmap.get(None)
    return outer is not None and bool(_of_default(element, outer=outer))


def _is_document(piece: bytes) -> bool:
    """Tell whether the bytes are one element with every prefix declared within."""
    parser = etree.XMLParser(target=cast("Any", _Nothing()), **_OPTIONS)
    try:
        etree.fromstring(piece, parser)
    except etree.XMLSyntaxError:
        return False
    return not len(parser.error_log)  # an unknown prefix is no fault of syntax, only noted

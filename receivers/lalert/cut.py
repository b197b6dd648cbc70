"""Cuts one element out of a document so that it stands alone, byte for byte where that can be.

A signature within covers what its sender wrote: the namespaces declared on the way down are part of it, and those of
an envelope around it are not (Canonical XML 1.0, 2.4). So the bytes from start tag to end tag are taken as they came,
and are used where they say alone exactly what they said inside (Exclusive XML Canonicalization). Where they do not,
because a prefix was declared further out, the element is written anew with the declarations around it.
"""

import re
from typing import Final

from lxml import etree

from cap_formats.problem import MessageSyntaxError
from cap_formats.xml import XmlElement, read_xml

_UTF_8: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def cut(data: bytes, element: XmlElement) -> bytes:
    """Return the element of the document ``data`` as a document of its own, in the document's encoding."""
    encoding = (element.getroottree().docinfo.encoding or "utf-8").lower()
    name = etree.QName(element).localname
    raw = (f"{element.prefix}:{name}" if element.prefix else name).encode()
    start = re.search(rb"<%b[\s/>]" % re.escape(raw), data)
    last = data.rfind(b"</" + raw)
    if start and last > 0:
        piece = data[start.start() : data.index(b">", last) + 1]
        if encoding not in _UTF_8:
            piece = f'<?xml version="1.0" encoding="{encoding}"?>\n'.encode() + piece
        if _says_the_same(piece, element):
            return piece
    return etree.tostring(element, xml_declaration=True, encoding="utf-8", with_tail=False)


def _says_the_same(piece: bytes, element: XmlElement) -> bool:
    try:
        alone = read_xml(piece)
    except MessageSyntaxError:
        return False
    return _canonical(alone) == _canonical(element)


def _canonical(element: XmlElement) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_tail=False)

"""The check of a コモンズEDXL envelope against the schema of EDXL-DE 1.0, from which it differs in one way.

``targetArea`` and ``contentObject`` stand in the commons namespace (FORMATS 4.4). They are given EDXL's names, and
what commons adds inside a targetArea (areaName, areaNameKana, jisX0402) is taken out; all else is checked as it is,
the order of elements and what follows the content (``xsd:any ##other``) included. PCXML itself has no public schema.
"""

import functools

from corpus import corpus
from lxml import etree

from cap_formats.lalert.element import PREFIXES

COMMONS = f"{{{PREFIXES['commons']}}}"
EDXL = f"{{{PREFIXES['edxlde']}}}"


@functools.cache
def edxl_schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(corpus("corpus", "cap", "schema", "edxlde-1_0.xsd")))


def check_envelope(data: bytes) -> None:
    """Assert that the envelope is EDXL-DE 1.0 but for its names."""
    root = etree.fromstring(data)
    for name in ("targetArea", "contentObject"):
        for element in root.findall(f"{COMMONS}{name}"):
            element.tag = f"{EDXL}{name}"
    for area in root.findall(f"{EDXL}targetArea"):
        for child in area.findall(f"{COMMONS}*"):
            area.remove(child)
    contents = root.findall(f"{EDXL}contentObject")
    assert len(contents) == 1
    edxl_schema().assertValid(root)

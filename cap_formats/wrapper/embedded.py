"""A document inside another one: how it is taken out with its own bytes, and how many a wrapper may hold.

Which documents are known is not this folder's business: whoever decodes a wrapper hands in an ``Opener``.
"""

import copy
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final, cast

from lxml import etree

from cap_formats.part import Part
from cap_formats.problem import MessageSyntaxError
from cap_formats.xml import XmlElement, line_of, path_of

# Opens an element that is the root of a known document, as its own; None where it is of no known format. The bytes are
# given where the element was not cut out of its wrapper but came as bytes.
Opener = Callable[[XmlElement, bytes | None], tuple[Part, ...] | None]

ENTRIES_MAX: Final = 2_000  # the feed of all alerts in force in the United States has some 500 on its worst days
# Judging a document whose every element is wrong takes 0.6 s for 20,000 (cap_formats.cap.decode); a wrapper may hold
# several, and a feed of a hundred alerts in two languages has 20,000.
ELEMENTS_MAX: Final = 40_000
_count: Final = etree.XPath("count(descendant::*)")


def document_of(element: XmlElement) -> bytes:
    """Write an element as a document of its own, in UTF-8.

    Namespaces that only the wrapper declares and the element does not use stay behind, so that a signature over the
    document as it was before it was wrapped still fits.
    """
    alone = copy.deepcopy(element)
    alone.tail = None
    return etree.tostring(alone, xml_declaration=True, encoding="UTF-8")


def check_size(root: XmlElement, entries: int) -> None:
    """Raise MessageSyntaxError ``wrapper-too-large`` where the wrapper holds more than is opened at once."""
    elements = int(cast("float", _count(root)))
    if entries > ENTRIES_MAX or elements > ELEMENTS_MAX:
        raise _too_large(root, f"{entries} entries and {elements} elements; at most {ENTRIES_MAX} and {ELEMENTS_MAX}")


def bounded(parts: Iterable[Part], root: XmlElement, before: int = 0) -> tuple[Part, ...]:
    """Open no more than ENTRIES_MAX parts with the ``before`` that were opened: one entry may hold any number, and each
    is journaled by itself. Raises MessageSyntaxError ``wrapper-too-large``.
    """
    found = tuple(islice(parts, max(0, ENTRIES_MAX + 1 - before)))
    if before + len(found) > ENTRIES_MAX:
        raise _too_large(root, f"more than {ENTRIES_MAX} messages; that many")
    return found


def _too_large(root: XmlElement, holds: str) -> MessageSyntaxError:
    sentence = f"The wrapper holds {holds} are opened at once. Send its messages one by one."
    return MessageSyntaxError("wrapper-too-large", sentence, line=line_of(root), path=path_of(root))

"""The one hardened XML reader that every format uses.

Owns the refusal of what must never be parsed: entities, documents that are too large or too deep, and anything that
would make the parser fetch something. Knows nothing of any format.
"""

import re
from typing import Any, Final, TypeAlias, cast

from lxml import etree

from cap_formats.problem import MessageSyntaxError

XmlElement: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no other name for the class of its elements

MESSAGE_BYTES_MAX: Final = 8 << 20  # JMA's largest sample (VPRN50) is 4 MB; a CAP with three languages is 13 kB
ELEMENTS_MAX: Final = 400_000  # the largest telegram has 250,000; each takes 0.4 kB, and 8 MB could hold two million
DEPTH_MAX: Final = 256  # the parser's own bound; the deepest official telegram nests 17 elements

# What no XML document can hold (XML 1.0, 2.2): control characters and halves of surrogate pairs. Other formats refuse
# it too, since every alert must go out as CAP and in feeds.
NO_CHARACTER: Final = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")

_PARSER_OPTIONS: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "collect_ids": False,
}

# Making a parser costs half of what a small message does, so that those share one; threads wait for each other there,
# which is why a large message, whose parsing takes its time, has a parser of its own.
_SHARED_BYTES_MAX: Final = 1 << 16

_BEFORE: Final = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # what may stand before the first "<": byte order marks and blanks
_ELEMENTS_BYTES_MIN: Final = 4 * ELEMENTS_MAX  # what so many elements take at least: <a/>

# What libxml2 calls an encoding goes through iconv, which also knows forms that hide text from every other reader
# (JAVA, C99, UTF-7); only those that alert senders use are read.
_ENCODINGS: Final = frozenset(
    {
        "utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "latin1",
        "windows-1252", "shift_jis", "windows-31j", "cp932", "euc-jp", "iso-2022-jp",
    }
)  # fmt: skip


def is_xml(data: bytes) -> bool:
    """Tell whether bytes begin as XML does, be it in UTF-8 or UTF-16; and of nothing at all."""
    return data[: 1 << 10].lstrip(_BEFORE)[:1] in {b"<", b""}


def read_xml(data: bytes, *, blanks: bool = True) -> XmlElement:
    """Parse one XML document and return its root, without comments and processing instructions.

    ``blanks`` False drops the blanks between elements, a fifth of the work where a document is indented. They must stay
    where its bytes are written out again, or under a signature, and a text may lose those that it begins with.
    Raises MessageSyntaxError with code ``message-empty``, ``message-too-large``, ``xml-not-well-formed``,
    ``xml-encoding``, ``xml-entities`` or ``xml-too-deep``; ``line`` is where the parser stopped.
    """
    if len(data) > MESSAGE_BYTES_MAX:
        raise MessageSyntaxError(
            "message-too-large",
            f"The message has {len(data)} bytes; at most {MESSAGE_BYTES_MAX} are read.",
        )
    if not data or data.isspace():
        raise MessageSyntaxError("message-empty", "The message has no content; send one XML document.")
    if len(data) > _ELEMENTS_BYTES_MIN and data.count(b"<") - data.count(b"</") > ELEMENTS_MAX:
        raise MessageSyntaxError(
            "message-too-large",
            f"The message has more than {ELEMENTS_MAX} elements; send it in parts.",
        )
    try:
        parser = _shared[blanks] if len(data) <= _SHARED_BYTES_MAX else _parser(blanks=blanks)
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _translated(error) from error
    document = root.getroottree().docinfo
    if document.internalDTD is not None:
        raise MessageSyntaxError(
            "xml-entities",
            "The message carries a DOCTYPE; send it without a DTD and without entities of its own.",
            line=1,
        )
    if document.encoding not in {"UTF-8", None} and document.encoding.lower() not in _ENCODINGS:
        raise MessageSyntaxError(
            "xml-encoding",
            f"The message declares the encoding {document.encoding}, which is not read; send it in UTF-8.",
            line=1,
        )
    return root


def _parser(*, blanks: bool) -> etree.XMLParser:
    return etree.XMLParser(remove_blank_text=not blanks, **_PARSER_OPTIONS)


_shared: Final = {blanks: _parser(blanks=blanks) for blanks in (False, True)}


def _translated(error: etree.XMLSyntaxError) -> MessageSyntaxError:
    """Say what stopped the parser in our words: its depth bound, an encoding, or a document that is no XML."""
    said = error.msg or "the document ends before its root element"
    line = error.lineno or None
    if said.startswith("Excessive depth"):
        return MessageSyntaxError("xml-too-deep", f"Elements are nested more than {DEPTH_MAX} deep.", line=line)
    if "ntity" in said or "amplification" in said:
        return MessageSyntaxError(
            "xml-entities",
            f"The message uses entities that XML does not have ({said}); write the characters themselves.",
            line=line,
        )
    if "encoding" in said.lower() or "not proper UTF-8" in said or "Invalid bytes" in said:
        return MessageSyntaxError(
            "xml-encoding",
            f"The bytes do not fit the encoding that the message declares: {said}. Send it in UTF-8.",
            line=line,
        )
    return MessageSyntaxError("xml-not-well-formed", f"The message is not well-formed XML: {said}.", line=line)


def line_of(element: XmlElement) -> int | None:
    """Line of an element in the message, from 1."""
    return cast("int | None", element.sourceline)


def path_of(element: XmlElement) -> str:
    """Path of an element by local names, with a number where siblings share one: ``/alert/info[2]/area[1]``."""
    steps: list[str] = []
    node: XmlElement | None = element
    while node is not None:
        name = etree.QName(node).localname
        parent = node.getparent()
        if parent is not None:
            before = sum(1 for _ in node.itersiblings(node.tag, preceding=True))
            if before or next(node.itersiblings(node.tag), None) is not None:
                name = f"{name}[{before + 1}]"
        steps.append(name)
        node = parent
    return "/" + "/".join(reversed(steps))

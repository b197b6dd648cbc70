"""The one hardened XML reader that every format uses.

Owns the refusal of what must never be parsed: entities, documents that are too large or too deep, and anything that
would make the parser fetch something. Knows nothing of any format.
"""

from typing import Any, Final

from lxml import etree

from cap_formats.problem import MessageSyntaxError

MESSAGE_BYTES_MAX: Final = 8 << 20  # JMA's largest sample (VPRN50) is 4 MB; a CAP with three languages is 13 kB
DEPTH_MAX: Final = 64  # the deepest official telegram nests 17 elements

_PARSER_OPTIONS: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def read_xml(data: bytes) -> etree._Element:
    """Parse one XML document and return its root.

    Raises MessageSyntaxError with code ``message-empty``, ``message-too-large``, ``xml-not-well-formed``,
    ``xml-entities`` or ``xml-too-deep``; ``line`` is where the parser stopped.
    """
    if not data.strip():
        raise MessageSyntaxError("message-empty", "The message has no content; send one XML document.")
    if len(data) > MESSAGE_BYTES_MAX:
        raise MessageSyntaxError(
            "message-too-large",
            f"The message has {len(data)} bytes; at most {MESSAGE_BYTES_MAX} are read.",
        )
    try:
        root = etree.fromstring(data, etree.XMLParser(**_PARSER_OPTIONS))
    except etree.XMLSyntaxError as error:
        raise MessageSyntaxError(
            "xml-not-well-formed",
            f"The message is not well-formed XML: {error.msg}.",
            line=error.lineno,
        ) from error
    _refuse_doctype(root)
    _refuse_depth(root)
    return root


def _refuse_doctype(root: etree._Element) -> None:
    """Refuse a DTD: it has no place in CAP (CAP 1.2, 3.3.1) nor in JMA telegrams, and entity attacks come in by it."""
    doctype = root.getroottree().docinfo.internalDTD
    if doctype is not None:
        raise MessageSyntaxError(
            "xml-entities",
            "The message carries a DOCTYPE; send it without a DTD and without entities of its own.",
            line=1,
        )


def _refuse_depth(root: etree._Element) -> None:
    """Bound the nesting, so that no reader that walks the tree by recursion can be brought down."""
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH_MAX:
            raise MessageSyntaxError(
                "xml-too-deep",
                f"Elements are nested more than {DEPTH_MAX} deep.",
                line=element.sourceline,
            )


def path_of(element: etree._Element) -> str:
    """Path of an element by local names, with a number where siblings share one: ``/alert/info[2]/area[1]``."""
    steps: list[str] = []
    node: etree._Element | None = element
    while node is not None:
        name = etree.QName(node).localname
        parent = node.getparent()
        if parent is not None:
            twins = [child for child in parent if child.tag == node.tag]
            if len(twins) > 1:
                name = f"{name}[{twins.index(node) + 1}]"
        steps.append(name)
        node = parent
    return "/" + "/".join(reversed(steps))

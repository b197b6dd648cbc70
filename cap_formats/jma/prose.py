"""The free text of a body: what happened and will happen (description), and what to do (instruction).

Every family of bodies keeps its words elsewhere; here stands, for each namespace, which elements hold them. The order
is the document's, the same words stand once.
"""

from typing import Final

from cap_formats.jma.element import METEOROLOGY, SEISMOLOGY, VOLCANOLOGY, namespace_of, text
from cap_formats.xml import XmlElement

_TEXT: Final = SEISMOLOGY + "Text"
_TOLD: Final = {
    METEOROLOGY: (METEOROLOGY + "Text", METEOROLOGY + "Notice"),
    SEISMOLOGY: (_TEXT, *(SEISMOLOGY + name for name in ("Appendix", "NextAdvisory", "FreeFormComment"))),
    VOLCANOLOGY: tuple(
        VOLCANOLOGY + name for name in ("VolcanoActivity", "Text", "Appendix", "NextAdvisory", "OtherObservation")
    ),
}
_COMMENTS: Final = frozenset(SEISMOLOGY + name for name in ("WarningComment", "ForecastComment"))
_ADVISED: Final = _COMMENTS | {VOLCANOLOGY + "VolcanoPrevention"}
_WANTED: Final = {
    space: (*names, *(name for name in sorted(_ADVISED) if name.startswith(space))) for space, names in _TOLD.items()
}


def read_prose(body: XmlElement | None) -> tuple[str | None, str | None]:
    """Return what the body says in sentences, and what it tells people to do; None where it says nothing of the kind.

    Paragraphs are parted by an empty line.
    """
    told: dict[str, None] = {}
    advised: dict[str, None] = {}
    wanted = _WANTED.get(namespace_of(body))
    if body is None or wanted is None:
        return None, None
    for element in body.iter(*wanted):
        tag = element.tag
        if tag in _ADVISED:
            advised[text(element, _TEXT) if tag in _COMMENTS else (element.text or "").strip()] = None
        elif not _is_comment(element.getparent()):
            told[(element.text or "").strip()] = None
    return _joined(told), _joined(advised)


def _is_comment(parent: XmlElement | None) -> bool:
    """Tell whether what stands in it belongs to a comment, which is told as instruction."""
    tag = parent.tag if parent is not None else ""
    return tag.startswith(SEISMOLOGY) and tag.endswith("Comment")


def _joined(parts: dict[str, None]) -> str | None:
    parts.pop("", None)
    return "\n\n".join(parts) or None

"""The free text of a body: what happened and will happen (description), and what to do (instruction).

Every family of bodies keeps its words elsewhere; here stands, for each namespace, which elements hold them. The order
is the document's, the same words stand once.
"""

from collections.abc import Iterator
from typing import Final

from cap_formats.jma.element import METEOROLOGY, SEISMOLOGY, VOLCANOLOGY, first, namespace_of
from cap_formats.xml import XmlElement

_TOLD: Final = {
    METEOROLOGY: (METEOROLOGY + "Text", METEOROLOGY + "Notice"),
    SEISMOLOGY: tuple(SEISMOLOGY + name for name in ("Text", "Appendix", "NextAdvisory", "FreeFormComment")),
    VOLCANOLOGY: tuple(
        VOLCANOLOGY + name for name in ("VolcanoActivity", "Text", "Appendix", "NextAdvisory", "OtherObservation")
    ),
}
_ADVISED: Final = {
    SEISMOLOGY: tuple(SEISMOLOGY + name for name in ("WarningComment", "ForecastComment")),
    VOLCANOLOGY: (VOLCANOLOGY + "VolcanoPrevention",),
}


def description(body: XmlElement | None) -> str | None:
    """Return what the body says in sentences, paragraphs parted by an empty line; None where it says nothing."""
    return _joined(_texts(body, _TOLD))


def instruction(body: XmlElement | None) -> str | None:
    """Return what the body tells people to do; None where it does not."""
    return _joined(_texts(body, _ADVISED))


def _texts(body: XmlElement | None, names: dict[str, tuple[str, ...]]) -> Iterator[str]:
    wanted = names.get(namespace_of(body))
    if body is None or wanted is None:
        return
    comments = set(_ADVISED[SEISMOLOGY])
    for element in body.iter(*wanted):
        if element.tag in comments:
            text = first(element, SEISMOLOGY + "Text")
            yield (text.text or "") if text is not None else ""
        elif not _is_comment(element):
            yield element.text or ""


def _is_comment(element: XmlElement) -> bool:
    """Tell whether a seismology Text belongs to a comment, which is told as instruction."""
    parent = element.getparent()
    return parent is not None and str(parent.tag).startswith(SEISMOLOGY) and str(parent.tag).endswith("Comment")


def _joined(texts: Iterator[str]) -> str | None:
    parts = dict.fromkeys(stripped for text in texts if (stripped := text.strip()))
    return "\n\n".join(parts) or None

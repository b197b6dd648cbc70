"""The free text of a body: what happened and will happen (description), and what to do (instruction).

Every family of bodies keeps its words elsewhere; here stands, for each namespace, which elements hold them. The order
is the document's, the same words stand once.
"""

from collections.abc import Iterable
from typing import Final

from cap_formats.jma.element import METEOROLOGY, SEISMOLOGY, VOLCANOLOGY, text
from cap_formats.xml import XmlElement

_TEXT: Final = SEISMOLOGY + "Text"
_COMMENTS: Final = frozenset(SEISMOLOGY + name for name in ("WarningComment", "ForecastComment"))
_PREVENTION: Final = VOLCANOLOGY + "VolcanoPrevention"
TEXTS: Final = {
    METEOROLOGY: (METEOROLOGY + "Text", METEOROLOGY + "Notice"),
    SEISMOLOGY: (_TEXT, *(SEISMOLOGY + name for name in ("Appendix", "NextAdvisory", "FreeFormComment")), *_COMMENTS),
    VOLCANOLOGY: tuple(
        VOLCANOLOGY + name
        for name in (
            "VolcanoActivity", "VolcanoPrevention", "Text", "Appendix", "NextAdvisory", "OtherObservation",
        )
    ),
}  # fmt: skip
"""What holds sentences in the bodies of a namespace."""


def read_prose(namespace: str, texts: Iterable[XmlElement]) -> tuple[str | None, str | None]:
    """Return what a body says in sentences, and what it tells people to do; None where it says nothing of the kind.

    ``texts`` are its elements of ``TEXTS``. Paragraphs are parted by an empty line.
    """
    if namespace == METEOROLOGY:
        return _joined([(element.text or "").strip() for element in texts]), None
    told: list[str] = []
    advised: list[str] = []
    for element in texts:
        tag = element.tag
        if tag == _PREVENTION:
            advised.append((element.text or "").strip())
        elif tag in _COMMENTS:
            advised.append(text(element, _TEXT))
        elif tag != _TEXT or not _is_comment(element.getparent()):
            told.append((element.text or "").strip())
    return _joined(told), _joined(advised)


def _is_comment(parent: XmlElement | None) -> bool:
    """Tell whether what stands in it belongs to a comment, which is told as instruction."""
    tag = parent.tag if parent is not None else ""
    return tag.startswith(SEISMOLOGY) and tag.endswith("Comment")


def _joined(paragraphs: list[str]) -> str | None:
    if len(paragraphs) == 1:
        return paragraphs[0] or None
    return "\n\n".join(filter(None, dict.fromkeys(paragraphs))) or None

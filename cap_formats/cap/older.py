"""What a message of CAP 1.0 or 1.1 says otherwise than 1.2 would, and how it was taken: notes, one row each.

None of this can mislead; what could (a time without its offset, a missing scope) is refused or held elsewhere.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from cap_formats.cap.text import TIME, read_height
from cap_formats.cap.version import CAP_12, PASSWORD, VERY_LIKELY, Version
from cap_formats.note import Note
from cap_formats.xml import XmlElement, path_of

_TIMES: Final = ("sent", "effective", "onset", "expires")
_PAIRS: Final = ("eventCode", "parameter", "geocode")
_HEIGHTS: Final = ("altitude", "ceiling")
NOTES_MAX: Final = 20  # of one kind; the twenty-first says nothing new


class Difference(NamedTuple):
    """One difference: code, how it was taken, and which elements of a message show it."""

    code: str
    sentence: str
    find: Callable[[XmlElement, str], Iterator[XmlElement]]


def _named(root: XmlElement, namespace: str, *names: str) -> Iterator[XmlElement]:
    return root.iter(*(f"{{{namespace}}}{name}" for name in names))


def _times(root: XmlElement, namespace: str) -> Iterator[XmlElement]:
    for element in _named(root, namespace, *_TIMES):
        if TIME.fullmatch((element.text or "").strip()) is None:
            yield element


def _passwords(root: XmlElement, namespace: str) -> Iterator[XmlElement]:
    return _named(root, namespace, PASSWORD)


def _very_likely(root: XmlElement, namespace: str) -> Iterator[XmlElement]:
    return (one for one in _named(root, namespace, "certainty") if one.text == VERY_LIKELY)


def _categories(root: XmlElement, namespace: str) -> Iterator[XmlElement]:
    for info in _named(root, namespace, "info"):
        if info.find(f"{{{namespace}}}category") is None:
            yield info


def _pairs(root: XmlElement, namespace: str) -> Iterator[XmlElement]:
    return (one for one in _named(root, namespace, *_PAIRS) if not len(one) and "=" not in (one.text or ""))


def _heights(root: XmlElement, namespace: str) -> Iterator[XmlElement]:
    return (one for one in _named(root, namespace, *_HEIGHTS) if read_height(one.text or "") is None)


DIFFERENCES: Final = (
    Difference("cap-time-form", "The time is not in the one form of CAP 1.2; it was read to the second", _times),
    Difference("cap-password-ignored", "CAP has no password since 1.1; it was not looked at", _passwords),
    Difference("cap-very-likely", "Very Likely was read as Likely, as CAP 1.1 says", _very_likely),
    Difference("cap-category-missing", "The info has no category; it was read as Other", _categories),
    Difference("cap-pair-unnamed", "The text is no name=value; it was taken as a value without a name", _pairs),
    Difference("cap-height-unreadable", "The height is no number of feet; it was left out", _heights),
)


def older_notes(root: XmlElement, version: Version) -> Iterator[Note]:
    """Say what was taken otherwise than it stands there; nothing for CAP 1.2."""
    if version is CAP_12:
        return
    for difference in DIFFERENCES:
        for number, element in enumerate(difference.find(root, version.namespace)):
            if number == NOTES_MAX:
                break
            yield Note(code=difference.code, sentence=f"{difference.sentence}.", path=path_of(element))

"""One message out of what came in: its own bytes, with the alert in them or with what is wrong."""

from collections.abc import Callable

import msgspec

from cap_formats.alert import Alert
from cap_formats.note import Note
from cap_formats.problem import FormatError
from cap_formats.xml import XmlElement


class Good(msgspec.Struct, frozen=True):
    """One message that was understood; ``raw`` are the bytes that this alert alone is made of. ``notes`` are what its
    reader should know besides.
    """

    raw: bytes
    alert: Alert
    notes: tuple[Note, ...] = ()


class Bad(msgspec.Struct, frozen=True):
    """One message that was not; ``raw`` are its bytes."""

    raw: bytes
    error: FormatError


Part = Good | Bad


def part_of(raw: bytes, root: XmlElement, decode: Callable[[XmlElement, bytes], Alert]) -> Part:
    """Decode one message of a wrapper; what is wrong with it stays in its part."""
    try:
        return Good(raw, decode(root, raw))
    except FormatError as error:
        return Bad(raw, error)

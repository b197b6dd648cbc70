"""BCH, the header before a message of the Meteorological Agency (バッチ通信ヘッダ): read, checked, and taken off.

Twenty bytes (the length says so, in words of four bytes); version in the first four bits; the type of XML in bits
36-37; the number of bytes of the A/N heading that follows in bits 72-79; a checksum in bits 80-95. An A/N message has
no such number: its heading is the line that WMO's manual (No. 386) gives it, in front of the text.

Source: FORMATS 2.6 b, read from LGDIS. UNCONFIRMED: version 1 carries no checksum there, so none is asked of it.
"""

import re
from enum import IntEnum
from typing import Final, NamedTuple

from cap_formats.jalert.frame import TEXT
from cap_formats.problem import MessageSyntaxError

WORDS: Final = 10  # of 16 bits, under the checksum
CHECKSUM_WORD: Final = 5  # is itself left out of the sum
BYTES_MIN: Final = 2 * WORDS
UNCHECKED_VERSION: Final = 1
_HEADING: Final = re.compile(  # TTAAii CCCC ddhhmm (BBB), or the form with an address
    rb"\n.{0,12} .{0,12} (?:.{6}(?: .{3,5})?\n+(?:\x02\n)?|.{2} .{3,5}\n.{0,2}\n[^\n]*\n\x02\n)"
)
_HEADING_MAX: Final = 512  # bytes in which it must stand


class XmlType(IntEnum):
    """How the message is packed, by BCH; 0 where it is no XML, or where version 3 leaves it to be seen."""

    NONE = 0
    PLAIN = 1
    GZIP = 2
    ZIP = 3


class Bch(NamedTuple):
    """What the header says: ``length`` and ``heading`` in bytes; ``body`` is what follows both."""

    version: int
    length: int
    xml_type: XmlType
    data_attribute: int
    data_type: int
    heading: int
    body: bytes


def read_bch(data: bytes, kind: str, *, check: bool = True) -> Bch:
    """Take the header off the data of a frame; ``kind`` is the frame's type.

    Raises MessageSyntaxError ``jalert-bch`` (too short, lengths that do not fit) and ``jalert-checksum``.
    """
    if len(data) < BYTES_MIN:
        raise _bad(f"{len(data)} bytes are too few for a header of {BYTES_MIN}")
    length = 4 * (data[0] & 0xF)
    if not BYTES_MIN <= length <= len(data):
        raise _bad(f"the header says that it has {length} bytes")
    version = data[0] >> 4
    if check and version != UNCHECKED_VERSION and checksum(data) != word(data, CHECKSUM_WORD):
        raise MessageSyntaxError(
            "jalert-checksum",
            f"The checksum of the header is {word(data, CHECKSUM_WORD):04X} and should be {checksum(data):04X}.",
        )
    heading = _text_heading(data, length) if kind == TEXT else data[9]
    if length + heading > len(data):
        raise _bad(f"the heading of {heading} bytes ends beyond the message")
    return Bch(
        version=version,
        length=length,
        xml_type=XmlType(data[4] >> 2 & 0b11),
        data_attribute=data[5] >> 4,
        data_type=data[6],
        heading=heading,
        body=data[length + heading :],
    )


def checksum(data: bytes) -> int:
    """Return what the checksum of the first twenty bytes should be: the complement of their ones'-complement sum."""
    total = sum(word(data, number) for number in range(WORDS) if number != CHECKSUM_WORD)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def word(data: bytes, number: int) -> int:
    """Return a word of 16 bits, counted from 0."""
    return int.from_bytes(data[2 * number : 2 * number + 2], "big")


def _text_heading(data: bytes, length: int) -> int:
    found = _HEADING.search(data, length, length + _HEADING_MAX)
    return found.end() - length if found else 0


def _bad(said: str) -> MessageSyntaxError:
    return MessageSyntaxError("jalert-bch", f"The message does not begin with a header (BCH): {said}.")

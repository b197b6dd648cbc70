"""The sentences in which a receiver hands on a message of the signal L1S: found in bytes, and told apart.

Three forms are known: NMEA ``$QZQSM,<satellite>,<63 hex digits>*hh`` with other sentences between, u-blox frames
``B5 62 <class> <id> <length> ... <checksum>`` of which UBX-RXM-SFRBX carries the signal, and 63 hex digits a line.
Knows nothing of what they say; light to import, because every decoding asks ``recognise``.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from cap_formats.problem import MessageSyntaxError

Form = Literal["nmea", "ublox", "hex"]

SENTENCES_MAX: Final = 2_000  # of one document: a satellite sends one a second, and half a millisecond decodes it
NMEA_START: Final = b"$QZQSM,"
NMEA_MAX: Final = 120  # bytes of a line; the sentence has 76, NMEA 0183 allows 82
UBX_SYNC: Final = b"\xb5\x62"
_UBX_SFRBX: Final = b"\x02\x13"
_UBX_EDGE: Final = 8  # bytes of a frame that are not its payload: sync, class, id, length, checksum
_UBX_L1S: Final = (5, 1)  # gnssId QZSS and sigId L1S, bytes 0 and 2 of the payload
_UBX_FIXED: Final = 8  # bytes of the payload before the words of the signal
_HEX_LINE: Final = re.compile(rb"(?:53|9A|C6)[0-9A-F]{61}", re.IGNORECASE)  # begins with one of the three preambles


class Sentence(NamedTuple):
    """One sentence, its bytes as they came and its form, under the name that azarashi gives it."""

    raw: bytes
    form: Form


def recognise(data: bytes) -> bool:
    """Tell whether the bytes are sentences of a QZSS receiver, from how they begin."""
    if data.startswith(UBX_SYNC):
        return True
    start = data[:NMEA_MAX].lstrip()
    if start.startswith(b"$"):
        return NMEA_START in data
    return _HEX_LINE.fullmatch(start.split(maxsplit=1)[0]) is not None if start else False


def sentences(data: bytes) -> list[Sentence]:
    """Return the sentences that carry the signal, in their order; what stands between them is left out.

    Raises MessageSyntaxError ``qzss-nothing`` where there is none and ``qzss-too-many`` beyond SENTENCES_MAX.
    """
    found: list[Sentence] = []
    for sentence in _ublox(data) if data.startswith(UBX_SYNC) else _lines(data):
        if len(found) == SENTENCES_MAX:
            raise MessageSyntaxError("qzss-too-many", f"More than {SENTENCES_MAX} sentences; send them in parts.")
        found.append(sentence)
    if not found:
        raise MessageSyntaxError(
            "qzss-nothing", "No sentence carries the signal L1S of QZSS ($QZQSM or UBX-RXM-SFRBX)."
        )
    return found


def _lines(data: bytes) -> Iterator[Sentence]:
    for line in re.split(rb"[\r\n]+", data):
        bare = line.strip()
        if bare.startswith(NMEA_START):
            yield Sentence(bare[:NMEA_MAX], "nmea")
        elif _HEX_LINE.fullmatch(bare):
            yield Sentence(bare, "hex")


def _ublox(data: bytes) -> Iterator[Sentence]:
    at = data.find(UBX_SYNC)
    while at >= 0:
        frame = ublox_frame(data, at)
        if frame and carries_l1s(frame):
            yield Sentence(frame, "ublox")
        at = data.find(UBX_SYNC, at + (len(frame) or len(UBX_SYNC)))


def ublox_frame(data: bytes, at: int) -> bytes:
    """Return the whole frame that begins at a place in the bytes; empty where its end is missing."""
    length = int.from_bytes(data[at + 4 : at + 6], "little")
    end = at + _UBX_EDGE + length
    return data[at:end] if at + 6 <= len(data) and end <= len(data) else b""


def carries_l1s(frame: bytes) -> bool:
    """Tell whether a u-blox frame is a UBX-RXM-SFRBX of the signal L1S."""
    payload = frame[6:-2]
    is_signal = frame[2:4] == _UBX_SFRBX and len(payload) > _UBX_FIXED
    return is_signal and (payload[0], payload[2]) == _UBX_L1S

"""The bytes of a GNSS receiver's line -> its sentences: NMEA and UBX mixed, cut anywhere. Pure state: feed, get.

What is neither is passed over: a line opened in the middle of a sentence, other protocols, noise.
"""

from collections.abc import Iterator
from functools import reduce
from operator import xor
from typing import Final, NamedTuple

from cap_formats.qzss.sentence import NMEA_MAX, NMEA_START, UBX_SYNC, Sentence, carries_l1s, ublox_frame

UBX_MAX: Final = 4_096  # bytes of a frame; UBX-RXM-RAWX of 100 satellites has 3,200
_UBX_HEAD: Final = 6
_STARTS: Final = b"$!"
_END: Final = b"\n"
_CHECKSUM: Final = b"*"


class Other(NamedTuple):
    """A sentence that carries no signal, and shows that the receiver lives."""


class Damaged(NamedTuple):
    """A sentence that was to carry the signal, and does not add up."""

    raw: bytes


Event = Sentence | Other | Damaged


class Stream:
    """One line's state."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[Event]:
        """Take in bytes and yield what they complete."""
        self._bytes += data
        while self._seek():
            event, length = self._ublox() if self._bytes.startswith(UBX_SYNC) else self._nmea()
            if not length:
                return
            del self._bytes[:length]
            if event is not None:
                yield event

    def _seek(self) -> bool:
        """Drop what begins no sentence; false where nothing is left, or one byte that may be the first of two."""
        places = [at for start in (*_STARTS, UBX_SYNC) if (at := self._bytes.find(start)) >= 0]
        if places:
            del self._bytes[: min(places)]
            return True
        del self._bytes[: len(self._bytes) - self._bytes.endswith(UBX_SYNC[:1])]
        return False

    def _nmea(self) -> tuple[Event | None, int]:
        """Return what the line is, and its length; 0 where it is not whole yet."""
        end = self._bytes.find(_END, 0, NMEA_MAX)
        if end < 0:
            return None, 1 if len(self._bytes) >= NMEA_MAX else 0
        line = bytes(self._bytes[:end]).strip()
        again = max(line.rfind(b"$"), line.rfind(b"!"))
        if again > 0:  # another begins within it: the first was torn
            return _torn(line[:again]), again
        carries = line.startswith(NMEA_START)
        if not _adds_up(line):
            return (Damaged(line) if carries else None), end + 1
        return (Sentence(line, "nmea") if carries else Other()), end + 1

    def _ublox(self) -> tuple[Event | None, int]:
        head = bytes(self._bytes[:_UBX_HEAD])
        if len(head) < _UBX_HEAD:
            return None, 0
        if int.from_bytes(head[4:6], "little") > UBX_MAX:
            return None, len(UBX_SYNC)
        frame = ublox_frame(bytes(self._bytes[: UBX_MAX + _UBX_HEAD + 2]), 0)
        if not frame:
            return None, 0
        if not _sums_up(frame):
            return None, len(UBX_SYNC)
        return (Sentence(frame, "ublox") if carries_l1s(frame) else Other()), len(frame)


def _torn(line: bytes) -> Event | None:
    return Damaged(line) if line.startswith(NMEA_START) else None


def _adds_up(line: bytes) -> bool:
    """Check the two digits behind the asterisk (NMEA 0183, 5.3)."""
    body, star, digits = line[1:].rpartition(_CHECKSUM)
    try:
        return bool(star) and len(digits) == 2 and int(digits, 16) == reduce(xor, body, 0)  # noqa: PLR2004 - one byte
    except ValueError:
        return False


def _sums_up(frame: bytes) -> bool:
    """Check the two sums at the end (u-blox interface description, 3.4)."""
    low = high = 0
    for byte in frame[2:-2]:
        low = (low + byte) & 0xFF
        high = (high + low) & 0xFF
    return frame[-2:] == bytes((low, high))

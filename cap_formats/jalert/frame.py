"""JMAソケット: bytes of a TCP connection -> frames. A protocol as pure state: feed bytes, get events.

A frame is eight ASCII digits (the length of what follows the header), two letters (the type), then so many bytes.
Types with a small first letter ask for a checkpoint: an answer once the message is safe. Bytes that are no frame come
out as Broken and reading goes on at the next header; the connection is beyond help where none comes for as many bytes
as the longest frame has. How the bytes were cut into packets makes no difference.

Source: JMAソケット as read in LGDIS (FORMATS 2.6 b); the standard itself is not public: UNCONFIRMED as a whole.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

HEADER_BYTES: Final = 10
LENGTH_DIGITS: Final = 8
FRAME_BYTES_MAX: Final = 720_010  # header and data; the receiving buffer of the known implementation
DATA_BYTES_MAX: Final = FRAME_BYTES_MAX - HEADER_BYTES
ACKNOWLEDGED_BYTES: Final = 30  # of the message, which an answer to a checkpoint repeats

TEXT: Final = "AN"
BINARY: Final = "BI"
FAX: Final = "FX"
CIVIL_PROTECTION: Final = "JL"  # 内閣官房: a tar, without BCH
CONTROL: Final = "EN"
_CHECKPOINTS: Final = {"aN": TEXT, "bI": BINARY, "fX": FAX}
_TYPES: Final = (TEXT, BINARY, FAX, CIVIL_PROTECTION, CONTROL, *_CHECKPOINTS)
_HEADER: Final = re.compile(rb"[0-9]{8}(?:" + "|".join(_TYPES).encode() + rb")")

CHECK: Final = b"chk"  # of a control frame: is anybody there?
ALIVE: Final = b"00000003ENCHK"  # the answer, a control frame itself
_ACKNOWLEDGE: Final = b"ACK"


class Checked(NamedTuple):
    """The other side asks whether the line lives; answer ALIVE."""


class Control(NamedTuple):
    """A control frame that asks for nothing."""

    data: bytes


class Message(NamedTuple):
    """A whole frame with a message. ``type`` is AN, BI, FX or JL; ``raw`` the frame with its header, ``data`` without.

    ``answer`` is what to send once the message is safe; empty where no checkpoint is wanted.
    """

    type: str
    raw: bytes
    data: bytes
    answer: bytes


class Broken(NamedTuple):
    """Bytes that are no frame. ``fatal``: no header was found for too long, or the connection ended: close it."""

    raw: bytes
    code: str
    sentence: str
    fatal: bool


Event = Checked | Control | Message | Broken


class Frames:
    """One connection's state."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self._bytes = bytearray()
        self._junk = bytearray()  # in front of the buffer, known to begin no frame
        self.is_over = False

    @property
    def waits(self) -> bool:
        """Tell whether a frame has begun and not ended."""
        return bool(self._bytes or self._junk)

    def feed(self, data: bytes) -> Iterator[Event]:
        """Take in bytes and yield what they complete. Nothing is yielded after a fatal Broken."""
        self._bytes += data
        while not self.is_over:
            event = self._next()
            if event is None:
                return
            yield event

    def end(self) -> Broken | None:
        """Say that the connection ended; return what was received of a frame that will not be whole.

        After a fatal Broken what else came is more of the same, and is let go.
        """
        if self.is_over:
            return None
        rest = bytes(self._junk + self._bytes)
        self._junk.clear()
        self._bytes.clear()
        self.is_over = True
        if not rest:
            return None
        return Broken(rest, "jalert-frame-torn", f"The connection ended within a frame, after {len(rest)} bytes.", True)

    def _next(self) -> Event | None:
        while True:
            header = _HEADER.search(self._bytes)
            if header is None:  # a header may begin in the last bytes
                return self._skip(max(0, len(self._bytes) - HEADER_BYTES + 1))
            if header.start() > 0:
                if (broken := self._skip(header.start())) is not None:
                    return broken
            elif int(self._bytes[:LENGTH_DIGITS]) > DATA_BYTES_MAX:  # no header then; one may begin within it
                if (broken := self._skip(1)) is not None:
                    return broken
            elif self._junk:
                return self._flush("jalert-frame-garbage", "Bytes between two frames belong to neither.")
            else:
                return self._whole()

    def _whole(self) -> Event | None:
        length = HEADER_BYTES + int(self._bytes[:LENGTH_DIGITS])
        if len(self._bytes) < length:
            return None
        raw = bytes(self._bytes[:length])
        del self._bytes[:length]
        return _event_of(raw)

    def _skip(self, count: int) -> Broken | None:
        """Move bytes that begin no frame aside; they are told once the next header is found, or there are too many."""
        moved = min(count, FRAME_BYTES_MAX - len(self._junk))
        self._junk += self._bytes[:moved]
        del self._bytes[:moved]
        if len(self._junk) < FRAME_BYTES_MAX:
            return None
        self.is_over = True
        sentence = f"{FRAME_BYTES_MAX} bytes came without the header of a frame."
        return self._flush("jalert-no-frame", sentence, fatal=True)

    def _flush(self, code: str, sentence: str, *, fatal: bool = False) -> Broken:
        raw = bytes(self._junk)
        self._junk.clear()
        return Broken(raw, code, sentence, fatal)


def frame(kind: str, data: bytes) -> bytes:
    """Return data as a frame of a type."""
    return f"{len(data):08d}{kind}".encode("ascii") + data


def _event_of(raw: bytes) -> Event:
    kind, data = raw[LENGTH_DIGITS:HEADER_BYTES].decode("ascii"), raw[HEADER_BYTES:]
    if kind == CONTROL:
        return Checked() if data == CHECK else Control(data)
    answer = frame(CONTROL, _ACKNOWLEDGE + raw[:ACKNOWLEDGED_BYTES]) if kind in _CHECKPOINTS else b""
    return Message(_CHECKPOINTS.get(kind, kind), raw, data, answer)

"""One event of the stream as the bytes that go on the wire: built once, the same object written to every reader.

The payload is one JSON object, the same over SSE and WebSocket, told apart by its ``type``:

- ``position``: the first event: ``recovered`` (whether everything after the cursor that was asked for follows), ``seq``
  (the head of the journal that the stream has reached), ``as_of`` and ``epoch`` (which journal this is).
- ``alert``: ``seq``, ``chain``, ``drill`` and the canonical ``alert``; a drill's words begin with 【訓練】.
- ``delivery``: on the connection of a named subscription, the id under which receipts for the alert are taken.
- ``heartbeat``: ``seq``, ``as_of`` and ``epoch``, every 15 s.

Frames follow the HTML standard (section 9.2, server-sent events), RFC 9112 (7.1, chunks) and RFC 6455 (5.2, frames).
"""

import struct
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

import msgspec

from broker.core.event import AlertAccepted
from cap_formats.alert import Alert, Status
from channels.text.mark import marked_alert

_ENCODER: Final = msgspec.json.Encoder()
_TEXT_FINAL: Final = 0x81  # FIN and opcode text, RFC 6455 5.2
_LENGTH_7_MAX: Final = 125
_LENGTH_16_MAX: Final = 0xFFFF


class Wire(StrEnum):
    """How a connection wants its frames."""

    SSE = "sse"  # HTTP/1.0, as nginx still asks by default: the body ends with the connection
    SSE_CHUNKED = "sse-chunked"  # HTTP/1.1
    WEBSOCKET = "websocket"


class Position(msgspec.Struct, frozen=True, kw_only=True, tag="position"):
    """Where the reader stands when the stream begins."""

    recovered: bool
    seq: int
    as_of: datetime
    epoch: str


class AlertEvent(msgspec.Struct, frozen=True, kw_only=True, tag="alert"):
    """One accepted alert."""

    seq: int
    chain: str
    drill: bool
    alert: Alert


class DeliveryEvent(msgspec.Struct, frozen=True, kw_only=True, tag="delivery"):
    """Under which delivery id this connection got the alert ``seq``; receipts name it."""

    seq: int
    delivery_id: str


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, tag="heartbeat"):
    """Nothing was missed up to ``seq``."""

    seq: int
    as_of: datetime
    epoch: str


Payload = Position | AlertEvent | DeliveryEvent | Heartbeat


class Frame:
    """One payload in every form of the wire, each made at most once. ``id`` becomes the reader's cursor, if given."""

    def __init__(self, payload: Payload, *, id: int | None = None) -> None:  # noqa: A002 - the standard's own name
        """Encode the payload; the forms follow when asked for."""
        self.id = id
        self.event: str = str(payload.__struct_config__.tag)
        self.json = _ENCODER.encode(payload)

    @cached_property
    def sse(self) -> bytes:
        """``id``, ``event`` and ``data`` lines with the blank line that dispatches them."""
        head = f"event: {self.event}\n" if self.id is None else f"id: {self.id}\nevent: {self.event}\n"
        return b"%sdata: %s\n\n" % (head.encode(), self.json)

    @cached_property
    def sse_chunked(self) -> bytes:
        """The same as one HTTP/1.1 chunk."""
        return b"%x\r\n%s\r\n" % (len(self.sse), self.sse)

    @cached_property
    def websocket(self) -> bytes:
        """One unmasked text frame, as servers send it."""
        size = len(self.json)
        if size <= _LENGTH_7_MAX:
            head = struct.pack("!BB", _TEXT_FINAL, size)
        elif size <= _LENGTH_16_MAX:
            head = struct.pack("!BBH", _TEXT_FINAL, 126, size)
        else:
            head = struct.pack("!BBQ", _TEXT_FINAL, 127, size)
        return head + self.json

    def bytes_for(self, wire: Wire) -> bytes:
        """Return the bytes for that kind of connection, the same object each time."""
        return _FORMS[wire](self)


_FORMS: Final[dict[Wire, Callable[[Frame], bytes]]] = {
    Wire.SSE: lambda frame: frame.sse,
    Wire.SSE_CHUNKED: lambda frame: frame.sse_chunked,
    Wire.WEBSOCKET: lambda frame: frame.websocket,
}


class AlertFrame(Frame):
    """The frame of an accepted alert, with what is needed to decide who gets it."""

    def __init__(
        self, seq: int, accepted: AlertAccepted, *, earlier: Sequence[AlertAccepted] = (), moves_cursor: bool = True
    ) -> None:
        """Frame the alert of record ``seq``. ``earlier`` are those of its chain that it takes over. One that is sent
        out of turn must not move the reader's cursor back.
        """
        alert = accepted.alert
        drill = alert.status is not Status.ACTUAL
        event = AlertEvent(seq=seq, chain=accepted.chain, drill=drill, alert=marked_alert(alert))
        super().__init__(event, id=seq if moves_cursor else None)
        self.seq = seq
        self.accepted = accepted
        self.earlier = earlier

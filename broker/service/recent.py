"""The last events of both streams as they were written, so that the loops that read them need not decode them again."""

from typing import Final

from broker.core.event import Event, NotAccepted, decode_event
from broker.journal.record import Record

_KEPT_MAX: Final = 4_096  # the loops are milliseconds behind
_BYTES_MAX: Final = 32 << 20  # of the records' bodies; what is larger is decoded again


class Recent:
    """Events by stream and seq, the oldest let go first. Safe to read from another thread."""

    def __init__(self) -> None:
        """Begin with none."""
        self._events: dict[tuple[str, int], tuple[Event, int]] = {}
        self._bytes = 0

    def put(self, record: Record, event: Event) -> None:
        """Remember what was just appended; what was not accepted is read once and not worth its room."""
        if record.kind != type(event).__name__ or isinstance(event, NotAccepted):
            return
        self._events[record.stream, record.seq] = (event, len(record.body))
        self._bytes += len(record.body)
        while len(self._events) > _KEPT_MAX or self._bytes > _BYTES_MAX:
            _, size = self._events.pop(next(iter(self._events)))
            self._bytes -= size

    def event(self, record: Record) -> Event:
        """Return the event of a record."""
        found = self._events.get((record.stream, record.seq))
        return decode_event(record.kind, record.body) if found is None else found[0]

"""The last events of both streams as they were written, so that the loops that read them need not decode them again."""

from typing import Final

from broker.core.event import Event, decode_event
from broker.journal.record import Record

_KEPT_MAX: Final = 4_096  # the loops are milliseconds behind; an event of 13 kB each would be 50 MB at the worst


class Recent:
    """Events by stream and seq, the oldest let go first. Safe to read from another thread."""

    def __init__(self) -> None:
        """Begin with none."""
        self._events: dict[tuple[str, int], Event] = {}

    def put(self, record: Record, event: Event) -> None:
        """Remember what was just appended; a record that was there before says its own."""
        if record.kind == type(event).__name__:
            self._events[record.stream, record.seq] = event
            if len(self._events) > _KEPT_MAX:
                del self._events[next(iter(self._events))]

    def event(self, record: Record) -> Event:
        """Return the event of a record."""
        found = self._events.get((record.stream, record.seq))
        return decode_event(record.kind, record.body) if found is None else found

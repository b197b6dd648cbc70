"""Accepted alerts by their seq: the last ones from memory, the older from the journal."""

from collections import OrderedDict
from typing import Final

from broker.core.event import ALERTS, AlertAccepted, AlertHeld, AlertRejected, Event, decode_event
from broker.core.problem import Problem
from broker.journal.journal import Journal
from broker.journal.record import Record

_KEPT_MAX: Final = 512  # what is being sent now and what feeds show
_BYTES_MAX: Final = 32 << 20  # of the messages as received; at the usual 13 kB all 512 fit


class Archive:
    """Reads single events of the alerts stream."""

    def __init__(self, journal: Journal) -> None:
        """Read from the journal given."""
        self._journal = journal
        self._kept: OrderedDict[int, AlertAccepted] = OrderedDict()
        self._bytes = 0

    def keep(self, seq: int, accepted: AlertAccepted) -> None:
        """Remember one that was just appended."""
        if seq not in self._kept:
            self._kept[seq] = accepted
            self._bytes += len(accepted.raw)
        self._kept.move_to_end(seq)
        while len(self._kept) > _KEPT_MAX or (self._bytes > _BYTES_MAX and len(self._kept) > 1):
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.raw)

    async def accepted(self, seq: int) -> AlertAccepted:
        """Return the accepted alert of that seq. Raises Problem ``alert-unknown``."""
        if (kept := self._kept.get(seq)) is not None:
            return kept
        _, event = await self.event(seq)
        if not isinstance(event, AlertAccepted):
            raise Problem("alert-unknown", f"Record {seq} is no accepted alert.", status=404)
        self.keep(seq, event)
        return event

    async def event(self, seq: int) -> tuple[Record, Event]:
        """Return any record of the alerts stream, decoded. Raises Problem ``alert-unknown``."""
        records = await self._journal.read(ALERTS, seq - 1, 1) if seq > 0 else []
        if not records or records[0].seq != seq:
            raise Problem("alert-unknown", f"There is no record {seq}.", status=404)
        return records[0], decode_event(records[0].kind, records[0].body)

    async def raw(self, seq: int) -> bytes:
        """Return the bytes as received, of an accepted, held or rejected message. Raises Problem ``alert-unknown``."""
        _, event = await self.event(seq)
        if not isinstance(event, AlertAccepted | AlertHeld | AlertRejected):
            raise Problem("alert-unknown", f"Record {seq} is no message.", status=404)
        return event.raw

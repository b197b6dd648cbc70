"""The alerts of the journal as frames: each record is decoded and framed once for all who read it together."""

from collections import OrderedDict
from typing import Final

from broker.core.event import ALERTS, AlertAccepted, decode_event
from broker.core.limit import STREAM_RECENT_BYTES_MAX, STREAM_RECENT_MAX
from broker.journal.journal import Journal
from broker.journal.record import Record
from channels.stream.frame import AlertFrame

BATCH: Final = 100  # records a read: 100 alerts of 6 kB come back in about 2 ms
_KIND: Final = AlertAccepted.__name__


class History:
    """Reads the alerts stream; keeps the most recent frames, because readers that were cut come back together."""

    def __init__(self, journal: Journal) -> None:
        """Read that journal."""
        self._journal = journal
        self._recent: OrderedDict[int, AlertFrame | None] = OrderedDict()
        self._recent_bytes = 0
        self._newest = 0

    async def read(self, after: int) -> list[tuple[int, AlertFrame | None]]:
        """Return the next seqs after ``after``, each with its frame, or None for what is no alert that goes out
        (a routing decision, a late alert); empty at the head.
        """
        ready: list[tuple[int, AlertFrame | None]] = []
        while len(ready) < BATCH and (seq := after + len(ready) + 1) in self._recent:
            ready.append((seq, self._recent[seq]))
        if ready:
            return ready
        return [(record.seq, self._frame(record)) for record in await self._journal.read(ALERTS, after, BATCH)]

    async def head(self) -> int:
        """Return the seq of the last record, found in about forty short reads: the protocol has no shorter way."""
        step = 1
        while await self._holds(step):
            step *= 2
        low, high = step // 2, step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if await self._holds(middle) else (low, middle)
        self._newest = low
        return low

    async def epoch(self) -> str:
        """Name this journal by the hash of its first record; empty while there is none."""
        first = await self._journal.read(ALERTS, 0, 1)
        return first[0].hash().hex()[:16] if first else ""

    async def _holds(self, seq: int) -> bool:
        return bool(await self._journal.read(ALERTS, seq - 1, 1))

    def _frame(self, record: Record) -> AlertFrame | None:
        if record.seq in self._recent:
            return self._recent[record.seq]
        frame = frame_of(record)
        self._newest = max(self._newest, record.seq)
        if record.seq <= self._newest - STREAM_RECENT_MAX:
            return frame  # someone reads far back; that must not drive out what the others read
        self._recent[record.seq] = frame
        self._recent_bytes += weight(frame)
        while len(self._recent) > STREAM_RECENT_MAX or self._recent_bytes > STREAM_RECENT_BYTES_MAX:
            _, dropped = self._recent.popitem(last=False)
            self._recent_bytes -= weight(dropped)
        return frame


def frame_of(record: Record) -> AlertFrame | None:
    """Return the frame of an accepted alert; None for any other record, and for one that came too late to be sent."""
    if record.kind != _KIND:
        return None
    accepted = decode_event(record.kind, record.body)
    if not isinstance(accepted, AlertAccepted) or accepted.late:
        return None
    return AlertFrame(record.seq, accepted)


def weight(frame: AlertFrame | None) -> int:
    """Bytes that a kept frame takes, near enough: the message as received and up to three forms of it."""
    return 0 if frame is None else len(frame.accepted.raw) + 4 * len(frame.json)

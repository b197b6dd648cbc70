"""The alerts of the journal as frames: each record is decoded and framed once for all who read it together."""

import asyncio
from collections import OrderedDict
from typing import Final

import msgspec

from broker.core.event import ALERTS, AlertAccepted, decode_event
from broker.core.limit import STREAM_EARLIER_MAX, STREAM_RECENT_BYTES_MAX, STREAM_RECENT_MAX
from broker.journal.journal import Journal
from broker.journal.record import Record
from channels.stream.frame import AlertFrame

BATCH: Final = 100  # records a read: 100 alerts of 6 kB come back in about 2 ms
# Readers that read far back share what one of them reads ahead; each holds the one frame it is written.
AHEAD: Final = 25  # records
AHEAD_BYTES_MAX: Final = 1 << 20  # of frames, after the first: telegrams of 4 MB are read one at a time
FAR_BYTES_MAX: Final = 16 << 20  # of frames kept: sixteen readers at sixteen places of the past
READS_MAX: Final = 4  # readers that read ahead at once; the others wait for them
_KIND: Final = AlertAccepted.__name__


class History:
    """Reads the alerts stream; keeps the most recent frames, because readers that were cut come back together."""

    def __init__(self, journal: Journal) -> None:
        """Read that journal."""
        self._journal = journal
        self._recent: OrderedDict[int, AlertFrame | None] = OrderedDict()
        self._recent_bytes = 0
        self._newest = 0
        self._earlier: OrderedDict[int, AlertAccepted] = OrderedDict()
        self._far: OrderedDict[int, AlertFrame | None] = OrderedDict()
        self._far_bytes = 0
        self._reads = asyncio.Semaphore(READS_MAX)

    async def read(self, after: int) -> list[tuple[int, AlertFrame | None]]:
        """Return the next seqs after ``after``, each with its frame, or None for what is no alert that goes out
        (a routing decision, a late alert); empty at the head.
        """
        ready: list[tuple[int, AlertFrame | None]] = []
        while len(ready) < BATCH and (seq := after + len(ready) + 1) in self._recent:
            ready.append((seq, self._recent[seq]))
        if ready:
            return ready
        return [(record.seq, await self._frame(record)) for record in await self._journal.read(ALERTS, after, BATCH)]

    async def next(self, after: int) -> tuple[int, AlertFrame | None] | None:
        """Return one seq after ``after`` as ``read`` does, None at the head: for readers that catch up, who may take
        long over each and must hold nothing meanwhile.
        """
        if (known := self._known(after + 1)) is not None:
            return known
        async with self._reads:
            return self._known(after + 1) or await self._read_ahead(after)

    def _known(self, seq: int) -> tuple[int, AlertFrame | None] | None:
        kept = self._recent if seq in self._recent else self._far
        return (seq, kept[seq]) if seq in kept else None

    async def _read_ahead(self, after: int) -> tuple[int, AlertFrame | None] | None:
        first: tuple[int, AlertFrame | None] | None = None
        size = 0
        for record in await self._journal.read(ALERTS, after, AHEAD):
            frame = await self._frame(record)
            first = first or (record.seq, frame)
            self._keep_far(record.seq, frame)
            size += weight(frame)
            if size > AHEAD_BYTES_MAX:
                break
        return first

    def _keep_far(self, seq: int, frame: AlertFrame | None) -> None:
        if seq in self._recent or seq in self._far:
            return
        self._far[seq] = frame
        self._far_bytes += weight(frame)
        while self._far_bytes > FAR_BYTES_MAX or len(self._far) > STREAM_RECENT_MAX:
            _, dropped = self._far.popitem(last=False)
            self._far_bytes -= weight(dropped)

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

    async def _holds(self, seq: int) -> bool:
        return bool(await self._journal.read(ALERTS, seq - 1, 1))

    async def _frame(self, record: Record) -> AlertFrame | None:
        if (known := self._known(record.seq)) is not None:
            return known[1]
        accepted = accepted_of(record)
        frame = None
        if accepted is not None and not accepted.late:
            frame = AlertFrame(record.seq, accepted, earlier=[await self._gist(seq) for seq in accepted.references])
            self._keep_gist(record.seq, accepted)
        self._keep(record.seq, frame)
        return frame

    def _keep(self, seq: int, frame: AlertFrame | None) -> None:
        self._newest = max(self._newest, seq)
        if seq <= self._newest - STREAM_RECENT_MAX or seq in self._recent:
            return  # someone reads far back; that must not drive out what the others read
        self._recent[seq] = frame
        self._recent_bytes += weight(frame)
        while len(self._recent) > STREAM_RECENT_MAX or self._recent_bytes > STREAM_RECENT_BYTES_MAX:
            _, dropped = self._recent.popitem(last=False)
            self._recent_bytes -= weight(dropped)

    async def _gist(self, seq: int) -> AlertAccepted:
        """Return what matching needs of an earlier alert of a chain."""
        if (known := self._earlier.get(seq)) is not None:
            return known
        (record,) = await self._journal.read(ALERTS, seq - 1, 1)
        accepted = accepted_of(record)
        assert accepted is not None, record  # noqa: S101 - a reference names an accepted alert
        return self._keep_gist(seq, accepted)

    def _keep_gist(self, seq: int, accepted: AlertAccepted) -> AlertAccepted:
        infos = tuple(
            msgspec.structs.replace(info, description=None, instruction=None, parameters=(), areas=())
            for info in accepted.alert.infos
        )
        alert = msgspec.structs.replace(accepted.alert, infos=infos)
        self._earlier[seq] = msgspec.structs.replace(accepted, raw=b"", alert=alert)
        if len(self._earlier) > STREAM_EARLIER_MAX:
            self._earlier.popitem(last=False)
        return self._earlier[seq]


async def epoch_of(journal: Journal) -> str:
    """Name a journal by the hash of its first record; empty while there is none. A cursor means something in its own
    journal alone.
    """
    first = await journal.read(ALERTS, 0, 1)
    return first[0].hash().hex()[:16] if first else ""


def accepted_of(record: Record) -> AlertAccepted | None:
    """Return the accepted alert that the record is, or None."""
    event = decode_event(record.kind, record.body) if record.kind == _KIND else None
    return event if isinstance(event, AlertAccepted) else None


def weight(frame: AlertFrame | None) -> int:
    """Bytes that a kept frame takes, near enough: the message as received and up to three forms of it."""
    return 0 if frame is None else len(frame.accepted.raw) + 4 * len(frame.json)

"""Keeps messages in the journal: those that were accepted, and those that stopped, with their bytes and the reason."""

import hashlib

from broker.core.acceptance import Trouble, Verdict
from broker.core.arrival import Arrival
from broker.core.event import ALERTS, AlertHeld, AlertRejected, Event, HeldRepeated, encode_event
from broker.core.problem import Problem
from broker.journal.journal import Journal
from broker.journal.record import Entry, Record
from broker.service.clock import Clock
from broker.service.meter import Meter
from broker.service.recent import Recent
from cap_formats.alert import Alert


class Keeper:
    """Writes to the alerts stream."""

    def __init__(self, journal: Journal, recent: Recent, clock: Clock, meter: Meter) -> None:
        """Append to the journal given."""
        self._journal = journal
        self._recent = recent
        self._clock = clock
        self._meter = meter

    async def keep(
        self,
        raw: bytes,
        trouble: Trouble,
        arrival: Arrival,
        alert: Alert | None = None,
        line: int | None = None,
    ) -> Problem:
        """Keep the bytes with what was wrong; those that were kept before are counted, not kept twice."""
        kind = AlertHeld if trouble.verdict is Verdict.HELD else AlertRejected
        event = kind(
            code=trouble.code,
            sentence=trouble.sentence,
            line=line,
            path=trouble.path,
            raw=raw,
            issuer=arrival.holder.name,
            via=arrival.via,
            received_at=arrival.received_at,
            alert=alert,
            holder=arrival.holder,
        )
        digest = hashlib.sha256(raw).hexdigest()
        record, is_new = await self.write(event, f"{trouble.verdict}/{trouble.code}/{arrival.holder.name}/{digest}")
        if not is_new:
            again = HeldRepeated(held_seq=record.seq, at=arrival.received_at)
            await self.write(again, f"repeated/{record.seq}/{arrival.received_at.isoformat()}")
        self._meter.message(trouble.verdict, arrival.via)
        return Problem(
            trouble.code,
            trouble.sentence,
            status=trouble.http_status,
            line=line,
            path=trouble.path,
            result=str(trouble.verdict),
            record=record.seq,
        )

    async def write(self, event: Event, key: str) -> tuple[Record, bool]:
        """Append one event; return its record and true, or the record that bore the key before and false."""
        body = encode_event(event)
        [record] = await self._journal.append(
            ALERTS, [Entry(kind=type(event).__name__, key=key, at=self._clock(), body=body)]
        )
        if is_new := record.body == body:
            self._recent.put(record, event)
        return record, is_new

"""Proves that a stream of a journal is what was once appended to it, record by record."""

import msgspec

from broker.journal.journal import Journal
from broker.journal.record import GENESIS

PAGE_RECORDS = 1_000


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What a walk along the chain found.

    ``records`` are proven, from the first on; of a sound chain ``head`` is the hash of the last: noted elsewhere
    (printed, mailed), it proves later that nothing up to there was changed. ``broken_seq`` is the first record that is
    missing or is not what its successor says it was, None for a sound chain; ``reason`` says which.
    """

    stream: str
    records: int
    head: bytes
    broken_seq: int | None = None
    reason: str = ""


async def verify(journal: Journal, stream: str) -> Proof:
    """Walk the whole stream and check seq and hash of every record. Raises JournalError where it cannot be read.

    A changed record shows where the next one names its hash; the last one of all is vouched for by the journal itself
    when it opens, or by a ``head`` that was noted elsewhere.
    """
    seq, head = 0, GENESIS
    while page := await journal.read(stream, seq, PAGE_RECORDS):
        for record in page:
            if record.seq != seq + 1:
                return _broken(stream, seq + 1, "missing")
            if record.prev_hash != head:
                return _broken(stream, max(seq, 1), "changed")
            seq, head = record.seq, record.hash()
    return Proof(stream=stream, records=seq, head=head)


def _broken(stream: str, seq: int, reason: str) -> Proof:
    return Proof(stream=stream, records=seq - 1, head=GENESIS, broken_seq=seq, reason=reason)

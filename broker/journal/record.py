"""One line of the journal, hash-chained within its stream."""

import hashlib
from datetime import datetime
from typing import Final

import msgspec

GENESIS: Final = bytes(32)  # what the first record of a stream names as its predecessor's hash


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What is handed in to be appended. ``key`` makes it idempotent: the same key twice is the same record."""

    kind: str
    key: str
    at: datetime
    body: bytes

    def __post_init__(self) -> None:
        """Refuse what could not be read back as it was: a time without an offset, text that is not UTF-8."""
        if self.at.tzinfo is None:
            raise ValueError("at must carry its offset from UTC")
        f"{self.kind}{self.key}".encode()


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What was appended. ``seq`` counts from 1 within the stream, without gaps."""

    stream: str
    seq: int
    at: datetime
    kind: str
    key: str
    body: bytes
    prev_hash: bytes

    def hash(self) -> bytes:
        """SHA-256 over every field: what the next record of the stream names as ``prev_hash``."""
        text = f"{self.stream}\n{self.seq}\n{self.at.isoformat()}\n{self.kind}\n{self.key}\n".encode()
        return hashlib.sha256(self.prev_hash + text + self.body).digest()

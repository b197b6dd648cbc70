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

"""A restart need not read the journal from its first record: what is known is written down now and then.

A checkpoint is a convenience. One that is missing, damaged, of another version or of another journal is passed over,
and everything is read again; the journal alone is the truth.
"""

import asyncio
import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from broker.core.chain import Chains
from broker.core.dispatch import Dispatch
from broker.core.event import ALERTS, DELIVERIES
from broker.core.route import Reach
from broker.core.subscription import Subscription
from broker.journal.journal import Journal

VERSION: Final = 3
_DIGEST_BYTES: Final = 32  # SHA-256 of what follows, in front of it


class State(msgspec.Struct, kw_only=True):
    """What the loops go on from: the decision makers, and how far they have read of both streams."""

    chains: Chains
    reach: Reach
    dispatch: Dispatch
    subscriptions: Sequence[Subscription] = ()
    alerts_seq: int = 0
    deliveries_seq: int = 0


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A State as it lies in the file; the hashes of the records it stands at tell which journal it is of."""

    version: int
    alerts_hash: bytes
    deliveries_hash: bytes
    alerts_seq: int
    deliveries_seq: int
    chains: bytes
    reach: bytes
    dispatch: bytes
    subscriptions: Sequence[Subscription]


def beginning(public_channels: frozenset[str]) -> State:
    """Return the state before the first record."""
    return State(chains=Chains(), reach=Reach(), dispatch=Dispatch(public_channels))


async def read(path: Path, journal: Journal, public_channels: frozenset[str]) -> State:
    """Return the state that was written down if it is of this version and this journal, else the beginning."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        data = await asyncio.to_thread(path.read_bytes)
        if hashlib.sha256(data[_DIGEST_BYTES:]).digest() != data[:_DIGEST_BYTES]:
            return beginning(public_channels)
        found = msgspec.msgpack.decode(data[_DIGEST_BYTES:], type=Written)
        if (
            found.version == VERSION
            and await _hash_at(journal, ALERTS, found.alerts_seq) == found.alerts_hash
            and await _hash_at(journal, DELIVERIES, found.deliveries_seq) == found.deliveries_hash
        ):
            return State(
                chains=Chains.restore(found.chains),
                reach=Reach.restore(found.reach),
                dispatch=Dispatch.restore(found.dispatch, public_channels),
                subscriptions=found.subscriptions,
                alerts_seq=found.alerts_seq,
                deliveries_seq=found.deliveries_seq,
            )
    return beginning(public_channels)


async def write(path: Path, journal: Journal, state: State) -> None:
    """Put the state in the place of the one before, whole or not at all."""
    written = Written(
        version=VERSION,
        alerts_hash=b"",
        deliveries_hash=b"",
        alerts_seq=state.alerts_seq,
        deliveries_seq=state.deliveries_seq,
        chains=state.chains.checkpoint(),
        reach=state.reach.checkpoint(),
        dispatch=state.dispatch.checkpoint(),
        subscriptions=state.subscriptions,
    )
    written = msgspec.structs.replace(
        written,
        alerts_hash=await _hash_at(journal, ALERTS, state.alerts_seq),
        deliveries_hash=await _hash_at(journal, DELIVERIES, state.deliveries_seq),
    )
    data = msgspec.msgpack.encode(written)
    await asyncio.to_thread(_put, path, hashlib.sha256(data).digest() + data)


def _put(path: Path, data: bytes) -> None:
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


async def _hash_at(journal: Journal, stream: str, seq: int) -> bytes:
    """Return the hash of a record, empty where there is none."""
    records = await journal.read(stream, seq - 1, 1) if seq else ()
    return records[0].hash() if records and records[0].seq == seq else b""

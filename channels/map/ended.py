"""What ended in the last day: lifted, taken back as a mistake, or run out. "Disappeared" must not be ambiguous."""

import sqlite3
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import msgspec

from broker.views.history import alert, alerts
from broker.views.in_force import ended_since
from cap_formats.alert import Status
from cap_formats.drill import marked
from channels.map.english import in_english

ENDED_FOR: Final = timedelta(hours=24)
ENDED_MAX: Final = 12
LOOKED_AT_MAX: Final = 2_000  # newest, among which a place's own are looked for
CHAIN_MAX: Final = 50  # messages of a chain that are looked through
# Of one order of these, raised or lowered, only its last end is an end.
LEVELS: Final = frozenset({"緊急安全確保", "避難指示", "高齢者等避難"})


class Tombstone(msgspec.Struct, frozen=True, kw_only=True):
    """Something that ended: what, who had said it, and the municipalities it had been about."""

    event: str
    status: Status
    sender: str
    codes: tuple[str, ...]
    ended_at: datetime
    reason: str


class Ended(msgspec.Struct, frozen=True):
    """A tombstone as it is shown. ``where`` is empty where the sender, or the page, says it already."""

    sender: str
    where: str
    label: str
    ended_at: datetime
    reason: str


def tombstones(
    reader: sqlite3.Connection,
    now: datetime,
    statuses: Collection[Status],
    chains: Collection[str],
    known: dict[int, tuple[str, tuple[str, ...]]],
) -> list[Tombstone]:
    """Return what ended, newest first, at most LOOKED_AT_MAX. ``chains`` are those of which something holds still.

    ``known`` remembers the sender and the codes of each message between one moment and the next.
    """
    found: list[Tombstone] = []
    over = set(chains)
    for one in ended_since(reader, now - ENDED_FOR, now, statuses):
        if one.event in LEVELS:
            if one.chain in over:
                continue
            over.add(one.chain)
        if one.seq not in known:
            known[one.seq] = _said_by(reader, one.seq)
        sender, codes = known[one.seq]
        found.append(
            Tombstone(
                event=one.event,
                status=one.status,
                sender=sender,
                codes=codes,
                ended_at=one.ended_at,
                reason=one.reason,
            )
        )
        if len(found) == LOOKED_AT_MAX:
            break
    return found


def shown(
    tombs: Iterable[Tombstone], language: str, name_of: Callable[[str], str], codes: Collection[str] | None
) -> list[Ended]:
    """Return the newest as they are shown: of one place where its ``codes`` are given, else each with its place."""
    here = None if codes is None else frozenset(codes)
    wanted = (tomb for tomb in tombs if here is None or not here.isdisjoint(tomb.codes))
    return [
        Ended(
            tomb.sender,
            _where(tomb, language, name_of) if here is None or not tomb.sender else "",
            marked(f"{in_english(tomb.event)} {tomb.event}".strip() if language == "en" else tomb.event, tomb.status),
            tomb.ended_at,
            tomb.reason,
        )
        for tomb in islice(wanted, ENDED_MAX)
    ]


def _where(tomb: Tombstone, language: str, name_of: Callable[[str], str]) -> str:
    names = [name_of(code) for code in tomb.codes[:1]]
    if not names or (tomb.sender and tomb.sender in names[0]):
        return ""
    more = len(tomb.codes) - 1
    if not more:
        return names[0]
    return f"{names[0]} and {more} more" if language == "en" else f"{names[0]}ほか{more}市区町村"


def _said_by(reader: sqlite3.Connection, seq: int) -> tuple[str, tuple[str, ...]]:
    """Return the sender of a message and what it was about; of a bare Cancel, what the chain was about before."""
    row = alert(reader, seq)
    if row is None:
        return "", ()
    before = () if row.codes else alerts(reader, chain=row.chain, limit=CHAIN_MAX)
    about = next((one for one in before if one.codes and not one.late), row)
    return row.sender_name or about.sender_name, about.codes

"""What ended in the last day: lifted, taken back as a mistake, or run out. "Disappeared" must not be ambiguous."""

import sqlite3
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

import msgspec

from broker.views.history import alert
from broker.views.in_force import ended_since
from cap_formats.alert import Status
from cap_formats.drill import marked
from channels.map.english import in_english

ENDED_FOR: Final = timedelta(hours=24)
ENDED_MAX: Final = 12
# Of one order of these, raised or lowered, only its last end is an end.
LEVELS: Final = frozenset({"緊急安全確保", "避難指示", "高齢者等避難"})


class Ended(msgspec.Struct, frozen=True):
    """A tombstone as it is shown."""

    sender: str
    label: str
    ended_at: datetime
    reason: str


def ended(
    reader: sqlite3.Connection, now: datetime, statuses: Collection[Status], chains: Collection[str], language: str
) -> list[Ended]:
    """Return what ended, newest first. ``chains`` are those of which something holds still."""
    shown: list[Ended] = []
    over = set(chains)
    for one in ended_since(reader, now - ENDED_FOR, now, statuses):
        if one.event in LEVELS:
            if one.chain in over:
                continue
            over.add(one.chain)
        row = alert(reader, one.seq)
        words = f"{in_english(one.event)} {one.event}".strip() if language == "en" else one.event
        shown.append(Ended(row.sender_name if row else "", marked(words, one.status), one.ended_at, one.reason))
        if len(shown) == ENDED_MAX:
            break
    return shown

"""Sirens, seconds on and off, by what they announce: one table.

Sources: 予報警報標識規則 (1976) for tsunami; 高松, 岐阜, 大分 from 2021-05-20 for 避難指示 (= 水防第4信号).
UNCONFIRMED, so left to each installation: levels 3 and 5, for which municipalities differ and no national standard is
known.
"""

from typing import Final

import msgspec

from cap_formats.alert import Alert, Status
from channels.text.gist import Gist


class Siren(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``on_s`` and ``off_s`` in seconds, ``repeats`` how many times it sounds."""

    on_s: int
    off_s: int
    repeats: int


EVACUATE: Final = Siren(on_s=60, off_s=5, repeats=2)

# First word that the event contains decides, so the longer ones stand first.
EVENT_SIRENS: Final[tuple[tuple[str, Siren], ...]] = (
    ("大津波警報", Siren(on_s=3, off_s=2, repeats=3)),
    ("津波警報", Siren(on_s=5, off_s=6, repeats=2)),
    ("津波注意報", Siren(on_s=10, off_s=2, repeats=2)),
    ("火災警報", Siren(on_s=30, off_s=6, repeats=3)),
    ("弾道ミサイル", Siren(on_s=14, off_s=0, repeats=1)),
    ("航空攻撃", Siren(on_s=14, off_s=0, repeats=1)),
    ("ゲリラ", Siren(on_s=14, off_s=0, repeats=1)),
    ("大規模テロ", Siren(on_s=14, off_s=0, repeats=1)),
    ("国民保護情報", Siren(on_s=14, off_s=0, repeats=1)),
    ("避難指示", EVACUATE),
)
TSUNAMI_LIFTED: Final = Siren(on_s=10, off_s=3, repeats=5)  # about a minute
LEVEL_SIRENS: Final[dict[int, Siren]] = {5: EVACUATE}


def siren_of(alert: Alert, gist: Gist, level_sirens: dict[int, Siren], *, in_drills: bool) -> Siren | None:
    """Return the siren for what is said, or None for chimes alone: always for a cancel, and for a drill unless the
    installation lets drills sound.
    """
    if gist.cancels or (alert.status is not Status.ACTUAL and not in_drills):
        return None
    if gist.lifts:
        return TSUNAMI_LIFTED if "津波" in gist.event else None
    by_event = next((siren for word, siren in EVENT_SIRENS if word in gist.event), None)
    return by_event or level_sirens.get(gist.level)

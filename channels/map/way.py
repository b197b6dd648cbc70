"""The same announcement by ground and by satellite, shown on one card (docs/decisions/0012).

It is shown together and never sent together: what goes out stays two, because nothing in the two ways says which
missile they speak of. On one card stand only the very same words, here, within minutes, once by each way.
"""

import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from broker.views.in_force import Holding

NEAR: Final = timedelta(minutes=5)  # beyond the delay of a satellite's round and of a poller; more is a guess


class Way(NamedTuple):
    """One way that an announcement comes by: how its senders begin, and its name."""

    senders: str
    ja: str
    en: str


GROUND: Final = Way("j-alert:", "Jアラート（地上）", "J-Alert (ground)")
SATELLITE: Final = Way("qzss:dcx:", "みちびき（衛星）", "QZSS (satellite)")
WAYS: Final = (GROUND, SATELLITE)
# What the two ways call the same kind.
SAME: Final = {
    "弾道ミサイル情報": "弾道ミサイル攻撃",
    "航空攻撃情報": "航空攻撃",
    "ゲリラ・特殊部隊攻撃情報": "ゲリラ・特殊部隊による攻撃",
    "大規模テロ情報": "大規模テロ",
    "Missile attack": "Missile attack",
    "Air attack": "Air strike",
}


def way_of(held: Holding) -> Way | None:
    """Return the way that something came by; None for what comes by one alone."""
    return next((way for way in WAYS if held.sender.startswith(way.senders)), None)


def together(held: Sequence[Holding]) -> list[tuple[Holding, ...]]:
    """Return what holds in its order, with what both ways say put behind the first of them; nothing is left out."""
    paired = [h for h in held if way_of(h)]
    twins = {id(h): [other for other in paired if _is_same(h, other)] for h in paired}
    found: list[tuple[Holding, ...]] = []
    shown: set[int] = set()
    for h in held:
        if id(h) in shown:
            continue
        own = twins.get(id(h), [])
        sure = len(own) == 1 and len(twins[id(own[0])]) == 1  # with two by one way nobody knows whose twin it is
        found.append((h, *own) if sure else (h,))
        shown.update(map(id, found[-1]))
    return found


def _is_same(one: Holding, other: Holding) -> bool:
    ways = way_of(one), way_of(other)
    if None in ways or ways[0] == ways[1] or one.status is not other.status:
        return False
    ground, satellite = (one, other) if ways[0] is GROUND else (other, one)
    words = _spelled(ground)
    return (
        SAME.get(ground.event) == satellite.event
        and words != ""
        and words == _spelled(satellite)
        and abs(ground.since - satellite.since) <= NEAR
    )


def _spelled(held: Holding) -> str:
    """Return what people are told to do, spelled alike: the two write one official sentence in their own letters."""
    text = unicodedata.normalize("NFKC", held.info.instruction or "")
    text = text.replace("下さい", "ください").replace("又は", "または")
    return "".join(letter for letter in text if letter.isalnum())

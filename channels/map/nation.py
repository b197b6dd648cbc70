"""The list of all that is in force, by prefecture: worst first, each line one label and the places it holds in."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from broker.views.in_force import Holding
from channels.map.notice import in_language, label_of, tone_of

PLACES_MAX: Final = 6  # named in a line; the rest is a number, and the prefecture's own page has them all
GROUPS_MAX: Final = 12  # prefectures in the first answer, which must stay below 14 kB


class Named(msgspec.Struct, frozen=True):
    """A place in a line."""

    code: str
    name: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One label and where it holds; ``more`` places are not named."""

    tone: int
    label: str
    places: tuple[Named, ...]
    more: int


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One prefecture."""

    code: str
    name: str
    lines: tuple[Line, ...]


def nation(held: Sequence[Holding], language: str, name_of: Callable[[str], str]) -> list[Group]:
    """Group what holds by prefecture, the prefecture with the worst first."""
    found: defaultdict[str, defaultdict[tuple[int, str], set[str]]] = defaultdict(lambda: defaultdict(set))
    for h in in_language(held, language):
        for code in h.codes:
            found[code[:2]][tone_of(h), label_of(h, language)].add(code)
    groups = [
        Group(code=code, name=name_of(code), lines=tuple(_lines(labels.items(), name_of)))
        for code, labels in found.items()
    ]
    return sorted(groups, key=lambda g: (-g.lines[0].tone, g.code))


def _lines(labels: Iterable[tuple[tuple[int, str], set[str]]], name_of: Callable[[str], str]) -> list[Line]:
    return [
        Line(
            tone=tone,
            label=label,
            places=tuple(Named(code, name_of(code)) for code in sorted(codes)[:PLACES_MAX]),
            more=max(0, len(codes) - PLACES_MAX),
        )
        for (tone, label), codes in sorted(labels, key=lambda item: (-item[0][0], item[0][1]))
    ]

"""Whom a headline speaks to: the areas of its own info, or all that its message names."""

from collections import defaultdict
from collections.abc import Sequence

from cap_formats.alert import Info


def headlines_for_all(infos: Sequence[Info]) -> list[bool]:
    """Tell of each info of one message whether its headline is that of infos for other areas too: a tsunami telegram
    has one for all coasts, which names the worst of them.
    """
    areas: defaultdict[tuple[str, str | None], set[frozenset[str]]] = defaultdict(set)
    for info in infos:
        areas[_said(info)].add(frozenset(area.area_desc for area in info.areas))
    return [bool(info.headline) and len(areas[_said(info)]) > 1 for info in infos]


def _said(info: Info) -> tuple[str, str | None]:
    return info.language.partition("-")[0].lower(), info.headline

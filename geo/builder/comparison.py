"""Imported borders beside those that are known: whether they can be of the municipalities whose codes they have.

A border of another code, in another coordinate system, or cut off at the edge of a map would place people where they
are not, and nobody would see it. Two drawings of one border share nearly all of their ground.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import shapely

ELSEWHERE_SHARE: Final = 0.5  # of the known ground; a border that has less of it is another's
LESS_SHARE: Final = 0.05  # generalised drawings leave islets out
OVER_SHARE: Final = 0.5  # of the ground of a neighbour


class Comparison(NamedTuple):
    """What is strange about borders, by codes: ``elsewhere`` they can hardly be right; ``less`` is {code: the share of
    its known ground that is not in it}; ``over`` is {code: others of which it has most}.
    """

    elsewhere: tuple[str, ...]
    less: dict[str, float]
    over: dict[str, tuple[str, ...]]


def compare(borders: Mapping[str, Any], known: Mapping[str, Any]) -> Comparison:
    """Compare borders with the known outlines of the same codes, and with those of all others."""
    outlines = np.array(list(known.values()), dtype=object)
    codes, areas, tree = list(known), shapely.area(outlines), shapely.STRtree(outlines)
    elsewhere: list[str] = []
    less: dict[str, float] = {}
    over: dict[str, tuple[str, ...]] = {}
    for code, border in borders.items():
        near = tree.query(border)
        shapely.prepare(border)
        within = shapely.contains_properly(border, outlines[near])  # most of them, of a border that is far too large
        shared = np.where(within, areas[near], 0.0)
        shared[~within] = shapely.area(shapely.intersection(border, outlines[near[~within]]))
        shares = {codes[at]: share for at, share in zip(near.tolist(), shared / areas[near], strict=True)}
        own = shares.pop(code, 0.0)
        if own < ELSEWHERE_SHARE:
            elsewhere.append(code)
        elif own < 1 - LESS_SHARE:
            less[code] = 1 - own
        if others := tuple(sorted(other for other, share in shares.items() if share > OVER_SHARE)):
            over[code] = others
    return Comparison(tuple(elsewhere), less, over)

"""Which municipalities lie on which tsunami forecast coast (津波予報区).

A municipality belongs to a coast when its border comes within NEAR_M of the coast's line (気象庁 AreaTsunami GIS). Both
are generalised, by some hundred metres, so a municipality a little inland may count; that is the safe side, for a
tsunami runs up rivers. Where a coast ends, or an island lies off it, its line also comes near municipalities that are
another coast's; so a prefecture counts only with SHARE_MIN of the line, and a coast only with SHARE_MIN of all the
line that a municipality has near it. The lines leave the heads of narrow bays out; a municipality with a shore of its
own and no coast near takes the nearest within BAY_M.
"""

from collections import Counter
from pathlib import Path
from typing import Any, Final

import geopandas
import numpy as np
import shapely

NEAR_M: Final = 1_000.0
BAY_M: Final = 10_000.0
SHORE_M: Final = 1_000.0  # less shore than that is a river's mouth, or two borders that do not quite meet
SHARE_MIN: Final = 0.05
JUNK: Final = "0"  # rows of the file that are no coast
DEGREE_M: Final = (111_320.0, 111_000.0)  # of longitude at the equator, of latitude at 36 degrees


def read_coasts(path: Path, borders: dict[str, Any]) -> dict[str, set[str]]:
    """Return {coast code: leaf municipalities on it}."""
    frame = geopandas.read_file(path)
    frame = frame[frame.geometry.notna() & (frame["code"] != JUNK)]
    areas = _scaled(np.array(list(borders.values()), dtype=object))
    tree, codes = shapely.STRtree(areas), list(borders)
    near: Counter[tuple[str, str]] = Counter()
    lines = _scaled(frame.geometry.to_numpy())
    for coast, line in zip(frame["code"], lines, strict=True):
        for index in tree.query(line, predicate="dwithin", distance=NEAR_M):
            near[coast, codes[index]] += line.intersection(areas[index].buffer(NEAR_M)).length
    found = _without_ends(near)
    for coast, code in _heads_of_bays(areas, codes, frame["code"].to_list(), lines, set().union(*found.values())):
        found[coast].add(code)
    return found


def _heads_of_bays(
    areas: Any, codes: list[str], coasts: list[str], lines: Any, placed: set[str]
) -> list[tuple[str, str]]:
    """Return (coast, municipality) for those that have a shore and no coast within NEAR_M."""
    sea = shapely.union_all(areas).boundary
    tree = shapely.STRtree(lines)
    found = []
    for code, area in zip(codes, areas, strict=True):
        if code in placed or area.boundary.intersection(sea).length < SHORE_M:
            continue
        (nearest,), (distance,) = tree.query_nearest(area, return_distance=True, all_matches=False)
        if distance <= BAY_M:
            found.append((coasts[nearest], code))
    return found


def _without_ends(near: Counter[tuple[str, str]]) -> dict[str, set[str]]:
    """Leave out what a coast only brushes; near is {(coast, municipality): metres of line}."""
    of_prefecture: Counter[tuple[str, str]] = Counter()
    of_coast: Counter[str] = Counter()
    of_municipality: Counter[str] = Counter()
    for (coast, code), length in near.items():
        of_prefecture[coast, code[:2]] += length
        of_coast[coast] += length
        of_municipality[code] += length
    found: dict[str, set[str]] = {}
    for (coast, code), length in near.items():
        if (
            of_prefecture[coast, code[:2]] >= SHARE_MIN * of_coast[coast]
            and length >= SHARE_MIN * of_municipality[code]
        ):
            found.setdefault(coast, set()).add(code)
    return found


def _scaled(shapes: Any) -> Any:
    """Turn degrees into metres, true to scale within 1 % anywhere in Japan for distances of a kilometre."""

    def metres(xy: Any) -> Any:
        shrink = np.cos(np.radians(xy[:, 1]))
        return np.column_stack([xy[:, 0] * DEGREE_M[0] * shrink, xy[:, 1] * DEGREE_M[1]])

    return shapely.transform(shapes, metres)

"""The outlines of municipalities in a tree: what holds a point, what a shape touches, who are neighbours."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple, Self

import numpy as np
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo.shape import KM_PER_DEGREE, distance_km

# An outline strays from the true border by some ten metres, in places by more. A shape that reaches no deeper than
# SLIVER into a municipality, and with no more than SLIVER_SHARE of the shape or of the municipality, may be the
# neighbour's own border and is not counted; but an islet that it has whole is.
SLIVER: Final = 0.001  # degrees, about a hundred metres
SLIVER_SHARE: Final = 0.01
DEPTH_SHARE: Final = 0.06  # of the side of a municipality: how far the coarse levels stand off its border
LATITUDE_MAX: Final = 60.0  # north of all municipalities
FEW: Final = 16  # candidates for which asking for their centres first saves nothing


class Levels(NamedTuple):
    """Every outline, and with few corners each: its core, ground well inside it, and a hull well around it.

    A core is the outline less SLIVER all round; whatever meets the core is no sliver. What meets an inside meets
    the core; what does not meet a hull does not meet the outline. They answer for most, at a fraction of the corners.
    """

    shapes: Any
    cores: Any
    insides: Any
    hulls: Any

    @classmethod
    def of(cls, shapes: Any) -> Self:
        """Work the levels out; a second for all of Japan."""
        depth = np.maximum(DEPTH_SHARE * np.sqrt(shapely.area(shapes)), 2 * SLIVER)
        within = shapely.simplify(shapely.buffer(shapes, -SLIVER, quad_segs=1), SLIVER / 4)
        cores = np.where(shapely.covers(shapes, within), within, shapely.buffer(shapes, -SLIVER))
        insides = shapely.simplify(
            shapely.buffer(shapes, -depth, quad_segs=1, join_style="mitre"), 0.9 * depth - SLIVER
        )
        hulls = shapely.simplify(shapely.buffer(shapes, depth, quad_segs=1, join_style="mitre"), 0.9 * depth)
        return cls(
            shapes,
            cores,
            np.where(shapely.covers(cores, insides) & ~shapely.is_empty(insides), insides, cores),
            np.where(shapely.covers(hulls, shapes), hulls, shapely.convex_hull(shapes)),
        )


class OutlineIndex:
    """An STRtree over outlines; codes and levels go by the same number."""

    def __init__(self, codes: Sequence[str], levels: Levels) -> None:
        self._codes = np.array(codes, dtype=object)  # the same strings each time: their hashes are known
        self._number = {code: number for number, code in enumerate(codes)}
        self._shapes, self._cores, self._insides, self._hulls = levels
        self._tree = shapely.STRtree(self._shapes)
        centres = shapely.point_on_surface(np.where(shapely.is_empty(self._insides), self._shapes, self._insides))
        self._x, self._y = shapely.get_x(centres), shapely.get_y(centres)
        shapely.prepare(self._shapes)  # for points the municipalities are prepared, for polygons the query

    def items(self) -> Iterator[tuple[str, BaseGeometry]]:
        """Yield (code, outline)."""
        yield from zip(self._codes.tolist(), self._shapes, strict=True)

    def holding(self, latitude: float, longitude: float) -> str | None:
        """Return the municipality that holds a point."""
        near = self._tree.query(Point(longitude, latitude))
        held = near[shapely.intersects_xy(self._shapes[near], longitude, latitude)]
        return str(self._codes[held[0]]) if len(held) else None

    def nearest(self, latitude: float, longitude: float, radius_km: float) -> str | None:
        """Return the municipality nearest to a point within the radius."""
        reach = 2 * radius_km / KM_PER_DEGREE  # up to 60 north a degree of longitude is half one of latitude or more
        box = shapely.box(longitude - reach, latitude - reach, longitude + reach, latitude + reach)
        near = [
            (distance_km(latitude, longitude, self._shapes[at]), str(self._codes[at])) for at in self._tree.query(box)
        ]
        distance, code = min(near, default=(radius_km, None))
        return code if distance <= radius_km else None

    def near(self, shape: BaseGeometry, radius_km: float) -> list[str]:
        """Return the municipalities within a radius of a shape, or a little more; ordered as the codes are."""
        _, south, _, north = shape.bounds
        latitude = min(max(abs(south), abs(north)), LATITUDE_MAX)
        reach = radius_km / KM_PER_DEGREE / math.cos(math.radians(latitude))
        codes: list[str] = self._codes[np.sort(self._tree.query(shape, predicate="dwithin", distance=reach))].tolist()
        return codes

    def touching(self, shape: BaseGeometry) -> list[str]:
        """Return the municipalities that a shape meets, without slivers along a border; ordered as the codes are."""
        shapely.prepare(shape)
        rest = self._tree.query(shape)
        found = []
        if len(rest) > FEW:
            centred = shapely.intersects_xy(shape, self._x[rest], self._y[rest])
            found.append(rest[centred])
            rest = rest[~centred]
        inside = shapely.intersects(shape, self._insides[rest])
        found.append(rest[inside])
        rest = rest[~inside]
        if len(rest):
            rest = rest[shapely.intersects(shape, self._hulls[rest])]
        if len(rest):
            found.append(self._near_the_border(rest, shape))
        codes: list[str] = self._codes[np.sort(np.concatenate(found))].tolist()
        return codes

    def _near_the_border(self, numbers: Any, shape: BaseGeometry) -> Any:
        """Tell which of some municipalities a shape meets that the coarse levels could not answer for."""
        deep = shapely.intersects(shape, self._cores[numbers])
        shallow = numbers[~deep]
        if len(shallow):
            shallow = shallow[shapely.intersects(shape, self._shapes[shallow])]
        if not len(shallow):
            return numbers[deep]
        return np.concatenate([numbers[deep], shallow[self._counts(shallow, shape)]])

    def neighbours(self, code: str) -> set[str]:
        """Return the municipalities whose border meets this one's."""
        shape = self._shapes[self._number[code]]
        return set(self._codes[self._tree.query(shape, predicate="intersects")].tolist()) - {code}

    def _counts(self, numbers: Any, shape: BaseGeometry) -> Any:
        """Tell which shallow overlaps are a good part of either, or have an islet whole; a line, which has no area,
        always counts.
        """
        own = self._shapes[numbers]
        shared = [
            shapely.clip_by_rect(shape, *bounds).intersection(one).area
            for one, bounds in zip(own, shapely.bounds(own), strict=True)
        ]
        counts = np.array(shared) >= SLIVER_SHARE * np.minimum(shapely.area(own), shape.area)
        for number in np.flatnonzero(~counts & (shapely.get_num_geometries(own) > 1)):  # of one part, it would count
            counts[number] = shapely.covers(shape, shapely.get_parts(own[number])).any()
        return counts


def array_of(shapes: Sequence[BaseGeometry]) -> Any:
    """Return shapes as the array that shapely's vectorised functions take."""
    return np.array(shapes, dtype=object)

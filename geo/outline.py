"""The outlines of municipalities in a tree: what holds a point, what a shape touches, who are neighbours."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo.shape import KM_PER_DEGREE, distance_km

# An outline strays from the true border by some ten metres, in places by more. A shape that reaches no deeper than
# SLIVER into a municipality, and with no more than SLIVER_SHARE of the shape or of the municipality, may be the
# neighbour's own border and is not counted.
SLIVER: Final = 0.001  # degrees, about a hundred metres
SLIVER_SHARE: Final = 0.01


class OutlineIndex:
    """An STRtree over outlines; codes, shapes and cores go by the same number.

    A core is the outline less SLIVER all round; whatever meets the core is no sliver. It may be empty.
    """

    def __init__(self, codes: Sequence[str], shapes: Any, cores: Any) -> None:
        self._codes = np.array(codes, dtype=object)  # the same strings each time: their hashes are known
        self._number = {code: number for number, code in enumerate(codes)}
        self._shapes, self._cores = shapes, cores
        self._boxes, self._areas = shapely.box(*shapely.bounds(shapes).T), shapely.area(shapes)
        self._tree = shapely.STRtree(shapes)
        centres = shapely.point_on_surface(cores)
        self._x, self._y = shapely.get_x(centres), shapely.get_y(centres)
        shapely.prepare(shapes)  # for points the municipalities are prepared, for polygons the query

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

    def touching(self, shape: BaseGeometry) -> list[str]:
        """Return the municipalities that a shape meets, without slivers along a border."""
        shapely.prepare(shape)
        near = self._tree.query(shape)
        centred = shapely.intersects_xy(shape, self._x[near], self._y[near])
        rest = near[~centred]
        rest = rest[shapely.intersects(shape, self._boxes[rest])]  # the corners of a circle's own box hold many
        deep = shapely.intersects(shape, self._cores[rest])
        shallow = rest[~deep]
        if len(shallow):
            shallow = shallow[shapely.intersects(shape, self._shapes[shallow])]
            shallow = shallow[self._counts(shallow, shape)]
        return [*self._codes[near[centred]].tolist(), *self._codes[rest[deep]].tolist(), *self._codes[shallow].tolist()]

    def neighbours(self, code: str) -> set[str]:
        """Return the municipalities whose border meets this one's."""
        shape = self._shapes[self._number[code]]
        return set(self._codes[self._tree.query(shape, predicate="intersects")].tolist()) - {code}

    def _counts(self, numbers: Any, shape: BaseGeometry) -> Any:
        """Tell which shallow overlaps are a good part of either; a line, which has no area, always counts."""
        own = self._shapes[numbers]
        shared = shapely.area(shapely.intersection(shape, own))
        return shared >= SLIVER_SHARE * np.minimum(self._areas[numbers], shape.area)


def cores(shapes: Any) -> Any:
    """Return the cores of outlines, a little simplified, for they only have to be inside."""
    inner = shapely.buffer(shapes, -SLIVER, quad_segs=1)
    return shapely.simplify(inner, SLIVER / 4)


def array_of(shapes: Sequence[BaseGeometry]) -> Any:
    """Return shapes as the array that shapely's vectorised functions take."""
    return np.array(shapes, dtype=object)

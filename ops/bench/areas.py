"""Placing an alert's areas, beside a bare STRtree query that has the same to do.

Each call has a shape of its own, as each alert has. First both have the shapes ready made; then both begin with the
text of the alert, which the peer reads in the plainest way, without a look at whether it is a polygon.
"""

import time
from collections.abc import Callable, Iterable
from math import cos, radians, sin, tau
from typing import Any, Final

from shapely import Polygon, STRtree

from cap_formats.alert import Area
from geo.land import TEXTS_KEPT
from geo.registry import open_registry
from geo.shape import read_polygon
from ops.bench.process import folder
from ops.bench.row import Extent, Goal, Row

TARGET: Final = 1.5
CALLS: Final = 4 * TEXTS_KEPT  # other shapes in between, so that none is remembered
APART: Final = 0.001  # degrees from one shape to the next
# what it is: latitude, longitude, radius in degrees, corners
SHAPES: Final = {
    "a town's polygon (24 corners)": (34.6, 133.77, 0.08, 24),
    "a prefecture's polygon (200 corners)": (34.9, 133.8, 0.5, 200),
    "a typhoon's circle as polygon (72 corners)": (34.7, 136.0, 2.7, 72),
}


def run(extent: Extent) -> list[Row]:
    """Return two rows for each shape."""
    with folder() as path:
        registry = open_registry(path / "areas.db")
        tree = STRtree([outline for _, outline in registry.outlines()])

        def ask(polygon: Polygon) -> object:
            return tree.query(polygon, predicate="intersects")

        rows = []
        for name, (lat, lon, reach, corners) in SHAPES.items():
            texts = [ring(lat, lon + APART * (number - CALLS / 2), reach, corners) for number in range(CALLS)]
            areas = [[Area(area_desc="", polygons=(text,))] for text in texts]
            note = f"{len(registry.place(areas[0]).municipalities)} municipalities"
            shapes: list[float] = []
            bare: list[float] = []
            placed: list[float] = []
            plain: list[float] = []
            for _ in range(extent.rounds):
                shapes.append(each(registry.touching, map(read_polygon, texts)))
                bare.append(each(ask, map(read_polygon, texts)))
                placed.append(each(registry.place, areas))
                plain.append(each(lambda text: ask(read_plainly(text)), texts))
            rows += [
                _row(f"municipalities of {name}", shapes, bare, "STRtree query", note),
                _row(f"areas of an alert: {name}", placed, plain, "float() and STRtree query", note),
            ]
        return rows


def ring(lat: float, lon: float, reach: float, corners: int) -> str:
    """Return a ring as CAP text, "lat,lon lat,lon ..."."""
    points = [
        (lat + reach * sin(tau * i / corners), lon + reach * cos(tau * i / corners) / cos(radians(lat)))
        for i in range(corners)
    ]
    return " ".join(f"{y:.5f},{x:.5f}" for y, x in [*points, points[0]])


def read_plainly(text: str) -> Polygon:
    """Read a polygon as one would in a line."""
    return Polygon([(float(lon), float(lat)) for lat, lon in (pair.split(",") for pair in text.split())])


def each(work: Callable[[Any], object], things: Iterable[Any]) -> float:
    """Return microseconds a call, over some things that are made beforehand."""
    ready = list(things)
    work(ready[0])
    began = time.perf_counter()
    for thing in ready:
        work(thing)
    return (time.perf_counter() - began) / len(ready) * 1e6


def _row(work: str, ours: list[float], peers: list[float], peer: str, note: str) -> Row:
    return Row(
        work=work,
        unit="us",
        ours=tuple(ours),
        peers=tuple(peers),
        peer=peer,
        goal=Goal.RATIO_AT_MOST,
        target=TARGET,
        note=note,
    )

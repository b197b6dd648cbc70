"""Placing an alert's areas, beside a bare STRtree query with the same shapes ready made."""

import time
from collections.abc import Callable
from math import cos, radians, sin, tau
from typing import Final

import shapely
from shapely import STRtree

from cap_formats.alert import Area
from geo.registry import open_registry
from geo.shape import read_polygon
from ops.bench.process import folder
from ops.bench.row import Extent, Goal, Row

TARGET: Final = 1.5
_SLICE_S: Final = 0.05
# what it is: latitude, longitude, radius in degrees, corners
SHAPES: Final = {
    "a town's polygon (24 corners)": (34.6, 133.77, 0.08, 24),
    "a prefecture's polygon (200 corners)": (34.9, 133.8, 0.5, 200),
    "a typhoon's circle as polygon (72 corners)": (34.7, 136.0, 2.7, 72),
}


def run(extent: Extent) -> list[Row]:
    """Return a row for each shape."""
    with folder() as path:
        registry = open_registry(path / "areas.db")
        outlines = [outline for _, outline in registry.outlines()]
        tree = STRtree(outlines)
        rows = []
        for name, (lat, lon, reach, corners) in SHAPES.items():
            text = ring(lat, lon, reach, corners)
            area = Area(area_desc="", polygons=(text,))
            ready = read_polygon(text)
            shapely.prepare(ready)
            ours, bare = [], []
            for _ in range(extent.rounds):
                ours.append(once(lambda area=area: registry.place([area])))  # type: ignore[misc]  # bound now
                bare.append(once(lambda ready=ready: tree.query(ready, predicate="intersects")))  # type: ignore[misc]
            note = f"{len(registry.place([area]).municipalities)} municipalities"
            rows.append(
                Row(
                    work=f"areas of an alert: {name}",
                    unit="us",
                    ours=tuple(ours),
                    peers=tuple(bare),
                    peer="STRtree query",
                    goal=Goal.RATIO_AT_MOST,
                    target=TARGET,
                    note=note,
                )
            )
        return rows


def ring(lat: float, lon: float, reach: float, corners: int) -> str:
    """Return a ring as CAP text, "lat,lon lat,lon ..."."""
    points = [
        (lat + reach * sin(tau * i / corners), lon + reach * cos(tau * i / corners) / cos(radians(lat)))
        for i in range(corners)
    ]
    return " ".join(f"{y:.5f},{x:.5f}" for y, x in [*points, points[0]])


def once(work: Callable[[], object]) -> float:
    """Return microseconds a call."""
    work()
    calls, began = 0, time.perf_counter()
    while time.perf_counter() - began < _SLICE_S:
        work()
        calls += 1
    return (time.perf_counter() - began) / calls * 1e6

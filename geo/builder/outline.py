"""Outlines for the map and for polygon queries: the borders with as many decimals as they are true to.

Nothing is simplified here, so no ground is lost but by rounding; ``check`` makes sure of it. What is simplified for
speed is worked out from these (geo.outline.Levels): outward where "surely not" is asked, inward where "surely" is.
"""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from geo.builder.problem import SourceError
from geo.builder.source import polygonal

DECIMALS: Final = 4  # about ten metres; the borders are generalised by more
STRAY_MAX: Final = 0.0001  # degrees by which a point of the border may lie outside its outline: what rounding moves it


def round_off(borders: Mapping[str, Any]) -> dict[str, Any]:
    """Return {code: outline}, rings as RFC 7946 has them; shared borders stay shared, for both sides round the same.

    Raises SourceError where an outline would not cover its border.
    """
    shapes = np.array(list(borders.values()), dtype=object)
    rounded = shapely.transform(shapes, lambda xy: xy.round(DECIMALS))
    outlines = {
        code: shapely.orient_polygons(shape if shape.is_valid else polygonal(shapely.make_valid(shape)))
        for code, shape in zip(borders, rounded, strict=True)
    }
    check(borders, outlines)
    return outlines


def check(borders: Mapping[str, Any], outlines: Mapping[str, Any]) -> None:
    """Make sure that no point of a border lies outside its outline by more than STRAY_MAX; raise SourceError."""
    outside = [code for code, outline in outlines.items() if not covers(outline, borders[code])]
    if outside:
        codes = ", ".join(outside)
        raise SourceError(
            f"簡略化で区域が失われます: {codes}", f"These outlines lose ground of their borders: {codes}."
        )


def covers(outline: Any, border: Any) -> bool:
    """Tell whether an outline has all of a border, but for STRAY_MAX."""
    return bool(shapely.covers(shapely.buffer(outline, STRAY_MAX, quad_segs=2), border))


def write_outlines(path: Path, outlines: Mapping[str, Any]) -> None:
    """Write one GeoJSON feature a line (RFC 8142 without the separators), gzipped, the same bytes every time."""
    lines = []
    for code, shape in outlines.items():
        geometry = shapely.to_geojson(shapely.orient_polygons(shapely.normalize(shape)))
        feature = {"type": "Feature", "id": code, "properties": {}, "geometry": json.loads(geometry)}
        lines.append(json.dumps(feature, separators=(",", ":")))
    path.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n", compresslevel=9, mtime=0))

"""Outlines for the map and for polygon queries: the borders made simpler, all at once, so neighbours still meet."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from geo.builder.source import polygonal

TOLERANCE: Final = 0.0015  # degrees, the side of the triangles that may go (shapely.coverage_simplify)
DECIMALS: Final = 4  # about ten metres, far less than what the tolerance takes away


def simplify(borders: Mapping[str, Any]) -> dict[str, Any]:
    """Return {code: simpler shape}; shared borders stay shared, for each point is rounded the same on both sides."""
    shapes = np.array(list(borders.values()), dtype=object)
    simple = shapely.transform(shapely.coverage_simplify(shapes, TOLERANCE), lambda xy: xy.round(DECIMALS))
    return {
        code: shape if shape.is_valid else polygonal(shapely.make_valid(shape))
        for code, shape in zip(borders, simple, strict=True)
    }


def write_outlines(path: Path, outlines: Mapping[str, Any]) -> None:
    """Write one GeoJSON feature a line (RFC 8142 without the separators), gzipped, the same bytes every time."""
    lines = []
    for code, shape in outlines.items():
        geometry = shapely.to_geojson(shapely.normalize(shape))
        feature = {"type": "Feature", "id": code, "properties": {}, "geometry": json.loads(geometry)}
        lines.append(json.dumps(feature, separators=(",", ":")))
    path.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n", compresslevel=9, mtime=0))

"""The borders of today's municipalities, read from 国土数値情報 N03 in whatever file they come."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import geopandas
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geo.code import plain

CODE_COLUMNS: Final = ("code", "N03_007", "N03_08_007")  # ours; N03's name for it; N03 of 2025 and later
CRS: Final = "EPSG:4326"


class BorderFileError(ValueError):
    """The file holds no polygons with municipality codes."""


def read_borders(
    path: Path, successors: Mapping[str, tuple[str, ...]], code_column: str | None = None
) -> dict[str, Any]:
    """Read {code: polygon or multipolygon}; a code that is gone gives its ground to its first successor.

    Rows without a code (所属未定地) are left out. Where the file names no coordinate system it is taken as degrees:
    N03 is JGD 2011, which differs from WGS 84 by less than its own precision.
    """
    frame = read_frame(path)
    column = code_column or next((name for name in CODE_COLUMNS if name in frame.columns), None)
    if column is None or column not in frame.columns:
        raise BorderFileError(f"{path.name} has no column of codes; it has {', '.join(map(str, frame.columns))}.")
    parts: dict[str, list[Any]] = {}
    for code_text, shape in zip(frame[column], frame.geometry, strict=True):
        code = plain(str(code_text)) if code_text is not None else None
        if code is None or shape is None or shape.is_empty:
            continue
        parts.setdefault(successors.get(code, (code,))[0], []).append(shape)
    if not parts:
        raise BorderFileError(f"{path.name} holds no polygon with a municipality code in column {column}.")
    return {code: _joined(shapes) for code, shapes in sorted(parts.items())}


def read_frame(path: Path) -> Any:
    """Read any file of shapes as degrees; raise BorderFileError where it is none."""
    try:
        frame = geopandas.read_file(path)
    except (DataSourceError, DataLayerError) as error:
        raise BorderFileError(f"{path.name} is no file of shapes that can be read: {error}") from error
    return frame.set_crs(CRS) if frame.crs is None else frame.to_crs(CRS)


def _joined(shapes: list[Any]) -> Any:
    """Mend and join the polygons of one municipality."""
    mended = [shape if shape.is_valid else shapely.make_valid(shape) for shape in shapes]
    return polygonal(shapely.union_all(mended) if len(mended) > 1 else mended[0])


def polygonal(shape: Any) -> Any:
    """Return the polygons of a shape, without the lines and points that mending may leave."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return shape
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(polygons)

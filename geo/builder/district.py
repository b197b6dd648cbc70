"""The districts of one municipality (地区), from a file of shapes or from a list of towns with positions."""

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import shapely

from geo.builder.border import BorderFileError, polygonal, read_frame
from geo.place import District

TOWN: Final = "town"  # the towns of 「住所マスター」 as JSON: [{"town": ..., "lat": ..., "lng": ...}, ...]


def read_districts(
    path: Path, name_column: str, code_column: str | None = None, kana_column: str | None = None
) -> list[District]:
    """Read the districts of a file that geopandas reads, or of a JSON list of towns.

    Rows of one name (or one code) are one district. Without a column of codes they are numbered from 001 in the order
    of the file. Raises BorderFileError where a column is missing or nothing is found.
    """
    towns = _read_towns(path)
    found = list(_from_towns(towns)) if towns else list(_from_shapes(path, name_column, code_column, kana_column))
    if not found:
        raise BorderFileError(f"{path.name} holds no district.")
    return found


def _read_towns(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a JSON list of towns; none where the file is something else."""
    if path.suffix.lower() != ".json":
        return []
    document = json.loads(path.read_bytes())
    return document if isinstance(document, list) else []


def _from_towns(towns: list[dict[str, Any]]) -> Iterator[District]:
    """Make a district of each town, at the middle of its rows (小字)."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in towns:
        if not {TOWN, "lat", "lng"} <= row.keys():
            raise BorderFileError(f"A town has {TOWN}, lat and lng; here is one with {', '.join(row)}.")
        if row[TOWN] and row["lat"] and row["lng"]:
            rows.setdefault(row[TOWN], []).append(row)
    for number, (name, same) in enumerate(rows.items(), 1):
        lat, lon = fmean(float(row["lat"]) for row in same), fmean(float(row["lng"]) for row in same)
        yield District(code=f"{number:03}", name=name, lat=lat, lon=lon)


def _from_shapes(path: Path, name_column: str, code_column: str | None, kana_column: str | None) -> Iterator[District]:
    """Make a district of each name or code in a file of polygons or points."""
    frame = read_frame(path)
    for column in filter(None, (name_column, code_column, kana_column)):
        if column not in frame.columns:
            raise BorderFileError(f"{path.name} has no column {column}; it has {', '.join(map(str, frame.columns))}.")
    frame = frame[frame.geometry.notna() & frame[name_column].notna()]
    for number, (key, rows) in enumerate(frame.groupby(code_column or name_column, sort=False), 1):
        ground = shapely.union_all(shapely.make_valid(rows.geometry.to_numpy()))
        point = shapely.point_on_surface(ground)
        first = rows.iloc[0]
        yield District(
            code=str(key) if code_column else f"{number:03}",
            name=str(first[name_column]),
            kana=str(first[kana_column] or "") if kana_column else "",
            geometry=polygonal(ground) if ground.area else None,
            lat=point.y,
            lon=point.x,
        )

"""The districts of municipalities (地区, 発令対象区域), from a file of shapes or a list of towns with positions."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import fmean
from typing import Any, Final, NamedTuple

import shapely

from geo.builder.address import read_addresses
from geo.builder.column import ColumnMap
from geo.builder.problem import SourceError
from geo.builder.source import Source, Tell, mend, polygonal, read_source
from geo.place import District, Town

NAME_COLUMNS: Final = ("name", "NAME", "地区名", "区域名", "地区", "名称")
TOWNS: Final = ColumnMap(name="town")  # 住所マスター without its 小字

Owner = Callable[[str], str | None]  # what a file calls a municipality -> its code, None where there is none


class Districts(NamedTuple):
    """{municipality: its districts}, and what there is to say about the file."""

    of: dict[str, list[District]]
    notes: list[str]


def read_districts(
    path: Path, columns: ColumnMap, municipality: str | None, owner: Owner, tell: Tell | None = None
) -> Districts:
    """Read the districts of one municipality, or of many where ``columns.municipality`` tells them apart.

    Rows of one code, or of one name where there is no column of codes, are one district. Without a column of codes
    they are numbered from 001 in the order of the file. A JSON list of towns gives districts that are points.
    Raises SourceError where a column is missing, a municipality is unknown or nothing is found.
    """
    if path.suffix.lower() in {".csv", ".tsv"} or _is_list(path):
        towns = columns.over(TOWNS) if _is_list(path) else columns
        addresses = read_addresses(path, towns, municipality, owner)
        return Districts({code: _of_towns(own) for code, own in addresses.of.items()}, addresses.notes)
    if municipality is None and columns.municipality is None:
        raise SourceError("--municipality must say whose districts they are, as 33202; or --municipality-column.")
    source = read_source(path, columns, tell)
    found = dict(_by_municipality(source, columns, municipality, owner, tell))
    if not any(found.values()):
        raise SourceError(f"{path.name} holds no district.")
    return Districts(found, source.notes)


def _of_towns(towns: Iterable[Town]) -> list[District]:
    """Make a district of each name, at the middle of its rows."""
    rows: dict[str, list[Town]] = {}
    for town in towns:
        rows.setdefault(town.name, []).append(town)
    return [
        District(
            code=f"{number:03}",
            name=name,
            kana=same[0].kana,
            lat=fmean(one.lat for one in same),
            lon=fmean(one.lon for one in same),
        )
        for number, (name, same) in enumerate(rows.items(), 1)
    ]


def _is_list(path: Path) -> bool:
    """Tell a JSON list of towns from GeoJSON and TopoJSON, which are objects."""
    if path.suffix.lower() != ".json":
        return False
    with path.open("rb") as start:
        return start.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"["


def _by_municipality(
    source: Source, columns: ColumnMap, municipality: str | None, owner: Owner, tell: Tell | None
) -> Iterator[tuple[str, list[District]]]:
    frame = source.frame
    name = source.column(columns.name, NAME_COLUMNS, "names (--name-column)")
    for said in filter(None, (columns.code, columns.kana, columns.municipality)):
        source.column(said, (), "")
    nameless = frame[name].isna() | (frame[name].astype(str).str.strip() == "")
    if nameless.any():
        source.notes.append(f"{int(nameless.sum())} rows without a name, left out")
    frame = frame[~nameless].copy()
    frame["geometry"] = mend(frame, [str(value) for value in frame[name]], source.notes, tell)
    frame = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    if municipality is not None:
        yield municipality, list(_districts(frame, name, columns))
        return
    for told, rows in frame.groupby(columns.municipality, sort=True):
        code = owner(str(told))
        if code is None:
            raise SourceError(f"{source.name}: {told} in column {columns.municipality} is no municipality.")
        yield code, list(_districts(rows, name, columns))


def _districts(frame: Any, name: str, columns: ColumnMap) -> Iterator[District]:
    """Make a district of each name or code."""
    for number, (key, rows) in enumerate(frame.groupby(columns.code or name, sort=False), 1):
        ground = shapely.union_all(rows.geometry.to_numpy())
        point = shapely.point_on_surface(ground)
        first = rows.iloc[0]
        kana = first[columns.kana] if columns.kana else None
        yield District(
            code=str(key) if columns.code else f"{number:03}",
            name=str(first[name]).strip(),
            kana=str(kana) if isinstance(kana, str) else "",
            geometry=polygonal(ground) if ground.area else None,
            lat=point.y,
            lon=point.x,
        )

"""The districts of municipalities (地区, 発令対象区域), from a file of shapes or a list of towns with positions."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import fmean
from typing import Any, Final, NamedTuple

import shapely

from geo.builder.address import read_addresses
from geo.builder.column import ColumnMap
from geo.builder.problem import SourceError
from geo.builder.source import Source, Tell, Wanted, mend, polygonal, read_source
from geo.name import fold
from geo.place import District, Town

NAME_COLUMNS: Final = ("name", "NAME", "地区名", "区域名", "地区", "名称")
NAMES: Final = Wanted("名称（--name-column）", "names (--name-column)")
TOLD_MAX: Final = 20  # names in a note
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

    Rows of one code, or of one name where there is no column of codes, are one district. Without a column of codes the
    name is the code, so that a district has the same one in the next file. A list of towns gives districts that are
    points. Raises SourceError where a column is missing, a municipality is unknown, one code has several names or
    nothing is found.
    """
    if path.suffix.lower() in {".csv", ".tsv"} or _is_list(path):
        towns = columns.over(TOWNS) if _is_list(path) else columns
        addresses = read_addresses(path, towns, municipality, owner)
        return Districts({code: _of_towns(own) for code, own in addresses.of.items()}, addresses.notes)
    if municipality is None and columns.municipality is None:
        raise SourceError(
            "どの市区町村の地区か、--municipality 33202 か --municipality-column で指定してください。",
            "--municipality must say whose districts they are, as 33202; or --municipality-column.",
        )
    source = read_source(path, columns, tell)
    found = dict(_by_municipality(source, columns, municipality, owner, tell))
    if not any(found.values()):
        raise SourceError(f"{path.name} に地区がありません。", f"{path.name} holds no district.")
    return Districts(found, source.notes)


def _of_towns(towns: Iterable[Town]) -> list[District]:
    """Make a district of each name, at the middle of its rows."""
    rows: dict[str, list[Town]] = {}
    for town in towns:
        rows.setdefault(town.name, []).append(town)
    return [
        District(
            code=_code(name),
            name=name,
            kana=same[0].kana,
            lat=fmean(one.lat for one in same),
            lon=fmean(one.lon for one in same),
        )
        for name, same in rows.items()
    ]


def _code(value: object) -> str:
    """Return a code as text without spaces; numbers of a table may come as 1.0."""
    text = "".join(str(value).split())
    return text.removesuffix(".0") if isinstance(value, float) else text


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
    name = source.column(columns.name, NAME_COLUMNS, NAMES)
    for said in filter(None, (columns.code, columns.kana, columns.municipality)):
        source.column(said, (), NAMES)
    nameless = _is_blank(frame[name])
    if nameless.any():
        source.notes.append(f"名称がないため除外 {int(nameless.sum())} rows without a name, left out")
    frame = frame[~nameless].copy()
    for column in {columns.code, columns.municipality if municipality is None else None} - {None}:
        blank = _is_blank(frame[column])
        if blank.any():
            names = ", ".join(frame[name][blank].astype(str)[:TOLD_MAX])
            raise SourceError(
                f"{source.name} の列 {column} が空の行が {int(blank.sum())} あります: {names}",
                f"{int(blank.sum())} rows of {source.name} have nothing in column {column}: {names}.",
            )
    frame["geometry"] = mend(frame, [str(value) for value in frame[name]], source.notes, tell)
    frame = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    if municipality is not None:
        yield municipality, list(_districts(frame, name, columns))
        return
    for told, rows in frame.groupby(columns.municipality, sort=True):
        code = owner(str(told))
        if code is None:
            raise SourceError(
                f"{source.name} の列 {columns.municipality} にある「{told}」は、いまの市区町村ではありません。",
                f"{source.name}: {told} in column {columns.municipality} is no municipality.",
            )
        yield code, list(_districts(rows, name, columns))


def _is_blank(column: Any) -> Any:
    return column.isna() | (column.astype(str).str.strip() == "")


def _districts(frame: Any, name: str, columns: ColumnMap) -> Iterator[District]:
    """Make a district of each name or code."""
    for key, rows in frame.groupby(frame[columns.code or name].map(_code), sort=False):
        names = list(dict.fromkeys(rows[name].astype(str).str.strip()))
        if len({fold(one) for one in names}) > 1:
            raise SourceError(
                f"列 {columns.code} のコード {key} に名称がいくつもあります: {'、'.join(names[:TOLD_MAX])}。"
                "地区ごとに別の"
                "コードの列を指定してください。",
                f"The code {key} in column {columns.code} has several names: {', '.join(names[:TOLD_MAX])}; "
                "name a column "
                "that has a code of its own for each district.",
            )
        ground = shapely.union_all(rows.geometry.to_numpy())
        point = shapely.point_on_surface(ground)
        first = rows.iloc[0]
        kana = first[columns.kana] if columns.kana else None
        yield District(
            code=str(key),
            name=names[0],
            kana=str(kana) if isinstance(kana, str) else "",
            geometry=polygonal(ground) if ground.area else None,
            lat=point.y,
            lon=point.x,
        )

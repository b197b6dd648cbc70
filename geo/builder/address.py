"""Address tables: the towns (町字) of municipalities with a point each, from JSON or CSV.

Headings of tables that many have are known (``USUAL``); any other is told by a map of columns.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import fmean
from typing import Final, NamedTuple

from geo.builder.column import ColumnMap
from geo.builder.encoding import of_text
from geo.builder.problem import SourceError
from geo.builder.source import JAPAN
from geo.place import Town

# 住所マスター (JSON); Geolonia 住所データ; 国土交通省 位置参照情報 (大字・町丁目レベル); plain.
USUAL: Final = (
    ColumnMap(name="town,koaza", lat="lat", lon="lng"),
    ColumnMap(
        name="大字町丁目名,小字・通称名",
        kana="大字町丁目名カナ",
        lat="緯度",
        lon="経度",
        municipality="市区町村コード",
    ),
    ColumnMap(name="大字町丁目名", lat="緯度", lon="経度", municipality="市区町村コード"),
    ColumnMap(name="name", lat="lat", lon="lon"),
)
TOLD_MAX: Final = 20  # names in a note

Owner = Callable[[str], str | None]
Row = Mapping[str, object]


class Addresses(NamedTuple):
    """{municipality: its towns}, and what there is to say about the file."""

    of: dict[str, list[Town]]
    notes: list[str]


def read_addresses(path: Path, columns: ColumnMap, municipality: str | None, owner: Owner) -> Addresses:
    """Read an address table; rows of one town are the town at their middle, and each a town with its 小字 as well.

    The municipality is the one said, or is in a column, or is the name of the file (岡山県_倉敷市.json). Raises
    SourceError where that is unknown, a column is missing, or no row has a name and a position in Japan.
    """
    raw = path.read_bytes()
    encoding = columns.encoding or of_text(raw)
    try:
        text = raw.decode(encoding or "")
    except (LookupError, UnicodeDecodeError) as error:
        raise SourceError(
            f"{path.name} の文字コードは UTF-8 でも cp932 でもありません。--encoding で指定してください。",
            f"{path.name} is neither UTF-8 nor cp932; say which it is with --encoding.",
        ) from error
    rows = _json_rows(path, text) if path.suffix.lower() == ".json" else _csv_rows(path, text)
    if not rows:
        raise SourceError(f"{path.name} に行がありません。", f"{path.name} has no rows.")
    known = encoding in {"utf-8", "utf-8-sig"} or text.isascii()
    notes = [] if known else [f"文字コードは {encoding} と判断 it reads as {encoding}"]
    chosen = _columns(path, columns, rows[0])
    if municipality is None and chosen.municipality is None:
        municipality = owner(path.stem.replace("_", ""))
        if municipality is None:
            raise SourceError(
                f"{path.name} がどの市区町村のものか、--municipality 33202 か --municipality-column "
                "で指定してください。",
                f"Say whose towns {path.name} has: --municipality 33202, or --municipality-column.",
            )
    towns: dict[str, list[tuple[str, Town]]] = {}
    nowhere: list[str] = []
    for row in rows:
        told = str(row.get(chosen.municipality) or "") if chosen.municipality and municipality is None else ""
        code = municipality or owner(told)
        if code is None:
            raise SourceError(
                f"{path.name} の列 {chosen.municipality} にある「{told}」は、いまの市区町村ではありません。",
                f"{path.name}: {told!r} in column {chosen.municipality} is no municipality.",
            )
        names = _names(row, chosen)
        if (town := _town(row, chosen)) is None:
            nowhere.append("".join(names))
        else:
            towns.setdefault(code, []).append((names[0], town))
    if nowhere:
        few = ", ".join(nowhere[:TOLD_MAX])
        notes.append(f"日本国内の位置がないため除外 {len(nowhere)} without a position in Japan, left out: {few}")
    if not towns:
        raise SourceError(
            f"{path.name} に、名称と日本国内の位置のある行がありません。緯度と経度の列が逆になっていないか、"
            "確かめてください。",
            f"{path.name}: no row has a name and a position in Japan; look whether latitude and longitude have changed "
            "places.",
        )
    return Addresses({code: _with_whole_towns(same) for code, same in towns.items()}, notes)


def _with_whole_towns(towns: list[tuple[str, Town]]) -> list[Town]:
    """Add the towns that stand in the table only with their 小字, at the middle of these."""
    rows = [town for _, town in towns]
    named = {town.name for town in rows}
    parts: dict[str, list[Town]] = {}
    for whole, town in towns:
        if whole and whole not in named:
            parts.setdefault(whole, []).append(town)
    wholes = (
        Town(name=name, lat=fmean(one.lat for one in same), lon=fmean(one.lon for one in same))
        for name, same in parts.items()
    )
    return [*rows, *wholes]


def _columns(path: Path, said: ColumnMap, row: Row) -> ColumnMap:
    """Fill what was not said from the first of the usual tables whose columns are all there."""
    usual = next((one for one in USUAL if _has(row, said.over(one))), ColumnMap())
    chosen = said.over(usual)
    needed = [*(chosen.name or "").split(","), chosen.lat or "", chosen.lon or ""]
    missing = [name for name in (*needed, chosen.kana, chosen.municipality) if name is not None and name not in row]
    if missing:
        wanted, has = " ".join(filter(None, missing)), ", ".join(map(str, row))
        raise SourceError(
            f"{path.name} に{f'列 {wanted}' if wanted else '分かる見出し'}がありません。あるのは {has} です。"
            "--name-column、"
            "--lat-column、--lon-column で指定してください。",
            f"{path.name} has no column {wanted or 'that is known'}; it has {has}. Say --name-column, --lat-column and "
            "--lon-column.",
        )
    return chosen


def _has(row: Row, columns: ColumnMap) -> bool:
    told = (columns.lat, columns.lon, columns.kana, columns.municipality, *(columns.name or "").split(","))
    return all(name in row for name in told if name)


def _names(row: Row, columns: ColumnMap) -> list[str]:
    return [str(row.get(name) or "").strip() for name in (columns.name or "").split(",")]


def _town(row: Row, columns: ColumnMap) -> Town | None:
    """Make a town of a row; None where it has no name or no position in Japan."""
    name = "".join(_names(row, columns))
    try:
        lat, lon = float(str(row.get(columns.lat or ""))), float(str(row.get(columns.lon or "")))
    except ValueError:
        return None
    west, south, east, north = JAPAN
    if not name or not (south <= lat <= north and west <= lon <= east):
        return None
    kana = str(row.get(columns.kana) or "") if columns.kana else ""
    return Town(name=name, kana=kana, lat=lat, lon=lon)


def _json_rows(path: Path, text: str) -> list[Row]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path.name} は JSON として読めません。", f"{path.name} is no JSON: {error}") from error
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        raise SourceError(f"{path.name} は町字の一覧（JSON）ではありません。", f"{path.name} is no JSON list of towns.")
    return document


def _csv_rows(path: Path, text: str) -> list[Row]:
    """Read a table of the separator that its headings have most: comma, tab or semicolon."""
    headings = text.partition("\n")[0]
    try:
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=headings.count)))
    except csv.Error as error:
        raise SourceError(
            f"{path.name} は表（CSV）として読めません。引用符が閉じているか、確かめてください。",
            f"{path.name} is no table that can be read: {error}.",
        ) from error

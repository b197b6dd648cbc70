"""Builds all data that ships, from official tables and borders, the same bytes from the same input."""

import hashlib
from pathlib import Path
from typing import Final, NamedTuple

from geo import shipped
from geo.builder import coast, jma, outline, places, squares
from geo.builder.border import read_borders

FILES: Final = (shipped.PLACES, shipped.JMA, shipped.SQUARES, shipped.OUTLINES)
CREDIT: Final = """\
「国土数値情報（行政区域データ）」（国土交通省）を加工して作成
「アドレス・ベース・レジストリ」（デジタル庁）を加工して作成
「気象庁防災情報XMLフォーマット コード表」「予報区等GISデータ」（気象庁）を加工して作成
市区町村役場の位置: localgovjp（Code for FUKUI）を加工して作成
"""


class Built(NamedTuple):
    """What a build made."""

    places: int
    jma_codes: int
    runs: int
    bytes_total: int
    version: str


def build(borders: Path, tables: Path, coasts: Path | None, weather: Path | None, out: Path) -> Built:
    """Write the shipped files below ``out``.

    ``tables`` holds municipalities_abr.csv, localgovjp.csv and 気象庁's tables in ``jma/``. Without ``coasts`` no
    tsunami coast has members; without ``weather`` a part of a 政令市 whose name lists no wards is all of its wards.
    """
    out.mkdir(parents=True, exist_ok=True)
    shapes = read_borders(borders, places.successors()).shapes
    all_places = places.collect(tables, shapes)
    places.write_places(out / shipped.PLACES, all_places)
    codes = jma.JmaTables(tables / "jma", all_places, shapes)
    rows = codes.collect(coast.read_coasts(coasts, shapes) if coasts else {}, weather)
    jma.write_jma(out / shipped.JMA, rows, codes)
    table = squares.draw(shapes)
    (out / shipped.SQUARES).write_bytes(table.to_text().encode())
    outline.write_outlines(out / shipped.OUTLINES, outline.round_off(shapes))
    (out / shipped.CREDIT).write_text(CREDIT, encoding="utf-8")
    contents = [(out / name).read_bytes() for name in FILES]
    version = hashlib.sha256(b"".join(contents)).hexdigest()
    (out / shipped.VERSION).write_text(version + "\n", encoding="utf-8")
    return Built(len(all_places), len(rows), len(table), sum(map(len, contents)), version)

"""The data that the package carries: where it lies and how it is read. ``noroshi areas build`` makes it.

Credits: 「国土数値情報（行政区域データ）」（国土交通省）を加工して作成; アドレス・ベース・レジストリ（デジタル庁）;
気象庁防災情報XML コード表 and 予報区等GISデータ（気象庁）.
"""

import csv
import gzip
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

import msgspec
from shapely.geometry.base import BaseGeometry

from geo.place import Place

DATA: Final[Traversable] = files("geo") / "data"
PLACES: Final = "places.csv"
JMA: Final = "jma.csv"
SQUARES: Final = "squares.txt"
OUTLINES: Final = "outlines.geojsonl.gz"
VERSION: Final = "version.txt"
CREDIT: Final = "credit.txt"


class JmaRow(NamedTuple):
    """One code of one JMA table; members are codes of prefectures, 政令市 or municipalities, apart by spaces."""

    table: str
    code: str
    level: int
    name: str
    kana: str
    members: str


def read_version() -> str:
    """Return the digest of the data, which changes with every change of it."""
    return (DATA / VERSION).read_text(encoding="utf-8").strip()


def read_places() -> list[Place]:
    """Read every prefecture, municipality and ward there is or was."""
    return [
        Place(
            code=row["code"],
            name=row["name"],
            full_name=row["full_name"],
            kana=row["kana"],
            romaji=row["romaji"],
            kind=row["kind"],
            parent=row["parent"] or None,
            county=row["county"] or None,
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            valid_from=row["valid_from"] or None,
            valid_to=row["valid_to"] or None,
            successors=tuple(row["successors"].split()),
        )
        for row in csv.DictReader(_read_text(PLACES).splitlines())
    ]


def read_jma() -> list[JmaRow]:
    """Read all JMA tables."""
    _, *rows = csv.reader(_read_text(JMA).splitlines())
    return [JmaRow(table, code, int(level), *rest) for table, code, level, *rest in rows]


def read_squares() -> str:
    """Read the table of squares, for ``geo.square.SquareTable.from_text``."""
    return _read_text(SQUARES)


def read_outlines() -> Iterator[tuple[str, BaseGeometry]]:
    """Read (code, outline) of every municipality and ward of today."""
    for line in gzip.decompress((DATA / OUTLINES).read_bytes()).splitlines():
        feature = msgspec.json.decode(line)
        yield feature["id"], _shape(feature["geometry"])


def _shape(geometry: dict[str, object]) -> BaseGeometry:
    import shapely.geometry  # noqa: PLC0415  # only when the shipped text is compiled, once a version

    return shapely.geometry.shape(geometry)


def _read_text(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")

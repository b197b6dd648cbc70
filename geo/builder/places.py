"""Prefectures, municipalities and wards, from アドレス・ベース・レジストリ, with the position of each office."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import shapely

from geo.builder.table import read_records, write_table
from geo.place import Place

SUCCESSION: Final = Path(__file__).parent / "succession.csv"  # kept by hand from the notices of 総務省 (廃置分合)
FOUNDED: Final = "1947-04-17"  # what the registry writes for all that is as old as the Local Autonomy Act
KINDS: Final = {"区": "ward", "市": "city", "町": "town", "村": "village"}
HEADER: Final = (
    "code parent county kind name full_name kana romaji lat lon valid_from valid_to successors".split()  # noqa: SIM905  # reads better
)


def read_succession() -> list[dict[str, str]]:
    """Return the codes that are gone, each with the day it went and the codes that took its place."""
    return read_records(SUCCESSION)


def successors() -> dict[str, tuple[str, ...]]:
    """Return {gone code: its successors}."""
    return {row["code"]: tuple(row["successors"].split()) for row in read_succession()}


def collect(tables: Path, borders: Mapping[str, Any]) -> list[Place]:
    """Make every place there is or was, in the order of the codes."""
    records = read_records(tables / "municipalities_abr.csv")
    offices = _read_offices(tables / "localgovjp.csv")
    divided = {(row["pref"], row["city"]) for row in records if row["ward"]}
    cities = {(row["pref"], row["city"]): row["lg_code"][:5] for row in records if not row["ward"]}
    places: dict[str, Place] = {}
    for row in records:
        code = row["lg_code"][:5]
        places[code[:2]] = places.get(code[:2]) or _prefecture(code[:2], row, borders)
        parent = cities[row["pref"], row["city"]] if row["ward"] else code[:2]
        level = "ward" if row["ward"] else "city"
        lat, lon = offices.get(code) or _inside(code, borders, parent)
        places[code] = Place(
            code=code,
            parent=parent,
            county=row["county"] or None,
            kind=_kind(row, divided),
            name=row[level],
            full_name=row["pref"] + row["city"] + row["ward"],
            kana=row[f"{level}_kana"],
            romaji=row[f"{level}_roma"],
            lat=lat,
            lon=lon,
            valid_from=None if row["efct_date"] == FOUNDED else row["efct_date"],
            valid_to=row["ablt_date"] or None,
        )
    for row in read_succession():
        places[row["code"]] = _gone(row, places, offices)
    return [places[code] for code in sorted(places)]


def write_places(path: Path, places: list[Place]) -> None:
    """Write the table that ships."""
    write_table(
        path,
        HEADER,
        (
            [
                *(getattr(place, name) or "" for name in HEADER[:8]),
                f"{place.lat:.5f}",
                f"{place.lon:.5f}",
                place.valid_from or "",
                place.valid_to or "",
                " ".join(place.successors),
            ]
            for place in places
        ),
    )


def _prefecture(code: str, row: dict[str, str], borders: Mapping[str, Any]) -> Place:
    """Make a prefecture; it stands at a point inside, for it has no office in the tables."""
    lat, lon = _inside(code, borders, code)
    return Place(
        code=code,
        kind="prefecture",
        name=row["pref"],
        full_name=row["pref"],
        kana=row["pref_kana"],
        romaji=row["pref_roma"],
        lat=lat,
        lon=lon,
    )


def _gone(row: dict[str, str], places: Mapping[str, Place], offices: Mapping[str, tuple[float, float]]) -> Place:
    """Make a place that is no more; it stands where its office was, or its first successor's is."""
    following = tuple(row["successors"].split())
    heir = places[following[0]]
    lat, lon = offices.get(row["code"]) or (heir.lat, heir.lon)
    return Place(
        code=row["code"],
        parent=row["parent"],
        kind=KINDS[row["name"][-1]],
        name=row["name"],
        full_name=places[row["parent"]].full_name + row["name"],
        kana="",
        romaji="",
        lat=lat,
        lon=lon,
        valid_to=row["valid_to"],
        successors=following,
    )


def _kind(row: dict[str, str], divided: set[tuple[str, str]]) -> str:
    """Name the kind: ward (行政区), special-ward (特別区), designated-city (政令指定都市), city, town, village."""
    if row["ward"]:
        return "ward"
    if row["city"].endswith("区"):
        return "special-ward"
    return "designated-city" if (row["pref"], row["city"]) in divided else KINDS[row["city"][-1]]


def _read_offices(path: Path) -> dict[str, tuple[float, float]]:
    """Return {code: (lat, lon)} of the offices."""
    return {row["lgcode"][:5]: (float(row["lat"]), float(row["lng"])) for row in read_records(path)}


def _inside(code: str, borders: Mapping[str, Any], parent: str) -> tuple[float, float]:
    """Return a point inside the largest part of a place."""
    shapes = [shape for other, shape in borders.items() if other.startswith(code)]
    shapes = shapes or [shape for other, shape in borders.items() if other.startswith(parent[:4])]
    largest = max(shapely.get_parts(shapely.union_all(shapes)), key=lambda part: part.area)
    point = shapely.point_on_surface(largest)
    return point.y, point.x

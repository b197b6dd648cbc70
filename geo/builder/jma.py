"""気象庁's code tables, each code with the municipalities that belong to it."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas
import shapely

from geo.builder import region
from geo.builder.source import polygonal
from geo.builder.table import read_rows, write_table
from geo.level import KIND_LEVELS, Level
from geo.place import Place

HEADER: Final = ("table", "code", "level", "name", "kana", "members")
# Tables whose codes are known and have no municipalities; (code column, name column, kana column).
POINTS: Final[dict[str, tuple[int, int, int | None]]] = {
    "AreaEpicenter": (0, 1, None),
    "AreaEpicenterAbbreviation": (0, 1, None),
    "AreaEpicenterDetail": (0, 1, None),
    "AreaEpicenterSuppliment": (0, 1, None),
    "AreaMarineA": (0, 1, 2),
    "AreaMarineJ": (0, 1, 2),
    "PointTsunami": (0, 1, 2),
    "PointVolcano": (0, 1, 2),
}
# Rivers, their stretches and their gauges: (code column, name column, kana column, column of the river's full name).
# The code of a river that a prefecture keeps (二級水系) begins with the prefecture's; those of the state's (一級水系)
# begin with 8 and no table says where they run, unless the name begins with a prefecture's.
RIVERS: Final[dict[str, tuple[int, int, int | None, int]]] = {
    "AreaFloodForecast": (0, 1, 2, 1),
    "AreaRiver": (0, 2, 3, 2),
    "WaterLevelStation": (0, 2, None, 3),
}
PREFECTURES: Final = frozenset(f"{number:02}" for number in range(1, 48))
STATIONS: Final = "AreaForecastLocalE_AreaInformationCity_PointSeismicIntensity.csv"
COUNTRY: Final = "10000"  # 全国 in AreaForecast
ALL_JAPAN: Final = "990000"  # in official telegrams and not in the table
SHARE_MIN: Final = 0.02  # of a ward that a weather area must cover to count it; less is two drawings of one border


class Row(NamedTuple):
    """One code of one table; members are leaves."""

    table: str
    code: str
    level: Level
    name: str
    kana: str
    members: frozenset[str]


class JmaTables:
    """Works out the members table by table; later tables build on earlier ones."""

    def __init__(self, folder: Path, places: Iterable[Place], borders: Mapping[str, Any]) -> None:
        self._folder = folder
        self._places = {place.code: place for place in places if not place.valid_to}
        parents = {place.parent for place in self._places.values()}
        self.leaves = sorted(code for code in self._places if code not in parents)
        wholes = sorted((code for code in self._places if code in parents), key=lambda code: (len(code), code))
        self._wholes = [(code, self.expand(code)) for code in wholes]
        self._borders = borders
        self._rows: dict[tuple[str, str], Row] = {}

    def collect(self, coasts: Mapping[str, set[str]], weather: Path | None) -> list[Row]:
        """Return the rows of all tables."""
        self._cities(_read_weather(weather) if weather else {})
        self._forecast_areas()
        self._regions()
        self._earthquakes()
        self._coasts(coasts)
        for table, columns in POINTS.items():
            self._points(table, *columns)
        for table, river_columns in RIVERS.items():
            self._rivers(table, *river_columns)
        return [self._rows[key] for key in sorted(self._rows)]

    def expand(self, *codes: str) -> frozenset[str]:
        """Return the leaves of prefectures, 政令市 and municipalities."""
        return frozenset(leaf for leaf in self.leaves for code in codes if self._within(leaf, code))

    def fold(self, members: frozenset[str]) -> list[str]:
        """Write members with as few codes as hold exactly them: whole prefectures and 政令市 as one."""
        folded, rest = [], set(members)
        for code, below in self._wholes:
            if below <= rest:
                folded.append(code)
                rest -= below
        return sorted([*folded, *rest])

    def _within(self, leaf: str, code: str) -> bool:
        return code in (leaf, leaf[:2], self._places[leaf].parent)

    def _add(self, table: str, level: Level, code: str, *names: str, members: Iterable[str] = ()) -> None:
        name, kana = names
        self._rows[table, code] = Row(table, code, level, name, kana, frozenset(members))

    def _members(self, table: str, code: str) -> frozenset[str]:
        return self._rows[table, code].members

    def _read(self, name: str) -> list[list[str]]:
        return read_rows(self._folder / name)

    def _cities(self, weather: Mapping[str, Any]) -> None:
        """AreaInformationCity: five digits and a part; parts of a 政令市 by the wards they name or cover."""
        for code, full, name, kana, *rest in self._read("AreaInformationCity.csv"):
            whole = self.expand(*region.CITY.get(code, (code[:5],)))
            members = self._wards_named(full, whole) or self._wards_covered(weather.get(code), whole) or whole
            quake = 8
            names = name or rest[quake + 1] or full, kana or rest[quake + 2]
            self._add("AreaInformationCity", self._city_level(code), code, *names, members=members)

    def _city_level(self, code: str) -> Level:
        """Tell a municipality from its parts and from 支庁, which hold several."""
        place = self._places.get(code[:5])
        if code in region.CITY and code.endswith("00"):
            return Level.GROUP
        return KIND_LEVELS[place.kind] if place and code.endswith("00") else Level.PART

    def _wards_named(self, full: str, whole: frozenset[str]) -> frozenset[str]:
        """Return the wards that a name such as 「…のうち緑区及び南区」 lists, if it lists nothing else."""
        _, among, words = full.partition("のうち")
        names = re.split("、|及び", words) if among else []
        wards = {self._places[leaf].name: leaf for leaf in whole}
        return (
            frozenset(wards[name] for name in names) if names and all(name in wards for name in names) else frozenset()
        )

    def _wards_covered(self, shape: Any, whole: frozenset[str]) -> frozenset[str]:
        """Return the wards that an area of the weather map covers."""
        if shape is None or len(whole) < 2:  # noqa: PLR2004  # one member needs no choice
            return frozenset()
        return frozenset(
            leaf
            for leaf in whole
            if self._borders[leaf].intersection(shape).area >= SHARE_MIN * self._borders[leaf].area
        )

    def _forecast_areas(self) -> None:
        """AreaForecastLocalM: 市町村等をまとめた地域 by the cities' parents, the larger ones by two tables."""
        table = "AreaForecastLocalM"
        members: dict[str, set[str]] = {}
        for row in self._read("AreaInformationCity.csv"):
            if row[4]:
                members.setdefault(row[4], set()).update(self._members("AreaInformationCity", row[0]))
        above = [*self._read(f"{table}_WarningTable.csv"), *self._read(f"{table}_TornadoTable.csv")]
        for code, upper in [(row[0], upper) for row in above for upper in (row[2], row[4]) if upper != row[0]]:
            members.setdefault(upper, set()).update(members[code])
        levels: dict[str, Level] = {}
        for column, level in ((4, Level.PREFECTURE), (2, Level.AREA), (0, Level.GROUP)):
            levels |= {row[column]: level for row in above}  # the finest, where a code is of several levels
        rows = [(row[0], row[1], row[2]) for row in self._read(f"{table}.csv")]
        for code, name, _ in rows:
            members[code] = members.get(code) or self._parts(code, name, rows, members)
        for code, name, kana in rows:
            self._add(table, levels.get(code, Level.PREFECTURE), code, name, kana, members=members[code])
        self._add(table, Level.COUNTRY, ALL_JAPAN, "全国", "ぜんこく", members=self.leaves)

    def _parts(
        self, code: str, name: str, rows: list[tuple[str, str, str]], members: Mapping[str, set[str]]
    ) -> set[str]:
        """Put together an area that no table divides, from those of its prefecture that its name joins by 「・」."""
        prefecture = self._places[code[:2]]
        if name == prefecture.name:
            return set(self.expand(prefecture.code))
        found: set[str] = set()
        for part in name.removesuffix("地方").split("・"):
            inside = [
                members[other]
                for other, title, _ in rows
                if other[:2] == code[:2] and other.endswith("0") and title.startswith(part) and other in members
            ]
            if not inside:
                raise ValueError(f"{code} {name}: no area of the prefecture begins with {part}.")
            found |= set().union(*inside)
        return found

    def _regions(self) -> None:
        """AreaForecast (全国・地方予報区等), by the rules of geo.builder.region."""

        def resolve(code: str) -> frozenset[str]:
            if code in region.FORECAST:
                return frozenset().union(*(resolve(part) for part in region.FORECAST[code]))
            return self.expand(code) if len(code) == 2 else self._members("AreaForecastLocalM", code)  # noqa: PLR2004

        for _, name, _, code in self._read("AreaForecast.csv"):
            level = Level.COUNTRY if code == COUNTRY else Level.REGION
            self._add("AreaForecast", level, code.zfill(6), name, "", members=resolve(code))

    def _earthquakes(self) -> None:
        """AreaForecastLocalE by its stations' cities, and from it the areas of 緊急地震速報."""
        names: dict[str, tuple[str, str]] = {}
        members: dict[str, set[str]] = {}
        for code, name, kana, city, *_ in self._read(STATIONS):
            names[code] = name, kana
            members.setdefault(code, set()).update(self.expand(city[:5]))
        for code, (name, kana) in names.items():
            self._add("AreaForecastLocalE", Level.AREA, code, name, kana, members=members[code])
        for code, name in self._read("AreaInformationPrefectureEarthquake.csv"):
            table = "AreaInformationPrefectureEarthquake"
            self._add(table, Level.PREFECTURE, code, name, "", members=self.expand(code))
        for code, name, kana, *_ in self._read("AreaForecastLocalEEW.csv"):
            parts = [self._members("AreaForecastLocalE", part) for part in region.LOCAL_EEW.get(code, ())]
            whole = frozenset().union(*parts) or self.expand(code[1:3])
            self._add("AreaForecastLocalEEW", Level.PREFECTURE, code, name, kana, members=whole)
        for code, name, kana, *_ in self._read("AreaForecastEEW.csv"):
            below = [self._members("AreaForecastLocalEEW", part) for part in region.EEW[code]]
            self._add("AreaForecastEEW", Level.REGION, code, name, kana, members=frozenset().union(*below))

    def _coasts(self, coasts: Mapping[str, set[str]]) -> None:
        """AreaTsunami: the coasts, and those that the table puts together from others (領域表現, 結合表現)."""
        for code, name, kana, note, *_ in self._read("AreaTsunami.csv"):
            parts = re.search(r"構成する津波予報区([\d,]+)", note)
            codes = parts[1].split(",") if parts else [code]
            level = Level.PREFECTURE if parts else Level.AREA
            members = set().union(*(coasts.get(part, set()) for part in codes))
            self._add("AreaTsunami", level, code, name, kana, members=members)
        for code, name, kana, *_ in self._read("CoastTsunami.csv"):
            self._add("CoastTsunami", Level.AREA, code, name, kana, members=coasts.get(code, ()))

    def _points(self, table: str, code: int, name: int, kana: int | None) -> None:
        rows = self._read(f"{table}.csv")
        width = max(len(row[code]) for row in rows) if table != "PointTsunami" else 0
        for row in rows:
            self._add(table, Level.PART, row[code].zfill(width), row[name], row[kana] if kana is not None else "")

    def _rivers(self, table: str, code: int, name: int, kana: int | None, full: int) -> None:
        """Place what can be: in the prefecture, since nothing tells which of its municipalities a river meets."""
        rows = self._read(f"{table}.csv")
        width = max(len(row[code]) for row in rows)
        prefectures = {self._places[number].name: number for number in PREFECTURES}
        for row in rows:
            key = row[code].zfill(width)
            said = next((number for title, number in prefectures.items() if row[full].startswith(title)), None)
            kept = key[:2] if key[:2] in PREFECTURES else None
            if said and kept and said != kept:
                raise ValueError(f"{table} {key}: {row[full]} is not of the prefecture {kept}.")
            names = row[name], row[kana] if kana is not None else ""
            members = self.expand(said or kept or "")
            self._add(table, Level.PREFECTURE if members else Level.PART, key, *names, members=members)


def write_jma(path: Path, rows: Iterable[Row], tables: JmaTables) -> None:
    """Write the table that ships."""
    write_table(path, HEADER, ((*row[:5], " ".join(tables.fold(row.members))) for row in rows))


def _read_weather(path: Path) -> dict[str, Any]:
    """Return {code: shape} of 気象庁's map of weather areas; rows without a shape are left out."""
    frame = geopandas.read_file(path)
    shapes = zip(frame["regioncode"], frame.geometry, strict=True)
    return {code: polygonal(shapely.make_valid(shape)) for code, shape in shapes if shape is not None}

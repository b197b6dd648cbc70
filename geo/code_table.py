"""What the codes of 気象庁's tables and of JIS X 0402 stand for, as geocodes of an alert name them."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final

from geo.code import MUNICIPALITY_LENGTH, plain
from geo.level import KIND_LEVELS, Level
from geo.place import CodedArea, JmaArea, Place

WHOLE_COUNTRY: Final = "00"
JISX: Final = frozenset({"JISX0401", "JISX0402"})  # prefectures; prefectures, municipalities and wards
JMA_PREFIX: Final = "JMA_"
CITY_TABLE: Final = "AreaInformationCity"
CITY_LENGTH: Final = 7
WIDTHS: Final = {"AreaForecast": 6}  # 気象庁's table strips leading zeros, its telegrams do not

Row = tuple[str, str, int, str, str, str]  # table, code, level, name, kana, members apart by spaces


class CodeTables:
    """The rows of all tables, and the municipalities below each."""

    def __init__(self, rows: Iterable[Row], places: Mapping[str, Place], leaves: Mapping[str, frozenset[str]]) -> None:
        self._rows = {
            (table, code): (Level(level), name, kana, members) for table, code, level, name, kana, members in rows
        }
        self._places, self._leaves = places, leaves
        self._coded: dict[tuple[str, str], CodedArea] = {}

    def jma(self, table: str, code: str) -> JmaArea | None:
        """Return a row of a JMA table; see ``Registry.jma``."""
        key = (table.removeprefix(JMA_PREFIX), code)
        if key not in self._rows:
            return None
        _, name, kana, _ = self._rows[key]
        return JmaArea(table=key[0], code=code, name=name, kana=kana, members=tuple(sorted(self._members(key))))

    def jma_areas(self, own: frozenset[str]) -> tuple[JmaArea, ...]:
        """Return the JMA areas that hold all of some municipalities, those that hold least first."""
        found = [self.jma(*key) for key, row in self._rows.items() if row[-1] and own <= self._members(key)]
        return tuple(sorted((area for area in found if area), key=lambda area: len(area.members)))

    def jma_coded(self, code: str) -> tuple[JmaArea, ...]:
        """Return the areas of all JMA tables that have a code, by table."""
        return tuple(area for key in sorted(self._rows) if key[1] == code and (area := self.jma(*key)))

    def jma_areas_within(self, code: str) -> tuple[JmaArea, ...]:
        """Return the parts that 気象庁 cuts a municipality of five digits into."""
        keys = [key for key in sorted(self._rows) if key[0] == CITY_TABLE and key[1][:MUNICIPALITY_LENGTH] == code]
        return tuple(area for key in keys if not key[1].endswith("00") and (area := self.jma(*key)))

    def has_table(self, value_name: str) -> bool:
        """Tell whether a geocode's valueName is one of the tables."""
        return value_name in self._tables

    def coded(self, value_name: str, value: str) -> CodedArea | None:
        """Return what a geocode stands for; see ``Registry.coded``."""
        found = self._coded.get((value_name, value))
        if found is None and (found := self._look_up(value_name, value)):
            self._coded[value_name, value] = found
        return found

    def _look_up(self, value_name: str, value: str) -> CodedArea | None:
        if value_name in JISX:
            return self._jisx(plain(value))
        table = value_name.removeprefix(JMA_PREFIX)
        key = (table, value.zfill(WIDTHS.get(table, 0)))
        if key in self._rows:
            return CodedArea(self._rows[key][0], self._members(key))
        return self._jisx(value[:MUNICIPALITY_LENGTH]) if table == CITY_TABLE and len(value) == CITY_LENGTH else None

    def _jisx(self, code: str | None) -> CodedArea | None:
        if code == WHOLE_COUNTRY:
            return CodedArea(Level.COUNTRY, self._leaves[code])
        place = self._places.get(code or "")
        return CodedArea(KIND_LEVELS[place.kind], self._leaves[place.code]) if place else None

    def _members(self, key: tuple[str, str]) -> frozenset[str]:
        return frozenset().union(*(self._leaves[code] for code in self._rows[key][-1].split()))

    @cached_property
    def _tables(self) -> frozenset[str]:
        return JISX.union(JMA_PREFIX + table for table, _ in self._rows)

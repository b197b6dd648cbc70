"""The named ground of one municipality: its districts, the towns of its address table, what it was before mergers.

A name is looked for reading by reading, the surest first (``READINGS``); where the first reading that knows it knows
two grounds of that name, it is ambiguous and nothing is chosen.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from geo.name import fold
from geo.place import District, Place, Spot, Town

OAZA: Final = re.compile("[大小]字字?|^字|(?<=[町村])字")
OLD_TOWN: Final = re.compile(r"^(?P<old>.+?[町村])(?P<rest>[^\d].*)$")  # 真備町 + 箭田, not 中央町 + 2丁目
CHOME: Final = re.compile(r"(?P<base>.*?[^\d])\d+丁目(?:地先)?$")
GROUP_MIN: Final = 3  # towns that begin with a name before 「…地区」 is taken for all of them
GROUP_LETTERS_MIN: Final = 2


class TownIndex:
    """Names to spots, for one municipality."""

    def __init__(
        self,
        code: str,
        districts: Iterable[tuple[str, District]],
        towns: Iterable[tuple[str, Town]],
        old: Iterable[Place],
    ) -> None:
        """Take what there is; districts and towns each with the municipality or ward that they were loaded for."""
        self._names: dict[str, list[Spot]] = {}
        self._readings: dict[str, list[Spot]] = {}
        self._short: dict[str, list[Spot]] = {}
        self._groups: dict[str, list[Spot]] = {}
        self._districts: dict[str, Spot] = {}
        self.is_loaded = False  # whether districts or an address table were imported, beside what is shipped
        for owner, one in districts:
            spot = Spot(name=one.name, municipality=owner, district=one.code, lat=one.lat, lon=one.lon)
            self._districts[one.code] = spot
            self.is_loaded = True
            self._add(self._names, key_of(one.name), spot)
            self._add(self._readings, key_of(one.kana), spot)
        districts_named = frozenset(self._names)
        for owner, town in towns:
            spot = Spot(name=town.name, municipality=owner, lat=town.lat, lon=town.lon)
            self.is_loaded = True
            key = key_of(town.name)
            if key not in districts_named:
                self._add(self._names, key, spot)
            self._add(self._readings, key_of(town.kana), spot)
            for table, other in _other_keys(key):
                self._add(self._groups if table else self._short, other, spot)
        for place in old:
            spot = Spot(name=place.name, municipality=code, lat=place.lat, lon=place.lon)
            if key_of(place.name) not in self._groups:
                self._add(self._names, key_of(place.name), spot)

    def district(self, code: str) -> Spot | None:
        """Return a loaded district by its code."""
        return self._districts.get(code)

    def find(self, name: str, *, group: bool = False) -> tuple[Spot, ...] | None:
        """Return the ground of a name: one spot, or the towns that together have it; empty where it is ambiguous.

        None where nothing has the name. ``group`` lets a name stand for all towns that begin with it.
        """
        key = key_of(name).removeprefix("旧")
        if not key:
            return None
        for table in (self._names, self._readings):
            if key in table:
                return tuple(table[key]) if len(table[key]) == 1 else ()
        if key in self._groups:
            return tuple(self._groups[key])
        if key in self._short:
            return tuple(self._short[key]) if len(self._short[key]) == 1 else ()
        if group and len(key) >= GROUP_LETTERS_MIN:
            found = [spots[0] for other, spots in self._names.items() if other.startswith(key) and len(spots) == 1]
            return tuple(found) if len(found) >= GROUP_MIN else None
        return None

    def _add(self, table: dict[str, list[Spot]], key: str, spot: Spot) -> None:
        if key:
            table.setdefault(key, []).append(spot)


def key_of(name: str) -> str:
    """Fold a town's name: as all names, and without 大字 and 字."""
    return OAZA.sub("", fold(name))


def _other_keys(key: str) -> Iterator[tuple[bool, str]]:
    """Yield what else a town may be called: (whether together with others, name)."""
    if chome := CHOME.match(key):
        yield True, chome["base"]
    if old := OLD_TOWN.match(key):
        yield True, old["old"]
        yield False, old["rest"]
        if chome := CHOME.match(old["rest"]):
            yield True, chome["base"]

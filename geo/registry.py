"""The registry of areas: what a code means, what lies at a point, and which municipalities an alert is about.

Owns the view in memory; geo.store owns the file, geo.placement the rule by which an alert's areas are placed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo import store
from geo.code import MUNICIPALITY_LENGTH, plain
from geo.gazetteer import Gazetteer
from geo.ground import Grounds
from geo.level import KIND_LEVELS, Level
from geo.map import feature_collection
from geo.name import NameIndex
from geo.outline import Levels, OutlineIndex
from geo.place import (
    Alias,
    AreaLike,
    CodedArea,
    District,
    JmaArea,
    Place,
    Placement,
    Spot,
    Town,
    UnknownAreaError,
    UnplacedPart,
)
from geo.placement import place_areas
from geo.square import SquareTable

FILE_NAME: Final = "areas.db"  # below the data folder of a broker
WHOLE_COUNTRY: Final = "00"
OFF_COAST_KM: Final = 1.0  # measured: 95 % of the coastal shelters that no border holds are within 0.4 km of one
JISX: Final = frozenset({"JISX0401", "JISX0402"})  # prefectures; prefectures, municipalities and wards
JMA_PREFIX: Final = "JMA_"
CITY_TABLE: Final = "AreaInformationCity"
CITY_LENGTH: Final = 7
WIDTHS: Final = {"AreaForecast": 6}  # 気象庁's table strips leading zeros, its telegrams do not
TEXTS_KEPT: Final = 64  # shapes whose municipalities are remembered: an alert in many languages says each many times
TEXT_KEPT_MAX: Final = 16_384  # characters


__all__ = ["FILE_NAME", "Place", "Placement", "Registry", "Spot", "UnknownAreaError", "UnplacedPart", "open_registry"]


def open_registry(path: Path) -> "Registry":
    """Open the registry's file, made first where it is missing or of another version; some seconds then, once."""
    store.prepare(path)
    return Registry(path)


class Registry:
    """Codes, names and shapes, read once; only imports change it, and they are for the one that opens it next."""

    def __init__(self, path: Path, on: date | None = None) -> None:
        """Read the file as it holds on a day; today, and for districts and towns always today, where none is said."""
        self._path, self._on = path, on
        with store.connect(path) as connection:
            places = connection.execute("SELECT * FROM places").fetchall()
            self._jma_rows = {
                (table, code): (Level(level), name, kana, members)
                for table, code, level, name, kana, members in connection.execute("SELECT * FROM jma")
            }
            outlines = connection.execute(store.BORDERS_ON, (self.today,)).fetchall()
        self._places = {row[0]: _place(row) for row in places}
        self._leaves = _leaves(self._places)
        self._coded: dict[tuple[str, str], CodedArea] = {}
        self._reached: dict[str, tuple[str, ...]] = {}
        self.gazetteer = Gazetteer(path, self)
        codes, *levels = zip(*outlines, strict=True)
        self._outlines = OutlineIndex(codes, Levels(*map(shapely.from_wkb, map(list, levels))))

    @property
    def path(self) -> Path:
        """The file that it was read from."""
        return self._path

    @property
    def today(self) -> str:
        """The day for which dated imports are read, ISO."""
        return (self._on or date.today()).isoformat()  # noqa: DTZ011  # the day where the broker is

    def place(self, areas: Sequence[AreaLike]) -> Placement:
        """Return the municipalities that areas are about, and what could not be placed; the rules are in geo.placement.

        Raises ShapeError, with the path of the shape, for a polygon or circle that cannot be read.
        """
        return place_areas(self, areas)

    def get(self, code: str) -> Place | None:
        """Return the place of a code of two, five or six digits, gone ones too; None where there is none."""
        key = plain(code)
        return self._places.get(key) if key else None

    def leaves(self, code: str) -> frozenset[str]:
        """Return the municipalities, and wards for 政令市, that a code stands for today; ``00`` is the whole country.

        A code that is gone stands for its successors. Raises UnknownAreaError where no place has the code or its check
        digit does not agree.
        """
        found = self._leaves.get(plain(code) or "")
        if found is None:
            raise UnknownAreaError(code)
        return found

    def prefectures(self) -> tuple[Place, ...]:
        """Return the 47 prefectures in the order of their codes."""
        return tuple(place for place in self._places.values() if place.parent is None)

    def children(self, code: str) -> tuple[Place, ...]:
        """Return what lies directly below a place today: municipalities of a prefecture, wards of a 政令市.

        Raises UnknownAreaError where no place has the code.
        """
        above = self._known(code)
        return tuple(place for place in self._places.values() if place.parent == above and not place.valid_to)

    def jma(self, table: str, code: str) -> JmaArea | None:
        """Return a row of a JMA table (``AreaTsunami``, or ``JMA_AreaTsunami`` as in an alert), or None.

        An area without members is known and holds no municipality: a sea, a river, a volcano.
        """
        key = (table.removeprefix(JMA_PREFIX), code)
        if key not in self._jma_rows:
            return None
        _, name, kana, _ = self._jma_rows[key]
        members = tuple(sorted(self._jma_members(key)))
        return JmaArea(table=key[0], code=code, name=name, kana=kana, members=members)

    def jma_areas(self, code: str) -> tuple[JmaArea, ...]:
        """Return the JMA areas that hold all of a place, those that hold least first."""
        own = self.leaves(code)
        found = [self.jma(*key) for key, row in self._jma_rows.items() if row[-1] and own <= self._jma_members(key)]
        return tuple(sorted((area for area in found if area), key=lambda area: len(area.members)))

    def jma_coded(self, code: str) -> tuple[JmaArea, ...]:
        """Return the areas of all JMA tables that have a code, by table."""
        return tuple(area for key in sorted(self._jma_rows) if key[1] == code and (area := self.jma(*key)))

    def jma_areas_within(self, code: str) -> tuple[JmaArea, ...]:
        """Return the parts that 気象庁 cuts a municipality into (AreaInformationCity codes that do not end in 00)."""
        own = self._known(code)
        keys = [key for key in sorted(self._jma_rows) if key[0] == CITY_TABLE and key[1][:MUNICIPALITY_LENGTH] == own]
        return tuple(area for key in keys if not key[1].endswith("00") and (area := self.jma(*key)))

    def has_table(self, value_name: str) -> bool:
        """Tell whether a geocode's valueName is a table of the registry: ``JISX0402``, ``JMA_AreaTsunami`` ..."""
        return value_name in self._tables

    def coded(self, value_name: str, value: str) -> CodedArea | None:
        """Return what a geocode stands for, without members for a sea; None where its table has no such code.

        Of AreaInformationCity, codes of municipalities that are gone stand for their successors.
        """
        found = self._coded.get((value_name, value))
        if found is None and (found := self._look_up(value_name, value)):
            self._coded[value_name, value] = found
        return found

    def _look_up(self, value_name: str, value: str) -> CodedArea | None:
        if value_name in JISX:
            return self._jisx(plain(value))
        table = value_name.removeprefix(JMA_PREFIX)
        key = (table, value.zfill(WIDTHS.get(table, 0)))
        if key in self._jma_rows:
            return CodedArea(self._jma_rows[key][0], self._jma_members(key))
        return self._jisx(value[:MUNICIPALITY_LENGTH]) if table == CITY_TABLE and len(value) == CITY_LENGTH else None

    def _jisx(self, code: str | None) -> CodedArea | None:
        if code == WHOLE_COUNTRY:
            return CodedArea(Level.COUNTRY, self._leaves[code])
        place = self._places.get(code or "")
        return CodedArea(KIND_LEVELS[place.kind], self._leaves[place.code]) if place else None

    def _jma_members(self, key: tuple[str, str]) -> frozenset[str]:
        return frozenset().union(*(self._leaves[code] for code in self._jma_rows[key][-1].split()))

    @cached_property
    def _tables(self) -> frozenset[str]:
        return JISX.union(JMA_PREFIX + table for table, _ in self._jma_rows)

    def find(self, text: str) -> list[Place]:
        """Return places by code, or by name in kanji, kana or romaji: whole names first, then beginnings of names."""
        exact = self.get(text.strip())
        return [exact] if exact else self._names.find(text)

    def named(self, text: str) -> list[Place]:
        """Return the places of exactly this name, with or without prefecture and county; gone ones if none of today."""
        return self._names.exact(text)

    def at(self, lat: float, lon: float) -> Place | None:
        """Return the municipality at a point; off the coast the nearest within a kilometre; else None.

        The outlines answer first, so that a point and a polygon around it agree (and imported borders are exact); the
        squares know piers and islets that the outlines leave out.
        """
        code = (
            self._outlines.holding(lat, lon)
            or self.squares.at(lat, lon)
            or self._outlines.nearest(lat, lon, OFF_COAST_KM)
        )
        return self._places.get(code) if code else None

    def touching(self, shape: BaseGeometry) -> list[str]:
        """Return the municipalities that a shape (x = lon, y = lat) meets."""
        return self._outlines.touching(shape)

    def reached(self, text: str, read: Callable[[str], BaseGeometry]) -> tuple[str, ...]:
        """Return the municipalities of a shape in CAP's words; the same words again (in each language) cost nothing.

        Raises ShapeError where they cannot be read.
        """
        known = self._reached.get(text)
        if known is None:
            shape = read(text)
            if isinstance(shape, Point):
                place = self.at(shape.y, shape.x)
                known = (place.code,) if place else ()
            else:
                known = tuple(self.touching(shape) or self._outlines.near(shape, OFF_COAST_KM))
            if len(text) <= TEXT_KEPT_MAX:
                if len(self._reached) == TEXTS_KEPT:
                    self._reached.clear()
                self._reached[text] = known
        return known

    def names(self, codes: Iterable[str], language: str = "ja") -> tuple[str, ...]:
        """Return a name for each code: 「島根県松江市」, or "Matsue-shi, Shimane" in any language but Japanese.

        An unknown code is returned as it is.
        """
        return tuple(self._name(code, language) for code in codes)

    def fold(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Return the fewest codes that hold exactly the same municipalities: whole prefectures and 政令市 as one."""
        rest = set(codes)
        folded = []
        for code, below in self._wholes:
            if below <= rest:
                folded.append(code)
                rest -= below
        return tuple(sorted([*folded, *rest]))

    def readings(self) -> dict[str, str]:
        """Return how municipalities and wards are read, kana by name; names that are read in two ways are left out."""
        kana: dict[str, set[str]] = {}
        for place in self._places.values():
            if place.kana and place.parent is not None:
                kana.setdefault(place.name, set()).add(place.kana)
        return {name: next(iter(read)) for name, read in kana.items() if len(read) == 1}

    def outlines(self) -> Iterable[tuple[str, BaseGeometry]]:
        """Return (code, outline) of every municipality and ward of today."""
        return self._outlines.items()

    def outlines_geojson(self) -> bytes:
        """Return a FeatureCollection (RFC 7946) for a map: coarse outlines with code, name, name_en and pref."""
        return self._geojson

    def neighbours(self, code: str) -> tuple[str, ...]:
        """Return the municipalities whose borders meet those of a place, sorted, without its own."""
        own = self.leaves(code)
        return tuple(sorted(set().union(*(self._outlines.neighbours(leaf) for leaf in own)) - own))

    def districts(self, municipality_code: str) -> tuple[District, ...]:
        """Return the districts that a municipality loaded, ordered by code; none where it loaded none."""
        return store.read_districts(self._path, self._known(municipality_code), self.today)

    def districts_named(self, text: str, limit: int) -> list[tuple[Place, str]]:
        """Return the loaded districts whose name begins so, each with its municipality; none for an empty text."""
        found = store.find_districts(self._path, text, limit, self.today) if text else []
        return [(self._places[code], name) for code, name in found if code in self._places]

    def ground_named(self, text: str, limit: int) -> list[tuple[Place, Spot, str]]:
        """Return the loaded districts and towns that have a text in their name or kana: (where, what, its kana).

        It reads all of them: for a person who looks a name up, not for every visitor of a page.
        """
        found = store.find_ground(self._path, text, limit, self.today) if text.strip() else []
        return [(self._places[code], spot, kana) for code, spot, kana in found if code in self._places]

    def district(self, municipality_code: str, code: str) -> District | None:
        """Return one loaded district, for ``Spot.district``; its ``ground`` is what a map draws."""
        return next((one for one in self.districts(municipality_code) if one.code == code), None)

    def add_towns(self, towns: Mapping[str, Iterable[Town]], valid_from: str | None = None) -> None:
        """Keep address tables, {municipality or ward: its towns}, each in place of the one it had; all or none.

        ``valid_from`` is the day (ISO) from which they hold, today where it is not said. Raises UnknownAreaError where
        no place has a code.
        """
        rows = {self._known(code): list(own) for code, own in towns.items()}
        store.put_towns(self._path, rows, valid_from or self.today)

    def add_alias(
        self, words: str, inside: str | None, codes: tuple[str, ...], *, who: str = "", valid_from: str = ""
    ) -> Alias:
        """Keep what words mean (``UnplacedPart.words``), for every placement from now on; return what was kept.

        ``inside`` is the municipality that the words stood in (``UnplacedPart.inside``), None for words that stood
        alone. ``codes`` are places; with ``inside`` they are wards of it, loaded districts of it, or itself. ``who``
        and ``valid_from`` (an ISO date) are kept beside. Raises UnknownAreaError for a code that is none of these,
        for words that are empty and for no codes at all.
        """
        alias = self.alias_of(words, inside, codes, who=who, valid_from=valid_from)
        self.keep_alias(alias)
        return alias

    def alias_of(self, words: str, inside: str | None, codes: tuple[str, ...], *, who: str, valid_from: str) -> Alias:
        """Return what ``add_alias`` would keep, and keep nothing. Raises UnknownAreaError as it does."""
        return self.gazetteer.alias_of(words, inside, codes, who=who, valid_from=valid_from)

    def keep_alias(self, alias: Alias) -> None:
        """Keep what ``alias_of`` returned; waits some seconds while an import has the file."""
        self.gazetteer.keep_alias(alias)

    def remove_alias(self, words: str, inside: str | None) -> bool:
        """Forget what words mean; tell whether they meant anything."""
        return self.gazetteer.remove_alias(words, inside)

    def aliases(self) -> tuple[Alias, ...]:
        """Return everything that operators said that words mean."""
        return self.gazetteer.aliases()

    def places(self) -> Iterable[Place]:
        """Return every prefecture, municipality and ward there is or was, by code."""
        return self._places.values()

    def beginning(self, text: str) -> Place | None:
        """Return the place whose name a text begins with, if that is one place."""
        return self._names.beginning(text)

    def add_districts(
        self, municipality_code: str, districts: Iterable[District], valid_from: str | None = None
    ) -> None:
        """Keep the districts of a municipality, in place of those it had; from today where no day (ISO) is said."""
        self.add_districts_of({municipality_code: districts}, valid_from)

    def add_districts_of(self, districts: Mapping[str, Iterable[District]], valid_from: str | None = None) -> None:
        """Keep the districts of several municipalities, {code: districts}; all or none."""
        rows = {self._known(code): list(own) for code, own in districts.items()}
        store.put_districts(self._path, rows, valid_from or self.today)

    def add_borders(self, borders: Mapping[str, BaseGeometry], valid_from: str | None = None) -> None:
        """Keep better borders, x = lon and y = lat, in place of the shipped outlines; the next to open sees them.

        They hold from today where no day (ISO) is said. Raises UnknownAreaError for a code that is no municipality or
        ward of today.
        """
        for code in borders:
            if self.leaves(code) != {code}:
                raise UnknownAreaError(code)
        store.put_borders(self._path, borders, valid_from or self.today)

    @cached_property
    def grounds(self) -> Grounds:
        """The ground inside municipalities that alerts' areas name."""
        return Grounds(self)

    @cached_property
    def squares(self) -> SquareTable:
        """The table of squares, read when it is first asked for."""
        with store.connect(self._path) as connection:
            return SquareTable.from_bytes(*connection.execute("SELECT * FROM squares").fetchone())

    @cached_property
    def _names(self) -> NameIndex:
        return NameIndex(self._places.values())

    @cached_property
    def _wholes(self) -> list[tuple[str, frozenset[str]]]:
        """Prefectures, then 政令市, each with its leaves."""
        above = {place.parent for place in self._places.values() if place.parent and not place.valid_to}
        return [(code, self._leaves[code]) for code in sorted(above, key=lambda code: (len(code), code))]

    @cached_property
    def _geojson(self) -> bytes:
        return feature_collection(
            (self._places[code], self._name(code, "en"), outline) for code, outline in self._outlines.items()
        )

    def _known(self, code: str) -> str:
        place = self.get(code)
        if place is None:
            raise UnknownAreaError(code)
        return place.code

    def _name(self, code: str, language: str) -> str:
        place = self.get(code)
        if place is None:
            return code
        if language.startswith("ja") or not place.romaji:
            return place.full_name
        parts = [place.romaji]
        while place.parent:
            place = self._places[place.parent]
            parts.append(place.romaji)
        return ", ".join(parts)


def _place(row: tuple[object, ...]) -> Place:
    """Make a place of a row of the table."""
    *fields, successors = row
    values = dict(zip(Place.__struct_fields__, fields, strict=False))
    return Place(**values, successors=tuple(str(successors).split()))  # type: ignore[arg-type]  # the schema's columns


def _leaves(places: Mapping[str, Place]) -> dict[str, frozenset[str]]:
    """Return {code: the leaves of today below it} for every code, gone ones by their successors."""
    below: dict[str, set[str]] = {code: set() for code in places}
    parents = {place.parent for place in places.values() if not place.valid_to}
    for place in places.values():
        if place.valid_to or place.code in parents:
            continue
        above: str | None = place.code
        while above:
            below[above].add(place.code)
            above = places[above].parent
    for place in sorted(places.values(), key=lambda place: place.valid_to or "", reverse=True):
        if place.valid_to:
            below[place.code] = set().union(*(below[code] for code in place.successors))
    below[WHOLE_COUNTRY] = {code for code, leaves in below.items() if leaves == {code}}
    return {code: frozenset(leaves) for code, leaves in below.items()}

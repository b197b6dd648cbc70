"""The registry of areas: what a code means, what lies at a point, and which municipalities an alert is about.

The one door to the places of Japan. geo.code_table owns the codes, geo.land the shapes, geo.gazetteer what stands
inside municipalities, geo.store the file, and geo.placement the rule by which an alert's areas are placed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

from shapely.geometry.base import BaseGeometry

from geo import store
from geo.code import plain
from geo.code_table import WHOLE_COUNTRY, CodeTables
from geo.gazetteer import Gazetteer
from geo.ground import Grounds
from geo.land import Land
from geo.map import feature_collection
from geo.name import NameIndex
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

__all__ = ["FILE_NAME", "Place", "Placement", "Registry", "Spot", "UnknownAreaError", "UnplacedPart", "open_registry"]


def open_registry(path: Path) -> "Registry":
    """Open the registry's file, made first where it is missing or of another version; some seconds then, once."""
    store.prepare(path)
    return Registry(path)


class Registry:
    """Codes and names, read once; borders, districts and towns as imports change them, whichever process makes them."""

    def __init__(self, path: Path, on: date | None = None) -> None:
        """Read the file as it holds on a day; today, and for districts and towns always today, where none is said."""
        self._path, self._on = path, on
        with store.connect(path) as connection:
            places = connection.execute("SELECT * FROM places").fetchall()
            codes = connection.execute("SELECT * FROM jma").fetchall()
        self._places = {row[0]: _place(row) for row in places}
        self._leaves = _leaves(self._places)
        self._codes = CodeTables(codes, self._places, self._leaves)
        self._land = Land(path, lambda: self.today)
        self.gazetteer = Gazetteer(path, self)

    @property
    def path(self) -> Path:
        """The file that it was read from."""
        return self._path

    @property
    def today(self) -> str:
        """The day for which dated imports are read, ISO."""
        return (self._on or date.today()).isoformat()  # noqa: DTZ011  # the day where the broker is

    def refresh(self) -> bool:
        """Read borders again where others hold now, for they were imported or their day has come; tell whether so.

        May run in a thread of its own. Districts and towns need none of it.
        """
        fresh = self._land.read()
        if fresh:
            self.__dict__.pop("_geojson", None)
        return fresh

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
        return self._codes.jma(table, code)

    def jma_areas(self, code: str) -> tuple[JmaArea, ...]:
        """Return the JMA areas that hold all of a place, those that hold least first."""
        return self._codes.jma_areas(self.leaves(code))

    def jma_coded(self, code: str) -> tuple[JmaArea, ...]:
        """Return the areas of all JMA tables that have a code, by table."""
        return self._codes.jma_coded(code)

    def jma_areas_within(self, code: str) -> tuple[JmaArea, ...]:
        """Return the parts that 気象庁 cuts a municipality into (AreaInformationCity codes that do not end in 00)."""
        return self._codes.jma_areas_within(self._known(code))

    def has_table(self, value_name: str) -> bool:
        """Tell whether a geocode's valueName is a table of the registry: ``JISX0402``, ``JMA_AreaTsunami`` ..."""
        return self._codes.has_table(value_name)

    def coded(self, value_name: str, value: str) -> CodedArea | None:
        """Return what a geocode stands for, without members for a sea; None where its table has no such code.

        Of AreaInformationCity, codes of municipalities that are gone stand for their successors.
        """
        return self._codes.coded(value_name, value)

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
        return self._places.get(self._land.at(lat, lon) or "")

    def touching(self, shape: BaseGeometry) -> list[str]:
        """Return the municipalities that a shape (x = lon, y = lat) meets."""
        return self._land.outlines.touching(shape)

    def reached(self, text: str, read: Callable[[str], BaseGeometry]) -> tuple[str, ...]:
        """Return the municipalities of a shape in CAP's words; the same words again (in each language) cost nothing.

        Raises ShapeError where they cannot be read.
        """
        return self._land.reached(text, read)

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
        return self._land.outlines.items()

    def outlines_geojson(self) -> bytes:
        """Return a FeatureCollection (RFC 7946) for a map: coarse outlines with code, name, name_en and pref."""
        return self._geojson

    def neighbours(self, code: str) -> tuple[str, ...]:
        """Return the municipalities whose borders meet those of a place, sorted, without its own."""
        own = self.leaves(code)
        return tuple(sorted(self._land.neighbours(own) - own))

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

    def later(self, kind: str, codes: Iterable[str], day: str | None) -> list[str]:
        """Return those for which an import of a later day (ISO) than this one holds today: ``outlines``, ``districts``
        or ``towns``.
        """
        return store.later(self._path, kind, codes, day or self.today, self.today)

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
        """Keep better borders, x = lon and y = lat, in place of the shipped outlines; ``refresh`` sees them.

        They hold from today where no day (ISO) is said. Raises UnknownAreaError for a code that is no municipality or
        ward of today.
        """
        for code in borders:
            if self.leaves(code) != {code}:
                raise UnknownAreaError(code)
        store.put_borders(self._path, borders, valid_from or self.today)

    @property
    def squares(self) -> SquareTable:
        """The table of squares."""
        return self._land.squares

    @cached_property
    def grounds(self) -> Grounds:
        """The ground inside municipalities that alerts' areas name."""
        return Grounds(self)

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
            (self._places[code], self._name(code, "en"), outline) for code, outline in self.outlines()
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

"""From an alert's areas to municipalities.

The rules, in the order in which they hold:

1. An area is all of its geocodes, polygons and circles together (CAP 1.2, 3.2.4).
2. The finest wins: among the coded areas of one call, one that holds all of another of a finer level is not expanded,
   because senders name the levels above what they mean: 島根県 (府県予報区) + 東部 (一次細分区域) + 松江市 is 松江市.
   Areas of one level never stand for each other: 静岡市北部 lies within the wards of 静岡市南部, and both are meant.
   A code of JIS X 0401 or 0402 yields only to another of its own area: whoever writes 岡山県 and 倉敷市 as two areas by
   hand means both.
3. A shape reaches every municipality that it meets, without slivers along a border (geo.outline); where it meets none,
   those within a kilometre of it: harbours and islets that no outline has. A circle without a radius is the point's
   municipality.
4. An area with words only is placed where each of the words is the name of one place (「全国」, 「松江市全域」), or of
   ground inside one (「倉敷市真備町箭田」; geo.words).
5. A geocode ``areaName`` names ground inside the municipality of the JISX0402 beside it. The municipality counts
   whatever the name says, and where nobody knows it, the name is not known either; of a 政令市 only the wards that the
   name lies in, where all of the name is known.
6. What has no place is told: a code that its table does not have, words that are no name. A table that is not ours
   (SAME, UGC) is told only where nothing else places its area. A shape that cannot be read is an error, with its path.
7. What an operator settled before is not asked again (``Registry.add_alias``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from geo.place import AREA_DESC, AREA_NAME, AreaLike, CodedArea, Elsewhere, GeocodeLike, Placement, Spot, UnplacedPart
from geo.shape import ShapeError, read_circle, read_polygon
from geo.words import Named, read_inside, read_words

if TYPE_CHECKING:
    from geo.registry import Registry

HOME: Final = "JISX0402"  # the table of the municipality that an areaName stands in
BY_HAND: Final = frozenset({"JISX0401", HOME})  # the tables of those who do not name all levels as a rule
# Tables of what is not ground of municipalities; rivers are placed, if at all, by their whole prefecture.
KINDS: Final = {
    "AreaMarineA": "sea",
    "AreaMarineJ": "sea",
    "AreaRiver": "river",
    "AreaFloodForecast": "river",
    "WaterLevelStation": "river",
    "PointVolcano": "volcano",
}


def place_areas(registry: "Registry", areas: Sequence[AreaLike]) -> Placement:
    """Place areas by the rules above."""
    coded: set[CodedArea] = set()
    reached: list[str] = []
    spots: list[Spot] = []
    unplaced: list[UnplacedPart] = []
    elsewhere: list[Elsewhere] = []
    for number, area in enumerate(areas, 1):
        codes = _codes(registry, area.geocodes)
        elsewhere += codes.elsewhere
        reached.extend(_shapes(registry, area, f"/area[{number}]"))
        unplaced.extend(UnplacedPart(area.area_desc, code.value_name, code.value) for code in codes.unknown)
        if codes.names:
            named, inner = _inside(registry, area, codes, unplaced)
            spots += inner
            reached.extend(code for one in named for code in one.members)  # it must not yield to a finer area
            coded.update(named)
            continue
        coded.update(codes.known)
        for members in finest(set(codes.by_hand)):
            reached.extend(members)
        if codes.known or area.polygons or area.circles:
            continue
        if codes.foreign:
            unplaced.extend(UnplacedPart(area.area_desc, code.value_name, code.value) for code in codes.foreign)
        elif not codes.unknown:
            told = read_words(registry, area.area_desc)
            coded.update(told.areas)
            spots += told.spots
            unplaced.extend(UnplacedPart(area.area_desc, AREA_DESC, words, inside) for words, inside in told.unknown)
    for members in finest(coded):
        reached.extend(members)
    return Placement(
        municipalities=tuple(sorted(dict.fromkeys(reached))),
        unplaced=tuple(dict.fromkeys(unplaced)),
        spots=tuple(dict.fromkeys(spots)),
        elsewhere=tuple(dict.fromkeys(elsewhere)),
    )


def _inside(
    registry: "Registry", area: AreaLike, codes: "_Codes", unplaced: list[UnplacedPart]
) -> tuple[list[CodedArea], list[Spot]]:
    """Place the names inside a municipality: (what the area is, the ground found); note the names not found."""
    home = next((place.code for code in codes.homes if (place := registry.get(code))), None)
    named: list[CodedArea] = []
    spots: list[Spot] = []
    whole = home is None or len(codes.known) > 1
    for name in codes.names:
        told = _told(registry, name, home, codes)
        named += told.areas
        spots += told.spots
        whole = whole or not told.areas or bool(told.unknown)
        unplaced.extend(UnplacedPart(area.area_desc, AREA_NAME, words, inside) for words, inside in told.unknown)
    return [*named, *codes.known] if whole else named, spots


def _told(registry: "Registry", name: str, home: str | None, codes: "_Codes") -> Named:
    """Read a name inside its municipality; one whose municipality nobody knows is not looked for in all of Japan."""
    if home:
        return read_inside(registry, name, home)
    return Named(unknown=((name, None),)) if codes.homes else read_words(registry, name)


def finest(areas: Iterable[CodedArea]) -> Iterator[frozenset[str]]:
    """Yield the members of those areas that hold no area of a finer level whole; a sea holds and is held by none."""
    finer: dict[str, list[frozenset[str]]] = {}
    for _, side_by_side in groupby(sorted(areas, key=_fine_first), key=_fine_first):
        kept = [area.members for area in side_by_side if not _holds(area.members, finer)]
        yield from kept
        for members in kept:
            for member in members:
                finer.setdefault(member, []).append(members)


def _fine_first(area: CodedArea) -> int:
    return -area.level


def _holds(members: frozenset[str], finer: Mapping[str, list[frozenset[str]]]) -> bool:
    """Tell whether some members are a finer area as a whole."""
    return any(inner <= members for member in members for inner in finer.get(member, ()))


class _Codes(NamedTuple):
    """The geocodes of one area: areas known, codes that their table lacks, codes of foreign tables, names inside
    municipalities, and the codes of municipalities that the names may stand in; of the areas known those ``by_hand``.
    """

    known: list[CodedArea]
    unknown: list[GeocodeLike]
    foreign: list[GeocodeLike]
    names: list[str]
    homes: list[str]
    elsewhere: list[Elsewhere]
    by_hand: list[CodedArea]


def _codes(registry: "Registry", geocodes: Iterable[GeocodeLike]) -> _Codes:
    """Look codes up."""
    codes = _Codes([], [], [], [], [], [], [])
    for code in geocodes:
        if code.value_name == AREA_NAME:
            codes.names.append(code.value)
            continue
        if code.value_name == HOME:
            codes.homes.append(code.value)
        found = registry.coded(code.value_name, code.value)
        if found is not None and found.members:
            codes.known.append(found)
            if code.value_name in BY_HAND:
                codes.by_hand.append(found)
        elif settled := registry.gazetteer.alias(f"{code.value_name} {code.value}", None):
            codes.known.extend(area for one in settled if (area := registry.coded(HOME, one)))
        elif found is not None:
            codes.known.append(found)
            codes.elsewhere.append(_without_land(registry, code))
        elif registry.has_table(code.value_name):
            codes.unknown.append(code)
        else:
            codes.foreign.append(code)
    return codes


def _without_land(registry: "Registry", code: GeocodeLike) -> Elsewhere:
    area = registry.jma(code.value_name, code.value)
    name = area.name if area else ""
    kind = KINDS.get(code.value_name.removeprefix("JMA_"), "point")
    return Elsewhere(table=code.value_name, code=code.value, name=name, kind=kind)


def _shapes(registry: "Registry", area: AreaLike, path: str) -> list[str]:
    """Return what an area's polygons and circles reach; raise ShapeError with its path for one that cannot be read."""
    found: list[str] = []
    for kind, texts, read in (("polygon", area.polygons, read_polygon), ("circle", area.circles, read_circle)):
        for number, text in enumerate(texts, 1):
            try:
                found += registry.reached(text, read)
            except ShapeError as error:
                error.path = f"{path}/{kind}[{number}]"
                raise
    return found

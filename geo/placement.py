"""From an alert's areas to municipalities.

The rules, in the order in which they hold:

1. An area is all of its geocodes, polygons and circles together (CAP 1.2, 3.2.4).
2. The finest wins: among the coded areas of one call, one that holds all of another of a finer level is not expanded,
   because senders name the levels above what they mean: 島根県 (府県予報区) + 東部 (一次細分区域) + 松江市 is 松江市.
   Areas of one level never stand for each other: 静岡市北部 lies within the wards of 静岡市南部, and both are meant.
3. A shape reaches every municipality that it meets, without slivers along a border (geo.outline). A circle without a
   radius is the point's municipality.
4. An area with words only is placed where the words are exactly the name of one place (「全国」, 「松江市全域」).
5. What has no place is told: a code that its table does not have, words that are no name. A table that is not ours
   (SAME, UGC) is told only where nothing else places its area. A shape that cannot be read is an error, with its path.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from shapely import Point

from geo.level import KIND_LEVELS, Level
from geo.place import AreaLike, CodedArea, GeocodeLike, Placement, UnplacedPart
from geo.shape import ShapeError, read_circle, read_polygon

if TYPE_CHECKING:
    from geo.registry import Registry

WHOLE_COUNTRY: Final = "全国"
WHOLE_COUNTRY_CODE: Final = "00"
WHOLE: Final = ("全域", "全体", "内全域")


def place_areas(registry: "Registry", areas: Sequence[AreaLike]) -> Placement:
    """Place areas by the rules above."""
    coded: set[CodedArea] = set()
    reached: set[str] = set()
    unplaced: list[UnplacedPart] = []
    for number, area in enumerate(areas, 1):
        known, unknown, foreign = _codes(registry, area.geocodes)
        coded.update(known)
        reached.update(_shapes(registry, area, f"/area[{number}]"))
        unplaced.extend(UnplacedPart(area.area_desc, code.value_name, code.value) for code in unknown)
        if known or area.polygons or area.circles:
            continue
        if foreign:
            unplaced.extend(UnplacedPart(area.area_desc, code.value_name, code.value) for code in foreign)
        elif not unknown:
            coded.update(_words(registry, area.area_desc, unplaced))
    for members in finest(coded):
        reached |= members
    return Placement(tuple(sorted(reached)), tuple(dict.fromkeys(unplaced)))


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


def _codes(
    registry: "Registry", geocodes: Iterable[GeocodeLike]
) -> tuple[list[CodedArea], list[GeocodeLike], list[GeocodeLike]]:
    """Look codes up: (those known, those that their table does not have, those of foreign tables)."""
    known: list[CodedArea] = []
    unknown: list[GeocodeLike] = []
    foreign: list[GeocodeLike] = []
    for code in geocodes:
        if not registry.has_table(code.value_name):
            foreign.append(code)
            continue
        found = registry.coded(code.value_name, code.value)
        if found is None:
            unknown.append(code)
        else:
            known.append(found)
    return known, unknown, foreign


def _shapes(registry: "Registry", area: AreaLike, path: str) -> list[str]:
    """Return what an area's polygons and circles reach; raise ShapeError with its path for one that cannot be read."""
    found: list[str] = []
    for kind, texts, read in (("polygon", area.polygons, read_polygon), ("circle", area.circles, read_circle)):
        for number, text in enumerate(texts, 1):
            try:
                shape = read(text)
            except ShapeError as error:
                error.path = f"{path}/{kind}[{number}]"
                raise
            found += _at(registry, shape) if isinstance(shape, Point) else registry.touching(shape)
    return found


def _at(registry: "Registry", point: Point) -> list[str]:
    place = registry.at(point.y, point.x)
    return [place.code] if place else []


def _words(registry: "Registry", words: str, unplaced: list[UnplacedPart]) -> Iterator[CodedArea]:
    """Yield the place that words name; note them where they name none or more than one."""
    if words.strip() in (WHOLE_COUNTRY, *(WHOLE_COUNTRY + tail for tail in WHOLE)):
        yield CodedArea(Level.COUNTRY, registry.leaves(WHOLE_COUNTRY_CODE))
        return
    bare = words.strip()
    for tail in WHOLE:
        bare = bare.removesuffix(tail)
    places = registry.named(bare)
    if len(places) == 1:
        yield CodedArea(KIND_LEVELS[places[0].kind], registry.leaves(places[0].code))
    else:
        unplaced.append(UnplacedPart(words, "areaDesc", words))

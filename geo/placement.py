"""From an alert's areas to municipalities.

The rules, in the order in which they hold:

1. An area is all of its geocodes, polygons and circles together (CAP 1.2, 3.2.4).
2. The finest wins: among the coded areas of one call, one that holds all of another and more is not expanded, because
   senders name the levels above what they mean: 島根県 (府県予報区) + 東部 (一次細分区域) + 松江市 is 松江市.
3. A shape reaches every municipality that it meets, without slivers along a border (geo.outline). A circle without a
   radius is the point's municipality.
4. An area with words only is placed where the words are exactly the name of one place (「全国」, 「松江市全域」).
5. What has no place is told: a code that its table does not have, words that are no name. A table that is not ours
   (SAME, UGC) is told only where nothing else places its area. A shape that cannot be read is an error, with its path.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from shapely import Point

from geo.place import AreaLike, GeocodeLike, Placement, UnplacedPart
from geo.shape import ShapeError, read_circle, read_polygon

if TYPE_CHECKING:
    from geo.registry import Registry

WHOLE_COUNTRY: Final = "全国"
WHOLE_COUNTRY_CODE: Final = "00"
WHOLE: Final = ("全域", "全体", "内全域")


def place_areas(registry: "Registry", areas: Sequence[AreaLike]) -> Placement:
    """Place areas by the rules above."""
    coded: set[frozenset[str]] = set()
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


def finest(sets: Iterable[frozenset[str]]) -> Iterator[frozenset[str]]:
    """Yield the sets that hold no smaller one of them whole; an empty set (a sea) is in none."""
    holders: dict[str, list[frozenset[str]]] = {}
    for members in sorted(sets, key=len):
        if any(smaller <= members for member in members for smaller in holders.get(member, ())):
            continue
        for member in members:
            holders.setdefault(member, []).append(members)
        yield members


def _codes(
    registry: "Registry", geocodes: Iterable[GeocodeLike]
) -> tuple[list[frozenset[str]], list[GeocodeLike], list[GeocodeLike]]:
    """Look codes up: (the members of those known, those that their table does not have, those of foreign tables)."""
    known: list[frozenset[str]] = []
    unknown: list[GeocodeLike] = []
    foreign: list[GeocodeLike] = []
    for code in geocodes:
        if not registry.has_table(code.value_name):
            foreign.append(code)
            continue
        members = registry.members(code.value_name, code.value)
        if members is None:
            unknown.append(code)
        else:
            known.append(members)
    return known, unknown, foreign


def _shapes(registry: "Registry", area: AreaLike, path: str) -> Iterator[str]:
    """Yield what an area's polygons and circles reach; raise ShapeError with its path for one that cannot be read."""
    for kind, texts, read in (("polygon", area.polygons, read_polygon), ("circle", area.circles, read_circle)):
        for number, text in enumerate(texts, 1):
            try:
                shape = read(text)
            except ShapeError as error:
                error.path = f"{path}/{kind}[{number}]"
                raise
            if isinstance(shape, Point):
                place = registry.at(shape.y, shape.x)
                yield from (place.code,) if place else ()
            else:
                yield from registry.touching(shape)


def _words(registry: "Registry", words: str, unplaced: list[UnplacedPart]) -> Iterator[frozenset[str]]:
    """Yield the place that words name; note them where they name none or more than one."""
    if words.strip() in (WHOLE_COUNTRY, *(WHOLE_COUNTRY + tail for tail in WHOLE)):
        yield registry.leaves(WHOLE_COUNTRY_CODE)
        return
    bare = words.strip()
    for tail in WHOLE:
        bare = bare.removesuffix(tail)
    places = registry.named(bare)
    if len(places) == 1:
        yield registry.leaves(places[0].code)
    else:
        unplaced.append(UnplacedPart(words, "areaDesc", words))

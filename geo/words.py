"""From words to places: names of municipalities, and names of ground inside one.

What is named in two places, or nowhere, is not guessed: it comes back as unknown, in the sender's words, unless an
operator has said before what those words mean (``Registry.add_alias``). 全域 and its like need no table. What is said
to be left out (「倉敷市を除く」) never becomes the place that is meant: in brackets behind a name all of that counts,
and anywhere else the words are unknown.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from geo.level import KIND_LEVELS, Level
from geo.name import fold
from geo.phrase import WHOLE, Phrase, pieces, whole
from geo.place import CodedArea, Place, Spot

if TYPE_CHECKING:
    from geo.registry import Registry

WHOLE_COUNTRY: Final = frozenset({"全国", "日本全国", "日本"})
WHOLE_COUNTRY_CODE: Final = "00"
TOWNS: Final = frozenset({"town", "village"})  # what towns inside a city are called like


class Named(NamedTuple):
    """What words say: municipalities, ground inside them, and the pieces that nothing is known of."""

    areas: tuple[CodedArea, ...] = ()
    spots: tuple[Spot, ...] = ()
    unknown: tuple[tuple[str, str | None], ...] = ()  # the piece, and the municipality it was looked for in


def read_words(registry: "Registry", words: str) -> Named:
    """Read words that stand alone: 「岡山県倉敷市」, 「松江市、出雲市の一部」, 「倉敷市真備町箭田及び川辺」."""
    alone = _place(registry, whole(words), None)
    if not alone.unknown:
        return alone
    found: list[Named] = []
    inside: str | None = None
    for phrase in pieces(words):
        one = _place(registry, phrase, inside)
        inside = _home(one) or inside
        found.append(one)
    joined = _joined(found)
    return joined if joined.areas else alone


def read_inside(registry: "Registry", words: str, code: str) -> Named:
    """Read words that stand inside a municipality; ``areas`` are the wards that hold it all, or else are empty."""
    alone = _ground(registry, whole(words), code)
    found = [_ground(registry, phrase, code) for phrase in pieces(words)] if alone.unknown else [alone]
    found = [alone] if len(found) == 1 and found[0].unknown else found  # in the sender's own words
    joined = _joined(found)
    return joined if all(one.areas for one in found) else joined._replace(areas=())


def _joined(found: list[Named]) -> Named:
    return Named(*(tuple(dict.fromkeys(one for part in parts for one in part)) for parts in zip(*found, strict=True)))


def _place(registry: "Registry", phrase: Phrase, inside: str | None) -> Named:
    """Read one piece that stands alone, or follows one that was inside a municipality."""
    if settled := _settled(registry, phrase, None) or (_unknown(phrase, None) if phrase.excepts else None):
        return settled
    if not WHOLE_COUNTRY.isdisjoint(phrase.names):
        return Named((CodedArea(Level.COUNTRY, registry.leaves(WHOLE_COUNTRY_CODE)),))
    if inside and (beside := _beside(registry, phrase, inside)):
        return beside
    if places := next(filter(None, map(registry.named, phrase.names)), []):
        far = inside and places[0].kind in TOWNS and places[0].code[:2] != inside[:2]  # 「倉敷市阿知、昭和町」
        return _unknown(phrase, None) if far or len(places) > 1 else Named((_area(registry, places[0]),))
    return _within(registry, phrase)


def _within(registry: "Registry", phrase: Phrase) -> Named:
    """Read a piece that begins with a municipality's name."""
    place = registry.beginning(phrase.names[-1] or phrase.names[0])
    if place is None or place.parent is None:
        return _unknown(phrase, None)
    within = _ground(registry, phrase, place.code)
    return within._replace(areas=within.areas or (_area(registry, place),))


def _home(named: Named) -> str | None:
    """Return the municipality that the next piece may stand in as well: of the ground that this one names, known or
    not, or the ward of a 政令市: 「倉敷市真備町箭田、川辺」, 「札幌市中央区・北区」.
    """
    grounds = [spot.municipality for spot in named.spots] + [code for _, code in named.unknown if code]
    wards = [code for area in named.areas if area.level is Level.PART for code in area.members]
    return next(iter([*grounds, *wards]), None)


def _beside(registry: "Registry", phrase: Phrase, inside: str) -> Named | None:
    """Read a piece as what stands in the municipality of the one before it: another ward of its city, or ground."""
    place = registry.get(inside)
    if place and place.kind == "ward":
        for name in map(fold, phrase.names):
            ward = registry.gazetteer.ward_beginning(str(place.parent), name)
            if ward and name == fold(ward.name):
                return Named((_area(registry, ward),))
    if spots := _spots(registry, phrase, inside):
        return Named((CodedArea(Level.MUNICIPALITY, registry.leaves(inside)),), spots)
    return None


def _ground(registry: "Registry", phrase: Phrase, code: str) -> Named:
    """Read one piece inside a municipality: a ward, or the ground of a name; the shortest reading last."""
    if settled := _settled(registry, phrase, code):
        return settled
    if phrase.excepts:
        return _unknown(phrase, code)
    for name in phrase.names:
        for shorter in _without(fold(name), registry.gazetteer.titles(code)):
            if shorter in WHOLE:
                return Named()
            if ward := registry.gazetteer.ward_beginning(code, shorter):
                rests = tuple(_behind(phrase, ward, registry.gazetteer.titles(code)))
                within = _ground(registry, phrase._replace(names=rests), ward.code)
                return within._replace(areas=(_area(registry, ward),))
            spots = registry.gazetteer.towns(code).find(shorter, group=phrase.group)
            if spots is not None:
                known = bool(spots) and not (phrase.less and len(spots) > 1)  # nobody can tell which is left out
                return _within_wards(registry, _marked(spots, phrase), code) if known else _unknown(phrase, code)
    return _unknown(phrase, code)


def _settled(registry: "Registry", phrase: Phrase, inside: str | None) -> Named | None:
    """Take what an operator said that a piece means: municipalities, or districts of the one that it stands in."""
    settled = (registry.gazetteer.alias(name, inside) for name in (phrase.written, *phrase.names))
    codes = next(filter(None, settled), None)
    if codes is None:
        return None
    spots = [spot for code in codes if inside and (spot := registry.gazetteer.towns(inside).district(code))]
    known = {spot.district for spot in spots}
    places = [place for code in codes if code not in known and code != inside and (place := registry.get(code))]
    return Named(tuple(_area(registry, place) for place in places), _marked(tuple(spots), phrase))


def _unknown(phrase: Phrase, code: str | None) -> Named:
    return Named(unknown=((phrase.written, code),))


def _spots(registry: "Registry", phrase: Phrase, code: str) -> tuple[Spot, ...]:
    found = (registry.gazetteer.towns(code).find(name, group=phrase.group) for name in phrase.names)
    spots = _marked(next(filter(None, found), ()), phrase)
    return () if phrase.less and len(spots) > 1 else spots


def _marked(spots: tuple[Spot, ...], phrase: Phrase) -> tuple[Spot, ...]:
    return tuple(msgspec.structs.replace(spot, partial=True) for spot in spots) if phrase.partial else spots


def _within_wards(registry: "Registry", spots: tuple[Spot, ...], code: str) -> Named:
    """Name the wards of a 政令市 where each spot is known to lie in one."""
    own = registry.leaves(code)
    owners = {spot.municipality for spot in spots}
    wards = owners <= own and own != {code}
    areas = tuple(CodedArea(Level.PART, frozenset({owner})) for owner in sorted(owners)) if wards else ()
    return Named(areas, spots)


def _without(name: str, titles: tuple[str, ...]) -> Iterator[str]:
    """Yield a folded name as it is, then without the longest of the titles that it begins with."""
    yield name
    if title := next((title for title in titles if name.startswith(title)), None):
        yield name.removeprefix(title)


def _behind(phrase: Phrase, ward: Place, titles: tuple[str, ...]) -> Iterator[str]:
    """Yield what stands behind a ward's name in each reading of a piece: 全域 and nothing of 「北区全域」."""
    for name in phrase.names:
        for shorter in _without(fold(name), titles):
            if shorter.startswith(fold(ward.name)):
                yield shorter.removeprefix(fold(ward.name))


def _area(registry: "Registry", place: Place) -> CodedArea:
    return CodedArea(KIND_LEVELS[place.kind], registry.leaves(place.code))

"""Where the visitor asks about: a point, a code or a name, turned into municipalities and words for them."""

from typing import Final

import msgspec
from aiohttp import web

from broker.core.problem import Problem
from broker.views.ground import Point
from broker.web.api.query import degrees, place
from cap_formats.alert import Area
from geo.place import Place
from geo.registry import Registry

ADDRESS_MAX: Final = 100  # letters of an address that is looked at
FOUND_MAX: Final = 60  # names offered for a search; more than a page of them helps nobody
PREFECTURES: Final = tuple(f"{number:02}" for number in range(1, 48))  # JIS X 0401


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """The place that the page speaks of; ``codes`` are the municipalities and wards that it covers."""

    code: str
    name: str
    romaji: str
    lat: float
    lon: float
    codes: tuple[str, ...]


class Choice(msgspec.Struct, frozen=True):
    """A place to choose, by its name and in roman letters, with the query that chooses it."""

    name: str
    romaji: str
    query: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a query came to: a place, or places to choose from. ``placed`` says that a place was asked for at all."""

    text: str = ""
    placed: bool = False
    here: Here | None = None
    choices: tuple[Choice, ...] = ()


def asked(request: web.Request, registry: Registry) -> Asked:
    """Read ``?lat&lon``, ``?code``, ``?q`` or ``?places``. Raises Problem only for degrees that are none."""
    if text := request.query.get("q", "").strip():
        return _asked_by_name(text, registry)
    if "places" in request.query:
        return Asked(choices=_choices(registry, request.query["places"]))
    try:
        codes = place(request, registry)
    except Problem as problem:
        if problem.code != "area-unknown":
            raise
        codes = ()
    if codes is None:
        return Asked()
    if not codes:
        return Asked(placed=True)
    code = request.query.get("code") or codes[0]
    found = registry.get(code)
    return Asked(placed=True, here=None if found is None else _here(found, codes))


def point_of(request: web.Request) -> Point | None:
    """Return the point that the visitor named, where it is one; ``asked`` refuses what is none."""
    if "lat" not in request.query or "lon" not in request.query:
        return None
    return Point(degrees(request, "lat", 90), degrees(request, "lon", 180))


def _asked_by_name(text: str, registry: Registry) -> Asked:
    """Find a place by its name; a district that was loaded leads to its municipality, beside places named alike, and so
    does an address (倉敷市真備町箭田) that begins with one.
    """
    found = registry.find(text)[:FOUND_MAX]
    plain = any(text in (place.name, place.full_name, place.code) for place in found)
    inside = [] if plain else registry.districts_named(text, FOUND_MAX - len(found))
    if len(found) == 1 and not inside:
        codes = tuple(sorted(registry.leaves(found[0].code)))
        return Asked(text=text, placed=True, here=_here(found[0], codes))
    if not found and not inside and (around := _around(text, registry)):
        return Asked(text=text, placed=True, here=around)
    choices = [Choice(place.full_name, place.romaji, f"code={place.code}") for place in found]
    choices += [Choice(f"{place.full_name} {name}", place.romaji, f"code={place.code}") for place, name in inside]
    return Asked(text=text, placed=not choices, choices=tuple(choices))


def _around(text: str, registry: Registry) -> Here | None:
    """Return the municipality that an address lies in, where it is one."""
    codes = registry.place([Area(area_desc=text)]).municipalities if len(text) <= ADDRESS_MAX else ()
    whole = registry.fold(codes)
    found = registry.get(whole[0]) if len(whole) == 1 else None
    return None if found is None else _here(found, codes)


def _here(found: Place, codes: tuple[str, ...]) -> Here:
    return Here(code=found.code, name=found.full_name, romaji=found.romaji, lat=found.lat, lon=found.lon, codes=codes)


def _choices(registry: Registry, prefecture: str) -> tuple[Choice, ...]:
    """Offer the prefectures, or what lies in one of them."""
    if prefecture in PREFECTURES:
        return tuple(Choice(place.name, place.romaji, f"code={place.code}") for place in below(registry, prefecture))
    found = (registry.get(code) for code in PREFECTURES)
    return tuple(Choice(place.name, place.romaji, f"places={place.code}") for place in found if place)


def below(registry: Registry, prefecture: str) -> list[Place]:
    """Return the municipalities of a prefecture, wards after their city."""
    codes = set(registry.leaves(prefecture))
    codes |= {place.parent for code in codes if (place := registry.get(code)) and place.parent}
    return [place for code in sorted(codes - {prefecture}) if (place := registry.get(code))]

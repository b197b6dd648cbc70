"""What ``noroshi areas show`` tells of a code: a place on a day, or areas of 気象庁, with all that they are part of."""

from collections.abc import Iterator
from typing import Final

from geo.code import plain, with_check_digit
from geo.place import JmaArea, Place
from geo.placement import KINDS
from geo.registry import Registry

Facts = list[tuple[str, str]]
JMA_CITY_LENGTH: Final = 7
MEMBERS_MAX: Final = 60  # names in one line


def of(registry: Registry, code: str, on: str) -> list[tuple[str, Facts]]:
    """Return (title, facts) of every area with a code; facts that an area lacks are left out."""
    found = []
    place = registry.get(code)
    if place is None and len(code) == JMA_CITY_LENGTH and plain(code[:5]):
        place = registry.get(code[:5])
    if place is not None:
        english = registry.names([place.code], "en")[0]
        found.append((f"{place.full_name}  {english}", _of_place(registry, place, on)))
    found += [(f"{area.table} {area.code} {area.name}", _of_area(registry, area)) for area in registry.jma_coded(code)]
    return [(title, [(name, value) for name, value in facts if value]) for title, facts in found]


def _of_place(registry: Registry, place: Place, on: str) -> Facts:
    gone = bool(place.valid_to)
    parts = [one for one in registry.places() if one.parent == place.code and one.holds_on(on)]
    before = [one for one in registry.places() if place.code in one.successors]
    areas = [area for area in registry.jma_areas(place.code) if area.table not in KINDS]
    return [
        ("コード code", f"{place.code} / {with_check_digit(place.code)}"),
        ("その日 on", f"{on}: {_state(place, on)}"),
        ("かな kana", place.kana),
        ("種別 kind", place.kind),
        ("上位 parent", "".join(registry.names([place.parent])) if place.parent else ""),
        ("位置 lat,lon", f"{place.lat:.5f},{place.lon:.5f}"),
        ("施行 valid from", place.valid_from or ""),
        ("廃止 valid to", place.valid_to or ""),
        ("後継 successors", "、".join(f"{code} {_name(registry, code)}" for code in place.successors)),
        ("前身 before", "\n".join(f"{one.code} {one.full_name} (~{one.valid_to})" for one in before)),
        ("区域 parts", f"{len(parts)}: {'、'.join(f'{one.code} {one.name}' for one in parts)}" if parts else ""),
        ("隣接 neighbours", "" if gone else "、".join(registry.names(registry.neighbours(place.code)))),
        ("地区 districts", "、".join(one.name for one in registry.districts(place.code))),
        ("気象庁 JMA", "\n".join(f"{area.table} {area.code} {area.name}" for area in areas)),
        ("気象庁 細分 JMA parts", "\n".join(_parts_of(registry, place))),
    ]


def _of_area(registry: Registry, area: JmaArea) -> Facts:
    names = registry.names(registry.fold(area.members))
    told = "、".join(names[:MEMBERS_MAX]) + (f" ... ({len(names)})" if len(names) > MEMBERS_MAX else "")
    return [
        ("かな kana", area.kana),
        (
            "市町村 municipalities",
            f"{len(area.members)}: {told}" if names else "なし none: 海域・河川・火山など a sea, river ...",
        ),
    ]


def _parts_of(registry: Registry, place: Place) -> Iterator[str]:
    """Yield 気象庁's parts of a municipality (codes that do not end in 00), each with its wards where it has fewer."""
    for area in registry.jma_areas_within(place.code):
        wards = (
            f": {'、'.join(registry.names(area.members))}" if set(area.members) != registry.leaves(place.code) else ""
        )
        yield f"{area.code} {area.name}{wards}"


def _state(place: Place, on: str) -> str:
    if place.holds_on(on):
        return "有効 in force"
    return "廃止 gone" if place.valid_to and place.valid_to <= on else "施行前 not yet"


def _name(registry: Registry, code: str) -> str:
    return registry.names([code])[0]

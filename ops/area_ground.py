"""What ``noroshi areas find`` tells of ground inside municipalities: districts and towns that were imported."""

from typing import Final

from cap_formats.alert import Area
from geo.place import Spot
from geo.registry import Registry

HEADINGS: Final = ("名称 name", "かな kana", "種別 kind", "市区町村 belongs to", "lat,lon")


def of(registry: Registry, text: str, limit: int) -> list[tuple[str, ...]]:
    """Return a row for each district and town that a text names (倉敷市真備町箭田), or that has it in its name."""
    placed = registry.place([Area(area_desc=text)]).spots
    kana = {spot: reading for _, spot, reading in registry.ground_named(text.strip(), limit)}
    for spot in placed:
        same = (reading for _, other, reading in registry.ground_named(spot.name, limit) if other == spot)
        kana.setdefault(spot, next(same, ""))
    return [_row(registry, spot, reading) for spot, reading in list(kana.items())[:limit]]


def _row(registry: Registry, spot: Spot, kana: str) -> tuple[str, ...]:
    kind = "町字 town" if spot.district is None else f"地区 district {spot.district}"
    home = f"{spot.municipality} {registry.names([spot.municipality])[0]}"
    return spot.name, kana, kind, home, f"{spot.lat:.4f},{spot.lon:.4f}"

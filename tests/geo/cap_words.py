"""Areas in CAP's words, short to write."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    value_name: str
    value: str


@dataclass(frozen=True)
class Area:
    area_desc: str = "an area"
    geocodes: tuple[Code, ...] = ()
    polygons: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()


def coded(table: str, *values: str) -> list[Area]:
    return [Area(geocodes=(Code(table, value),)) for value in values]

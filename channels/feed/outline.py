"""The borders of municipalities as GeoJSON text, encoded once, for alerts that name codes and carry no shape."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
import shapely
from shapely.geometry.base import BaseGeometry

DECIMALS: Final = 4  # ten metres; the outlines themselves are no finer


class Outline(msgspec.Struct, frozen=True):
    """A Polygon or MultiPolygon (RFC 7946), its coordinates kept as the bytes that they are written with."""

    type: str
    coordinates: msgspec.Raw

    def polygons(self) -> bytes:
        """Return the members of a MultiPolygon's coordinates."""
        raw = bytes(self.coordinates).strip()
        return raw if self.type == "Polygon" else raw[1:-1]


class Outlines:
    """The borders of municipalities and wards, by five-digit code; each is encoded when it is first needed."""

    def __init__(self, outlines: Iterable[tuple[str, BaseGeometry]]) -> None:
        """Take (code, outline), x = lon and y = lat, as the registry gives them."""
        self._shapes = dict(outlines)
        self._polygons: dict[str, bytes] = {}

    def of(self, codes: Iterable[str]) -> dict[str, Any] | None:
        """Return one MultiPolygon for all codes; None where no border of them is known."""
        parts = [self._encoded(code) for code in codes if code in self._shapes]
        if not parts:
            return None
        return {"type": "MultiPolygon", "coordinates": msgspec.Raw(b"[" + b",".join(parts) + b"]")}

    def _encoded(self, code: str) -> bytes:
        if code not in self._polygons:
            rounded = shapely.transform(self._shapes[code], lambda xy: xy.round(DECIMALS))
            text = shapely.to_geojson(rounded)
            self._polygons[code] = msgspec.json.decode(text.encode(), type=Outline).polygons()
        return self._polygons[code]

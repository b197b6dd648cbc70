"""Alert -> GeoJSON (RFC 7946): one Feature for each area of each info, with CAP's own names as properties.

The house changes latitude and longitude in ``geo.shape`` alone. This folder must not import the project, and GeoJSON
is text in the other order, so ``_position`` below is the one exception; nothing else here touches the order.
"""

import itertools
from collections.abc import Iterator
from math import asin, atan2, cos, degrees, pi, radians, sin
from typing import Any, Final

import msgspec

from cap_formats.alert import Alert, Area, Info, Status
from cap_formats.cap.described import described
from cap_formats.cap.element import ALERT, AREA, INFO
from cap_formats.cap.shape import circle_fault, polygon_fault
from cap_formats.drill import marked
from cap_formats.problem import MessageRuleError

Position = tuple[float, float]  # longitude, latitude (RFC 7946, 3.1.1)
Ring = list[Position]

EARTH_RADIUS_KM: Final = 6371.0088  # mean radius, IUGG
CIRCLE_CORNERS: Final = 64
# Drawn around the circle and a little more, because an edge is straight in degrees and not on the sphere: at most
# 0.33 % of the radius too far, never too near.
_CIRCLE_ROOM: Final = 1.002
_DECIMALS: Final = 6  # 0.1 m
_HALF_TURN: Final = 180.0
_TURN: Final = 360.0
_POLE: Final = 90.0

_ALERT_WITHOUT: Final = frozenset({"info"})
_INFO_WITHOUT: Final = frozenset({"area"})
_AREA_WITHOUT: Final = frozenset({"polygon"})  # it is the geometry; a circle is only drawn there, so it stays in words


def encode_geojson(alert: Alert) -> bytes:
    """Write a FeatureCollection; a Feature has null geometry where only codes or names are known.

    Raises MessageRuleError ``cap-polygon`` or ``cap-circle`` where a shape cannot be read.
    """
    return msgspec.json.encode({"type": "FeatureCollection", "features": features(alert)})


def features(alert: Alert) -> list[dict[str, Any]]:
    """Return the Features of one alert; an info without an area, or an alert without info, is one without geometry."""
    own = described(alert, ALERT.elements, without=_ALERT_WITHOUT)
    made = []
    for number, (info, area) in enumerate(_info_areas(alert), 1):
        said = dict(own)
        if info is not None:
            said |= _info_said(alert.status, info)
        if area is not None:
            said |= described(area, AREA.elements, without=_AREA_WITHOUT)
        made.append(
            {
                "type": "Feature",
                "id": f"{alert.sender},{alert.identifier}#{number}",
                "geometry": None if area is None else geometry(area),
                "properties": said,
            }
        )
    return made


def _info_areas(alert: Alert) -> Iterator[tuple[Info | None, Area | None]]:
    for info in alert.infos:
        for area in info.areas:
            yield info, area
        if not info.areas:
            yield info, None
    if not alert.infos:
        yield None, None


def _info_said(status: Status, info: Info) -> dict[str, Any]:
    """Return what an info says; every text of a drill begins with its mark, and it always has a headline to say so."""
    said = described(info, INFO.elements, without=_INFO_WITHOUT)
    if status is not Status.ACTUAL:
        said.setdefault("headline", info.event)
        for name in ("headline", "description", "instruction"):
            if name in said:
                said[name] = marked(said[name], status)
    return said


def geometry(area: Area) -> dict[str, Any] | None:
    """Return an area's polygons and circles as one geometry, or None where it has neither.

    A circle becomes a polygon drawn around it, because GeoJSON has none; a circle of radius 0 is a Point. What crosses
    the antimeridian is cut there (3.1.9); rings run counter-clockwise (3.1.6).
    """
    polygons: list[list[Ring]] = []
    points: Ring = []
    for text in area.polygons:
        if fault := polygon_fault(text):
            raise MessageRuleError("cap-polygon", f"A polygon cannot be drawn; {fault}.")
        polygons += ([_wound(part)] for part in _cut(_ring(text)))
    for text in area.circles:
        if fault := circle_fault(text):
            raise MessageRuleError("cap-circle", f"A circle cannot be drawn; {fault}.")
        centre, radius = text.split()
        if float(radius) == 0:
            points.append(_position(centre))
        else:
            polygons += ([_wound(part)] for part in _cut(_around(_position(centre), float(radius))))
    parts = [*_geometries("Polygon", polygons), *_geometries("Point", points)]
    if len(parts) > 1:
        return {"type": "GeometryCollection", "geometries": parts}
    return parts[0] if parts else None


def _geometries(kind: str, coordinates: list[Any]) -> list[dict[str, Any]]:
    """Return the geometry of one kind, none or one, as Multi where there are several."""
    if not coordinates:
        return []
    if len(coordinates) == 1:
        return [{"type": kind, "coordinates": coordinates[0]}]
    return [{"type": f"Multi{kind}", "coordinates": coordinates}]


def _position(pair: str) -> Position:
    """Turn CAP's ``lat,lon`` into GeoJSON's longitude, latitude: the one place in this folder where they change."""
    latitude, longitude = pair.split(",")
    return float(longitude), float(latitude)


def _ring(text: str) -> Ring:
    return [_position(pair) for pair in text.split()]


def _around(centre: Position, radius_km: float) -> Ring:
    """Return a ring around a circle on the sphere; one that holds a pole becomes the band up to that pole."""
    longitude, latitude = centre
    reach = degrees(radius_km / EARTH_RADIUS_KM)
    if abs(latitude) + reach >= _POLE:
        south = max(-_POLE, latitude - reach)
        north = min(_POLE, latitude + reach)
        west, east = -_HALF_TURN, _HALF_TURN
        return [(west, south), (east, south), (east, north), (west, north), (west, south)]
    distance = radius_km * _CIRCLE_ROOM / EARTH_RADIUS_KM / cos(pi / CIRCLE_CORNERS)
    ring = []
    for corner in range(CIRCLE_CORNERS):
        bearing = -2 * pi * corner / CIRCLE_CORNERS
        sine = sin(radians(latitude)) * cos(distance) + cos(radians(latitude)) * sin(distance) * cos(bearing)
        turn = atan2(
            sin(bearing) * sin(distance) * cos(radians(latitude)),
            cos(distance) - sin(radians(latitude)) * sine,
        )
        ring.append((round(longitude + degrees(turn), _DECIMALS), round(degrees(asin(sine)), _DECIMALS)))
    return [*ring, ring[0]]


def _wound(ring: Ring) -> Ring:
    """Return the ring counter-clockwise (right-hand rule)."""
    doubled = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))
    return ring if doubled >= 0 else ring[::-1]


def _cut(ring: Ring) -> list[Ring]:
    """Cut a ring that crosses the antimeridian into the parts on either side of it."""
    unrolled = _unrolled(ring)
    west = min(x for x, _ in unrolled)
    east = max(x for x, _ in unrolled)
    if west >= -_HALF_TURN and east <= _HALF_TURN:
        return [unrolled]
    shift = _TURN if west < -_HALF_TURN else 0.0
    moved = [(x + shift, y) for x, y in unrolled]
    parts = (_clipped(moved, 1.0), [(x - _TURN, y) for x, y in _clipped(moved, -1.0)])
    return [part for part in parts if len({*part}) > 2]  # noqa: PLR2004 - fewer corners have no inside


def _unrolled(ring: Ring) -> Ring:
    """Let longitudes run on past 180 where an edge takes the short way over the antimeridian."""
    shift = 0.0
    unrolled = ring[:1]
    for (before, _), (x, y) in itertools.pairwise(ring):
        if _HALF_TURN < abs(x - before) < _TURN:
            shift += _TURN if x < before else -_TURN
        unrolled.append((x + shift, y))
    return unrolled if shift == 0 else ring  # a ring around a pole does not close; it is left as it came


def _clipped(ring: Ring, side: float) -> Ring:
    """Return the part of a ring west (side 1) or east (side -1) of 180 degrees, closed."""
    kept: Ring = []
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        inside1, inside2 = side * x1 <= side * _HALF_TURN, side * x2 <= side * _HALF_TURN
        if inside1:
            kept.append((x1, y1))
        if inside1 != inside2:
            share = (_HALF_TURN - x1) / (x2 - x1)
            kept.append((_HALF_TURN, round(y1 + share * (y2 - y1), _DECIMALS)))
    return [*kept, kept[0]] if kept else []

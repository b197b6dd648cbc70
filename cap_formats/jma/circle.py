"""Circles of wind and of probability as CAP circles: "lat,lon radius", degrees and km.

A circle with one radius is drawn around its base point. One with two, in opposite directions (南東側 600 km, 北西側 400
km), is the circle through both ends on that line: as wide as their mean, its centre moved to the wider side by half of
what they differ, which is how such areas are drawn. Three and more, or two that are not opposite, have no such circle
and are told in words alone. Source: jmx_eb.xsd (Circle, Axes, Axis).
"""

import math
import re
from typing import Final

from cap_formats.jma.element import BASIS, children
from cap_formats.jma.measure import is_number
from cap_formats.xml import XmlElement

_AXIS: Final = BASIS + "Axis"
_DIRECTION: Final = BASIS + "Direction"
_RADIUS: Final = BASIS + "Radius"
_POINT: Final = re.compile(r"([+-][0-9]{1,2}(?:\.[0-9]+)?)([+-][0-9]{1,3}(?:\.[0-9]+)?)(?:[+-][0-9.]+)?/")
_WORDS: Final = ("北", "北東", "東", "南東", "南", "南西", "西", "北西")  # 45 degrees each, from the north
_DEGREE_KM: Final = 111.195  # of latitude, on a sphere of 6,371 km
_NAUTICAL_KM: Final = 1.852
_UNITS: Final = {"km": 1.0, "海里": _NAUTICAL_KM}
_LAT_MAX, _LON_MAX = 90.0, 180.0


def point_of(value: str) -> tuple[float, float] | None:
    """Read ISO 6709 in degrees, ``+18.0+142.2/``, as (lat, lon); None of anything else, degrees with minutes too."""
    match = _POINT.fullmatch(value.strip())
    if match is None:
        return None
    lat, lon = float(match.group(1)), float(match.group(2))
    return (lat, lon) if abs(lat) <= _LAT_MAX and abs(lon) <= _LON_MAX else None


def circle_of(centre: tuple[float, float] | None, circle: XmlElement) -> str | None:
    """Return CAP's circle around a centre; None where the radius is not told or the area has no circle."""
    axes = [axis for element in circle.iter(_AXIS) if (axis := _axis(element)) is not None]
    if centre is None or not axes:
        return None
    lat, lon = centre
    if len(axes) == 1 and axes[0][0] is None:
        return write_circle(lat, lon, axes[0][1])
    if len(axes) == 2 and None not in (axes[0][0], axes[1][0]):  # noqa: PLR2004 - the two ends of a line
        (one, wide), (other, narrow) = sorted(axes, key=lambda axis: -axis[1])
        if one is not None and other is not None and (one - other) % 360 == 180:  # noqa: PLR2004 - opposite
            move = (wide - narrow) / 2 / _DEGREE_KM
            lat += move * math.cos(math.radians(one))
            lon += move * math.sin(math.radians(one)) / math.cos(math.radians(lat))
            return write_circle(lat, lon, (wide + narrow) / 2)
    return None


def write_circle(lat: float, lon: float, radius_km: float) -> str:
    """Write CAP's circle; a radius of 0 is a point."""
    return (
        f"{lat:.10g},{lon:.10g} {radius_km:g}"
        if radius_km == int(radius_km)
        else f"{lat:.4f},{lon:.4f} {radius_km:.1f}"
    )


def _axis(axis: XmlElement) -> tuple[float | None, float] | None:
    """Return direction (degrees from the north, None for all around) and radius in km; None where it has no radius."""
    direction: float | None = None
    radius: float | None = None
    for child in children(axis):
        if child.tag == _DIRECTION:
            word = (child.text or "").strip()
            direction = (_WORDS.index(word) * 45.0 if word in _WORDS else math.nan) if word else None
        elif child.tag == _RADIUS:
            unit, value = _UNITS.get(child.get("unit") or ""), (child.text or "").strip()
            if unit is not None and is_number(value) and (radius is None or unit == 1.0):
                radius = float(value) * unit
    return None if radius is None or radius <= 0 else (direction, radius)

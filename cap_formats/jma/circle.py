"""Circles of wind and of probability as CAP circles: "lat,lon radius", degrees and km.

A circle with one radius is drawn around its base point. One with two, in opposite directions (南東側 600 km, 北西側 400
km), is the circle through both ends on that line: as wide as their mean, its centre moved to the wider side by half of
what they differ, which is how such areas are drawn. Three and more, or two that are not opposite, have no such circle
and are told in words alone. Source: jmx_eb.xsd (Circle, Axes, Axis).
"""

import math
import re
from typing import Final

import msgspec

from cap_formats.jma.element import BASIS, children
from cap_formats.jma.measure import is_number
from cap_formats.xml import XmlElement

_AXES: Final = BASIS + "Axes"
_DIRECTION: Final = BASIS + "Direction"
_RADIUS: Final = BASIS + "Radius"
_BASE_POINT: Final = BASIS + "BasePoint"
_POINT: Final = re.compile(r"([+-][0-9]{1,2}(?:\.[0-9]+)?)([+-][0-9]{1,3}(?:\.[0-9]+)?)(?:[+-][0-9.]+)?/")
_WORDS: Final = ("北", "北東", "東", "南東", "南", "南西", "西", "北西")  # 45 degrees each, from the north
_DEGREE_KM: Final = 111.195  # of latitude, on a sphere of 6,371 km
_NAUTICAL_KM: Final = 1.852
_NAUTICAL: Final = "海里"
_LAT_MAX, _LON_MAX = 90.0, 180.0

Place = tuple[float, float]
"""Latitude and longitude, degrees."""


class Axis(msgspec.Struct, frozen=True, gc=False):
    """One Axis: the ``side`` it points to (南東; empty is all around), its ``radius`` in km, None where there is none,
    and JMA's ``words`` for that radius.
    """

    side: str
    radius: float | None
    words: str

    @property
    def angle(self) -> float:
        """Degrees from the north; NaN of what is no side."""
        return _WORDS.index(self.side) * 45.0 if self.side in _WORDS else math.nan


class Circle(msgspec.Struct, frozen=True, gc=False):
    """One Circle or ProbabilityCircle: the first base point that is in degrees, JMA's words for the first, the axes."""

    base: Place | None
    words: str
    axes: list[Axis]


def read_circle(circle: XmlElement) -> Circle:
    """Read a circle in one walk."""
    base, words = None, ""
    axes: list[Axis] = []
    for child in children(circle):
        tag = child.tag
        if tag == _BASE_POINT:
            value = child.text or ""
            base = base or point_of(value)
            words = words or (child.get("description") or value).strip()
        elif tag == _AXES:
            axes += map(_axis, children(child))
    return Circle(base, words, axes)


def point_of(value: str) -> Place | None:
    """Read ISO 6709 in degrees, ``+18.0+142.2/``, as (lat, lon); None of anything else, degrees with minutes too."""
    match = _POINT.fullmatch(value.strip())
    if match is None:
        return None
    lat, lon = float(match.group(1)), float(match.group(2))
    return (lat, lon) if abs(lat) <= _LAT_MAX and abs(lon) <= _LON_MAX else None


def drawn(centre: Place | None, axes: list[Axis]) -> str | None:
    """Return CAP's circle around a centre; None where the radius is not told or the area has no circle."""
    axes = [axis for axis in axes if axis.radius]
    if centre is None or not axes:
        return None
    lat, lon = centre
    if len(axes) == 1 and not axes[0].side:
        return write_circle(lat, lon, axes[0].radius or 0)
    if len(axes) == 2:  # noqa: PLR2004 - the two ends of a line
        wide, narrow = sorted(axes, key=lambda axis: -(axis.radius or 0))
        longer, shorter = wide.radius or 0, narrow.radius or 0
        if (wide.angle - narrow.angle) % 360 == 180:  # noqa: PLR2004 - opposite
            move = (longer - shorter) / 2 / _DEGREE_KM
            lat += move * math.cos(math.radians(wide.angle))
            lon += move * math.sin(math.radians(wide.angle)) / math.cos(math.radians(lat))
            return write_circle(lat, lon, (longer + shorter) / 2)
    return None


def write_circle(lat: float, lon: float, radius_km: float) -> str:
    """Write CAP's circle; a radius of 0 is a point."""
    return (
        f"{lat:.10g},{lon:.10g} {radius_km:g}"
        if radius_km == int(radius_km)
        else f"{lat:.4f},{lon:.4f} {radius_km:.1f}"
    )


def _axis(axis: XmlElement) -> Axis:
    side = words = ""
    radius: float | None = None
    for child in children(axis):
        tag = child.tag
        if tag == _DIRECTION:
            side = (child.text or "").strip()
        elif tag == _RADIUS:
            unit = child.get("unit")
            value = (child.text or "").strip()
            if unit == "km":
                words = child.get("description") or value
                radius = float(value) if is_number(value) else radius
            elif unit == _NAUTICAL and radius is None and is_number(value):
                radius = float(value) * _NAUTICAL_KM
    return Axis(side, radius if radius and radius > 0 else None, words)

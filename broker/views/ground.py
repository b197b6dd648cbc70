"""Distances on the ground: points in degrees of WGS 84, kilometres out; lat before lon, as everywhere in text."""

from math import asin, atan2, cos, degrees, radians, sin, sqrt
from typing import Final, NamedTuple

EARTH_RADIUS_KM: Final = 6371.0088  # mean radius, IUGG; off by 0.3 % at most, 60 m in 20 km
_KM_PER_DEGREE: Final = 111.0  # of latitude; a little short, so that a box is never too small
_LATITUDE_MAX: Final = 90.0
_LONGITUDE_MAX: Final = 180.0


class Point(NamedTuple):
    """A place on the ground."""

    lat: float
    lon: float


class Box(NamedTuple):
    """What surely holds a circle, for a first choice by comparing numbers."""

    south: float
    north: float
    west: float
    east: float


def distance_km(one: Point, other: Point) -> float:
    """Return the great-circle distance (haversine)."""
    phi, psi = radians(one.lat), radians(other.lat)
    half = sin((psi - phi) / 2) ** 2 + cos(phi) * cos(psi) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def bearing(one: Point, other: Point) -> float:
    """Return in which direction the other lies: degrees from north, clockwise, 0 to 360."""
    phi, psi, turn = radians(one.lat), radians(other.lat), radians(other.lon - one.lon)
    east = sin(turn) * cos(psi)
    north = cos(phi) * sin(psi) - sin(phi) * cos(psi) * cos(turn)
    return degrees(atan2(east, north)) % 360


def box_around(centre: Point, radius_km: float) -> Box:
    """Return the box around a circle in Japan; it does not reach over the antimeridian."""
    tall = radius_km / _KM_PER_DEGREE
    wide = tall / max(cos(radians(min(abs(centre.lat) + tall, _LATITUDE_MAX))), 0.01)
    return Box(centre.lat - tall, centre.lat + tall, centre.lon - wide, centre.lon + wide)


def centre_of(circle: str | None) -> Point | None:
    """Return the centre of CAP's circle, "lat,lon radius_km"; None where it is none that can be read."""
    pair = (circle or "").split(" ", 1)[0].split(",")
    try:
        lat, lon = (float(part) for part in pair)
    except ValueError:
        return None
    return Point(lat, lon) if abs(lat) <= _LATITUDE_MAX and abs(lon) <= _LONGITUDE_MAX else None

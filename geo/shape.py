"""CAP's coordinates and shapely's, in both directions.

This is the only file in which latitude and longitude change places: CAP 1.2 (3.2.4) writes ``lat,lon`` in degrees of
WGS 84 and a circle's radius in kilometres; shapely and GeoJSON have ``x = lon, y = lat``.
"""

import math
from typing import Any, Final

import msgspec
import numpy as np
import shapely
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

POLYGON_PAIRS_MIN: Final = 4  # CAP 1.2, 3.2.4: a minimum of four pairs, first and last equal
CIRCLE_CORNERS: Final = 72  # drawn around the circle, so that nothing inside it is lost: 0.1 % too wide
ELLIPSOID_STRAY: Final = 1.0034  # by how much a distance on the sphere that fits the ellipsoid at a place may be short
NEAR_KM: Final = 1_000.0  # as far as that sphere is any measure; farther, the smallest is taken, that of the equator
TOUCHING_PAIRS_MAX: Final = 100  # of a border that touches itself; the worst of so many takes a tenth of a second
AREA_STRAY: Final = 1e-6  # share by which two ways to work an area out may differ
RADIUS_KM_MAX: Final = 20_000.0  # half way round the world
LATITUDE_MAX: Final = 90.0
LONGITUDE_MAX: Final = 180.0
TURN: Final = 360.0
WGS84_A_KM: Final = 6378.137
WGS84_E2: Final = 0.006694379990141
DECIMALS: Final = 5  # about one metre
KM_PER_DEGREE: Final = 111.2  # of latitude
_numbers: Final = msgspec.json.Decoder(list[float])  # three times as fast as a pattern and numpy
_NUMBER: Final = b"0123456789.+-eE"


class ShapeError(ValueError):
    """The text is no polygon or circle of CAP 1.2 (3.2.4).

    Attributes:
        code: stable, lower-case, hyphenated (``polygon-open``).
        sentence: one English sentence that says what is wrong and what would be right.
        path: which shape it is, where a caller knows (``/area[2]/polygon[1]``).

    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.path: str | None = None


def read_polygon(text: str) -> Polygon | MultiPolygon:
    """Read "lat,lon lat,lon ..." as a polygon; raise ShapeError where it is none that encloses an area.

    A border may touch itself, as where CAP writes a hole or two grounds in one line; what it encloses is plain then.
    """
    polygon = shapely.polygons(_read_closed(text))
    if not polygon.is_simple:  # of a polygon, its rings
        polygon = _apart(polygon)
    if polygon.area == 0:
        raise ShapeError("polygon-without-area", "All points of the polygon lie on one line; it encloses nothing.")
    return polygon


def _apart(polygon: Polygon) -> Polygon | MultiPolygon:
    """Return what a border encloses that touches itself; raise ShapeError for one that crosses itself.

    Where it crosses itself at a corner, it goes round some of its ground the other way; then its area by the corners is
    less than what it encloses.
    """
    pairs = shapely.get_coordinates(polygon)
    if len(pairs) > TOUCHING_PAIRS_MAX or _crosses(pairs):
        raise _crossing()
    x, y = (pairs[:-1] - pairs[0]).T
    by_corners = abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(polygon)))
    enclosed = shapely.union_all(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    if abs(enclosed.area - by_corners) > AREA_STRAY * polygon.envelope.area:
        raise _crossing()
    return enclosed


def _crosses(pairs: Any) -> bool:
    """Tell whether any two sides cross between their ends: asked before a border is mended, which takes minutes where
    many do.
    """
    sides = shapely.linestrings(np.stack([pairs[:-1], pairs[1:]], axis=1))
    return bool(len(shapely.STRtree(sides).query(sides, predicate="crosses").T))


def _crossing() -> ShapeError:
    return ShapeError("polygon-crosses-itself", "The border of a polygon must not cross itself.")


def read_border(text: str) -> list[list[float]]:
    """Read "lat,lon lat,lon ..." as a ring of GeoJSON (RFC 7946, 3.1.6: lon, lat, counterclockwise), to be drawn: it
    may touch itself, as contours do. Raise ShapeError where it is no closed border around an area.
    """
    pairs = _read_closed(text)
    x, y = pairs[:-1].T
    twice_area = float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
    if twice_area == 0:
        raise ShapeError("polygon-without-area", "All points of the polygon lie on one line; it encloses nothing.")
    ring: list[list[float]] = pairs.tolist()
    return ring if twice_area > 0 else ring[::-1]


def read_circle(text: str) -> Polygon | Point:
    """Read "lat,lon radius" (km) as the polygon around that circle on the WGS 84 ellipsoid; a point where radius is 0.

    Nothing within the radius is outside of it; what it has beyond is 0.8 % of the radius at most, and up to 1,000 km.
    Raise ShapeError where the text is no circle.
    """
    centre, _, radius_text = text.strip().partition(" ")
    longitude, latitude = _read_pair(centre, "circle-malformed")
    radius_km = _read_number(radius_text.strip(), "circle-malformed")
    if not 0 <= radius_km <= RADIUS_KM_MAX:
        raise ShapeError("circle-radius-out-of-range", f"The radius is in km, from 0 to {RADIUS_KM_MAX:.0f}.")
    if radius_km == 0:
        return Point(longitude, latitude)
    return around(latitude, longitude, radius_km)


def around(latitude: float, longitude: float, radius_km: float) -> Polygon:
    """Return the polygon about all that is within a distance of a point: degrees, kilometres.

    It may reach beyond 180 degrees east, for Japan is not to be cut off from what lies in the Pacific.
    """
    phi = math.radians(latitude)
    sphere = _radius_at(latitude if radius_km <= NEAR_KM else 0)
    angular = radius_km * ELLIPSOID_STRAY / math.cos(math.pi / CIRCLE_CORNERS) / sphere
    to_poles = (math.pi / 2 - phi, math.pi / 2 + phi)
    if angular >= max(to_poles):
        return shapely.box(-LONGITUDE_MAX, -LATITUDE_MAX, LONGITUDE_MAX, LATITUDE_MAX)
    over_pole = angular >= min(to_poles)
    bearing = np.linspace(0, 2 * math.pi, CIRCLE_CORNERS * (10 if over_pole else 1), endpoint=False)
    sine = math.sin(phi) * math.cos(angular) + math.cos(phi) * math.sin(angular) * np.cos(bearing)
    turn = np.arctan2(np.sin(bearing) * math.sin(angular) * math.cos(phi), math.cos(angular) - math.sin(phi) * sine)
    corners = np.column_stack([longitude + np.degrees(turn), np.degrees(np.arcsin(np.clip(sine, -1, 1)))])
    return shapely.polygons(
        _about_pole(corners, math.copysign(LATITUDE_MAX, latitude)) if over_pole else _east(corners)
    )


def _about_pole(corners: Any, pole: float) -> Any:
    """Return the border of what lies from corners up to a pole, all round the world."""
    corners[:, 0] = (corners[:, 0] + LONGITUDE_MAX) % TURN - LONGITUDE_MAX
    corners = corners[np.argsort(corners[:, 0])]
    west, east = corners[-1] - (TURN, 0), corners[0] + (TURN, 0)
    return np.vstack([(west[0], pole), west, corners, east, (east[0], pole)])


def _east(corners: Any) -> Any:
    """Write what reaches over 180 degrees west as lying beyond 180 degrees east."""
    return np.add(corners, (TURN, 0)) if corners[:, 0].min() < -LONGITUDE_MAX else corners


def write_polygon(geometry: Polygon) -> str:
    """Write a polygon's outer border as CAP text: "lat,lon lat,lon ...", five decimals, closed.

    Raises ShapeError where it is smaller than five decimals can tell.
    """
    corners = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y, *_ in geometry.exterior.coords]
    kept = [corner for corner, before in zip(corners, [None, *corners], strict=False) if corner != before]
    if len(kept) < POLYGON_PAIRS_MIN:
        raise ShapeError("polygon-too-few-points", f"The polygon is smaller than {DECIMALS} decimals can write.")
    return " ".join(f"{y},{x}" for x, y in kept)


def write_circle(latitude: float, longitude: float, radius_km: float) -> str:
    """Write a circle as CAP text: "lat,lon radius"."""
    return f"{round(latitude, DECIMALS)},{round(longitude, DECIMALS)} {radius_km}"


def distance_km(latitude: float, longitude: float, geometry: BaseGeometry) -> float:
    """Return how far a point is from a geometry close by (within some kilometres), in km; 0 inside."""
    scale = math.cos(math.radians(latitude))
    flat = shapely.transform(geometry, lambda xy: xy * (scale, 1.0))
    return float(flat.distance(Point(longitude * scale, latitude))) * math.radians(1) * _radius_at(latitude)


def _radius_at(latitude: float) -> float:
    """Return the Gaussian radius of curvature of WGS 84 at a latitude, in km."""
    return WGS84_A_KM * math.sqrt(1 - WGS84_E2) / (1 - WGS84_E2 * math.sin(math.radians(latitude)) ** 2)


def _read_closed(text: str) -> Any:
    """Read the pairs of a closed border as rows of lon, lat."""
    pairs = _read_pairs(text)
    if len(pairs) < POLYGON_PAIRS_MIN:
        raise ShapeError(
            "polygon-too-few-points",
            f"A polygon has at least four lat,lon pairs, the last as the first; here {len(pairs)}.",
        )
    if pairs[0].tolist() != pairs[-1].tolist():
        raise ShapeError("polygon-open", "The last lat,lon pair of a polygon must equal the first.")
    return _over_date_line(pairs) if "-" in text else pairs


def _over_date_line(pairs: Any) -> Any:
    """Bring the pairs together where a side of the border goes over 180 degrees: the short way is meant, unless it goes
    all round the world.
    """
    steps = np.abs(np.diff(pairs[:, 0]))
    if not (steps > LONGITUDE_MAX).any() or (steps == TURN).any():
        return pairs
    together = np.column_stack([np.unwrap(pairs[:, 0], period=TURN), pairs[:, 1]])
    return _east(together) if together[0].tolist() == together[-1].tolist() else pairs


def _read_pairs(text: str) -> Any:
    """Read pairs of lat,lon and return them as rows of lon, lat: all at once, or one by one to say which is wrong."""
    pairs = _read_plain_pairs(text)
    if pairs is None:
        pairs = np.array([_read_pair(part, "polygon-malformed") for part in text.split()]).reshape(-1, 2)
    return pairs


def _read_plain_pairs(text: str) -> Any:
    """Read pairs all at once, as the one list of JSON numbers that they nearly are; None where they are not plain."""
    raw = " ".join(text.split()).encode()
    between = raw.translate(None, _NUMBER)
    if between != (b", " * (len(between) // 2 + 1))[:-1]:
        return None
    try:
        numbers = _numbers.decode(b"[%b]" % raw.replace(b" ", b","))
    except msgspec.MsgspecError:
        return None
    pairs = np.array(numbers).reshape(-1, 2)
    (south, west), (north, east) = pairs.min(axis=0).tolist(), pairs.max(axis=0).tolist()
    inside = south >= -LATITUDE_MAX and north <= LATITUDE_MAX and west >= -LONGITUDE_MAX and east <= LONGITUDE_MAX
    return pairs[:, ::-1] if inside else None


def _read_pair(text: str, code: str) -> tuple[float, float]:
    """Read "lat,lon" and return (lon, lat)."""
    latitude_text, comma, longitude_text = text.partition(",")
    if not comma:
        raise ShapeError(code, f"A pair is written lat,lon with one comma and no space; here {text!r}.")
    latitude, longitude = _read_number(latitude_text, code), _read_number(longitude_text, code)
    if abs(latitude) > LATITUDE_MAX or abs(longitude) > LONGITUDE_MAX:
        raise ShapeError(
            "coordinate-out-of-range",
            f"Latitude comes first and lies from -90 to 90, longitude from -180 to 180; here {text!r}.",
        )
    return longitude, latitude


def _read_number(text: str, code: str) -> float:
    """Read a finite decimal number."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ShapeError(code, f"Degrees and kilometres are decimal numbers; here {text!r}.")
    return number

"""What the registry speaks of: places, districts, JMA's areas, and where an alert's areas were placed.

Owns the values only. The areas that come in are anything with CAP's words for an area, whichever package made them.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import msgspec
from shapely.geometry.base import BaseGeometry

from geo.level import Level
from geo.shape import around

DISTRICT_RADIUS_KM: Final = 0.5  # the towns of a city lie about a kilometre apart


class GeocodeLike(Protocol):
    """A pair of valueName and value (CAP 1.2, 3.2.4 geocode)."""

    @property
    def value_name(self) -> str:
        """Which table: ``JISX0402``, ``JMA_AreaInformationCity`` ..."""

    @property
    def value(self) -> str:
        """The code in that table."""


class AreaLike(Protocol):
    """info/area as CAP 1.2 (3.2.4) has it; polygons and circles are CAP text."""

    @property
    def area_desc(self) -> str:
        """Words for the area."""

    @property
    def polygons(self) -> Sequence[str]:
        """Each "lat,lon lat,lon ..."."""

    @property
    def circles(self) -> Sequence[str]:
        """Each "lat,lon radius", the radius in km."""

    @property
    def geocodes(self) -> Sequence[GeocodeLike]:
        """Codes of the area."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A prefecture, municipality or ward.

    ``code`` has two digits for a prefecture and five for all else. ``kind`` is prefecture, designated-city (政令市),
    ward (行政区), special-ward (特別区), city, town or village; ``parent`` is the prefecture, or the city of a ward;
    ``county`` is its 郡. ``lat`` and ``lon`` are the office, or a point inside where none is known. ``valid_from`` and
    ``valid_to`` are ISO dates, ``valid_to`` the first day on which the code no longer holds; ``successors`` then.
    """

    code: str
    name: str
    full_name: str
    kana: str
    romaji: str
    kind: str
    parent: str | None = None
    county: str | None = None
    lat: float
    lon: float
    valid_from: str | None = None
    valid_to: str | None = None
    successors: tuple[str, ...] = ()


class District(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a municipality that it loaded itself (地区): a shape, or only a point where no shape is known."""

    code: str
    name: str
    kana: str = ""
    geometry: BaseGeometry | None = None
    lat: float
    lon: float

    @property
    def ground(self) -> BaseGeometry:
        """Where it is, x = lon and y = lat: its shape, or half a kilometre around its point where no shape is known."""
        return around(self.lat, self.lon, DISTRICT_RADIUS_KM) if self.geometry is None else self.geometry


class CodedArea(NamedTuple):
    """What a geocode stands for: how fine it is, and its leaf municipalities, none for a sea."""

    level: Level
    members: frozenset[str]


class JmaArea(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a JMA code table; ``members`` are leaf municipalities, none for a sea, a river or a volcano."""

    table: str
    code: str
    name: str
    kana: str
    members: tuple[str, ...]


class UnplacedPart(msgspec.Struct, frozen=True):
    """What could not be placed, in the sender's own words, for an officer to settle.

    ``value_name`` is the geocode's valueName, or ``areaDesc`` where the area has words only.
    """

    area_desc: str
    value_name: str
    value: str


class Placement(msgspec.Struct, frozen=True):
    """Where areas are: sorted five-digit codes of municipalities, wards for 政令市; and what could not be placed."""

    municipalities: tuple[str, ...]
    unplaced: tuple[UnplacedPart, ...] = ()


class UnknownAreaError(LookupError):
    """No place has this code, today or before, or its check digit does not agree."""

    def __init__(self, code: str) -> None:
        super().__init__(f"No prefecture, municipality or ward has the code {code!r}.")
        self.code = code

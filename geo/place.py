"""What the registry speaks of: places, districts, JMA's areas, and where an alert's areas were placed.

Owns the values only. The areas that come in are anything with CAP's words for an area, whichever package made them.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import msgspec
from shapely.geometry.base import BaseGeometry

from geo.level import Level
from geo.shape import around

AREA_DESC: Final = "areaDesc"  # the words of an area that has nothing else
AREA_NAME: Final = "areaName"  # a geocode that names a place inside the municipality named before it (L-Alert)
WORDS: Final = frozenset({AREA_DESC, AREA_NAME})
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

    def holds_on(self, day: str) -> bool:
        """Tell whether the code was in force on a day (ISO)."""
        return (self.valid_from or "") <= day and (self.valid_to is None or day < self.valid_to)


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


class Town(msgspec.Struct, frozen=True, kw_only=True):
    """A town of an address table (町字), known by its point."""

    name: str
    kana: str = ""
    lat: float
    lon: float


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator said that words mean, so that they need no settling again.

    ``words`` are ``UnplacedPart.words``, folded; ``inside`` the municipality that they were looked for in; ``codes``
    are municipalities (or prefectures, wards), or loaded districts of ``inside``. ``valid_from`` is an ISO date.
    """

    words: str
    inside: str | None
    codes: tuple[str, ...]
    valid_from: str
    who: str


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

    ``value_name`` is the geocode's valueName, or ``areaDesc`` where the area has words only; ``value`` is the code, or
    the piece of the words that is no name. ``inside`` is the municipality within which it was looked for, if any.
    """

    area_desc: str
    value_name: str
    value: str
    inside: str | None = None

    @property
    def words(self) -> str:
        """What ``Registry.add_alias`` takes to settle it: the words, or a code behind the name of its table."""
        return self.value if self.value_name in WORDS else f"{self.value_name} {self.value}"


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """Named ground within a municipality that an alert speaks of: a district or a town.

    ``municipality`` is the code it was found under; ``district`` the code of a loaded district, whose shape is
    ``Registry.district(municipality, district).ground``, None for a town that is known by its point only.
    ``partial`` tells that the words said 一部: only some of it is meant.
    """

    name: str
    municipality: str
    district: str | None = None
    lat: float
    lon: float
    partial: bool = False


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """An area that is known and holds no municipality: a sea, a volcano, a river of which no table says where it runs.

    ``kind`` is ``sea``, ``river``, ``volcano`` or ``point``. A sea is at sea, and nobody lives there; of the others the
    alert must name the municipalities beside, as 気象庁's telegrams do, or an operator settles them (``words``).
    """

    table: str
    code: str
    name: str
    kind: str

    @property
    def words(self) -> str:
        """What ``Registry.add_alias`` takes to settle it."""
        return f"{self.table} {self.code}"


class Placement(msgspec.Struct, frozen=True):
    """Where areas are: sorted five-digit codes of municipalities, wards for 政令市; and what could not be placed.

    ``spots`` are the districts and towns inside them that the areas name, where those are known; ``elsewhere`` are
    areas that are known and hold no municipality, such as seas.
    """

    municipalities: tuple[str, ...]
    unplaced: tuple[UnplacedPart, ...] = ()
    spots: tuple[Spot, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


class UnknownAreaError(LookupError):
    """No place has this code, today or before, or its check digit does not agree."""

    def __init__(self, code: str) -> None:
        super().__init__(f"No prefecture, municipality or ward has the code {code!r}.")
        self.code = code

"""The one Alert that every format becomes, in the words of CAP 1.2 (OASIS, 2010, clause 3.2).

Field names are CAP's in snake_case, plural where an element repeats (``category`` and ``response_type`` are lists that
keep the singular by which everybody knows them). Every CAP 1.2 element has its field. What is
coordinates in CAP stays CAP text here ("lat,lon lat,lon ..."), so that a document can be written out again as it came;
``geo.shape`` is the only place that turns it into numbers.
"""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Self

import msgspec

from cap_formats.situation import AnySituation


class Status(StrEnum):
    """alert/status (CAP 1.2, 3.2.1). Only Actual is for the public; Exercise is 訓練, Test is 試験."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"


class MsgType(StrEnum):
    """alert/msgType (CAP 1.2, 3.2.1)."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


class Scope(StrEnum):
    """alert/scope (CAP 1.2, 3.2.1)."""

    PUBLIC = "Public"
    RESTRICTED = "Restricted"
    PRIVATE = "Private"


class Category(StrEnum):
    """info/category (CAP 1.2, 3.2.2)."""

    GEO = "Geo"
    MET = "Met"
    SAFETY = "Safety"
    SECURITY = "Security"
    RESCUE = "Rescue"
    FIRE = "Fire"
    HEALTH = "Health"
    ENV = "Env"
    TRANSPORT = "Transport"
    INFRA = "Infra"
    CBRNE = "CBRNE"
    OTHER = "Other"


class ResponseType(StrEnum):
    """info/responseType (CAP 1.2, 3.2.2)."""

    SHELTER = "Shelter"
    EVACUATE = "Evacuate"
    PREPARE = "Prepare"
    EXECUTE = "Execute"
    AVOID = "Avoid"
    MONITOR = "Monitor"
    ASSESS = "Assess"
    ALL_CLEAR = "AllClear"
    NONE = "None"


class Urgency(StrEnum):
    """info/urgency (CAP 1.2, 3.2.2)."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """info/severity (CAP 1.2, 3.2.2), worst first."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """info/certainty (CAP 1.2, 3.2.2)."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


class Base(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every struct of an Alert shares: immutable, keywords only, nothing unknown let in."""


class NamedValue(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A pair of valueName and value, as CAP uses it for geocode, parameter and eventCode; in JSON ``[name, value]``."""

    value_name: str
    value: str


class Reference(msgspec.Struct, frozen=True, array_like=True):
    """One earlier message named by alert/references: ``sender,identifier,sent``; in JSON a list of these three.

    ``sent`` stays text, because it must equal what the earlier message said, letter for letter.
    """

    sender: str
    identifier: str
    sent: str


class Resource(Base, frozen=True, kw_only=True):
    """info/resource: a file that goes with the message (CAP 1.2, 3.2.3)."""

    resource_desc: str
    mime_type: str | None = None
    size: int | None = None
    uri: str | None = None
    deref_uri: str | None = None
    digest: str | None = None


class Area(Base, frozen=True, kw_only=True, gc=False):
    """info/area: where it holds (CAP 1.2, 3.2.4).

    ``polygons`` are "lat,lon lat,lon ..." in degrees WGS 84, first pair equal to the last; ``circles`` are
    "lat,lon radius" with the radius in km; ``altitude`` and ``ceiling`` are feet above mean sea level, as CAP has it.
    """

    area_desc: str
    polygons: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()
    geocodes: tuple[NamedValue, ...] = ()
    altitude: str | None = None
    ceiling: str | None = None


class Info(Base, frozen=True, kw_only=True):
    """alert/info: what is said, in one language (CAP 1.2, 3.2.2).

    ``language_implied`` is true where the message left its language out, so that en-US holds by the standard's default
    and no codec writes an element that was not there.
    """

    language: str = "en-US"
    language_implied: bool = False
    category: tuple[Category, ...]
    event: str
    response_type: tuple[ResponseType, ...] = ()
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    audience: str | None = None
    event_codes: tuple[NamedValue, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str | None = None
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    web: str | None = None
    contact: str | None = None
    parameters: tuple[NamedValue, ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[Area, ...] = ()

    def __post_init__(self) -> None:
        """Refuse times without an offset."""
        if self.effective is not None and self.effective.tzinfo is None:
            raise _no_offset("effective")
        if self.onset is not None and self.onset.tzinfo is None:
            raise _no_offset("onset")
        if self.expires is not None and self.expires.tzinfo is None:
            raise _no_offset("expires")

    def parameter(self, value_name: str) -> str | None:
        """Return the value of the first parameter of that name, or None."""
        return next((p.value for p in self.parameters if p.value_name == value_name), None)


class Alert(Base, frozen=True, kw_only=True):
    """One message, whatever format it came in.

    ``chain`` names the series that the message belongs to, ``place`` orders it inside that series: of two messages of
    one chain, the one with the greater ``place`` is the newer state (compared as tuples). ``raw_digest`` is the SHA-256
    of the bytes that were received, in hexadecimal. ``situation`` is what a municipality reports beside it: shelters,
    headquarters or damage.
    """

    identifier: str
    sender: str
    sent: datetime
    status: Status
    msg_type: MsgType
    source: str | None = None
    scope: Scope
    restriction: str | None = None
    addresses: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    note: str | None = None
    references: tuple[Reference, ...] = ()
    incidents: tuple[str, ...] = ()
    infos: tuple[Info, ...] = ()
    source_format: str
    raw_digest: str
    chain: str
    place: tuple[int, ...]
    situation: AnySituation | None = None

    def __post_init__(self) -> None:
        """Refuse a time without an offset."""
        if self.sent.tzinfo is None:
            raise _no_offset("sent")

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read the canonical JSON; raises msgspec.ValidationError with the path at fault."""
        return msgspec.json.decode(data, type=cls)

    def to_json(self) -> bytes:
        """Write the canonical JSON, the form that ``noroshi decode`` prints under ``alert``."""
        return msgspec.json.encode(self)


def _no_offset(name: str) -> ValueError:
    """Say that a datetime has no offset; an alert's time without one could be off by nine hours."""
    return ValueError(f"{name} must carry its offset from UTC, such as +09:00")


def digest_of(data: bytes) -> str:
    """SHA-256 of the bytes as received, hexadecimal: what ``raw_digest`` holds."""
    return hashlib.sha256(data).hexdigest()

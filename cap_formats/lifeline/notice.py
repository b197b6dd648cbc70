"""What a company reports: one report with its notices. The published JSON Schema is made from these structs.

A notice is known by its ``id``; each ``revision`` is its whole state and replaces the one before.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from cap_formats.lifeline.kind import Kind, State

VERSION: Final = "1"
NOTICES_MAX: Final = 1_000  # of one report; each is journaled by itself
AREAS_MAX: Final = 2_000  # of one notice; Japan has 1,900 municipalities
REVISION_MAX: Final = 1_000_000
COUNT_MAX: Final = 100_000_000  # more households than Japan has

Name = Annotated[str, Meta(min_length=1, max_length=100)]  # L-Alert's sizes (FORMATS 1.4)
Time = Annotated[datetime, Meta(tz=True, description="ISO 8601 with its offset: 2026-07-01T13:05:00+09:00")]
Id = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$", description="the company's own number; stays for updates"),
]
Domain = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$", description="domain name of who reports")]
Code = Annotated[
    str,
    Meta(pattern=r"^([0-9]{2}|[0-9]{5,6})$", description="prefecture, 2 digits, or municipality, JIS X 0402"),
]
Url = Annotated[str, Meta(pattern=r"^https?://[^ ]+$", max_length=2000)]


class Base(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every struct of a report shares: nothing unknown is let in, so that a misspelt name is told."""


class Place(Base, frozen=True, kw_only=True):
    """Where: a municipality by its code, a place in it by its name (地区名), or both. ``count`` is in 戸."""

    municipality: Code | None = None
    municipality_name: Name | None = None
    name: Name | None = None
    count: Annotated[int, Meta(ge=0, le=COUNT_MAX)] | None = None

    def __post_init__(self) -> None:
        """Refuse a place without a name or a code, and a code whose check digit does not agree."""
        if self.municipality is None and self.name is None:
            raise ValueError("an area wants a municipality or a name")
        if self.municipality is not None:
            coded(self.municipality)


class Notice(Base, frozen=True, kw_only=True):
    """One outage or notice. ``sent`` is when this revision was made: sent again unchanged, it is the same message.
    ``since`` is when it began, ``restoration`` when it is expected to end; ``expires`` is until when this notice holds
    where nothing newer comes.
    """

    id: Id
    revision: Annotated[int, Meta(ge=1, le=REVISION_MAX)] = 1
    sent: Time
    kind: Kind
    state: State
    title: Name
    description: Annotated[str, Meta(max_length=4000)] = ""
    areas: Annotated[tuple[Place, ...], Meta(min_length=1, max_length=AREAS_MAX)]
    since: Time | None = None
    restoration: Time | None = None
    expires: Time | None = None
    url: Url | None = None
    contact: Name | None = None


class Head(Base, frozen=True, kw_only=True):
    """Who reports, and whether it is the real thing."""

    status: Literal["Actual", "Exercise", "Test"]
    sender: Domain
    company: Name


class Report(Head, frozen=True, kw_only=True):
    """The whole JSON document; ``lifeline`` is the version of this format."""

    lifeline: Literal["1"]
    notices: Annotated[tuple[Notice, ...], Meta(min_length=1, max_length=NOTICES_MAX)]


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a report."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Report)}


WORDS: Final = {"kind": tuple(Kind), "state": tuple(State)}
"""Fields with closed words."""


def words_of(field: str) -> str:
    """Return the sentence that says which words a field takes; "" for one that takes any."""
    return f" It is one of {', '.join(WORDS[field])}." if field in WORDS else ""


_WEIGHTS: Final = (6, 5, 4, 3, 2)
_PREFECTURE: Final = 2
_MUNICIPALITY: Final = 5


def coded(code: str) -> str:
    """Return the six digits of a code (FORMATS 1.7), a prefecture as its two; ValueError for a wrong check digit."""
    if len(code) == _PREFECTURE:
        return code
    five = code[:_MUNICIPALITY]
    total = sum(int(digit) * weight for digit, weight in zip(five, _WEIGHTS, strict=True))
    checked = f"{five}{(11 - total % 11) % 10}"
    if len(code) > _MUNICIPALITY and code != checked:
        raise ValueError(f"the check digit of {code} does not agree; {checked} would")
    return checked

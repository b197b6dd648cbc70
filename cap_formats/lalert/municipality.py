"""Codes of municipalities (全国地方公共団体コード, JIS X 0402), and how a place of a document stands below one.

Areas of an evacuation order are names alone (地区名); which municipality they lie in is said by the targetArea, or by
the publishing office (FORMATS 1.5, 1.7).
"""

import re
from collections.abc import Sequence
from typing import Final

from cap_formats.alert import Area, NamedValue
from cap_formats.cap.shape import circle_fault
from cap_formats.lalert.document import TargetArea
from cap_formats.lalert.element import plain

JISX0402: Final = "JISX0402"
AREA_NAME: Final = "areaName"
JMA_CITY: Final = "JMA_AreaInformationCity"
WHOLES: Final = frozenset(
    {
        "全域", "市全域", "町全域", "村全域", "区全域", "市内全域", "町内全域", "村内全域", "区内全域",
        "全市", "全町", "全村", "全区",
    }
)  # fmt: skip
"""How a whole municipality is written, beside its own name."""

_WEIGHTS: Final = (6, 5, 4, 3, 2)
_FIVE: Final = re.compile(r"[0-9]{5}")
_SIX: Final = re.compile(r"[0-9]{6}")


def six_digits(code: str) -> str:
    """Return a code with its check digit: 131016 of 13101. Anything but five digits stays as it is."""
    code = plain(code)
    if not _FIVE.fullmatch(code):
        return code
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, code, strict=True))
    return f"{code}{(11 - total % 11) % 10}"


def five_digits(code: str | None) -> str:
    """Return the code without its check digit, or an empty string for what is no such code."""
    code = six_digits(code or "")
    return code[:5] if _SIX.fullmatch(code) else ""


def code_of(area: Area) -> str | None:
    """Return the six-digit code of an area: its own, or that of JMA's municipality (1310100 is 131016)."""
    for code in area.geocodes:
        if code.value_name == JISX0402:
            return six_digits(code.value)
        if code.value_name == JMA_CITY and code.value.endswith("00"):
            return six_digits(code.value[:-2])
    return None


def circle_text(text: str) -> str | None:
    """Return a circle as CAP has it, "lat,lon radius_km"; L-Alert also writes "lat,lon,radius_km". None for neither."""
    latitude, _, rest = text.strip().partition(",")
    longitude, comma, radius = rest.partition(",")
    circle = f"{latitude.strip()},{longitude.strip()} {radius.strip()}" if comma else " ".join(text.split())
    return circle if circle_fault(circle) is None else None


def area_of_target(target: TargetArea) -> Area:
    """Return the whole of a targetArea."""
    return Area(
        area_desc=target.name or target.code or "",
        circles=tuple(circle for text in target.circles if (circle := circle_text(text))),
        geocodes=_codes((target,)),
    )


def area_of_name(name: str, targets: Sequence[TargetArea], office_code: str) -> Area:
    """Return the place of that name in the municipality it lies in, or the municipality itself (全域)."""
    within = _within(name, targets, office_code)
    municipality = within[0].name or "" if len(within) == 1 else ""
    full = name if name.startswith(municipality) else municipality + name
    bare = name.removeprefix(municipality)
    geocodes = _codes(within)
    if bare and bare not in WHOLES and name not in {target.code for target in within}:
        geocodes = (*geocodes, NamedValue(AREA_NAME, name))
    return Area(area_desc=full, geocodes=geocodes)


def name_of(area: Area, municipality: str) -> str:
    """Return what ``area_of_name`` was given: the place's own name, or how the whole is written."""
    own = next((code.value for code in area.geocodes if code.value_name == AREA_NAME), None)
    return own or area.area_desc.removeprefix(municipality) or area.area_desc


def _within(name: str, targets: Sequence[TargetArea], office_code: str) -> tuple[TargetArea, ...]:
    """Which target area a place lies in: the only one, the one that its name begins with, the publisher's own, or all
    of them, so that nobody is left out.
    """
    if len(targets) <= 1:
        return tuple(targets)
    named = [target for target in targets if target.name and name.startswith(target.name)]
    longest = max((len(target.name or "") for target in named), default=0)
    possible = [target for target in named if len(target.name or "") == longest] or targets
    own = [target for target in possible if office_code and five_digits(target.code) == five_digits(office_code)]
    return tuple(own[:1] or possible)


def _codes(targets: Sequence[TargetArea]) -> tuple[NamedValue, ...]:
    codes = (six_digits(target.code) for target in targets if target.code)
    return tuple(NamedValue(JISX0402, code) for code in dict.fromkeys(codes))

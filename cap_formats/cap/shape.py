"""The form of CAP's polygons and circles, as text (CAP 1.2, 3.2.4). Says what is wrong; makes no shapes.

Coordinates stay in CAP's order here, latitude first, in degrees WGS 84; a radius is in km.
"""

import re
from typing import Final

LATITUDE_MAX: Final = 90.0
LONGITUDE_MAX: Final = 180.0
PAIRS_MIN: Final = 4  # three corners and the first again

_NUMBER: Final = r"[-+]?[0-9]+(?:\.[0-9]*)?"
# Pairs told to lie within the ranges by their digits alone: nearly every polygon passes here without a number made.
_FRACTION: Final = r"(?:\.[0-9]*+)?+"
_PAIR: Final = rf"[-+]?[0-8]?[0-9]{_FRACTION},[-+]?1?[0-9]{{1,2}}{_FRACTION}"
_SOUND: Final = re.compile(rf"{_PAIR}(?: {_PAIR}){{3,}}+", re.ASCII)
_MAYBE_BEYOND_180: Final = re.compile(r",[-+]?1[89]")
_POLYGON: Final = re.compile(rf"\s*{_NUMBER},{_NUMBER}(?:\s+{_NUMBER},{_NUMBER})*\s*", re.ASCII)
_CIRCLE: Final = re.compile(rf"\s*({_NUMBER}),({_NUMBER})\s+({_NUMBER})\s*", re.ASCII)


def polygon_fault(text: str) -> str | None:
    """Say what keeps the text from being a polygon, or None."""
    if _is_sound(text):
        return None
    if _POLYGON.fullmatch(text) is None:
        return "it is not lat,lon pairs with white space between them"
    numbers = [float(number) for number in text.replace(",", " ").split()]
    latitudes, longitudes = numbers[::2], numbers[1::2]
    if len(latitudes) < PAIRS_MIN:
        return f"it has {len(latitudes)} pairs, at least {PAIRS_MIN} are needed"
    if latitudes[0] != latitudes[-1] or longitudes[0] != longitudes[-1]:
        return "its last pair is not its first"
    return _range_fault(max(map(abs, latitudes)), max(map(abs, longitudes)))


def _is_sound(text: str) -> bool:
    """Tell by digits alone; False says only that numbers must be looked at."""
    return (
        _SOUND.fullmatch(text) is not None
        and text[: text.index(" ")] == text[text.rindex(" ") + 1 :]
        and _MAYBE_BEYOND_180.search(text) is None
    )


def circle_fault(text: str) -> str | None:
    """Say what keeps the text from being a circle, or None."""
    match = _CIRCLE.fullmatch(text)
    if match is None:
        return "it is not lat,lon, a space and a radius in km"
    latitude, longitude, radius_km = map(float, match.groups())
    if radius_km < 0:
        return "its radius is less than nothing"
    return _range_fault(abs(latitude), abs(longitude))


def _range_fault(latitude: float, longitude: float) -> str | None:
    if latitude > LATITUDE_MAX:
        return "a latitude lies beyond 90 degrees (latitude stands first)"
    if longitude > LONGITUDE_MAX:
        return "a longitude lies beyond 180 degrees"
    return None

"""What a DCR message says, before it becomes an Alert: series of areas, each with its pieces in both languages."""

from typing import NamedTuple

from cap_formats.alert import Area, Category, NamedValue
from cap_formats.jma.grade import Grade


class Piece(NamedTuple):
    """One info in both languages: event, text and the areas with their English names."""

    event: str
    english: str
    grade: Grade
    areas: tuple[tuple[Area, str], ...] = ()
    text: str = ""
    english_text: str = ""
    parameters: tuple[NamedValue, ...] = ()
    event_codes: tuple[NamedValue, ...] = ()
    category: Category = Category.GEO


class Bulletin(NamedTuple):
    """One Alert. ``series`` is what it replaces within its kind (``tsunami:210``); a message that tells of several
    areas has room for five, so that each area is a series of its own, or the second message would replace the first.
    """

    series: str
    pieces: tuple[Piece, ...]


def area(name: str, english: str, geocode: NamedValue) -> tuple[Area, str]:
    """Make an area with one geocode, beside its English name."""
    return Area(area_desc=name, geocodes=(geocode,)), english

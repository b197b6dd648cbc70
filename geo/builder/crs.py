"""Coordinate systems by the names that people in Japan give them.

Source: 平面直角座標系 (平成十四年国土交通省告示第九号), zones I to XIX: EPSG 6669 to 6687 on JGD 2011, 2443 to 2461 on
JGD 2000, 30161 to 30179 on the old Tokyo datum.
"""

import re
import unicodedata
from typing import Final

from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.builder.problem import SourceError

NAMES: Final = {
    "JGD2011": 6668,
    "JGD2000": 4612,
    "TOKYO": 4301,
    "日本測地系2011": 6668,
    "日本測地系2000": 4612,
    "世界測地系": 6668,
    "日本測地系": 4301,
    "旧日本測地系": 4301,
    "WGS84": 4326,
}
DEGREES: Final = 6668  # what a file without a system is taken for where its numbers are degrees in Japan
ZONES: Final = {"JGD2011": 6668, "JGD2000": 2442, "TOKYO": 30160}  # and the number of the zone
ROMAN: Final = (
    *("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"),
    *("XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII", "XVIII", "XIX"),
)
ZONE: Final = re.compile(
    r"(?P<datum>JGD ?2011|JGD ?2000|TOKYO)?[ /]*(?:平面直角座標系?|JAPAN PLANE RECTANGULAR CS)?[ 第]*"
    r"(?P<zone>[IVX]+|\d{1,2})[ ]*系?"
)


def find_crs(text: str) -> CRS:
    """Return the system of a name or code: ``EPSG:6668``, 「JGD2011」, 「平面直角座標系 V」, 「JGD2000 第5系」.

    Raises SourceError where it is none.
    """
    name = unicodedata.normalize("NFKC", text).strip().upper()
    if (code := NAMES.get(name.replace(" ", ""))) is not None:
        return CRS.from_epsg(code)
    if (zone := ZONE.fullmatch(name)) and (number := _number(zone["zone"])):
        return CRS.from_epsg(ZONES[(zone["datum"] or "JGD2011").replace(" ", "")] + number)
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise SourceError(
            f"{text} という座標系はありません。EPSG:6668、JGD2011、平面直角座標系 V（I～XIX）のように書いてください。",
            f"{text} is no coordinate system; say EPSG:6668, JGD2011 or 平面直角座標系 V (I to XIX).",
        ) from error


def _number(zone: str) -> int:
    number = int(zone) if zone.isdecimal() else ROMAN.index(zone) + 1 if zone in ROMAN else 0
    return number if number <= len(ROMAN) else 0

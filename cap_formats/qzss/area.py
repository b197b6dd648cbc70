"""Where a DCX message holds: target areas by code (EX1, EX8 and EX9) and ellipses (A12-A16, C1-C4)."""

import math
from collections.abc import Iterator
from typing import Final

from azarashi.definitions.qzss.dcx.ex1_target_area_code import ex1_target_area_code_en, ex1_target_area_code_ja
from azarashi.definitions.qzss.dcx.ex9_target_area_code import (
    EX9_PREFECTURE_BITS,
    ex9_target_area_code_en,
    ex9_target_area_code_ja,
)
from azarashi.reports import dcx

from cap_formats.alert import Area, NamedValue

_PREFECTURE: Final = 1_000  # 1000 is 北海道, 1100 札幌市: five digits without leading zeros
_BESIDE_PREFECTURES: Final = 17  # bits of EX9 after those of the prefectures
_TOWNS: Final = 4  # codes in EX9 where EX8 is 1
_TOWN_BITS: Final = 16
_TOWNS_BITS: Final = _TOWNS * _TOWN_BITS
_CORNERS: Final = 36
_KM_PER_DEGREE: Final = 111.19  # of latitude: 2 pi 6371 km / 360
_LAT_MAX: Final = 89.9

NamedArea = tuple[Area, str]  # an area with its English name


def areas_of(report: dcx.AlertBase) -> list[NamedArea]:
    """Return the areas of a message for Japan, each with its English name."""
    areas = list(_coded(report))
    if not report.ignore_a12_to_a16 and _has_ellipse(report):
        polygon = _main_ellipse(report)
        areas.append((Area(area_desc="地図で示す範囲", polygons=(polygon,)), "The area on the map"))
    return areas


def second_ellipse(report: dcx.AlertBase) -> str | None:
    """Return the ellipse of EX3-EX7, to which or from which people are to go (EX2), as CAP text."""
    latitude, longitude = report.ex3_additional_ellipse_centre_latitude, report.ex4_additional_ellipse_centre_longitude
    major, minor = report.ex5_additional_ellipse_semi_major_axis, report.ex6_additional_ellipse_semi_minor_axis
    azimuth = report.ex7_additional_ellipse_azimuth
    if latitude is None or longitude is None or major is None or minor is None or azimuth is None:
        return None
    return ellipse(latitude, longitude, major, minor, azimuth)


def municipality(code: int) -> NamedArea:
    """Return the area of a code of EX1: a prefecture where it ends in 000, else a municipality or ward."""
    text = f"{code:05d}"
    is_prefecture = code % _PREFECTURE == 0
    geocode = NamedValue("JISX0401", text[:2]) if is_prefecture else NamedValue("JISX0402", text)
    return Area(area_desc=ex1_target_area_code_ja[code], geocodes=(geocode,)), ex1_target_area_code_en[code]


def prefecture(bit: int) -> NamedArea:
    """Return the area of a bit of EX9, counted from 0: JIS X 0401 counts them from 1."""
    key = 1 << bit
    geocode = NamedValue("JISX0401", f"{bit + 1:02d}")
    return Area(area_desc=ex9_target_area_code_ja[key], geocodes=(geocode,)), ex9_target_area_code_en[key]


def _coded(report: dcx.AlertBase) -> Iterator[NamedArea]:
    camf = report.camf
    if not report.ignore_ex1 and camf.ex1:
        yield municipality(camf.ex1)
    if report.ignore_ex8_to_ex9:
        return
    if camf.ex8 == 0:
        bits = camf.ex9 >> _BESIDE_PREFECTURES
        yield from (prefecture(bit) for bit in range(EX9_PREFECTURE_BITS) if bits >> bit & 1)
    else:
        shifts = range(_TOWNS_BITS - _TOWN_BITS, -1, -_TOWN_BITS)
        codes = (camf.ex9 >> shift & (1 << _TOWN_BITS) - 1 for shift in shifts)
        yield from (municipality(code) for code in codes if code)


def _has_ellipse(report: dcx.AlertBase) -> bool:
    camf = report.camf
    return any((camf.a12, camf.a13, camf.a14, camf.a15, camf.a16))


def _main_ellipse(report: dcx.AlertBase) -> str:
    """Return the ellipse of A12-A16, by C1-C4 where they refine it (A17 is B1)."""
    latitude = report.c1_refined_latitude_of_centre_of_main_ellipse or report.a12_ellipse_centre_latitude or 0.0
    longitude = report.c2_refined_longitude_of_centre_of_main_ellipse or report.a13_ellipse_centre_longitude or 0.0
    major = report.c3_refined_length_of_semi_major_axis or report.a14_ellipse_semi_major_axis or 0.0
    minor = report.c4_refined_length_of_semi_minor_axis or report.a15_ellipse_semi_minor_axis or 0.0
    return ellipse(latitude, longitude, major, minor, report.a16_ellipse_azimuth or 0.0)


def ellipse(latitude: float, longitude: float, major_km: float, minor_km: float, azimuth: float) -> str:
    """Return an ellipse on the ground as a polygon in CAP text; ``azimuth`` of the major axis is degrees from north."""
    turn = math.radians(azimuth)
    corners = []
    for step in range(_CORNERS):
        angle = 2 * math.pi * step / _CORNERS
        along, across = major_km * math.cos(angle), minor_km * math.sin(angle)
        north = along * math.cos(turn) - across * math.sin(turn)
        east = along * math.sin(turn) + across * math.cos(turn)
        lat = max(-_LAT_MAX, min(_LAT_MAX, latitude + north / _KM_PER_DEGREE))
        lon = longitude + east / (_KM_PER_DEGREE * math.cos(math.radians(lat)))
        corners.append(f"{lat:.5f},{max(-180.0, min(180.0, lon)):.5f}")
    return " ".join([*corners, corners[0]])

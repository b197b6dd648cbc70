"""The twelve kinds of DCR report (IS-QZSS-DCR-017 4.1.2), each turned into bulletins: one function a kind, one table.

Names in Japanese are those of the specification, in English those of JMA's dictionary, both as azarashi keeps them.
Events have JMA's own names, so that subscriptions, sirens and carrier mail treat them as what comes by ground.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from azarashi.definitions.qzss.dcr.ash_fall_warning_code import ash_fall_warning_code_en
from azarashi.definitions.qzss.dcr.ash_fall_warning_type import ash_fall_warning_type_en
from azarashi.definitions.qzss.dcr.eew_forecast_region import eew_forecast_region_en
from azarashi.definitions.qzss.dcr.epicenter_and_hypocenter import epicenter_and_hypocenter_en
from azarashi.definitions.qzss.dcr.flood_forecast_region import flood_forecast_region_en
from azarashi.definitions.qzss.dcr.flood_warning_level import flood_warning_level_en
from azarashi.definitions.qzss.dcr.local_government import local_government_en
from azarashi.definitions.qzss.dcr.marine_forecast_region import marine_forecast_region_en
from azarashi.definitions.qzss.dcr.marine_warning_code import marine_warning_code_en
from azarashi.definitions.qzss.dcr.prefecture import prefecture_en
from azarashi.definitions.qzss.dcr.tsunami_forecast_region import tsunami_forecast_region_en
from azarashi.definitions.qzss.dcr.tsunami_height import tsunami_height_en
from azarashi.definitions.qzss.dcr.tsunami_warning_code import tsunami_warning_code_en
from azarashi.definitions.qzss.dcr.volcanic_warning_code import volcanic_warning_code_en
from azarashi.definitions.qzss.dcr.volcano_name import volcano_name_en
from azarashi.definitions.qzss.dcr.weather_forecast_region import weather_forecast_region_en
from azarashi.definitions.qzss.dcr.weather_related_disaster_sub_category import (
    weather_related_disaster_sub_category,
    weather_related_disaster_sub_category_en,
)
from azarashi.reports import dcr
from azarashi.reports.base import Coordinates

from cap_formats import parameter
from cap_formats.alert import Area, Category, Certainty, NamedValue, ResponseType, Severity, Urgency
from cap_formats.jma import grade as grades
from cap_formats.jma.eew import WARNING as EEW
from cap_formats.jma.grade import Grade
from cap_formats.jma.megaquake import ALERTNESS, NANKAI, WATCH
from cap_formats.qzss.bulletin import Bulletin, Piece, area
from cap_formats.qzss.region import coded, warned

JST: Final = timezone(timedelta(hours=9))
CITY: Final = "JMA_AreaInformationCity"
RELEASED: Final = "解除"  # how the names of ends end; an Info names what ended, and is AllClear

_FELT: Final = Grade(Urgency.PAST, Severity.MINOR, Certainty.OBSERVED, (ResponseType.MONITOR,))
_EXPECTED: Final = dict(enumerate(("0", "1", "2", "3", "4", "5-", "5+", "6-", "6+", "7"), 1))  # limits of the warning
_MEASURED: Final = {2: "4", 3: "5-", 4: "5+", 5: "6-", 6: "6+", 7: "7"}  # 1 is less than 4
_TSUNAMI: Final = {
    1: (grades.NONE, "津波なし", "00"),
    2: (grades.TSUNAMI_MAJOR.released(), "津波警報解除", "50"),
    3: (grades.TSUNAMI_MAJOR, "津波警報", "51"),
    4: (grades.TSUNAMI_MAJOR, "大津波警報", "52"),
    5: (grades.TSUNAMI_MAJOR, "大津波警報", "53"),
}
_OTHER_TSUNAMI: Final = (grades.TSUNAMI_MAJOR, "津波警報", "")  # 15 and what is not known yet: rather too much
_NO_WARNING: Final = frozenset({11, 21, 35})  # volcanic: 活火山であることに留意
_ERUPTIONS: Final = 50  # from here on codes tell of an eruption, not of a warning
_WEATHER: Final = {
    **dict.fromkeys((2, 6), (grades.LEVEL_5, 5)),
    **dict.fromkeys((1, 3, 4, 5, 7), (grades.SPECIAL, None)),
    21: (grades.LEVEL_4, None),
    22: (grades.NOTABLE, None),
    23: (grades.LEVEL_4, 4),
}
_ALL_SPECIAL: Final = 7  # 全ての気象特別警報: each of the six
_LIFTED: Final = 2  # of a weather warning; also of a flood, where it is 1
_FLOOD: Final = {
    1: grades.LEVEL_3.released(),
    2: grades.LEVEL_3,
    3: grades.LEVEL_4,
    4: grades.LEVEL_5,
}
_FLOOD_LEVELS: Final = {2: 3, 3: 4, 4: 5}
_NANKAI: Final = {4: ALERTNESS, 5: WATCH, 6: grades.BULLETIN}
_KILOMETRES: Final = re.compile(r"(\d+)km")


def _told(*pairs: tuple[str, str | None]) -> tuple[NamedValue, ...]:
    return tuple(NamedValue(name, value) for name, value in pairs if value)


def _time(at: datetime | None) -> str | None:
    return at.astimezone(JST).isoformat() if at else None


def _key(raw: Any) -> str:
    """Name an earthquake by its time as it is sent: day, hour, minute."""
    return f"{raw['day']:02d}{raw['hour']:02d}{raw['minute']:02d}"


def _coordinate(raw: Coordinates) -> str | None:
    """Return a position as ISO 6709 in degrees, as JMA's telegrams have it; None where it is none."""
    lat = (raw["lat_d"] + raw["lat_m"] / 60 + raw["lat_s"] / 3600) * (-1 if raw["lat_ns"] else 1)
    lon = (raw["lon_d"] + raw["lon_m"] / 60 + raw["lon_s"] / 3600) * (-1 if raw["lon_ew"] else 1)
    return f"{lat:+.2f}{lon:+.2f}/" if abs(lat) <= 90 and abs(lon) <= 180 else None  # noqa: PLR2004 - the globe


def early_warning(report: dcr.EarthquakeEarlyWarning) -> Iterator[Bulletin]:
    """緊急地震速報（警報）: one series an earthquake; a 仮定震源 is not shown, magnitude and depth never are."""
    intensity = _EXPECTED.get(report.seismic_intensity_upper_limit_raw) or _EXPECTED.get(
        report.seismic_intensity_lower_limit_raw
    )
    epicentre = None if report.assumptive else report.seismic_epicenter
    pairs = zip(report.eew_forecast_regions, report.eew_forecast_regions_raw, strict=True)
    areas = tuple(area(name, eew_forecast_region_en[raw], warned(raw)) for name, raw in pairs)
    source = f"{epicentre}で地震。" if epicentre else "地震が発生しました。"
    english = (
        f"Earthquake: {epicenter_and_hypocenter_en[report.seismic_epicenter_raw]}." if epicentre else "Earthquake."
    )
    piece = Piece(
        EEW,
        "Earthquake Early Warning",
        grades.EEW_WARNING,
        areas,
        f"{source}強い揺れに警戒してください。",
        f"{english} Expect strong shaking.",
        _told(
            (parameter.EPICENTRE, epicentre),
            (parameter.PROVISIONAL, "true" if report.assumptive else None),
            (parameter.INTENSITY, intensity),
            (parameter.ORIGIN_TIME, _time(report.occurrence_time_of_earthquake)),
        ),
        (NamedValue("JMA_EarthquakeWarning", "31"),),
    )
    yield Bulletin(f"eew:{report.report_time:%Y%m}:{_key(report.occurrence_time_of_earthquake_raw)}", (piece,))


def hypocentre(report: dcr.Hypocenter) -> Iterator[Bulletin]:
    """震源に関する情報: where an earthquake was, without areas."""
    deep = _KILOMETRES.match(report.depth_of_hypocenter)
    piece = Piece(
        "震源に関する情報",
        "Hypocenter information",
        _FELT,
        (),
        f"{report.seismic_epicenter}で地震がありました。深さ{report.depth_of_hypocenter}、規模M{report.magnitude}。",
        f"Earthquake: {epicenter_and_hypocenter_en[report.seismic_epicenter_raw]}. M {report.magnitude}.",
        _told(
            (parameter.EPICENTRE, report.seismic_epicenter),
            (parameter.DEPTH, deep[1] if deep else None),
            (parameter.MAGNITUDE, report.magnitude),
            (parameter.COORDINATE, _coordinate(report.coordinates_of_hypocenter_raw)),
            (parameter.ORIGIN_TIME, _time(report.occurrence_time_of_earthquake)),
        ),
    )
    yield Bulletin(f"hypocentre:{report.report_time:%Y%m}:{_key(report.occurrence_time_of_earthquake_raw)}", (piece,))


def shaking(report: dcr.SeismicIntensity) -> Iterator[Bulletin]:
    """震度速報: an info for each intensity, the strongest first."""
    groups: dict[int, list[tuple[Area, str]]] = {}
    names = zip(report.prefectures, report.prefectures_raw, report.seismic_intensities_raw, strict=True)
    for name, raw, felt in names:
        groups.setdefault(felt, []).append(area(name, prefecture_en[raw], coded("JISX0401", raw)))
    words = dict(zip(report.seismic_intensities_raw, report.seismic_intensities, strict=True))
    common = _told((parameter.ORIGIN_TIME, _time(report.occurrence_time_of_earthquake)))
    pieces = []
    for felt in sorted(groups, reverse=True):
        intensity = _MEASURED.get(felt)
        severity = grades.shaking(intensity or "3")
        urgency = Urgency.IMMEDIATE if severity in {Severity.EXTREME, Severity.SEVERE} else Urgency.PAST
        places = "、".join(where.area_desc for where, _ in groups[felt])
        english = ", ".join(name for _, name in groups[felt])
        pieces.append(
            Piece(
                "震度速報",
                "Seismic intensity report",
                Grade(urgency, severity, Certainty.OBSERVED, (ResponseType.MONITOR,)),
                tuple(groups[felt]),
                f"震度{words[felt]}: {places}",
                f"Seismic intensity {intensity or 'less than 4'}: {english}",
                (*common, *_told((parameter.INTENSITY, intensity))),
            )
        )
    where = ".".join(str(raw) for raw in report.prefectures_raw)
    yield Bulletin(f"intensity:{_key(report.occurrence_time_of_earthquake_raw)}:{where}", tuple(pieces))


def nankai(report: dcr.NankaiTroughEarthquake) -> Iterator[Bulletin]:
    """南海トラフ地震臨時情報: its keyword; the text comes in pages, which ``cap_formats.qzss.decode`` puts together."""
    keyword = report.information_serial_code.partition("（")[0]
    grade = _NANKAI.get(report.information_serial_code_raw, grades.NOTABLE)
    event = f"南海トラフ地震臨時情報（{keyword}）"
    told = _told((parameter.CONDITION, keyword))
    english = "Nankai Trough Earthquake Extra Information"
    areas = tuple((where, prefecture_en[int(where.geocodes[0].value)]) for where in NANKAI)
    yield Bulletin("nankai", (Piece(event, english, grade, areas, event, english, told),))


def tsunami(report: dcr.Tsunami) -> Iterator[Bulletin]:
    """津波警報: a series a coast."""
    grade, event, code = _TSUNAMI.get(report.tsunami_warning_code_raw, _OTHER_TSUNAMI)
    english = tsunami_warning_code_en[report.tsunami_warning_code_raw]
    rows = zip(
        report.tsunami_forecast_regions,
        report.tsunami_forecast_regions_raw,
        report.tsunami_heights,
        report.tsunami_heights_raw,
        report.expected_tsunami_arrival_times,
        report.expected_tsunami_arrival_time_types,
        report.expected_tsunami_arrival_time_types_en,
        strict=True,
    )
    for name, raw, height, height_raw, arrival, kind, kind_en in rows:
        geocode = coded("JMA_AreaTsunami", raw)
        at = _time(arrival)
        clock = f" {arrival.astimezone(JST):%H:%M}" if arrival else ""
        piece = Piece(
            event.removesuffix(RELEASED),
            english,
            grade,
            (area(name, tsunami_forecast_region_en[raw], geocode),),
            f"{name}: {event}。{kind}{clock}。高さ{height}。",
            f"{tsunami_forecast_region_en[raw]}: {english}. {kind_en}{clock}. Height {tsunami_height_en[height_raw]}.",
            _told(
                (parameter.AREA_ARRIVAL, f"{geocode.value} {at or kind}"),
                (parameter.AREA_HEIGHT, f"{geocode.value} {height}"),
            ),
            _told(("JMA_TsunamiWarning", code)),
        )
        yield Bulletin(f"tsunami:{geocode.value}", (piece,))


def pacific_tsunami(report: dcr.NorthwestPacificTsunami) -> Iterator[Bulletin]:
    """北西太平洋津波情報: for other coasts than Japan's, so without areas."""
    english = "Northwest Pacific Tsunami Advisory"
    text = "; ".join(
        f"{where}: {height}" for where, height in zip(report.coastal_regions_en, report.tsunami_heights_en, strict=True)
    )
    said = f"{report.tsunamigenic_potential_en}. {text}"
    yield Bulletin("pacific-tsunami", (Piece("北西太平洋津波情報", english, grades.BULLETIN, (), said, said),))


def volcano(report: dcr.Volcano) -> Iterator[Bulletin]:
    """噴火警報・予報 and 噴火速報: a series a volcano and municipality."""
    raw = report.volcanic_warning_code_raw
    at = coded("JMA_PointVolcano", report.volcano_name_raw)
    mountain = area(report.volcano_name, volcano_name_en[report.volcano_name_raw], at)
    erupts = raw >= _ERUPTIONS
    event, english = ("噴火速報", "Eruption Notice") if erupts else ("噴火警報", "Volcanic Warning")
    if raw in _NO_WARNING:
        event, english = "噴火予報", "Volcanic Forecast"
    grade = grades.VOLCANO.get(str(raw), grades.NOTABLE)
    level = grades.VOLCANO_LEVELS.get(str(raw))
    told = _told((parameter.VOLCANO_LEVEL, str(level) if level else None))
    codes = (NamedValue("JMA_VolcanicWarning", str(raw)),)
    towns = _towns(report.local_governments, report.local_governments_raw)
    groups: list[tuple[tuple[Area, str], ...]] = [(mountain, town) for town in towns] or [(mountain,)]
    for places in groups:
        series = places[-1][0].geocodes[0].value
        where, where_en = "、".join(place.area_desc for place, _ in places), ", ".join(name for _, name in places)
        text = f"{where}: {report.volcanic_warning_code}。"
        text_en = f"{where_en}: {volcanic_warning_code_en[raw]}."
        piece = Piece(event, english, grade, places, text, text_en, told, codes)
        kind = "eruption" if erupts else "volcano"
        yield Bulletin(f"{kind}:{at.value}:{series}", (piece,))


def ash_fall(report: dcr.AshFall) -> Iterator[Bulletin]:
    """降灰予報: a series a volcano and municipality."""
    event = f"降灰予報（{report.ash_fall_warning_type}）"
    english = f"Volcanic Ash Fall Forecast ({ash_fall_warning_type_en[report.ash_fall_warning_type_raw]})"
    at = coded("JMA_PointVolcano", report.volcano_name_raw)
    mountain = volcano_name_en[report.volcano_name_raw]
    rows = zip(
        _towns(report.local_governments, report.local_governments_raw),
        report.ash_fall_warning_codes,
        report.ash_fall_warning_codes_raw,
        report.expected_ash_fall_times,
        strict=True,
    )
    for town, amount, amount_raw, within in rows:
        text = f"{report.volcano_name}: {town[0].area_desc}で{within}以内に{amount}。"
        text_en = f"{mountain}: {ash_fall_warning_code_en[amount_raw]} in {town[1]}."
        piece = Piece(event, english, grades.NOTABLE, (town,), text, text_en, _told((parameter.CONDITION, amount)))
        yield Bulletin(f"ash:{at.value}:{town[0].geocodes[0].value}", (piece,))


def weather(report: dcr.Weather) -> Iterator[Bulletin]:
    """特別警報, 土砂災害警戒情報, 竜巻注意情報, 記録的短時間大雨情報: a series a kind and region."""
    lifted = report.weather_warning_state_raw == _LIFTED
    rows = zip(
        report.weather_related_disaster_sub_categories_raw,
        report.weather_forecast_regions,
        report.weather_forecast_regions_raw,
        strict=True,
    )
    for kind, name, raw in rows:
        where = area(name, weather_forecast_region_en[raw], coded("JMA_AreaForecastLocalM", raw))
        for each in range(1, _ALL_SPECIAL) if kind == _ALL_SPECIAL else (kind,):
            event, english = weather_related_disaster_sub_category[each], weather_related_disaster_sub_category_en[each]
            grade, level = _WEATHER.get(each) or (grades.by_name(event), None)
            end, end_en = ("を解除", " lifted") if lifted else ("", "")
            piece = Piece(
                event,
                english,
                grade.released() if lifted else grade,
                (where,),
                f"{name}: {event}{end}。",
                f"{where[1]}: {english}{end_en}.",
                _told((parameter.LEVEL, str(level) if level and not lifted else None)),
                category=Category.MET,
            )
            yield Bulletin(f"weather:{each}:{where[0].geocodes[0].value}", (piece,))


def flood(report: dcr.Flood) -> Iterator[Bulletin]:
    """指定河川洪水予報: a series a river."""
    rows = zip(
        report.flood_warning_levels,
        report.flood_warning_levels_raw,
        report.flood_forecast_regions,
        report.flood_forecast_regions_raw,
        strict=True,
    )
    for event, level, name, raw in rows:
        english, river = flood_warning_level_en[level], flood_forecast_region_en[raw]
        where = area(name, river, coded("JMA_AreaFloodForecast", raw))
        number = _FLOOD_LEVELS.get(level)
        told = _told((parameter.LEVEL, str(number) if number else None))
        grade = _FLOOD.get(level, grades.LEVEL_3)
        kind = "洪水警報" if level == 1 else event
        text, text_en = f"{name}: {event}。", f"{river}: {english}."
        piece = Piece(kind, english, grade, (where,), text, text_en, told, category=Category.MET)
        yield Bulletin(f"flood:{where[0].geocodes[0].value}", (piece,))


def marine(report: dcr.Marine) -> Iterator[Bulletin]:
    """海上警報: a series a sea."""
    rows = zip(
        report.marine_warning_codes,
        report.marine_warning_codes_raw,
        report.marine_forecast_regions,
        report.marine_forecast_regions_raw,
        strict=True,
    )
    for event, code, name, raw in rows:
        english, sea = marine_warning_code_en[code], marine_forecast_region_en[raw]
        where = area(name, sea, coded("JMA_AreaMarineJ", raw))
        grade = grades.NOTABLE if code else grades.NOTABLE.released()
        text, text_en = f"{name}: {event}。", f"{sea}: {english}."
        piece = Piece(event, english, grade, (where,), text, text_en, category=Category.MET)
        yield Bulletin(f"marine:{where[0].geocodes[0].value}", (piece,))


def typhoon(report: dcr.Typhoon) -> Iterator[Bulletin]:
    """台風解析・予報情報: one series a typhoon and hour of its course; where it is is told, not whom it concerns."""
    number = report.typhoon_number
    text, text_en = (report.get_text(language) or "" for language in ("ja", "en"))
    told = _told((parameter.COORDINATE, _coordinate(report.coordinates_of_typhoon_raw)))
    event, english = f"台風第{number}", f"Typhoon No. {report.typhoon_number_raw}"
    piece = Piece(event, english, grades.NOTABLE, (), text, text_en, told, category=Category.MET)
    yield Bulletin(f"typhoon:{report.typhoon_number_raw}:{report.elapsed_time_from_reference_time_raw}", (piece,))


def _towns(names: list[str], numbers: list[int]) -> list[tuple[Area, str]]:
    return [area(name, local_government_en[raw], coded(CITY, raw)) for name, raw in zip(names, numbers, strict=True)]


READERS: Final[dict[type[dcr.Base], Callable[[Any], Iterator[Bulletin]]]] = {
    dcr.EarthquakeEarlyWarning: early_warning,
    dcr.Hypocenter: hypocentre,
    dcr.SeismicIntensity: shaking,
    dcr.NankaiTroughEarthquake: nankai,
    dcr.Tsunami: tsunami,
    dcr.NorthwestPacificTsunami: pacific_tsunami,
    dcr.Volcano: volcano,
    dcr.AshFall: ash_fall,
    dcr.Weather: weather,
    dcr.Flood: flood,
    dcr.Marine: marine,
    dcr.Typhoon: typhoon,
}

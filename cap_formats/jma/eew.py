"""緊急地震速報: the warning (VXSE43), the forecasts (VXSE44, VXSE45) and the delivery test (VXSE42).

The warning is a telegram of its own and becomes one Info, Immediate and Extreme. The forecast telegrams, up to dozens
for one earthquake, cover the warned areas again; they stay 緊急地震速報（予報） here and are graded by the intensity
that they expect, or each of them would sound the alarm once more. For the public, a 仮定震源 must not be shown at all
and a warning goes without magnitude and depth (FORMATS 3.7): they are not in the Info, so no channel can show them.
Source: jmx_seis.xsd (Intensity/Forecast); tables EarthquakeWarning, EarthquakeForecast.
"""

from typing import Final

from cap_formats import parameter
from cap_formats.alert import Certainty, Info, NamedValue, ResponseType, Severity, Urgency
from cap_formats.jma import grade as grades
from cap_formats.jma.accuracy import read_accuracy
from cap_formats.jma.area import Key, SeismicArea
from cap_formats.jma.earthquake import read_earthquake
from cap_formats.jma.element import SEISMOLOGY, descend, fields, first, part_text, text
from cap_formats.jma.grade import Grade
from cap_formats.jma.telegram import Telegram
from cap_formats.xml import XmlElement

_FORECAST_INT: Final = SEISMOLOGY + "ForecastInt"
_FORECAST_LG_INT: Final = SEISMOLOGY + "ForecastLgInt"
_TO: Final = SEISMOLOGY + "To"
_FROM: Final = SEISMOLOGY + "From"
_ARRIVAL_TIME: Final = SEISMOLOGY + "ArrivalTime"
_CONDITION: Final = SEISMOLOGY + "Condition"

WARNING: Final = "緊急地震速報（警報）"
FORECAST: Final = "緊急地震速報（予報）"
TEST: Final = "緊急地震速報（配信テスト）"


def read_warning(telegram: Telegram) -> list[Info]:
    """Read VXSE43: one Info with the warned areas at all levels."""
    parameters = [*read_earthquake(telegram.body).parameters(magnitude=False), *_maximum(telegram)]
    for area in telegram.areas.seismic["Forecast"]:
        parameters += _by_area(area, fields(area.parts.get(_FORECAST_INT)))
    return [
        telegram.info(
            WARNING,
            grades.EEW_WARNING,
            telegram.areas.names,
            event_codes=[NamedValue("JMA_EarthquakeWarning", "31")],
            parameters=parameters,
        )
    ]


def read_forecast(telegram: Telegram) -> list[Info]:
    """Read VXSE44 and VXSE45: one Info for each intensity that is expected, the strongest first."""
    groups: dict[str, dict[Key, None]] = {}
    prefecture: Key | None = None
    told: dict[str, list[NamedValue]] = {}
    for area in telegram.areas.seismic["Forecast"]:
        if area.path == "Pref":
            prefecture = area.key
        elif area.key is not None:
            ends = fields(area.parts.get(_FORECAST_INT))
            intensity = _strongest(ends)
            group = groups.setdefault(intensity, {})
            group.update(dict.fromkeys((area.key, prefecture) if prefecture else (area.key,)))
            told.setdefault(intensity, []).extend(_by_area(area, ends))
    earthquake = read_earthquake(telegram.body)
    common = earthquake.parameters()
    if not earthquake.provisional:
        common += read_accuracy(telegram.body)
    if not groups:
        return [telegram.info(FORECAST, _grade(_overall(telegram)), telegram.areas.names, parameters=common)]
    placed = {key for group in groups.values() for key in group}
    ranked = sorted(groups, key=_rank)
    groups[ranked[0]].update(dict.fromkeys(key for key in telegram.areas.names if key not in placed))
    return [
        telegram.info(
            FORECAST,
            _grade(intensity),
            groups[intensity],
            parameters=[*common, *_told(intensity), *told[intensity]],
        )
        for intensity in ranked
    ]


def read_test(telegram: Telegram) -> list[Info]:
    """Read VXSE42, which comes every hour to show that the line lives."""
    return [telegram.info(TEST, telegram.grade)]


def _container(telegram: Telegram) -> XmlElement | None:
    return descend(telegram.body, SEISMOLOGY + "Intensity", SEISMOLOGY + "Forecast")


def _strongest(ends: dict[str, str]) -> str:
    """Return the upper end of a ForecastInt; where it is ``over`` (程度以上) the lower end is all that is known."""
    upper = ends.get(_TO, "")
    return upper if upper in grades.INTENSITIES else ends.get(_FROM, "")


def _overall(telegram: Telegram) -> str:
    return _strongest(fields(first(_container(telegram), _FORECAST_INT)))


def _rank(intensity: str) -> int:
    known = grades.INTENSITIES
    return known.index(intensity) if intensity in known else len(known)


def _grade(intensity: str) -> Grade:
    response = (ResponseType.SHELTER,) if _rank(intensity) <= _rank("4") else (ResponseType.MONITOR,)
    severity = grades.shaking(intensity)
    severity = Severity.SEVERE if severity is Severity.EXTREME else severity
    return Grade(Urgency.IMMEDIATE, severity, Certainty.LIKELY, response)


def _maximum(telegram: Telegram) -> list[NamedValue]:
    long_period = text(first(_container(telegram), _FORECAST_LG_INT), _TO)
    told = _told(_overall(telegram))
    return [*told, NamedValue(parameter.LONG_PERIOD, long_period)] if long_period else told


def _told(intensity: str) -> list[NamedValue]:
    return [NamedValue(parameter.INTENSITY, intensity)] if intensity in grades.INTENSITIES else []


def _by_area(area: SeismicArea, ends: dict[str, str]) -> list[NamedValue]:
    """Tell what intensity is expected in an area and when the shaking comes."""
    if area.key is None or not ends:
        return []
    told = [
        NamedValue(
            parameter.AREA_INTENSITY,
            f"{area.key.value} {ends.get(_FROM, '')} {ends.get(_TO, '')}",
        )
    ]
    long_period = fields(area.parts.get(_FORECAST_LG_INT))
    if long_period:
        ends_of_it = f"{long_period.get(_FROM, '')} {long_period.get(_TO, '')}"
        told.append(NamedValue(parameter.AREA_LONG_PERIOD, f"{area.key.value} {ends_of_it}"))
    arrival = part_text(area.parts, _ARRIVAL_TIME) or part_text(area.parts, _CONDITION)
    if arrival:
        told.append(NamedValue(parameter.AREA_ARRIVAL, f"{area.key.value} {arrival}"))
    return told

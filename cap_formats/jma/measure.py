"""What was measured or is expected, as parameters with units: rain, snow, wind, waves, tides, levels of rivers.

Every body of meteorology tells a quantity by an element of jmx_eb (Precipitation, TidalLevel ...) with type, unit and
JMA's words for it; who it belongs to and when stand around it. One table names the parameter for each quantity and
unit. A number that JMA did not write (NaN, 未計算, 値なし) is not told.
Source: jmx_eb.xsd, jmx_mete.xsd.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from cap_formats import parameter
from cap_formats.alert import NamedValue
from cap_formats.jma.element import BASIS, METEOROLOGY, children, text
from cap_formats.jma.envelope import spoken
from cap_formats.xml import XmlElement

QUANTITIES: Final[dict[tuple[str, str], str]] = {
    (BASIS + "Precipitation", "mm"): parameter.RAIN,
    (BASIS + "Precipitation", "ミリ"): parameter.RAIN,
    (BASIS + "SnowfallDepth", "cm"): parameter.SNOWFALL,
    (BASIS + "SnowDepth", "cm"): parameter.SNOW_DEPTH,
    (BASIS + "WindSpeed", "m/s"): parameter.WIND,
    (BASIS + "WaveHeight", "m"): parameter.WAVES,
    (BASIS + "TidalLevel", "m"): parameter.TIDE_M,
    (BASIS + "TidalLevel", "cm"): parameter.TIDE_CM,
    (BASIS + "WaterLevel", "m"): parameter.WATER_LEVEL,
    (BASIS + "Discharge", "立方メートル毎秒"): parameter.DISCHARGE,
    (BASIS + "PrecipitationBasedIndex", ""): parameter.RUNOFF_INDEX,
    (BASIS + "Visibility", "m"): parameter.VISIBILITY_M,
    (BASIS + "Visibility", "km"): parameter.VISIBILITY_KM,
    (BASIS + "Humidity", "%"): parameter.HUMIDITY,
}
_TAGS: Final = frozenset(tag for tag, _ in QUANTITIES)
_ANY_QUANTITY: Final = BASIS + "*"  # one pattern is matched three times as fast as a dozen names
_SUB_AREA: Final = METEOROLOGY + "SubArea"
_AREA_NAME: Final = METEOROLOGY + "AreaName"
_TIME: Final = METEOROLOGY + "Time"
_DATE_TIME: Final = METEOROLOGY + "DateTime"
_TIMES: Final = frozenset({_TIME, _DATE_TIME})
_TIME_DEFINE: Final = METEOROLOGY + "TimeDefine"
_SIGNIFICANCY: Final = METEOROLOGY + "Significancy"
_SENTENCE: Final = METEOROLOGY + "Sentence"
_PARTS: Final = frozenset({_SUB_AREA, METEOROLOGY + "Local", METEOROLOGY + "Base"})
_ITEM: Final = METEOROLOGY + "Item"
_TYPE: Final = METEOROLOGY + "Type"
_STATION: Final = METEOROLOGY + "Station"
_AREA: Final = METEOROLOGY + "Area"
_PLACES: Final = (_STATION, _AREA)
_INFO: Final = METEOROLOGY + "MeteorologicalInfo"
_SERIES: Final = METEOROLOGY + "TimeSeriesInfo"
_PHASES: Final = frozenset({"高潮基準超過", "高潮ピーク"})  # Property/Type that says which moment the quantity is of
_NAME: Final = METEOROLOGY + "Name"
_CODE: Final = METEOROLOGY + "Code"


class Measure(NamedTuple):
    """One quantity: ``name`` of its parameter, ``value`` the number as JMA wrote it, ``kind`` JMA's name of it
    (前１時間降水量), ``part`` of its area (舞鶴湾), ``when`` ISO 8601 or JMA's words, ``words`` of it
    (９３ミリ), ``unit`` as written.
    """

    name: str
    value: str
    kind: str
    part: str
    when: str
    words: str
    unit: str

    def parameter(self, place: str) -> NamedValue:
        """Return it as the parameter of a place, by its code or name."""
        return NamedValue(self.name, " ".join(filter(None, (place, self.value, self.kind, self.part, self.when))))

    def line(self, place: str) -> str:
        """Return it as a line to be read, in JMA's words where there are any."""
        told = f"{self.kind} {self.words or self.value + self.unit}"
        when = f"（{spoken(self.when)}）" if self.when else ""
        return f"{place}: {told}{when}" if place else f"{told}{when}"


def measures(part: XmlElement, times: Mapping[str, str] | None = None) -> Iterator[Measure]:
    """Go through the quantities in an element; ``times`` are those of its TimeDefines, by refID."""
    phase = _phase(part)
    for element in part.iter(_ANY_QUANTITY):
        measure = _measure(element, phase, times)
        if measure is not None:
            yield measure


def warned(part: XmlElement) -> tuple[list[NamedValue], list[str]]:
    """Return what a Property of a warning says, in one walk: how great the danger is (危険度), in which hours, and how
    much is expected; and the sentences for a whole sea area. The values lack the code of their area: see ``placed``.
    """
    phase = _phase(part)
    told: list[NamedValue] = []
    sentences: list[str] = []
    local = ""  # the part of the area of which a danger is told; its name stands first there
    for element in part.iter():
        tag = element.tag
        if tag in _PARTS:
            local = ""
        elif tag == _AREA_NAME:
            local = (element.text or "").strip()
        elif tag == _SIGNIFICANCY:
            told.append(NamedValue(parameter.DANGER, f"{text(element, _NAME)} {local}".strip()))
        elif tag == _SENTENCE:
            around = element.getparent()
            words = " ".join((element.text or "").split())
            if around is not None and around.tag == _SUB_AREA:
                sentences.append(words)
            elif words:
                told.append(NamedValue(parameter.DANGER_PERIOD, f"{words} {text(around, _AREA_NAME)}".strip()))
        elif tag in _TAGS:
            measure = _measure(element, phase, None)
            if measure is not None:
                told.append(measure.parameter(""))
    return told, sentences


def placed(told: Iterable[NamedValue], place: str) -> list[NamedValue]:
    """Put the code of their area before values."""
    return [NamedValue(value.value_name, f"{place} {value.value}") for value in told if value.value]


def _measure(element: XmlElement, phase: str, times: Mapping[str, str] | None) -> Measure | None:
    """Read one quantity with what stands beside it; None where there is no number, or none of a unit that is known."""
    value, unit = (element.text or "").strip(), element.get("unit") or ""
    name = QUANTITIES.get((str(element.tag), unit))
    if name is None or not is_number(value):
        return None
    around = element.getparent()
    local, when = "", times.get(element.get("refID") or "", "") if times else ""
    for beside in children(around) if around is not None else ():
        if beside.tag == _AREA_NAME:
            local = (beside.text or "").strip()
        elif beside.tag in _TIMES and not when:
            when = (beside.text or "").strip()
    words = (element.get("description") or "").strip()
    return Measure(name, value, phase + (element.get("type") or ""), local, when, words, unit)


def _phase(part: XmlElement) -> str:
    phase = text(part, _TYPE)
    return f"{phase} " if phase in _PHASES else ""


def told_of(body: XmlElement | None) -> tuple[list[NamedValue], list[str]]:
    """Return all quantities of MeteorologicalInfo and TimeSeriesInfo with their stations and areas: as parameters by
    the code of the place (its name where it has none), and as lines to be read, by its name.
    """
    told: list[NamedValue] = []
    lines: dict[str, None] = {}
    for info in body.iter(_INFO, _SERIES) if body is not None else ():
        times = times_of(info) if info.tag == _SERIES else {}
        for item in info.iterchildren(_ITEM):
            place = next((child for child in item.iter(*_PLACES)), None)
            code, name = text(place, _CODE), text(place, _NAME)
            for measure in measures(item, times):
                told.append(measure.parameter(code or name))
                lines[measure.line(name)] = None
    return told, list(lines)


def times_of(series: XmlElement) -> dict[str, str]:
    """Return the times of a TimeSeriesInfo by their timeId: DateTime, else JMA's name of it."""
    return {
        define.get("timeId") or "": text(define, _DATE_TIME) or text(define, _NAME)
        for define in series.iter(_TIME_DEFINE)
    }


def is_number(value: str) -> bool:
    """Tell whether JMA wrote a number: ``93``, ``143.00``, ``-0.4``; not ``NaN`` and not ``inf``."""
    try:
        return bool(value) and math.isfinite(float(value))
    except ValueError:
        return False

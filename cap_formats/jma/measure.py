"""What was measured or is expected, as parameters with units: rain, snow, wind, waves, tides, levels of rivers.

Every body of meteorology tells a quantity by an element of jmx_eb (Precipitation, TidalLevel ...) with type, unit and
JMA's words for it; who it belongs to and when stand around it. One table names the parameter for each quantity and
unit. A number that JMA did not write (NaN, 未計算, 値なし) is not told.
Source: jmx_eb.xsd, jmx_mete.xsd.
"""

import math
from collections.abc import Mapping
from typing import Final

import msgspec

from cap_formats import parameter
from cap_formats.alert import NamedValue
from cap_formats.jma.element import BASIS, METEOROLOGY, children, every, text
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
_SUB_AREA: Final = METEOROLOGY + "SubArea"
_TIME_DEFINE: Final = METEOROLOGY + "TimeDefine"
_DATE_TIME: Final = METEOROLOGY + "DateTime"
_TIMES: Final = frozenset({METEOROLOGY + "Time", _DATE_TIME})
_AREA_NAME: Final = METEOROLOGY + "AreaName"
_ITEM: Final = METEOROLOGY + "Item"
_STATION: Final = METEOROLOGY + "Station"
_AREA: Final = METEOROLOGY + "Area"
_PLACES: Final = (_STATION, _AREA)
_INFO: Final = METEOROLOGY + "MeteorologicalInfo"
_SERIES: Final = METEOROLOGY + "TimeSeriesInfo"
_NAME: Final = METEOROLOGY + "Name"
_CODE: Final = METEOROLOGY + "Code"
_PHASES: Final = frozenset({"高潮基準超過", "高潮ピーク"})  # Property/Type that says which moment the quantity is of
_NO_TIMES: Final[Mapping[str, str]] = {}


# What an element is in a part of a body.
_QUANTITY, _DANGER, _SENTENCE, _TYPE = range(1, 5)

_ROLES: Final = {
    **dict.fromkeys((tag for tag, _ in QUANTITIES), _QUANTITY),
    METEOROLOGY + "Significancy": _DANGER,
    METEOROLOGY + "Sentence": _SENTENCE,
    METEOROLOGY + "Type": _TYPE,
}


class Measure(msgspec.Struct, gc=False):
    """One quantity: ``name`` of its parameter, ``value`` the number as JMA wrote it, ``kind`` JMA's name of it
    (前１時間降水量), ``part`` of its area (舞鶴湾), ``when`` ISO 8601 or JMA's words; ``element`` has the rest.
    """

    name: str
    value: str
    kind: str
    part: str
    when: str
    element: XmlElement

    def parameter(self, place: str) -> NamedValue:
        """Return it as the parameter of a place, by its code or name."""
        said = [word for word in (place, self.value, self.kind, self.part, self.when) if word]
        return NamedValue(self.name, " ".join(said))

    def line(self, place: str) -> str:
        """Return it as a line to be read, in JMA's words where there are any (９３ミリ)."""
        words = (self.element.get("description") or "").strip()
        told = f"{self.kind} {words or self.value + (self.element.get('unit') or '')}"
        when = f"（{spoken(self.when)}）" if self.when else ""
        return f"{place}: {told}{when}" if place else f"{told}{when}"


class Told(msgspec.Struct, frozen=True, gc=False):
    """What a part of a body tells in its elements and in theirs.

    ``dangers`` are the name and the value of parameters that lack the code of their area: how great the danger is
    (危険度) and in which hours. ``sentences`` are for a whole sea area.
    """

    measures: list[Measure]
    dangers: list[tuple[str, str]]
    sentences: list[str]


def told_in(part: XmlElement, times: Mapping[str, str] = _NO_TIMES) -> Told:
    """Read a part of a body, each of its elements once; ``times`` are those of its TimeDefines, by refID."""
    told = Told([], [], [])
    phase = ""
    around: dict[XmlElement | None, tuple[str, str]] = {}
    role_of = _ROLES.get
    for element in part.iter():
        tag = element.tag
        role = role_of(tag)
        if role is None:
            continue
        if role == _TYPE:
            phase = f"{words} " if (words := element.text) in _PHASES else phase
            continue
        parent = element.getparent()
        local, when = around.get(parent) or around.setdefault(parent, _beside(parent))
        if role == _QUANTITY:
            measure = _measure(element, tag, phase, times)
            if measure is not None:
                measure.part, measure.when = local, measure.when or when
                told.measures.append(measure)
        elif role == _DANGER:
            if words := f"{text(element, _NAME)} {local}".strip():
                told.dangers.append((parameter.DANGER, words))
        else:
            _say(element, local, told)
    return told


def _beside(parent: XmlElement | None) -> tuple[str, str]:
    """Return the AreaName and the first time among the children of what holds a quantity: it is theirs alone, and the
    time stands behind (jmx_mete.xsd).
    """
    local = when = ""
    for child in children(parent) if parent is not None else ():
        tag = child.tag
        if tag == _AREA_NAME:
            local = (child.text or "").strip()
        elif tag in _TIMES and not when:
            when = (child.text or "").strip()
    return local, when


def _measure(element: XmlElement, tag: str, phase: str, times: Mapping[str, str]) -> Measure | None:
    """Read one quantity; None where there is no number, or none of a unit that is known."""
    name = QUANTITIES.get((tag, element.get("unit") or ""))
    value = (element.text or "").strip()
    if name is None or not is_number(value):
        return None
    when = times.get(element.get("refID") or "", "") if times else ""
    return Measure(name, value, phase + (element.get("type") or ""), "", when, element)


def _say(sentence: XmlElement, local: str, told: Told) -> None:
    words = " ".join((sentence.text or "").split())
    around = sentence.getparent()
    if around is not None and around.tag == _SUB_AREA:
        told.sentences.append(words)
    elif words:
        told.dangers.append((parameter.DANGER_PERIOD, f"{words} {local}".strip()))


def told_of(body: XmlElement | None) -> tuple[list[NamedValue], list[str]]:
    """Return all quantities of MeteorologicalInfo and TimeSeriesInfo with their stations and areas: as parameters by
    the code of the place (its name where it has none), and as lines to be read, by its name.
    """
    told: list[NamedValue] = []
    lines: dict[str, None] = {}
    for info in body.iter(_INFO, _SERIES) if body is not None else ():
        times = times_of(info) if info.tag == _SERIES else {}
        for item in every(info, _ITEM):
            place = next((child for child in item.iter(*_PLACES)), None)
            code, name = text(place, _CODE), text(place, _NAME)
            for measure in told_in(item, times).measures:
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
    if value.isdecimal() or not value:
        return bool(value)
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False

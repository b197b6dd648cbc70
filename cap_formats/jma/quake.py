"""Earthquakes that have been: 震度速報, 震源, 震源・震度, 震源要素更新, 長周期地震動 (VXSE51/52/53/61/62).

One Info for each seismic intensity, the strongest first, with the municipalities, areas and prefectures where it was
the greatest: a subscriber hears how strong it was where he is. Without intensities (震源に関する情報, 遠地地震)
there is one Info and no area. Source: jmx_seis.xsd (Earthquake, Intensity/Observation).
"""

from collections.abc import Sequence
from typing import Final

from cap_formats import parameter
from cap_formats.alert import Certainty, Info, NamedValue, Severity, Urgency
from cap_formats.jma import grade as grades
from cap_formats.jma.area import Key
from cap_formats.jma.earthquake import read_earthquakes, sentences, tell
from cap_formats.jma.element import SEISMOLOGY, children, descend, every, fields, part_text, text
from cap_formats.jma.envelope import spoken
from cap_formats.jma.grade import Grade
from cap_formats.jma.telegram import Telegram
from cap_formats.xml import XmlElement

_NAME: Final = SEISMOLOGY + "Name"
_INT: Final = SEISMOLOGY + "Int"
_STATION: Final = SEISMOLOGY + "IntensityStation"
_MAX_LG_INT: Final = SEISMOLOGY + "MaxLgInt"
_COUNTED: Final = ("StartTime", "EndTime", "Number", "FeltNumber")
_MAX_INT: Final = SEISMOLOGY + "MaxInt"
_CONDITION: Final = SEISMOLOGY + "Condition"


def read(telegram: Telegram) -> list[Info]:
    """Make the Infos, the strongest shaking first."""
    observation = descend(telegram.body, SEISMOLOGY + "Intensity", SEISMOLOGY + "Observation")
    groups: dict[str, dict[Key, None]] = {}
    periods: dict[str, list[NamedValue]] = {}
    for area in telegram.areas.seismic["Observation"]:
        if area.key is not None:
            felt = part_text(area.parts, _MAX_INT) or part_text(area.parts, _CONDITION)
            groups.setdefault(felt, {})[area.key] = None
            period = part_text(area.parts, _MAX_LG_INT)
            if period:
                told = NamedValue(parameter.AREA_LONG_PERIOD, f"{area.key.value} {period}")
                periods.setdefault(felt, []).append(told)
    earthquakes = read_earthquakes(telegram.body)
    common = tell(earthquakes)
    long_period = text(observation, _MAX_LG_INT)
    if long_period:
        common.append(NamedValue(parameter.LONG_PERIOD, long_period))
    title = telegram.envelope.title
    described = "\n\n".join(part for part in (sentences(earthquakes), telegram.description) if part)
    if not groups:
        return [telegram.info(title, telegram.grade, telegram.areas.names, parameters=common, description=described)]
    stations = _stations(observation)
    return [
        telegram.info(
            title,
            _grade(felt, telegram.grade),
            groups[felt],
            parameters=[*common, *_told(felt), *periods.get(felt, ()), *_named(stations.get(felt, ()))],
            description="\n\n".join(part for part in (_spelt(felt), described) if part) or None,
        )
        for felt in sorted(groups, key=_rank)
    ]


def read_count(telegram: Telegram) -> list[Info]:
    """Read VXSE60: how many earthquakes there were in each span of time, and how many were felt."""
    counts = descend(telegram.body, SEISMOLOGY + "EarthquakeCount")
    told: list[NamedValue] = []
    lines: list[str] = []
    for item in every(counts, SEISMOLOGY + "Item"):
        said = fields(item)
        start, end, number, felt = (said.get(SEISMOLOGY + name, "") for name in _COUNTED)
        kind, condition = (item.get("type") or "").strip(), said.get(_CONDITION, "")
        told.append(NamedValue(parameter.COUNT, f"{start} {end} {number} {felt} {kind} {condition}".rstrip()))
        shown = "　".join(f"{name}{value}回" for name, value in (("地震", number), ("有感", felt)) if value.isdecimal())
        lines.append(f"{kind} {spoken(start)}から{spoken(end)}まで: {shown or condition}".strip())
    earthquakes = read_earthquakes(telegram.body)
    described = "\n\n".join(filter(None, (sentences(earthquakes), "\n".join(lines), telegram.description))) or None
    return [
        telegram.info(
            telegram.envelope.title,
            telegram.grade,
            telegram.areas.names,
            parameters=[*tell(earthquakes), *told],
            description=described,
        )
    ]


def read_activity(telegram: Telegram) -> list[Info]:
    """Read VXSE56: sentences, with the earthquakes that they speak of."""
    earthquakes = read_earthquakes(telegram.body)
    described = "\n\n".join(filter(None, (sentences(earthquakes), telegram.description))) or None
    title, told = telegram.envelope.title, tell(earthquakes)
    return [telegram.info(title, telegram.grade, telegram.areas.names, parameters=told, description=described)]


def _stations(observation: XmlElement | None) -> dict[str, list[str]]:
    """Return the names of the 震度観測点 by their intensity."""
    named: dict[str, list[str]] = {}
    for station in observation.iter(_STATION) if observation is not None else ():
        name = felt = ""
        for child in children(station):
            tag = child.tag
            if tag == _NAME:
                name = child.text or ""
            elif tag == _INT:
                felt = child.text or ""
                break
        if name and felt:
            named.setdefault(felt, []).append(name)
    return named


def _named(stations: Sequence[str]) -> list[NamedValue]:
    return [NamedValue(parameter.STATION_INTENSITY, "、".join(stations))] if stations else []


def _rank(felt: str) -> int:
    """Sort by intensity; words for it (震度５弱以上未入電: no report, probably 5- or more) follow 5-."""
    known = grades.INTENSITIES
    return known.index(felt) if felt in known else known.index("5-") if felt else len(known)


def _grade(felt: str, grade: Grade) -> Grade:
    severity = grades.shaking(felt) if felt in grades.INTENSITIES or not felt else Severity.SEVERE
    certainty = Certainty.OBSERVED if felt in grades.INTENSITIES else Certainty.LIKELY
    urgency = Urgency.IMMEDIATE if severity in {Severity.EXTREME, Severity.SEVERE} else grade.urgency
    return Grade(urgency, severity, certainty, grade.response_type)


def _spelt(felt: str) -> str:
    """Return how strong it was in words that can be read: 震度６強, 震度５弱以上未入電."""
    words = grades.INTENSITY_WORDS.get(felt)
    return f"震度{words}" if words else felt


def _told(felt: str) -> list[NamedValue]:
    if not felt:
        return []
    name = parameter.INTENSITY if felt in grades.INTENSITIES else parameter.CONDITION
    return [NamedValue(name, felt)]

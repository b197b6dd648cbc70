"""Earthquakes that have been: 震度速報, 震源, 震源・震度, 震源要素更新, 長周期地震動 (VXSE51/52/53/61/62).

One Info for each seismic intensity, the strongest first, with the municipalities, areas and prefectures where it was
the greatest: a subscriber hears how strong it was where he is. Without intensities (震源に関する情報, 遠地地震)
there is one Info and no area. Source: jmx_seis.xsd (Earthquake, Intensity/Observation).
"""

from typing import Final

from cap_formats import parameter
from cap_formats.alert import Certainty, Info, NamedValue, Severity, Urgency
from cap_formats.jma import grade as grades
from cap_formats.jma.area import Key
from cap_formats.jma.earthquake import read_earthquake
from cap_formats.jma.element import SEISMOLOGY, descend, part_text, text
from cap_formats.jma.grade import Grade
from cap_formats.jma.telegram import Telegram

_MAX_INT: Final = SEISMOLOGY + "MaxInt"
_CONDITION: Final = SEISMOLOGY + "Condition"


def read(telegram: Telegram) -> list[Info]:
    """Make the Infos, the strongest shaking first."""
    observation = descend(telegram.body, SEISMOLOGY + "Intensity", SEISMOLOGY + "Observation")
    groups: dict[str, dict[Key, None]] = {}
    for area in telegram.areas.seismic["Observation"]:
        if area.key is not None:
            felt = part_text(area.parts, _MAX_INT) or part_text(area.parts, _CONDITION)
            groups.setdefault(felt, {})[area.key] = None
    earthquake = read_earthquake(telegram.body)
    common = earthquake.parameters()
    long_period = text(observation, SEISMOLOGY + "MaxLgInt")
    if long_period:
        common.append(NamedValue(parameter.LONG_PERIOD, long_period))
    title = telegram.envelope.title
    described = "\n\n".join(part for part in (earthquake.sentence(), telegram.description) if part) or None
    if not groups:
        return [telegram.info(title, telegram.grade, telegram.areas.names, parameters=common, description=described)]
    return [
        telegram.info(
            title,
            _grade(felt, telegram.grade),
            groups[felt],
            parameters=[*common, *_told(felt)],
            description=described,
        )
        for felt in sorted(groups, key=_rank)
    ]


def _rank(felt: str) -> int:
    """Sort by intensity; words for it (震度５弱以上未入電: no report, probably 5- or more) follow 5-."""
    known = grades.INTENSITIES
    return known.index(felt) if felt in known else known.index("5-") if felt else len(known)


def _grade(felt: str, grade: Grade) -> Grade:
    severity = grades.shaking(felt) if felt in grades.INTENSITIES or not felt else Severity.SEVERE
    certainty = Certainty.OBSERVED if felt in grades.INTENSITIES else Certainty.LIKELY
    urgency = Urgency.IMMEDIATE if severity in {Severity.EXTREME, Severity.SEVERE} else grade.urgency
    return Grade(urgency, severity, certainty, grade.response_type)


def _told(felt: str) -> list[NamedValue]:
    if not felt:
        return []
    name = parameter.INTENSITY if felt in grades.INTENSITIES else parameter.CONDITION
    return [NamedValue(name, felt)]

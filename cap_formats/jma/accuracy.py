"""How sure a forecast of 緊急地震速報 is of its hypocentre: the ranks of Accuracy with what they mean.

A forecast of one station (rank 1) may be wrong altogether; one of five and more rarely moves. What JMA says is for its
own systems alone and may change without notice (rank2 but for 9, NumberOfMagnitudeCalculation) is not told.
Source: jmx_seis.xsd (Accuracy); 地震火山関連XML電文解説資料, Hypocenter/Accuracy.
"""

from typing import Final

from cap_formats import parameter
from cap_formats.alert import NamedValue
from cap_formats.jma.element import SEISMOLOGY, children, descend
from cap_formats.xml import XmlElement

UNKNOWN: Final = "不明"
HYPOCENTRE: Final = {
    "0": UNKNOWN,
    "1": "P波／S波レベル超え、IPF法（1点）、または仮定震源要素",
    "2": "IPF法（2点）",
    "3": "IPF法（3点／4点）",
    "4": "IPF法（5点以上）",
    "5": "防災科研システム（4点以下、または精度情報なし）",
    "6": "防災科研システム（5点以上）",
    "7": "EPOS（海域〔観測網外〕）",
    "8": "EPOS（内陸〔観測網内〕）",
}
MAGNITUDE: Final = {
    "0": UNKNOWN,
    "2": "防災科研システム",
    "3": "全点P相",
    "4": "P相／全相混在",
    "5": "全点全相",
    "6": "EPOS",
    "8": "P波／S波レベル超え、または仮定震源要素",
}
FINAL: Final = "9"
"""rank2 of hypocentre and magnitude that do not change any more; intensities by PLUM still may."""

_RANKS: Final = {
    SEISMOLOGY + "Epicenter": (parameter.ACCURACY_EPICENTRE, HYPOCENTRE),
    SEISMOLOGY + "Depth": (parameter.ACCURACY_DEPTH, HYPOCENTRE),
    SEISMOLOGY + "MagnitudeCalculation": (parameter.ACCURACY_MAGNITUDE, MAGNITUDE),
}
_WAY: Final = (SEISMOLOGY + "Earthquake", SEISMOLOGY + "Hypocenter", SEISMOLOGY + "Accuracy")


def read_accuracy(body: XmlElement | None) -> list[NamedValue]:
    """Return rank and meaning of epicentre, depth and magnitude of the first Earthquake; a rank that the table does not
    have stands alone.
    """
    told: list[NamedValue] = []
    accuracy = descend(body, *_WAY)
    for element in children(accuracy) if accuracy is not None else ():
        name, meanings = _RANKS.get(element.tag, ("", {}))
        rank = element.get("rank") or ""
        if name and rank:
            told.append(NamedValue(name, f"{rank} {meanings.get(rank, '')}".rstrip()))
        if name == parameter.ACCURACY_EPICENTRE and element.get("rank2") == FINAL:
            told.append(NamedValue(parameter.HYPOCENTRE_FINAL, "true"))
    return told

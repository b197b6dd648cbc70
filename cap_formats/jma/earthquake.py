"""The Earthquake element: where, how deep, how strong, when; shared by EEW, earthquake and tsunami telegrams.

Source: jmx_seis.xsd (Earthquake), jmx_eb.xsd (Coordinate, Magnitude).
"""

import re
from typing import Final

from cap_formats import parameter
from cap_formats.alert import NamedValue
from cap_formats.jma.element import BASIS, SEISMOLOGY, descend, first, text
from cap_formats.xml import XmlElement

PROVISIONAL: Final = "仮定震源"  # Earthquake/Condition is 仮定震源要素
_COORDINATE: Final = re.compile(r"[+-][0-9.]+[+-][0-9.]+([+-][0-9]+)?/")


def hypocentre(body: XmlElement | None, *, magnitude: bool = True) -> list[NamedValue]:
    """Return the parameters of the first Earthquake, of a 仮定震源 only that it is one.

    With ``magnitude`` false neither magnitude nor depth is told, as a warning must be republished (FORMATS 3.7).
    """
    earthquake = first(body, SEISMOLOGY + "Earthquake")
    if earthquake is None:
        return []
    area = descend(earthquake, SEISMOLOGY + "Hypocenter", SEISMOLOGY + "Area")
    coordinate = text(area, BASIS + "Coordinate")
    size = _magnitude(first(earthquake, BASIS + "Magnitude"))
    depth = depth_km(coordinate)
    if is_provisional(earthquake, size, depth):
        return [NamedValue(parameter.PROVISIONAL, "true")]
    told = [(parameter.ORIGIN_TIME, text(earthquake, SEISMOLOGY + "OriginTime"))]
    told.append((parameter.EPICENTRE, text(area, SEISMOLOGY + "Name")))
    if magnitude:
        told += [(parameter.COORDINATE, coordinate), (parameter.DEPTH, depth), (parameter.MAGNITUDE, size)]
    return [NamedValue(name, value) for name, value in told if value]


def sentence(body: XmlElement | None) -> str:
    """Return where, how deep and how strong in JMA's own words; empty of a 仮定震源 and where nothing is known."""
    told = {value.value_name for value in hypocentre(body)}
    if parameter.EPICENTRE not in told:
        return ""
    earthquake = first(body, SEISMOLOGY + "Earthquake")
    area = descend(earthquake, SEISMOLOGY + "Hypocenter", SEISMOLOGY + "Area")
    words = [text(area, SEISMOLOGY + "Name"), text(area, SEISMOLOGY + "DetailedName")]
    described = (first(area, BASIS + "Coordinate"), first(earthquake, BASIS + "Magnitude"))
    words += [(element.get("description") or "").strip() for element in described if element is not None]
    return "震源　" + "　".join(word for word in words if word)


def is_provisional(earthquake: XmlElement, magnitude: str, depth: str) -> bool:
    """Tell a 仮定震源: it says so, or it is the placeholder of M1.0 at 10 km (dmdata docs/eew.md)."""
    said = PROVISIONAL in text(earthquake, SEISMOLOGY + "Condition")
    return said or (magnitude == "1.0" and depth == "10")


def depth_km(coordinate: str) -> str:
    """Return the depth of an ISO 6709 coordinate in km: 30 of ``+33.2+132.4-30000/``; empty where it is not known."""
    match = _COORDINATE.fullmatch(coordinate)
    if match is None or match.group(1) is None:
        return ""
    return f"{abs(int(match.group(1))) / 1000:g}"


def _magnitude(element: XmlElement | None) -> str:
    """Return the number, or JMA's words where the number is NaN (Ｍ８を超える巨大地震, Ｍ不明)."""
    if element is None:
        return ""
    value = (element.text or "").strip()
    return (element.get("description") or "").strip() if value in {"NaN", ""} else value

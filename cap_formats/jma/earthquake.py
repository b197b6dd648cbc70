"""The Earthquake element: where, how deep, how strong, when; shared by EEW, earthquake and tsunami telegrams.

Source: jmx_seis.xsd (Earthquake), jmx_eb.xsd (Coordinate, Magnitude).
"""

import re
from typing import Final, NamedTuple

from cap_formats import parameter
from cap_formats.alert import NamedValue
from cap_formats.jma.element import BASIS, SEISMOLOGY, children, first
from cap_formats.xml import XmlElement

PROVISIONAL: Final = "仮定震源"  # Earthquake/Condition is 仮定震源要素
_EARTHQUAKE: Final = SEISMOLOGY + "Earthquake"
_ORIGIN_TIME: Final = SEISMOLOGY + "OriginTime"
_CONDITION: Final = SEISMOLOGY + "Condition"
_HYPOCENTER: Final = SEISMOLOGY + "Hypocenter"
_MAGNITUDE: Final = BASIS + "Magnitude"
_AREA: Final = SEISMOLOGY + "Area"
_NAME: Final = SEISMOLOGY + "Name"
_DETAILED_NAME: Final = SEISMOLOGY + "DetailedName"
_COORDINATE: Final = BASIS + "Coordinate"
_DEPTH: Final = re.compile(r"[+-][0-9.]+[+-][0-9.]+[+-]([0-9]+)/")


class Earthquake(NamedTuple):
    """One earthquake as the telegram tells it; empty where it does not.

    ``coordinate`` is ISO 6709 (degrees, depth in m below zero); ``magnitude`` a number, or JMA's words where the number
    is NaN; ``words`` are place, coordinate and magnitude as JMA spells them out. ``provisional`` is a 仮定震源.
    """

    origin_time: str
    place: str
    coordinate: str
    magnitude: str
    words: str
    provisional: bool

    @property
    def depth_km(self) -> str:
        """Depth in km: 30 of ``+33.2+132.4-30000/``; empty where it is not known."""
        return _depth_km(self.coordinate)

    def parameters(self, *, magnitude: bool = True) -> list[NamedValue]:
        """Return what may be shown (FORMATS 3.7): of a 仮定震源 only that it is one, in a warning no size and depth."""
        if self.provisional:
            return [NamedValue(parameter.PROVISIONAL, "true")]
        told = [(parameter.ORIGIN_TIME, self.origin_time), (parameter.EPICENTRE, self.place)]
        if magnitude:
            told += [
                (parameter.COORDINATE, self.coordinate),
                (parameter.DEPTH, self.depth_km),
                (parameter.MAGNITUDE, self.magnitude),
            ]
        return [NamedValue(name, value) for name, value in told if value]

    def sentence(self) -> str:
        """Return where, how deep and how strong in JMA's own words; empty of a 仮定震源 and where nothing is known."""
        return f"震源　{self.words}" if self.words and not self.provisional else ""


UNTOLD: Final = Earthquake("", "", "", "", "", provisional=False)


def read_earthquake(body: XmlElement | None) -> Earthquake:
    """Read the first Earthquake of a body; UNTOLD where there is none."""
    earthquake = first(body, _EARTHQUAKE)
    return UNTOLD if earthquake is None else _read(earthquake)


def read_earthquakes(body: XmlElement | None) -> list[Earthquake]:
    """Read every Earthquake of a body: two that come close together are told in one telegram."""
    return [] if body is None else [_read(one) for one in children(body) if one.tag == _EARTHQUAKE]


def tell(earthquakes: list[Earthquake], *, magnitude: bool = True) -> list[NamedValue]:
    """Return the parameters of the first, which is that of the series; of several also each in a line of its own."""
    if not earthquakes:
        return []
    told = earthquakes[0].parameters(magnitude=magnitude)
    if len(earthquakes) > 1 and magnitude:
        shown = [one for one in earthquakes if not one.provisional]
        told += [NamedValue(parameter.EARTHQUAKE, f"{one.origin_time} {one.words}".strip()) for one in shown]
    return told


def sentences(earthquakes: list[Earthquake]) -> str:
    """Return where, how deep and how strong each was, a line for each."""
    return "\n".join(filter(None, (one.sentence() for one in earthquakes)))


def _read(earthquake: XmlElement) -> Earthquake:
    origin, condition, magnitude, size = "", "", "", ""
    area: XmlElement | None = None
    for child in children(earthquake):
        tag = child.tag
        if tag == _ORIGIN_TIME:
            origin = _text(child)
        elif tag == _CONDITION:
            condition = _text(child)
        elif tag == _HYPOCENTER and area is None:
            area = first(child, _AREA)
        elif tag == _MAGNITUDE and not magnitude:
            size = (child.get("description") or "").strip()
            magnitude = _text(child)
            magnitude = size if magnitude in {"NaN", ""} else magnitude
    place, coordinate, words = _place(area)
    spelt = "　".join((*words, size) if size else words)
    return Earthquake(
        origin, place, coordinate, magnitude, spelt, provisional=_is_provisional(condition, magnitude, coordinate)
    )


def _place(area: XmlElement | None) -> tuple[str, str, list[str]]:
    """Return name, coordinate and the words for both of Hypocenter/Area."""
    name, coordinate = "", ""
    words: list[str] = []
    for child in children(area) if area is not None else ():
        tag = child.tag
        if tag == _NAME:
            name = _text(child)
            words.append(name)
        elif tag == _DETAILED_NAME:
            words.append(_text(child))
        elif tag == _COORDINATE:  # a second one is in degrees and minutes, finer (震源要素更新のお知らせ)
            coordinate = coordinate or _text(child)
            words.append((child.get("description") or "").strip())
    return name, coordinate, [word for word in words if word]


def _is_provisional(condition: str, magnitude: str, coordinate: str) -> bool:
    """Tell a 仮定震源: it says so, or it is the placeholder of M1.0 at 10 km (dmdata docs/eew.md)."""
    return PROVISIONAL in condition or (magnitude == "1.0" and _depth_km(coordinate) == "10")


def _depth_km(coordinate: str) -> str:
    match = _DEPTH.fullmatch(coordinate)
    return f"{int(match.group(1)) / 1000:g}" if match else ""


def _text(element: XmlElement) -> str:
    return (element.text or "").strip()

"""The numbers of an info as sentences: when a tsunami comes to each coast and how high, where an earthquake was, when
what failed is to work again.
"""

from typing import Final

from cap_formats.alert import Certainty, Info
from cap_formats.jma.envelope import parse_time, spoken
from cap_formats.parameter import (
    AREA_ARRIVAL,
    AREA_HEIGHT,
    AREA_LONG_PERIOD,
    DEPTH,
    EPICENTRE,
    INTENSITY,
    LIFELINE_RESTORATION,
    MAGNITUDE,
)

_COAST: Final = "JMA_AreaTsunami"


def facts_of(info: Info) -> tuple[str, ...]:
    """Return the sentences, those of a tsunami in the order of the info's areas; none where it tells no numbers."""
    return (*_long_periods(info), *_waves(info), *_hypocentre(info), *_restoration(info))


def _long_periods(info: Info) -> list[str]:
    """Say how much high buildings shook; what is expected is for systems."""
    if info.certainty is not Certainty.OBSERVED:
        return []
    classes = _by_area(info, AREA_LONG_PERIOD)
    told = ((area.area_desc, classes.get(code.value)) for area in info.areas for code in area.geocodes)
    return [f"{name}で長周期地震動階級{felt}を観測しました。" for name, felt in told if felt]


def _restoration(info: Info) -> list[str]:
    at = info.parameter(LIFELINE_RESTORATION)
    return [f"復旧の見込みは{spoken(at)}です。"] if at else []


def _waves(info: Info) -> list[str]:
    arrivals, heights = _by_area(info, AREA_ARRIVAL), _by_area(info, AREA_HEIGHT)
    told: list[str] = []
    for area in info.areas:
        code = next((code.value for code in area.geocodes if code.value_name == _COAST), "")
        arrival, height = arrivals.get(code, ""), heights.get(code, "")
        said = [_arrival(arrival)] if arrival else []
        if height:
            said.append(f"予想される高さは{height}")
        if said:
            told.append(f"{area.area_desc}、{'、'.join(said)}です。")
    return told


def _arrival(arrival: str) -> str:
    return arrival if parse_time(arrival) is None else f"第１波の到達予想は{spoken(arrival)}"


def _by_area(info: Info, name: str) -> dict[str, str]:
    """Return the values of a parameter by the code of the area that each begins with."""
    told = (value.value.partition(" ") for value in info.parameters if value.value_name == name)
    return {code: words for code, _, words in told}


def _hypocentre(info: Info) -> list[str]:
    """Say where an earthquake that was felt had been, and how great it was."""
    place, size, depth = (info.parameter(name) for name in (EPICENTRE, MAGNITUDE, DEPTH))
    if info.certainty is not Certainty.OBSERVED or not place or info.parameter(INTENSITY) is None:
        return []
    said = [f"震源は{place}"]
    if depth:
        said.append("ごく浅い所" if depth == "0" else f"深さ{depth}キロ")
    if size:
        said.append(f"マグニチュード{size}" if size[0].isdecimal() else size)
    return ["、".join(said) + "です。"]

"""台風解析・予報情報 (VPTWii) and 暴風域に入る確率 (VPTAii): where a typhoon is, where it will be, how strong.

One Info for each time that is told: the analysis with the areas of storm and gale as circles, and each forecast with
its probability circle (予報円, which the centre enters with 70 %) and the area where a storm must be expected. Where no
circle is told, the centre is a circle of radius 0. Source: jmx_mete.xsd (TyphoonNamePart, ClassPart, CenterPart,
WindPart, WarningAreaPart, FiftyKtWindProbabilityPart).
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from cap_formats import parameter
from cap_formats.alert import Area, Info, NamedValue
from cap_formats.jma import bulletin
from cap_formats.jma import grade as grades
from cap_formats.jma.area import Key
from cap_formats.jma.circle import circle_of, point_of, write_circle
from cap_formats.jma.element import BASIS, METEOROLOGY, children, first, text
from cap_formats.jma.envelope import parse_time
from cap_formats.jma.measure import is_number
from cap_formats.jma.telegram import Telegram
from cap_formats.xml import XmlElement

_INFO: Final = METEOROLOGY + "MeteorologicalInfo"
_DATE_TIME: Final = METEOROLOGY + "DateTime"
_ITEM: Final = METEOROLOGY + "Item"
_NAME: Final = METEOROLOGY + "Name"
_AREA: Final = METEOROLOGY + "Area"
_NAME_PART: Final = METEOROLOGY + "TyphoonNamePart"
_CLASS_PART: Final = METEOROLOGY + "ClassPart"
_CENTER_PART: Final = METEOROLOGY + "CenterPart"
_WIND_PART: Final = METEOROLOGY + "WindPart"
_WARNING_AREA_PART: Final = METEOROLOGY + "WarningAreaPart"
_PROBABILITY_CIRCLE: Final = METEOROLOGY + "ProbabilityCircle"
_CIRCLE: Final = BASIS + "Circle"
_COORDINATE: Final = BASIS + "Coordinate"
_BASE_POINT: Final = BASIS + "BasePoint"
_RADIUS: Final = BASIS + "Radius"
_PROBABILITY: Final = METEOROLOGY + "FiftyKtWindProbability"
_PARTS: Final = (_NAME_PART, _CLASS_PART, _CENTER_PART, _WIND_PART, _WARNING_AREA_PART)

_NAMES: Final = {
    METEOROLOGY + "Number": parameter.TYPHOON_NUMBER,
    METEOROLOGY + "Name": parameter.TYPHOON_NAME,
    METEOROLOGY + "NameKana": parameter.TYPHOON_NAME,
    METEOROLOGY + "Remark": parameter.CONDITION,
}
_WINDS: Final = {"最大風速": parameter.WIND_MAX, "最大瞬間風速": parameter.GUST_MAX}
_UNREAD: Final = frozenset({"ノット", "海里"})  # told in km/h and m/s as well
_NUMBERS: Final = {
    (BASIS + "Speed", "km/h"): parameter.SPEED,
    (BASIS + "Pressure", "hPa"): parameter.PRESSURE,
}


class _Moment(NamedTuple):
    """What one MeteorologicalInfo tells of the time ``when``; ``words`` are JMA's own, to be read one after another."""

    when: str
    told: list[NamedValue]
    words: list[str]
    areas: list[Area]


def read(telegram: Telegram) -> list[Info]:
    """Make one Info for each time; a telegram without any is a bulletin."""
    body = telegram.body
    moments = [_moment(one) for one in body.iter(_INFO)] if body is not None else []
    moments = [moment for moment in moments if moment.told or moment.areas]
    if not moments:
        return bulletin.read(telegram)
    names = [told for told in moments[0].told if told.value_name in _NAMES.values()]
    lines = ["　".join(moment.words) for moment in moments]
    whole = "\n\n".join(filter(None, ("\n".join(lines), telegram.description)))
    return [
        telegram.info(
            telegram.envelope.title,
            telegram.grade,
            parameters=moment.told if n == 0 else [*names, *moment.told],
            description=line if n else whole,
            unlisted=moment.areas,
            onset=parse_time(moment.when),
        )
        for n, (moment, line) in enumerate(zip(moments, lines, strict=True))
    ]


def read_probability(telegram: Telegram) -> list[Info]:
    """Make one Info of the areas that may enter the storm, and one where that is ruled out (0 % all along)."""
    chances: dict[Key, list[NamedValue]] = {}
    known = telegram.areas.keys
    for one in telegram.body.iter(_INFO) if telegram.body is not None else ():
        span = text(one, _NAME)
        for chance in one.iter(_PROBABILITY):
            value = (chance.text or "").strip()
            if value in {"0", ""} or not is_number(value) or float(value) <= 0:
                continue
            item = next(chance.iterancestors(_ITEM), None)
            key = known.get(area) if (area := first(item, _AREA)) is not None else None
            if key is not None:
                mine = chances.setdefault(key, [])
                mine.append(NamedValue(parameter.PROBABILITY, f"{key.value} {value} {span}".rstrip()))
    likely = [key for key in telegram.areas.names if key in chances]
    others = [key for key in telegram.areas.names if key not in chances]
    title = telegram.envelope.title
    told = [value for key in likely for value in chances[key]]
    infos = [telegram.info(title, telegram.grade, likely, parameters=told)] if likely else []
    return [*infos, telegram.info(f"{title}（なし）", grades.NONE, others)] if others or not infos else infos


def _moment(one: XmlElement) -> _Moment:
    at = first(one, _DATE_TIME)
    when, kind = ((at.text or "").strip(), (at.get("type") or "").strip()) if at is not None else ("", "")
    told = [NamedValue(parameter.AT, f"{when} {kind}".strip())] if when else []
    words = [f"{kind or when}:"] if when else []
    areas: list[Area] = []
    centre: tuple[float, float] | None = None
    for part in one.iter(_PARTS):
        if part.tag == _NAME_PART:
            told += _named(part)
        elif part.tag == _CLASS_PART:
            told += [NamedValue(parameter.CLASS, word) for word in _texts(part)]
            words += _texts(part)
        elif part.tag == _CENTER_PART:
            centre = centre or _centre(part)
            told += _centred(part)
            words += _described(part)
            circle = first(part, _PROBABILITY_CIRCLE)
            if circle is not None and centre is not None and (drawn := circle_of(centre, circle)):
                areas.append(Area(area_desc=circle.get("type") or "予報円", circles=(drawn,)))
        elif part.tag == _WIND_PART:
            told += _winds(part)
            words += _described(part)
        elif (warned := _warned(part, centre)) is not None:
            areas.append(warned)
            words.append(warned.area_desc)
    if centre is not None and not areas:
        where = next((value.value for value in told if value.value_name == parameter.LOCATION), "")
        areas.append(Area(area_desc=f"中心　{where}".strip(), circles=(write_circle(*centre, 0),)))
    return _Moment(when, told, words, areas) if len(told) > 1 or areas else _Moment(when, [], [], [])


def _named(part: XmlElement) -> list[NamedValue]:
    named = ((_NAMES.get(str(child.tag)), (child.text or "").strip()) for child in children(part))
    return [NamedValue(name, value) for name, value in named if name and value]


def _centre(part: XmlElement) -> tuple[float, float] | None:
    """Return the centre, of a forecast that of its circle: the first of its points that is in degrees."""
    points = (point_of(point.text or "") for point in part.iter(_COORDINATE, _BASE_POINT))
    return next((point for point in points if point is not None), None)


def _centred(part: XmlElement) -> Iterator[NamedValue]:
    for child in children(part):
        tag, value = str(child.tag), (child.text or "").strip()
        words = value or (child.get("condition") or "").strip()
        number = _NUMBERS.get((tag, child.get("unit") or ""))
        if tag == _COORDINATE and point_of(value) is not None:
            yield NamedValue(parameter.COORDINATE, value)
        elif tag == METEOROLOGY + "Location" and value:
            yield NamedValue(parameter.LOCATION, value)
        elif tag == BASIS + "Direction" and words:
            yield NamedValue(parameter.COURSE, words)
        elif number and words and (is_number(value) or not value):
            yield NamedValue(number, words)


def _winds(part: XmlElement) -> Iterator[NamedValue]:
    for wind in part.iter(BASIS + "WindSpeed"):
        name, value = _WINDS.get(wind.get("type") or ""), (wind.text or "").strip()
        if name and wind.get("unit") == "m/s" and is_number(value) and float(value) > 0:  # 0 stands for none told
            yield NamedValue(name, value)


def _warned(part: XmlElement, centre: tuple[float, float] | None) -> Area | None:
    """Return 暴風域, 強風域 or 暴風警戒域 as an area; None where there is none, or nothing that can be drawn."""
    circle = first(part, _CIRCLE)
    drawn = circle_of(centre, circle) if circle is not None else None
    if circle is None or drawn is None:
        return None
    sides = []
    for axis in circle.iter(BASIS + "Axis"):
        described = {child.get("unit"): child.get("description") or child.text or "" for child in axis}
        side = text(axis, BASIS + "Direction")
        sides.append(f"{side}側{described.get('km', '')}" if side else described.get("km", ""))
    return Area(area_desc="　".join([part.get("type") or "警戒域", *filter(None, sides)]), circles=(drawn,))


def _described(part: XmlElement) -> Iterator[str]:
    """Go through JMA's words for what stands in a part: in km/h and m/s, in degrees; of a circle its radius in km."""
    for element in children(part):
        if element.get("unit") in _UNREAD or element.get("type") == "中心位置（度分）":
            continue
        value = (element.text or "").strip()
        if element.tag == _PROBABILITY_CIRCLE:
            yield from (words for one in element.iter(_RADIUS) if one.get("unit") == "km" and (words := _words(one)))
            yield from [words for one in element.iter(_BASE_POINT) if (words := _words(one))][:1]
        elif value != "0" and (words := _words(element)):
            yield words


def _words(element: XmlElement) -> str:
    return (element.get("description") or element.text or "").strip()


def _texts(part: XmlElement) -> list[str]:
    return [words for child in children(part) if (words := (child.text or "").strip())]

"""台風解析・予報情報 (VPTWii) and 暴風域に入る確率 (VPTAii): where a typhoon is, where it will be, how strong.

One Info for each time that is told: the analysis with the areas of storm and gale as circles, and each forecast with
its probability circle (予報円, which the centre enters with 70 %) and the area where a storm must be expected. Where no
circle is told, the centre is a circle of radius 0. Source: jmx_mete.xsd (TyphoonNamePart, ClassPart, CenterPart,
WindPart, WarningAreaPart, FiftyKtWindProbabilityPart).
"""

from typing import Final

from cap_formats import parameter
from cap_formats.alert import Area, Info, NamedValue
from cap_formats.jma import bulletin
from cap_formats.jma import grade as grades
from cap_formats.jma.area import Key
from cap_formats.jma.circle import Place, drawn, point_of, read_circle, write_circle
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
_WIND_SPEED: Final = BASIS + "WindSpeed"
_MINUTES: Final = "中心位置（度分）"  # the same place again, in degrees and minutes
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
_SAID: Final = {METEOROLOGY + "Location": parameter.LOCATION, BASIS + "Direction": parameter.COURSE}
_NUMBERS: Final[dict[tuple[str, str | None], str]] = {
    (BASIS + "Speed", "km/h"): parameter.SPEED,
    (BASIS + "Pressure", "hPa"): parameter.PRESSURE,
}


class _Moment:
    """What one MeteorologicalInfo tells of the time ``when``; ``words`` are JMA's own, to be read one after another."""

    __slots__ = ("areas", "centre", "told", "when", "words")

    def __init__(self, when: str, kind: str) -> None:
        self.when = when
        self.told = [NamedValue(parameter.AT, f"{when} {kind}".strip())] if when else []
        self.words = [f"{kind or when}:"] if when else []
        self.areas: list[Area] = []
        self.centre: Place | None = None


def read(telegram: Telegram) -> list[Info]:
    """Make one Info for each time; a telegram without any is a bulletin."""
    body = telegram.body
    moments = [_moment(one) for one in body.iter(_INFO)] if body is not None else []
    moments = [moment for moment in moments if len(moment.told) > 1 or moment.areas]
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
    """Read a MeteorologicalInfo, each of its elements once."""
    at = first(one, _DATE_TIME)
    moment = _Moment(*((at.text or "").strip(), (at.get("type") or "").strip()) if at is not None else ("", ""))
    for part in one.iter(_PARTS):
        _READERS[part.tag](part, moment)
    if moment.centre is not None and not moment.areas:
        where = next((value.value for value in moment.told if value.value_name == parameter.LOCATION), "")
        moment.areas.append(Area(area_desc=f"中心　{where}".strip(), circles=(write_circle(*moment.centre, 0),)))
    return moment


def _name_part(part: XmlElement, moment: _Moment) -> None:
    named = ((_NAMES.get(child.tag), (child.text or "").strip()) for child in children(part))
    moment.told += [NamedValue(name, value) for name, value in named if name and value]


def _class_part(part: XmlElement, moment: _Moment) -> None:
    texts = [words for child in children(part) if (words := (child.text or "").strip())]
    moment.told += [NamedValue(parameter.CLASS, words) for words in texts]
    moment.words += texts


def _center_part(part: XmlElement, moment: _Moment) -> None:
    """Read where the centre is and how it moves; a forecast has it in the middle of its probability circle."""
    for child in children(part):
        unit = child.get("unit")
        if unit in _UNREAD:
            continue
        tag = child.tag
        if tag == _PROBABILITY_CIRCLE:
            _probability_circle(child, moment)
            continue
        value = (child.text or "").strip()
        if tag == _COORDINATE:
            if child.get("type") == _MINUTES:
                continue
            place = point_of(value)
            moment.centre = moment.centre or place
            name = parameter.COORDINATE if place else None
        else:
            name = _NUMBERS.get((tag, unit)) if value == "" or is_number(value) else None
            name = name or _SAID.get(tag)
        if name and (told := value or (child.get("condition") or "").strip()):
            moment.told.append(NamedValue(name, told))
        if value != "0" and (words := (child.get("description") or value).strip()):
            moment.words.append(words)


def _probability_circle(element: XmlElement, moment: _Moment) -> None:
    circle = read_circle(element)
    moment.centre = moment.centre or circle.base
    moment.words += filter(None, (*(axis.words for axis in circle.axes), circle.words))
    around = drawn(moment.centre, circle.axes)
    if around is not None:
        moment.areas.append(Area(area_desc=element.get("type") or "予報円", circles=(around,)))


def _wind_part(part: XmlElement, moment: _Moment) -> None:
    for child in children(part):
        unit = child.get("unit")
        if unit in _UNREAD:
            continue
        value = (child.text or "").strip()
        if value == "0":  # stands for none told
            continue
        name = _WINDS.get(child.get("type") or "")
        if name and unit == "m/s" and child.tag == _WIND_SPEED and is_number(value) and float(value) > 0:
            moment.told.append(NamedValue(name, value))
        if words := (child.get("description") or value).strip():
            moment.words.append(words)


def _warning_area_part(part: XmlElement, moment: _Moment) -> None:
    """Read 暴風域, 強風域 or 暴風警戒域 as an area, where there is one that can be drawn."""
    circle = first(part, _CIRCLE)
    axes = [] if circle is None else read_circle(circle).axes
    around = drawn(moment.centre, axes)
    if around is None:
        return
    sides = [f"{axis.side}側{axis.words}" if axis.side else axis.words for axis in axes]
    described = "　".join([part.get("type") or "警戒域", *filter(None, sides)])
    moment.areas.append(Area(area_desc=described, circles=(around,)))
    moment.words.append(described)


_READERS: Final = {
    _NAME_PART: _name_part,
    _CLASS_PART: _class_part,
    _CENTER_PART: _center_part,
    _WIND_PART: _wind_part,
    _WARNING_AREA_PART: _warning_area_part,
}

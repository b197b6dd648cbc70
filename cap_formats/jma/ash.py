"""降灰予報 (VFVO53, 54, 55) and what was seen of an eruption (VFVO52, VFVO60).

An ash forecast names the municipalities three times: in the Head, by kind (少量の降灰, 小さな噴石の落下), and by kind
and span of hours. One Info for each kind, the spans and where it falls in its parameters.
Source: jmx_volc.xsd (VolcanoInfo, AshInfos, VolcanoObservation); table VolcanicWarning.
"""

import re
from typing import Final

from cap_formats import parameter
from cap_formats.alert import Info, NamedValue
from cap_formats.jma.area import Key
from cap_formats.jma.element import BASIS, VOLCANOLOGY, children, first, text
from cap_formats.jma.item import Kind, items
from cap_formats.jma.measure import is_number
from cap_formats.jma.telegram import Telegram
from cap_formats.jma.volcano import TABLE, VOLCANO, coordinates
from cap_formats.xml import XmlElement

_INFO: Final = VOLCANOLOGY + "VolcanoInfo"
_ASH_INFO: Final = VOLCANOLOGY + "AshInfo"
_HEIGHT: Final = BASIS + "PlumeHeightAboveCrater"
_DIRECTION: Final = BASIS + "PlumeDirection"
_DISTANCE: Final = VOLCANOLOGY + "Distance"
_POLYGON: Final = BASIS + "Polygon"
_EVENT_TIME: Final = VOLCANOLOGY + "EventDateTime"
_START: Final = VOLCANOLOGY + "StartTime"
_END: Final = VOLCANOLOGY + "EndTime"
_CORNERS: Final = re.compile(r"(?:\+[0-9.]++\+[0-9.]++/){4,}+")  # degrees, north and east


def read_ash(telegram: Telegram) -> list[Info]:
    """Make one Info for each kind of what falls, in the telegram's order; of a volcano alone one for all."""
    volcanoes: dict[Key, None] = {}
    groups: dict[tuple[str, str], dict[Key, None]] = {}
    for item_kinds, keys in _tables(telegram):
        for kind in item_kinds[:1]:
            own = [key for key in keys if key.value_name != VOLCANO]
            volcanoes.update(dict.fromkeys(key for key in keys if key.value_name == VOLCANO))
            if own:
                groups.setdefault((kind.code, kind.name), {}).update(dict.fromkeys(own))
    spans = _spans(telegram)
    common = [NamedValue(parameter.COORDINATE, value) for value in coordinates(telegram)]
    title = telegram.envelope.title
    if not groups:
        told = [*common, *(value for values in spans.values() for value in values)]
        return [telegram.info(title, telegram.grade, telegram.areas.names, parameters=told)]
    return [
        telegram.info(
            title,
            telegram.grade,
            [*keys, *volcanoes],
            event_codes=[NamedValue(TABLE, code.zfill(2))] if code else (),
            parameters=[*common, *([NamedValue(parameter.CONDITION, name)] if name else ()), *spans.get(code, ())],
        )
        for (code, name), keys in groups.items()
    ]


def read_plume(telegram: Telegram) -> list[Info]:
    """Read what was seen: when it erupted, how high the plume stands above the crater, and where it drifts."""
    kinds = [kind for item_kinds, _ in _tables(telegram) for kind in item_kinds]
    told = [(parameter.CONDITION, kind.name) for kind in kinds]
    told += [(parameter.ERUPTED_AT, time) for time in _texts(telegram, _EVENT_TIME)]
    told += [(parameter.COORDINATE, value) for value in coordinates(telegram)]
    told += [(parameter.PLUME, value) for value in _texts(telegram, _HEIGHT)]
    told += [(parameter.PLUME_DIRECTION, value) for value in _texts(telegram, _DIRECTION)]
    seen = [_words(element) for element in _elements(telegram, _HEIGHT, _DIRECTION)]
    lines = "　".join(dict.fromkeys(filter(None, [*(kind.name for kind in kinds), *seen])))
    return [
        telegram.info(
            telegram.envelope.title,
            telegram.grade,
            telegram.areas.names,
            event_codes=[NamedValue(TABLE, code.zfill(2)) for code in dict.fromkeys(k.code for k in kinds) if code],
            parameters=[NamedValue(name, value) for name, value in dict.fromkeys(told) if value],
            description="\n\n".join(filter(None, (lines, telegram.description))) or None,
        )
    ]


def _tables(telegram: Telegram) -> list[tuple[list[Kind], list[Key]]]:
    tables = _elements(telegram, _INFO) or telegram.envelope.tables
    return [(item.kinds, item.keys) for table in tables for item in items(table, telegram.areas)]


def _spans(telegram: Telegram) -> dict[str, list[NamedValue]]:
    """Return by the code of its kind the hours in which something falls, with direction and reach, and where."""
    spans: dict[str, dict[NamedValue, None]] = {}
    for info in _elements(telegram, _ASH_INFO):
        start, end = text(info, _START), text(info, _END)
        for kind in info.iter(VOLCANOLOGY + "Kind"):
            code, name = text(kind, VOLCANOLOGY + "Code"), text(kind, VOLCANOLOGY + "Name")
            values = _fall(first(kind, VOLCANOLOGY + "Property"), [word for word in (start, end, name) if word])
            spans.setdefault(code, {}).update(dict.fromkeys(values))
    return {code: list(values) for code, values in spans.items()}


def _fall(told: XmlElement | None, said: list[str]) -> list[NamedValue]:
    """Return direction and reach of one fall, and where it comes down; ``said`` is when, and what falls."""
    reach = direction = ""
    polygons: list[NamedValue] = []
    for element in children(told) if told is not None else ():
        tag = element.tag
        if tag == _POLYGON:
            corners = _corners(element)
            if corners:
                polygons.append(NamedValue(parameter.ASH_POLYGON, " ".join((*said, corners))))
        elif tag == _DIRECTION:
            direction = _words(element)
        elif tag == _DISTANCE:
            distance = (element.text or "").strip()
            reach = f"{distance}km" if is_number(distance) else ""
    return [NamedValue(parameter.ASH, " ".join(filter(None, (*said, direction, reach)))), *polygons]


def _corners(polygon: XmlElement) -> str:
    """Turn ISO 6709 (+31.68+131.30/+31.69+131.32/) into CAP's lat,lon pairs; empty of anything else."""
    corners = (polygon.text or "").strip()
    if _CORNERS.fullmatch(corners) is None:
        return ""
    return corners[1:-1].replace("/+", " ").replace("+", ",")


def _elements(telegram: Telegram, *tags: str) -> list[XmlElement]:
    return list(telegram.body.iter(*tags)) if telegram.body is not None else []


def _texts(telegram: Telegram, tag: str) -> list[str]:
    """Return numbers or, where there is none, JMA's words for it (不明)."""
    found = ((element.text or "").strip() or _words(element) for element in _elements(telegram, tag))
    return list(dict.fromkeys(value for value in found if value))


def _words(element: XmlElement | None) -> str:
    return "" if element is None else (element.get("description") or element.text or "").strip()

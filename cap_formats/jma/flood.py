"""指定河川洪水予報 (VXKOii) and 水位周知河川に関する情報 (VXSUii).

The Head tells the kind for the stretch of river, the rivers and the prefectures; the body names the municipalities
that would be flooded. All of them are areas of one Info, so that the prefecture is not widened where municipalities
are named. The first digit of the code is the 警戒レベル, since 2026-05-28 also in the name (レベル４氾濫危険警報);
1 is the end of it.
Source: jmx_mete.xsd; FORMATS 3.4, the codes as seen in samples and live telegrams.
"""

from typing import Final

from cap_formats import parameter
from cap_formats.alert import Info, NamedValue
from cap_formats.jma import grade as grades
from cap_formats.jma.area import Key
from cap_formats.jma.element import METEOROLOGY, text
from cap_formats.jma.item import Kind, items
from cap_formats.jma.measure import told_of
from cap_formats.jma.telegram import Telegram

TABLE: Final = "JMA_FloodForecast"  # the table of these codes has no public name
RELEASED: Final = "解除"
_NAME: Final = METEOROLOGY + "Name"
_CODE: Final = METEOROLOGY + "Code"


def read(telegram: Telegram) -> list[Info]:
    """Make one Info for each kind in the Head; the body's areas belong to the first, for which the telegram is."""
    groups: dict[tuple[str, str], dict[Key, None]] = {}
    kinds: dict[tuple[str, str], Kind] = {}
    for table in telegram.envelope.tables:
        for item in items(table, telegram.areas):
            for kind in item.kinds[:1]:
                groups.setdefault((kind.code, kind.name), {}).update(dict.fromkeys(item.keys))
                kinds.setdefault((kind.code, kind.name), kind)
    if not groups:
        return [telegram.info(telegram.envelope.head_title, telegram.grade, telegram.areas.names)]
    placed = {key for keys in groups.values() for key in keys}
    next(iter(groups.values())).update(dict.fromkeys(key for key in telegram.areas.names if key not in placed))
    measured, lines = told_of(telegram.body)
    measured = [*_gauges(telegram), *_flooded(telegram), *measured]
    described = "\n\n".join(filter(None, (telegram.description, "\n".join(lines)))) or None
    return [_info(telegram, kinds[state], keys, measured, described) for state, keys in groups.items()]


def _gauges(telegram: Telegram) -> list[NamedValue]:
    """Return the gauges that the telegram speaks of, each once: code and name."""
    stations = telegram.body.iter(METEOROLOGY + "Station") if telegram.body is not None else ()
    named = dict.fromkeys(f"{text(one, _CODE)} {text(one, _NAME)}".strip() for one in stations)
    return [NamedValue(parameter.GAUGE, name) for name in named if name]


def _flooded(telegram: Telegram) -> list[NamedValue]:
    """Return the districts that would be flooded, by municipality; ``-`` stands for none."""
    lists = telegram.body.iter(METEOROLOGY + "SubCityList") if telegram.body is not None else ()
    told: dict[str, None] = {}
    for element in lists:
        city, districts = text(element.getparent(), METEOROLOGY + "CityCode"), (element.text or "").split()
        if city and districts and districts != ["-"]:
            told[f"{city} {' '.join(districts)}"] = None
    return [NamedValue(parameter.FLOODED, value) for value in told]


def _info(
    telegram: Telegram, kind: Kind, keys: dict[Key, None], measured: list[NamedValue], described: str | None
) -> Info:
    released = is_released(kind.code, kind.name)
    level = grades.level_of_name(kind.name) or _level_of_code(kind.code)
    grade = grades.LEVELS[level] if level else telegram.grade
    told = [
        (parameter.LEVEL, str(level) if level and not released else ""),
        (parameter.KIND_STATUS, RELEASED if released else ""),
        (parameter.CONDITION, kind.condition),
    ]
    return telegram.info(
        kind.name,
        grade.released() if released else grade,
        keys,
        event_codes=[NamedValue(TABLE, kind.code)] if kind.code else (),
        parameters=[*(NamedValue(name, value) for name, value in told if value), *measured],
        description=described,
    )


def is_released(code: str, name: str) -> bool:
    """Tell the end of all levels (10 レベル２氾濫注意報解除) from a step down (氾濫注意情報（警戒情報解除）)."""
    return code.startswith("1") or name.endswith(RELEASED)


def _level_of_code(code: str) -> int | None:
    return int(code[0]) if code[:1] in {"2", "3", "4", "5"} else None

"""噴火警報・予報 (VFVO50), 噴火速報 (VFVO56) and the sea warnings of volcanoes (VFSVii).

The body tells the same news three times: for the volcano (レベル５), for the municipalities or sea areas (噴火警報) and
for what each of these must do (噴火警報：避難等). One Info for each pair of the last two, the volcano in each of them.
The 噴火警戒レベル has a parameter of its own: it is not the 警戒レベル of floods and landslides.
Source: jmx_volc.xsd (VolcanoInfo); table VolcanicWarning.
"""

from collections.abc import Iterator
from typing import Final

from cap_formats import parameter
from cap_formats.alert import Info, NamedValue, Severity
from cap_formats.jma import grade as grades
from cap_formats.jma.area import Key
from cap_formats.jma.element import VOLCANOLOGY, every
from cap_formats.jma.item import Item, Kind, items
from cap_formats.jma.telegram import Telegram

VOLCANO: Final = "JMA_PointVolcano"
ACTIONS: Final = "防災対応"  # in the type of the table that says what municipalities must do
TABLE: Final = "JMA_VolcanicWarning"
_ENDED: Final = {"04": "噴火警報", "32": "海上警報（噴火警報）"}  # what 噴火予報：警報解除 and its twin at sea end
_SEVERITIES: Final = tuple(Severity)
_NOTHING: Final = Kind("", "", "", "")


def read(telegram: Telegram) -> list[Info]:
    """Make one Info for each kind of warning and of action; of a volcano alone where no municipality is named."""
    volcanoes: dict[Key, Kind] = {}
    towns: dict[Key, Kind] = {}
    actions: dict[Key, Kind] = {}
    for table, item in _items(telegram):
        for kind in item.kinds[:1]:
            for key in item.keys:
                if key.value_name == VOLCANO:
                    volcanoes.setdefault(key, kind)
                else:
                    (actions if ACTIONS in table else towns).setdefault(key, kind)
    groups: dict[tuple[Kind, Kind], dict[Key, None]] = {}
    for key in {**towns, **actions}:
        groups.setdefault((towns.get(key, _NOTHING), actions.get(key, _NOTHING)), {})[key] = None
    for key, kind in volcanoes.items():
        if not towns and not actions:
            groups.setdefault((kind, _NOTHING), {})[key] = None
    where = [(parameter.COORDINATE, coordinate) for coordinate in coordinates(telegram)]
    infos = [
        _info(telegram, kind, action, {**keys, **dict.fromkeys(volcanoes)}, volcanoes, where)
        for (kind, action), keys in groups.items()
    ]
    infos.sort(key=lambda info: _SEVERITIES.index(info.severity))
    return infos or [telegram.info(telegram.envelope.title, telegram.grade, telegram.areas.names)]


def _items(telegram: Telegram) -> Iterator[tuple[str, Item]]:
    """Go through the body's tables, or the Head's where the body has none."""
    for table in every(telegram.body, VOLCANOLOGY + "VolcanoInfo") or telegram.envelope.tables:
        for item in items(table, telegram.areas):
            yield table.get("type") or "", item


def _info(
    telegram: Telegram,
    kind: Kind,
    action: Kind,
    keys: dict[Key, None],
    volcanoes: dict[Key, Kind],
    where: list[tuple[str, str]],
) -> Info:
    levels = dict.fromkeys(volcano.code for volcano in volcanoes.values())
    codes = [code for code in dict.fromkeys((kind.code, action.code, *levels)) if code]
    # The volcano's own level speaks of its worst neighbourhood; a municipality is graded by what it was told itself.
    own = [told.code for told in (kind, action) if told.code]
    grade = grades.worst(grades.VOLCANO.get(code, grades.UNKNOWN) for code in own)
    told = [
        *((parameter.VOLCANO_LEVEL, str(grades.VOLCANO_LEVELS.get(code, ""))) for code in levels),
        (parameter.KIND_STATUS, kind.status or kind.condition),
        (parameter.CONDITION, action.name),
        *where,
    ]
    name = _ENDED.get(kind.code, kind.name)
    return telegram.info(
        name if kind.code < "50" and name else telegram.envelope.title,
        telegram.grade if grade is grades.UNKNOWN else grade,
        keys,
        event_codes=[NamedValue(TABLE, code.zfill(2)) for code in codes],
        parameters=[NamedValue(name, value) for name, value in told if value],
    )


def coordinates(telegram: Telegram) -> list[str]:
    """Return where the volcanoes are, ISO 6709 in degrees and minutes, as the telegram has it."""
    if telegram.body is None:
        return []
    found = (element.text or "" for element in telegram.body.iter("{*}Coordinate"))
    return list(dict.fromkeys(value.strip() for value in found if value.strip()))

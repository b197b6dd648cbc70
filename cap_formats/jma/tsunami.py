"""津波警報・注意報・予報 (VTSE41), 津波情報 (VTSE51) and 沖合の津波観測に関する情報 (VTSE52).

VTSE41 warns: one Info for each kind, the worst first, with its coasts and the wider names of the Head (領域表現: 東北
地方太平洋沿岸 is six coasts). The other two tell more about what it warned of: when the first wave comes, how high the
highest will be, what was measured. They keep their own name as the event and the kind as a condition, or each of them
would sound the alarm once more, and what VTSE41 releases would go on in theirs.

大津波警報 that goes on (52) and that is new (53) are one kind, because the Head knows them as one. A forecast of slight
changes (71-73) has no 解除; it ends by ValidDateTime. What ended is told by the name that it had (大津波警報, which is
AllClear, and not 警報解除); where slight changes follow it (72, 73) they stand in an Info of their own, for they hold.
Source: jmx_seis.xsd (Tsunami); table TsunamiWarning.
"""

from typing import Final

from cap_formats import parameter
from cap_formats.alert import Info, NamedValue
from cap_formats.jma import grade as grades
from cap_formats.jma.area import Key, SeismicArea
from cap_formats.jma.earthquake import read_earthquakes, sentences, tell
from cap_formats.jma.element import BASIS, SEISMOLOGY, every, fields, part_text, parts
from cap_formats.jma.envelope import spoken
from cap_formats.jma.item import items
from cap_formats.jma.telegram import Telegram
from cap_formats.xml import XmlElement

_NAME: Final = SEISMOLOGY + "Name"
_CODE: Final = SEISMOLOGY + "Code"
_CATEGORY: Final = SEISMOLOGY + "Category"
_KIND: Final = SEISMOLOGY + "Kind"
_LAST_KIND: Final = SEISMOLOGY + "LastKind"
_FIRST_HEIGHT: Final = SEISMOLOGY + "FirstHeight"
_MAX_HEIGHT: Final = SEISMOLOGY + "MaxHeight"
_CONDITION: Final = SEISMOLOGY + "Condition"
_ARRIVAL_TIME: Final = SEISMOLOGY + "ArrivalTime"
_TSUNAMI_HEIGHT: Final = BASIS + "TsunamiHeight"
_DATE_TIME: Final = SEISMOLOGY + "DateTime"
_INITIAL: Final = SEISMOLOGY + "Initial"
_HIGH_TIDE: Final = SEISMOLOGY + "HighTideDateTime"
_STATION: Final = SEISMOLOGY + "Station"

TABLE: Final = "JMA_TsunamiWarning"
MAJOR_NEW: Final = "53"
MAJOR: Final = "52"
NO_TSUNAMI: Final = "00"
_NEW: Final = "発表"
_GOES_ON: Final = "継続"
_CHANGED: Final = "切替"
_WARNINGS: Final = {MAJOR: "大津波警報", "51": "津波警報", "62": "津波注意報"}
_ENDS: Final = {"50": "津波警報", "73": "津波警報", "60": "津波注意報", "72": "津波注意報"}
"""What a code says the end of, where no LastKind says better."""
_SLIGHT: Final = frozenset({"72", "73"})  # 津波予報 in the place of what ended


def read(telegram: Telegram) -> list[Info]:
    """Make the Infos of forecasts, then of measurements and offshore estimates outside them."""
    groups: dict[str, _Group] = {}
    rest = _Group("", telegram.envelope.head_title or telegram.envelope.title)
    for name in ("Forecast", "Estimation", "Observation"):
        for area in telegram.areas.seismic[name]:
            if area.key is not None:
                category = parts(area.parts.get(_CATEGORY))
                last = fields(category.get(_LAST_KIND))
                group = _group(groups, rest, fields(category.get(_KIND)), _class(last.get(_CODE, "")), area.key)
                group.add(area, area.key, telegram.areas.names[area.key], last)
    _add_regions(telegram, groups, rest)
    earthquakes = read_earthquakes(telegram.body)
    common, source = tell(earthquakes), sentences(earthquakes)
    ranked = sorted(groups.values(), key=lambda group: grades.rank(group.grade()))
    infos = [group.info(telegram, common, source) for group in ranked]
    if telegram.grade is grades.TSUNAMI_MAJOR:
        infos += [group.forecast(telegram, common, source) for group in ranked if group.code in _SLIGHT]
    return [*infos, rest.info(telegram, common, source)] if rest.keys or not infos else infos


class _Group:
    """The coasts of one kind."""

    def __init__(self, code: str, name: str, ended: str = "") -> None:
        """Begin without coasts; ``ended`` is the name of what held here until now, where the code says its end."""
        self.code = code
        self.name = name.partition("：")[0]
        self.ended = ended
        self.keys: dict[Key, None] = {}
        self.told: list[NamedValue] = []
        self.lines: dict[str, None] = {}
        self.last: set[str] = set()

    def grade(self) -> grades.Grade:
        return grades.TSUNAMI.get(self.code) or grades.by_name(self.name)

    def add(self, area: SeismicArea, key: Key, name: str, last: dict[str, str]) -> None:
        """Take in an Item: what is forecast and what was measured on one coast, and its LastKind."""
        self.keys[key] = None
        if last:
            self.last.add(_class(last.get(_CODE, "")))
            self._tell(parameter.AREA_LAST_KIND, f"{key.value} {last.get(_NAME, '')}")
        arrival, height = _arrival(area), _height(area)
        if arrival:
            self._tell(parameter.AREA_ARRIVAL, f"{key.value} {arrival}")
        if height:
            self._tell(parameter.AREA_HEIGHT, f"{key.value} {height}")
        for station in every(area.element, _STATION) if _STATION in area.parts else ():
            self._tell_station(key, name, station)
        if arrival or height:
            self.lines["　".join([part for part in (f"{name}:", spoken(arrival), height) if part])] = None

    def _tell_station(self, key: Key, area: str, station: XmlElement) -> None:
        """Take in a Station: when its first wave came or will come, high tide, and the highest wave so far."""
        told = parts(station)
        name, first_wave = part_text(told, _NAME), fields(told.get(_FIRST_HEIGHT))
        came = [first_wave.get(tag, "") for tag in (_ARRIVAL_TIME, _CONDITION, _INITIAL)]
        if any(came):
            self._tell(parameter.STATION_ARRIVAL, " ".join(filter(None, (key.value, name, *came))))
        if tide := part_text(told, _HIGH_TIDE):
            self._tell(parameter.STATION_HIGH_TIDE, f"{key.value} {name} {tide}")
        highest = parts(told.get(_MAX_HEIGHT))
        height, condition = highest.get(_TSUNAMI_HEIGHT), part_text(highest, _CONDITION)
        rising = (height.get("condition") or "").strip() if height is not None else ""
        measured = _metres(height) or condition
        if measured:
            more = [part for part in (condition, "" if rising == "不明" else rising) if part and part != measured]
            when = part_text(highest, _DATE_TIME)
            self._tell(parameter.AREA_OBSERVED, " ".join(filter(None, (key.value, name, measured, *more, when))))
            self.lines["　".join(filter(None, (f"{name}（{area}）: {measured}", *more)))] = None

    def info(self, telegram: Telegram, common: list[NamedValue], source: str) -> Info:
        described = self._described(telegram, source)
        warns = telegram.grade is grades.TSUNAMI_MAJOR
        told = [
            (parameter.KIND_STATUS, self._status()),
            (parameter.CONDITION, "" if warns or not self.code else self.name),
        ]
        return telegram.info(
            self.ended or self.name if warns else telegram.envelope.head_title or telegram.envelope.title,
            self.grade() if self.code else telegram.grade,
            self.keys,
            event_codes=[NamedValue(TABLE, self.code)] if warns and self.code else (),
            parameters=[*common, *(NamedValue(name, value) for name, value in told if value), *self.told],
            description=described or None,
        )

    def forecast(self, telegram: Telegram, common: list[NamedValue], source: str) -> Info:
        """Return what holds where the warning ended: slight changes of the sea."""
        return telegram.info(
            self.name,
            grades.TSUNAMI_FORECAST,
            self.keys,
            event_codes=[NamedValue(TABLE, self.code)],
            parameters=[*common, NamedValue(parameter.KIND_STATUS, _CHANGED), *self.told],
            description=self._described(telegram, source) or None,
        )

    def _described(self, telegram: Telegram, source: str) -> str:
        return "\n\n".join(part for part in (source, telegram.description, "\n".join(self.lines)) if part)

    def _status(self) -> str:
        """Say whether the kind is new on all its coasts, goes on, or took the place of another."""
        if not self.last:
            return ""
        if self.last <= {NO_TSUNAMI, ""}:
            return _NEW
        return _GOES_ON if self.last == {self.code} else _CHANGED

    def _tell(self, name: str, value: str) -> None:
        self.told.append(NamedValue(name, value))


def _group(groups: dict[str, _Group], rest: _Group, kind: dict[str, str], last: str, key: Key) -> _Group:
    """Find the group of an Item: by the Kind of its Category and what it ends, else by where its coast already stands;
    ``last`` is the code of what held there.
    """
    if not kind:
        return next((group for group in groups.values() if key in group.keys), rest)
    code, name = _class(kind.get(_CODE, "")), kind.get(_NAME, "")
    ended = _WARNINGS.get(last, _ENDS[code]) if code in _ENDS else ""
    group = groups.get((code or name) + ended)
    if group is None:
        group = groups[(code or name) + ended] = _Group(code, name, ended)
    return group


def _class(code: str) -> str:
    return MAJOR if code == MAJOR_NEW else code


def _add_regions(telegram: Telegram, groups: dict[str, _Group], rest: _Group) -> None:
    """Put the Head's wider names with the coasts of their kind."""
    placed = {key for group in (*groups.values(), rest) for key in group.keys}
    for table in telegram.envelope.tables:
        for item in items(table, telegram.areas):
            codes = {_class(kind.code) for kind in item.kinds}
            home = next((group for group in groups.values() if group.code in codes), rest)
            home.keys.update(dict.fromkeys(key for key in item.keys if key not in placed))


def _arrival(area: SeismicArea) -> str:
    """Return when the first wave comes: a time, or JMA's words, which weigh more (津波到達中と推測)."""
    told = fields(area.parts.get(_FIRST_HEIGHT))
    return told.get(_CONDITION) or told.get(_ARRIVAL_TIME, "")


def _height(area: SeismicArea) -> str:
    """Return the expected height in m, or JMA's words where there is no number (巨大, 高い)."""
    return _metres(parts(area.parts.get(_MAX_HEIGHT)).get(_TSUNAMI_HEIGHT))


def _metres(height: XmlElement | None) -> str:
    """Return JMA's own words for a height, whose number does not tell 以上 and 未満; else the number with its unit."""
    if height is None:
        return ""
    value = (height.text or "").strip()
    return (height.get("description") or "").strip() or ("" if value == "NaN" else f"{value}m")

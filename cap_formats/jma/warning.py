"""Warnings that are a state by area: weather, landslide, tornado, record rain, sea.

One Info for each kind and status (レベル３大雨警報, 継続) with all its areas, the worst first. A telegram tells it at
several levels, from the prefecture down to the municipality; the coarse areas stand in the Info of the fine ones that
they contain, because the placement of areas does not widen a coarse area that holds a finer one of its Info.
Areas where nothing holds stand in an Info of their own (response None), so that none of the telegram's areas is lost.
Source: jmx_mete.xsd (Warning), jmx_ib.xsd (Information); tables WeatherWarning, SoilWarning, HazardousWindWatch,
HazardousRain, MarineWarning.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from cap_formats import parameter
from cap_formats.alert import Info, NamedValue, ResponseType, Severity
from cap_formats.jma import grade as grades
from cap_formats.jma.area import Key
from cap_formats.jma.element import HEAD, METEOROLOGY, first
from cap_formats.jma.grade import Grade
from cap_formats.jma.item import Item, Kind, items
from cap_formats.jma.telegram import Telegram
from cap_formats.xml import XmlElement

RELEASED: Final = "解除"
FINEST: Final = (
    "（市町村等）"  # how the type of the table of municipalities ends; （市町村等をまとめた地域等） does not
)


class Scheme(NamedTuple):
    """How one of JMA's tables of kinds is read.

    ``width`` is the number of digits of its codes; ``event`` names what the kinds only call 警戒 or なし;
    ``nothing`` and ``over`` are the codes that say that nothing holds, and that something ended.
    """

    value_name: str
    width: int
    grade: Callable[[str, str], Grade]
    level: Callable[[str, str], int | None]
    event: str = ""
    nothing: frozenset[str] = frozenset()
    over: frozenset[str] = frozenset()


def _no_level(_code: str, _name: str) -> None:
    return None


def _always(grade: Grade) -> Callable[[str, str], Grade]:
    return lambda _code, _name: grade


_MARINE: Final = {"23": grades.SPECIAL, "22": grades.WARNING, "21": grades.WARNING}

WEATHER: Final = Scheme("JMA_WeatherWarning", 2, grades.weather, grades.weather_level, over=frozenset({"00"}))
LANDSLIDE: Final = Scheme(
    "JMA_SoilWarning",
    1,
    _always(grades.LEVEL_4),
    lambda _code, _name: 4,
    event="土砂災害警戒情報",
    nothing=frozenset({"0"}),
    over=frozenset({"1"}),
)
TORNADO: Final = Scheme(
    "JMA_HazardousWindWatch",
    1,
    _always(Grade(*grades.NOTABLE[:3], (ResponseType.SHELTER,))),
    _no_level,
    event="竜巻注意情報",
    nothing=frozenset({"0"}),
)
RECORD_RAIN: Final = Scheme(
    "JMA_HazardousRain",
    1,
    _always(grades.LEVEL_4._replace(certainty=grades.LEVEL_5.certainty)),
    _no_level,
    event="記録的短時間大雨情報",
    nothing=frozenset({"0"}),
)
MARINE: Final = Scheme(
    "JMA_MarineWarning", 2, lambda code, _name: _MARINE.get(code, grades.LEVEL_2), _no_level, over=frozenset({"00"})
)


class _Entry(NamedTuple):
    """One kind in one area."""

    kind: Kind
    key: Key


class _State(NamedTuple):
    """What makes one Info."""

    code: str
    name: str
    status: str


def read(scheme: Scheme) -> Callable[[Telegram], list[Info]]:
    """Return the reader of the telegrams whose kinds are of that scheme."""

    def read_warning(telegram: Telegram) -> list[Info]:
        groups = _Groups(scheme)
        for entry in _entries(telegram, fine=True):
            groups.put(entry)
        for entry in _entries(telegram, fine=False):
            groups.join(entry)
        groups.adopt(telegram)
        return groups.infos(telegram)

    return read_warning


def _entries(telegram: Telegram, *, fine: bool) -> Iterator[_Entry]:
    """Go through the finest table of the telegram, or through all the others."""
    tables = list(telegram.body.iterchildren(METEOROLOGY + "Warning")) if telegram.body is not None else []
    if not tables:
        headline = first(telegram.envelope.head, HEAD + "Headline")
        tables = list(headline.iterchildren(HEAD + "Information")) if headline is not None else []
    finest = [table for table in tables if _is_finest(table)] or tables
    for table in tables:
        if (table in finest) is fine:
            for item in items(table, telegram.areas):
                yield from _flat(item)


def _is_finest(table: XmlElement) -> bool:
    return (table.get("type") or "").endswith(FINEST)


def _flat(item: Item) -> Iterator[_Entry]:
    for kind in item.kinds:
        if kind.name or kind.code or kind.status:
            for key in item.keys:
                yield _Entry(kind, key)


class _Groups:
    """The kinds of one telegram with their areas, filled from the fine to the coarse."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.keys: dict[_State, dict[Key, None]] = {}
        self.kinds: dict[_State, dict[Kind, None]] = {}

    def put(self, entry: _Entry) -> None:
        """Put an area with its kind and status."""
        state = _State(entry.kind.code, entry.kind.name, entry.kind.status)
        self.keys.setdefault(state, {})[entry.key] = None
        self.kinds.setdefault(state, {})[entry.kind] = None

    def join(self, entry: _Entry) -> None:
        """Put a coarse area with the fine ones of its kind: of its own status, else of one that also holds."""
        state = _State(entry.kind.code, entry.kind.name, entry.kind.status)
        if state not in self.keys:
            holds = self._holds(state)
            same = (s for s in self.keys if (s.code, s.name) == state[:2] and self._holds(s) == holds)
            state = next(same, state)
        self.keys.setdefault(state, {})[entry.key] = None
        self.kinds.setdefault(state, {})[entry.kind] = None

    def adopt(self, telegram: Telegram) -> None:
        """Give a home to areas that stand outside the tables, such as TargetArea and the coasts of a storm surge.

        The Head tells the kind of some; the rest (the prefecture of a TargetArea) contain what the telegram is about.
        """
        placed = {key for keys in self.keys.values() for key in keys}
        if len(placed) == len(telegram.areas.names):
            return
        headline = first(telegram.envelope.head, HEAD + "Headline")
        for table in headline.iterchildren(HEAD + "Information") if headline is not None else ():
            for entry in (entry for item in items(table, telegram.areas) for entry in _flat(item)):
                if entry.key not in placed:
                    self.join(entry)
        placed = {key for keys in self.keys.values() for key in keys}
        rest = dict.fromkeys(key for key in telegram.areas.names if key not in placed)
        if rest and self.keys:
            self.keys[min(self.keys, key=self._rank)].update(rest)

    def infos(self, telegram: Telegram) -> list[Info]:
        """Make the Infos, the worst first; one without areas where the telegram has no kinds."""
        states = sorted(self.keys, key=self._rank)
        if not states:
            return [
                telegram.info(self.scheme.event or telegram.envelope.head_title, telegram.grade, telegram.areas.names)
            ]
        return [self._info(telegram, state) for state in states]

    def _info(self, telegram: Telegram, state: _State) -> Info:
        scheme, grade = self.scheme, self._grade(state)
        nothing = self._is_nothing(state)
        event = scheme.event or (telegram.envelope.title if state.name in {"", RELEASED} else state.name)
        status = state.status or (RELEASED if self._is_over(state) else "")
        level = None if nothing else scheme.level(state.code, state.name)
        conditions = dict.fromkeys(kind.condition for kind in self.kinds.get(state, ()) if kind.condition)
        told = [
            (parameter.LEVEL, str(level) if level and self._holds(state) else ""),
            (parameter.KIND_STATUS, status),
            *((parameter.CONDITION, condition) for condition in conditions),
        ]
        return telegram.info(
            f"{event}（{state.status or state.name}）" if nothing else event,
            telegram.grade.released() if grade.severity is Severity.UNKNOWN and self._is_over(state) else grade,
            self.keys[state],
            event_codes=[NamedValue(scheme.value_name, state.code.zfill(scheme.width))] if state.code else (),
            parameters=[NamedValue(name, value) for name, value in told if value],
        )

    def _is_nothing(self, state: _State) -> bool:
        return state.code in self.scheme.nothing or (not state.code and state.status.endswith("なし"))

    def _is_over(self, state: _State) -> bool:
        return state.status == RELEASED or state.code in self.scheme.over

    def _holds(self, state: _State) -> bool:
        return not self._is_nothing(state) and not self._is_over(state)

    def _grade(self, state: _State) -> Grade:
        if self._is_nothing(state):
            return grades.NONE
        grade = self.scheme.grade(state.code, state.name)
        return grade.released() if self._is_over(state) else grade

    def _rank(self, state: _State) -> tuple[bool, bool, int]:
        """Sort what holds before what ended before nothing, each by severity; ties keep the telegram's order."""
        return self._is_nothing(state), *grades.rank(self._grade(state))

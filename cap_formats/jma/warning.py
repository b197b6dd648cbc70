"""Warnings that are a state by area: weather, landslide, tornado, record rain, sea.

One Info for each kind and status (レベル３大雨警報, 継続) with all its areas, the worst first. A telegram tells it at
several levels, from the prefecture down to the municipality; the coarse areas stand in the Info of the fine ones that
they contain, because the placement of areas does not widen a coarse area that holds a finer one of its Info.
Areas where nothing holds stand in an Info of their own (response None), so that none of the telegram's areas is lost.
Source: jmx_mete.xsd (Warning), jmx_ib.xsd (Information); tables WeatherWarning, SoilWarning, HazardousWindWatch,
HazardousRain, MarineWarning.
"""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from cap_formats import parameter
from cap_formats.alert import Info, NamedValue, ResponseType, Severity
from cap_formats.jma import grade as grades
from cap_formats.jma.area import CITY, Key
from cap_formats.jma.element import METEOROLOGY, every
from cap_formats.jma.grade import Grade
from cap_formats.jma.item import Item, Kind, items
from cap_formats.jma.measure import told_in
from cap_formats.jma.telegram import Telegram
from cap_formats.jma.timeline import timelines
from cap_formats.xml import XmlElement

RELEASED: Final = "解除"
_ENDED: Final = {"気象特別警報報知": "特別警報"}  # what a telegram without a name for it ends
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


# A typhoon at sea is as grave as any, but nobody's seconds count: it must not stand in the lane of tsunami warnings.
_MARINE: Final = {"23": grades.WARNING._replace(severity=Severity.EXTREME), "22": grades.WARNING, "21": grades.WARNING}

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


def read(scheme: Scheme) -> Callable[[Telegram], list[Info]]:
    """Return the reader of the telegrams whose kinds are of that scheme."""

    def read_warning(telegram: Telegram) -> list[Info]:
        groups = _Groups(scheme)
        fine, coarse = _tables(telegram)
        for table in fine:
            for item in items(table, telegram.areas):
                groups.put(item)
        for table in coarse:
            for item in items(table, telegram.areas):
                groups.join(item)
        groups.adopt(telegram)
        groups.foretell(telegram)
        return groups.infos(telegram)

    return read_warning


def _tables(telegram: Telegram) -> tuple[list[XmlElement], list[XmlElement]]:
    """Return the finest tables of the telegram and all the others; of the Head where the body has none."""
    tables = every(telegram.body, METEOROLOGY + "Warning") or list(telegram.envelope.tables)
    fine = [table for table in tables if (table.get("type") or "").endswith(FINEST)]
    return fine or tables, [table for table in tables if table not in fine] if fine else []


class _Groups:
    """The kinds of one telegram with their areas, filled from the fine to the coarse."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.keys: dict[Kind, dict[Key, None]] = {}
        self.told: dict[Kind, list[NamedValue]] = {}
        self.sentences: dict[str, None] = {}
        self.named: set[Key] = set()  # by the tables, be it with a kind or without

    def put(self, item: Item) -> None:
        """Put the areas of an item with each of its kinds and their status."""
        self.named.update(item.keys)
        for kind in item.kinds:
            if kind.name or kind.code or kind.status:
                self._put(kind, item.keys)
        for kind, element in item.told:
            self._tell(kind if kind.name else item.kinds[0], element, item.keys)

    def _tell(self, kind: Kind, element: XmlElement, keys: Iterable[Key]) -> None:
        """Take in a Property: how great the danger is, when, and how much is expected; at sea a sentence for it all."""
        told = self.told.setdefault(kind, [])
        said = told_in(element)
        for key in keys:
            for measure in said.measures:
                told.append(measure.parameter(key.value))
            for name, value in said.dangers:
                told.append(NamedValue(name, f"{key.value} {value}"))
        for sentence in said.sentences:
            self.sentences[sentence] = None

    def foretell(self, telegram: Telegram) -> None:
        """Take in what a TimeSeriesInfo says of a kind and an area (VPWW54), with the state of that area, else of that
        kind, else with the worst.
        """
        told = list(timelines(telegram.body))
        ranked = sorted(self.keys, key=self._rank) if told else []
        homes: dict[tuple[str, str, Key | None], Kind] = {}
        for kind in reversed(ranked):
            homes.update(dict.fromkeys(((kind.name, kind.code, key) for key in (None, *self.keys[kind])), kind))
        for timeline in told if ranked else ():
            key = telegram.areas.keys.get(timeline.area) if timeline.area is not None else None
            home = homes.get((*timeline.kind, key)) or homes.get((*timeline.kind, None)) or ranked[0]
            self.told.setdefault(home, []).extend(timeline.parameters())

    def join(self, item: Item, placed: AbstractSet[Key] = frozenset()) -> None:
        """Put coarse areas with the fine ones of their kind: of their own status, else of one that also holds."""
        self.named.update(item.keys)
        keys = [key for key in item.keys if key not in placed]
        for kind in item.kinds if keys else ():
            if kind in self.keys:
                self._put(kind, keys)
            elif kind.name or kind.code or kind.status:
                holds = self._holds(kind)
                same = (k for k in self.keys if (k.code, k.name) == (kind.code, kind.name) and self._holds(k) == holds)
                self._put(next(same, kind), keys)
            elif kind.condition:
                self._put(kind, keys)

    def _put(self, kind: Kind, keys: Iterable[Key]) -> None:
        held = self.keys.get(kind)
        if held is None:
            held = self.keys[kind] = {}
        for key in keys:
            held[key] = None

    def adopt(self, telegram: Telegram) -> None:
        """Give a home to areas that stand outside the tables, such as TargetArea and the coasts of a storm surge.

        The Head tells the kind of some. The prefecture of a TargetArea contains what the telegram is about; a
        municipality that no table names is left alone, and so is what a table names without a kind: nothing says that
        the kind holds there.
        """
        placed = {key for keys in self.keys.values() for key in keys}
        if len(placed) == len(telegram.areas.names):
            return
        for table in telegram.envelope.tables:
            for item in items(table, telegram.areas):
                self.join(item, placed)
        placed = {key for keys in self.keys.values() for key in keys}
        placed |= self.named
        rest = [key for key in telegram.areas.names if key not in placed and key.value_name != CITY]
        if rest and self.keys:
            self.keys[min(self.keys, key=self._rank)].update(dict.fromkeys(rest))

    def infos(self, telegram: Telegram) -> list[Info]:
        """Make the Infos, the worst first; one without areas where the telegram has no kinds."""
        kinds = sorted(self.keys, key=self._rank)
        if not kinds:
            return [
                telegram.info(self.scheme.event or telegram.envelope.head_title, telegram.grade, telegram.areas.names)
            ]
        return [self._info(telegram, kind) for kind in kinds]

    def _info(self, telegram: Telegram, kind: Kind) -> Info:
        scheme, grade = self.scheme, self._grade(kind)
        nothing = self._is_nothing(kind)
        code, name = kind.code, kind.name
        title = telegram.envelope.title
        event = scheme.event or (_ENDED.get(title, title) if name in {"", RELEASED} else name)
        status = kind.status or (RELEASED if self._is_over(kind) else "")
        level = None if nothing else scheme.level(code, name)
        told = [
            (parameter.LEVEL, str(level) if level and self._holds(kind) else ""),
            (parameter.KIND_STATUS, status),
            (parameter.CONDITION, kind.condition),
        ]
        lines = "\n".join(self.sentences)
        return telegram.info(
            f"{event}（{status or name}）" if nothing else event,
            telegram.grade.released() if grade.severity is Severity.UNKNOWN and self._is_over(kind) else grade,
            self.keys[kind],
            event_codes=[NamedValue(scheme.value_name, code.zfill(scheme.width))] if code else (),
            parameters=[*[NamedValue(name, value) for name, value in told if value], *self.told.get(kind, ())],
            description="\n\n".join(filter(None, (telegram.description, lines))) or None,
        )

    def _is_nothing(self, kind: Kind) -> bool:
        if kind.code in self.scheme.nothing or kind.name.endswith("警報なし"):
            return True
        return not kind.code and kind.status.endswith("なし")

    def _is_over(self, kind: Kind) -> bool:
        return kind.status == RELEASED or kind.code in self.scheme.over

    def _holds(self, kind: Kind) -> bool:
        return not self._is_nothing(kind) and not self._is_over(kind)

    def _grade(self, kind: Kind) -> Grade:
        if self._is_nothing(kind):
            return grades.NONE
        grade = self.scheme.grade(kind.code, kind.name)
        return grade.released() if self._is_over(kind) else grade

    def _rank(self, kind: Kind) -> tuple[bool, bool, int]:
        """Sort what holds before what ended before nothing, each by severity; ties keep the telegram's order."""
        return self._is_nothing(kind), *grades.rank(self._grade(kind))

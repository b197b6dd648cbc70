"""The table of telegrams: what Control/Title makes a telegram, and who reads its body.

The telegram code (VXSE43) is not in the XML, so a title, or the pattern of one, stands for it. What is not in the table
is a bulletin. Source: FORMATS 3.3, counted from the official samples; 移行措置電文 from dmdata's telegram pages.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from cap_formats.alert import Category, Certainty, Info, ResponseType, Severity, Urgency
from cap_formats.jma import ash, bulletin, eew, flood, megaquake, quake, tsunami, typhoon, volcano, warning
from cap_formats.jma import grade as grades
from cap_formats.jma.grade import Grade
from cap_formats.jma.telegram import Telegram

Reader = Callable[[Telegram], list[Info]]


class Family(NamedTuple):
    """One row.

    ``code`` is the telegram code in lower case, for the identifier; ``series`` names the series where two codes share
    one (VXSE44 and VXSE45 tell the same reports); ``grade`` is what holds where the body says nothing better, and what
    a 取消 takes back; ``counted`` is true where Serial orders the series; ``transitional`` marks what since 2026-05-28
    only repeats newer telegrams, ``digest`` what gathers them (FORMATS 3.5).
    """

    title: str
    code: str
    category: Category
    grade: Grade
    read: Reader
    series: str = ""
    counted: bool = False
    transitional: bool = False
    digest: bool = False


_MET: Final = Category.MET
_GEO: Final = Category.GEO
_TSUNAMI_SEEN: Final = grades.TSUNAMI_ADVISORY._replace(certainty=Certainty.OBSERVED)
_FELT: Final = Grade(Urgency.PAST, Severity.MINOR, Certainty.OBSERVED, (ResponseType.MONITOR,))
_weather: Final = warning.read(warning.WEATHER)

FAMILIES: Final = (
    Family("緊急地震速報（警報）", "vxse43", _GEO, grades.EEW_WARNING, eew.read_warning, counted=True),
    Family("緊急地震速報（予報）", "vxse44", _GEO, grades.NOTABLE, eew.read_forecast, "eew-forecast", counted=True),
    Family(
        "緊急地震速報（地震動予報）", "vxse45", _GEO, grades.NOTABLE, eew.read_forecast, "eew-forecast", counted=True
    ),
    Family("緊急地震速報(配信)?テスト", "vxse42", _GEO, grades.BULLETIN, eew.read_test, counted=True),
    Family("気象警報・注意報（Ｒ０６）（大雨）", "vpww55", _MET, grades.UNKNOWN, _weather),
    Family("気象警報・注意報（Ｒ０６）（土砂(災害)?）", "vpww56", _MET, grades.UNKNOWN, _weather),
    Family("気象警報・注意報（Ｒ０６）（高潮）", "vpww57", _MET, grades.UNKNOWN, _weather),
    Family("気象警報・注意報（Ｒ０６）（暴風）", "vpww58", _MET, grades.UNKNOWN, _weather),
    Family("気象警報・注意報（Ｒ０６）（波浪）", "vpww59", _MET, grades.UNKNOWN, _weather),
    Family("気象警報・注意報（Ｒ０６）（大雪）", "vpww60", _MET, grades.UNKNOWN, _weather),
    Family("気象警報・注意報（Ｒ０６）（その他注意報）", "vpww61", _MET, grades.UNKNOWN, _weather),
    Family("気象警報・注意報（Ｒ０６）.*", "vpws50", _MET, grades.UNKNOWN, _weather, digest=True),
    Family("気象警報・注意報（Ｈ２７）", "vpww54", _MET, grades.UNKNOWN, _weather, transitional=True),
    Family("気象特別警報・警報・注意報", "vpww53", _MET, grades.UNKNOWN, _weather, transitional=True),
    Family("気象警報・注意報", "vpww50", _MET, grades.UNKNOWN, _weather),
    Family("気象特別警報報知", "vpno50", _MET, grades.SPECIAL, _weather, transitional=True),
    Family(
        "土砂災害警戒情報",
        "vxww50",
        _MET,
        grades.LEVEL_4,
        warning.read(warning.LANDSLIDE),
        transitional=True,
    ),
    Family("竜巻注意情報", "vphw50", _MET, grades.NOTABLE, warning.read(warning.TORNADO)),
    Family("竜巻注意情報（目撃情報付き）", "vphw51", _MET, grades.NOTABLE, warning.read(warning.TORNADO)),
    Family(
        "記録的短時間大雨情報",
        "vpoa50",
        _MET,
        grades.LEVEL_4,
        warning.read(warning.RECORD_RAIN),
        transitional=True,
    ),
    Family("地方海上警報.*", "vpcu51", _MET, grades.NOTABLE, warning.read(warning.MARINE)),
    Family("全般海上警報（定時）.*", "vpzu52", _MET, grades.NOTABLE, warning.read(warning.MARINE)),
    Family("全般海上警報（臨時）.*", "vpzu53", _MET, grades.NOTABLE, warning.read(warning.MARINE)),
    Family("指定河川洪水予報", "vxko", _MET, grades.LEVEL_3, flood.read),
    Family("水位周知河川に関する情報", "vxsu", _MET, grades.LEVEL_3, flood.read),
    Family("府県気象防災速報.*", "vpbs50", _MET, grades.NOTABLE, bulletin.read_flash),
    Family("熱中症.*アラート", "vpft50", Category.HEALTH, grades.LEVEL_2, bulletin.read_heat),
    Family("津波警報・注意報・予報[aａ]?", "vtse41", _GEO, grades.TSUNAMI_MAJOR, tsunami.read),
    Family("津波情報[aａ]?", "vtse51", _GEO, _TSUNAMI_SEEN, tsunami.read),
    Family("沖合の津波観測に関する情報", "vtse52", _GEO, _TSUNAMI_SEEN, tsunami.read),
    Family("震度速報", "vxse51", _GEO, _FELT, quake.read),
    Family("震源に関する情報", "vxse52", _GEO, _FELT, quake.read),
    Family("震源・震度に関する情報", "vxse53", _GEO, _FELT, quake.read),
    Family("顕著な地震の震源要素更新のお知らせ", "vxse61", _GEO, _FELT, quake.read),
    Family("長周期地震動に関する観測情報", "vxse62", _GEO, _FELT, quake.read),
    Family("地震の活動状況等に関する情報", "vxse56", _GEO, grades.BULLETIN, quake.read_activity),
    Family("地震回数に関する情報", "vxse60", _GEO, grades.BULLETIN, quake.read_count),
    Family("南海トラフ地震臨時情報", "vyse50", _GEO, megaquake.WATCH, megaquake.read),
    Family("南海トラフ地震関連解説情報", "vyse51", _GEO, grades.BULLETIN, megaquake.read),
    Family("北海道・三陸沖後発地震注意情報", "vyse60", _GEO, megaquake.WATCH, megaquake.read),
    Family("噴火警報・予報", "vfvo50", _GEO, grades.CRATER, volcano.read),
    Family("噴火速報", "vfvo56", _GEO, grades.VOLCANO["52"], volcano.read),
    Family("火山現象に関する海上警報・海上予報", "vfsv", _GEO, grades.CRATER, volcano.read),
    Family("降灰予報（(速報|詳細)）", "vfvo54", _GEO, grades.NOTABLE, ash.read_ash),
    Family("降灰予報（定時）", "vfvo53", _GEO, grades.BULLETIN, ash.read_ash),
    Family("火山の状況に関する解説情報.*", "vfvo51", _GEO, grades.BULLETIN, bulletin.read),
    Family("噴火に関する火山観測報", "vfvo52", _GEO, grades.NOTABLE, ash.read_plume),
    Family("推定噴煙流向報", "vfvo60", _GEO, grades.NOTABLE, ash.read_plume),
    Family("(地震・津波|火山)に関するお知らせ", "vzse40", _GEO, grades.BULLETIN, bulletin.read),
)

NEWS: Final = (
    Family("台風解析.*", "typhoon", _MET, grades.NOTABLE, typhoon.read),
    Family("台風の暴風域に入る確率.*", "typhoon", _MET, grades.NOTABLE, typhoon.read_probability),
    Family("台風.*|.*台風情報.*", "typhoon", _MET, grades.NOTABLE, bulletin.read),
    Family("(全般|地方|府県)気象解説情報（潮位）", "tide", _MET, grades.NOTABLE, bulletin.read_tide),
    Family("(全般|地方|府県)気象解説情報.*", "weather", _MET, grades.NOTABLE, bulletin.read),
    Family("(全般|地方|府県)(気象|潮位)情報", "weather", _MET, grades.NOTABLE, bulletin.read, transitional=True),
    Family(
        "大雨危険度通知|(早期注意|早期天候)情報.*|警報級の可能性.*", "outlook", _MET, grades.BULLETIN, bulletin.read
    ),
    Family(".*時系列情報.*", "forecast", _MET, grades.BULLETIN, bulletin.read_timeline),
    Family(".*(予報|概況|天候情報).*", "forecast", _MET, grades.BULLETIN, bulletin.read),
    Family(".*(季節観測|気象報|予想図|実況図)", "observation", _MET, grades.BULLETIN, bulletin.read),
)
"""Bulletins whose title tells what they are. Several telegram codes share a row; each title is a series of its own."""

BULLETIN: Final = Family("", "bulletin", _MET, grades.UNKNOWN, bulletin.read)

TITLE_MAX: Final = 100  # letters; the longest title has 30, and one that is remembered must not fill the memory

_EXACT: Final = {family.title: family for family in FAMILIES}
_PATTERNS: Final = tuple((re.compile(family.title), family) for family in (*FAMILIES, *NEWS))


def family_of(title: str) -> Family:
    """Return the row of a title: the exact one, else the first pattern that covers it, else a bulletin."""
    return _family_of(title) if len(title) <= TITLE_MAX else BULLETIN


@lru_cache(maxsize=256)
def _family_of(title: str) -> Family:
    exact = _EXACT.get(title)
    if exact is not None:
        return exact
    return next((family for pattern, family in _PATTERNS if pattern.fullmatch(title)), BULLETIN)

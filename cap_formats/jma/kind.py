"""The table of telegrams: what Control/Title makes a telegram, and who reads its body.

The telegram code (VXSE43) is not in the XML, so a title, or the pattern of one, stands for it. What is not in the table
is a bulletin. Source: FORMATS 3.3, counted from the official samples; 移行措置電文 from dmdata's telegram pages.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from cap_formats.alert import Category, Info
from cap_formats.jma import bulletin, eew, warning
from cap_formats.jma import grade as grades
from cap_formats.jma.grade import Grade
from cap_formats.jma.telegram import Telegram

Reader = Callable[[Telegram], list[Info]]


class Kind(NamedTuple):
    """One row.

    ``code`` is the telegram code in lower case, for the identifier; ``series`` names the series where two codes share
    one (VXSE44 and VXSE45 tell the same reports); ``grade`` is what holds where the body says nothing better, and what
    a 取消 takes back; ``counted`` is true where Serial orders the series; ``transitional`` marks what since 2026-05-28
    only repeats newer telegrams (FORMATS 3.5).
    """

    title: str
    code: str
    category: Category
    grade: Grade
    read: Reader
    series: str = ""
    counted: bool = False
    transitional: bool = False


_MET: Final = Category.MET
_GEO: Final = Category.GEO
_weather: Final = warning.read(warning.WEATHER)

KINDS: Final = (
    Kind("緊急地震速報（警報）", "vxse43", _GEO, grades.EEW_WARNING, eew.read_warning, counted=True),
    Kind("緊急地震速報（予報）", "vxse44", _GEO, grades.NOTABLE, eew.read_forecast, "eew-forecast", counted=True),
    Kind("緊急地震速報（地震動予報）", "vxse45", _GEO, grades.NOTABLE, eew.read_forecast, "eew-forecast", counted=True),
    Kind("緊急地震速報(配信)?テスト", "vxse42", _GEO, grades.BULLETIN, eew.read_test, counted=True),
    Kind("気象警報・注意報（Ｒ０６）（大雨）", "vpww55", _MET, grades.UNKNOWN, _weather),
    Kind("気象警報・注意報（Ｒ０６）（土砂(災害)?）", "vpww56", _MET, grades.UNKNOWN, _weather),
    Kind("気象警報・注意報（Ｒ０６）（高潮）", "vpww57", _MET, grades.UNKNOWN, _weather),
    Kind("気象警報・注意報（Ｒ０６）（暴風）", "vpww58", _MET, grades.UNKNOWN, _weather),
    Kind("気象警報・注意報（Ｒ０６）（波浪）", "vpww59", _MET, grades.UNKNOWN, _weather),
    Kind("気象警報・注意報（Ｒ０６）（大雪）", "vpww60", _MET, grades.UNKNOWN, _weather),
    Kind("気象警報・注意報（Ｒ０６）（その他注意報）", "vpww61", _MET, grades.UNKNOWN, _weather),
    Kind("気象警報・注意報（Ｒ０６）.*", "vpws50", _MET, grades.UNKNOWN, _weather),
    Kind("気象警報・注意報（Ｈ２７）", "vpww54", _MET, grades.UNKNOWN, _weather, transitional=True),
    Kind("気象特別警報・警報・注意報", "vpww53", _MET, grades.UNKNOWN, _weather, transitional=True),
    Kind("気象警報・注意報", "vpww50", _MET, grades.UNKNOWN, _weather),
    Kind("気象特別警報報知", "vpno50", _MET, grades.SPECIAL, _weather, transitional=True),
    Kind(
        "土砂災害警戒情報",
        "vxww50",
        _MET,
        grades.LEVEL_4,
        warning.read(warning.LANDSLIDE),
        transitional=True,
    ),
    Kind("竜巻注意情報", "vphw50", _MET, grades.NOTABLE, warning.read(warning.TORNADO)),
    Kind("竜巻注意情報（目撃情報付き）", "vphw51", _MET, grades.NOTABLE, warning.read(warning.TORNADO)),
    Kind(
        "記録的短時間大雨情報",
        "vpoa50",
        _MET,
        grades.LEVEL_4,
        warning.read(warning.RECORD_RAIN),
        transitional=True,
    ),
    Kind("地方海上警報.*", "vpcu51", _MET, grades.NOTABLE, warning.read(warning.MARINE)),
)

BULLETIN: Final = Kind("", "bulletin", _MET, grades.UNKNOWN, bulletin.read)

_EXACT: Final = {kind.title: kind for kind in KINDS}
_PATTERNS: Final = tuple((re.compile(kind.title), kind) for kind in KINDS if re.search(r"[*?|\[]", kind.title))


def kind_of(title: str) -> Kind:
    """Return the row of a title: the exact one, else the first pattern that covers it, else a bulletin."""
    exact = _EXACT.get(title)
    if exact is not None:
        return exact
    return next((kind for pattern, kind in _PATTERNS if pattern.fullmatch(title)), BULLETIN)

"""What an Info is about and how grave, in words that JMA's old and new telegrams share.

Since 2026-05-28 the same warning comes twice: by the new telegrams, and minutes later by a transitional one that tells
several of them at once and has no code for level 4 (FORMATS 3.5). Nothing in either names the other; they can be told
to be the same by their subject, their rank and their areas alone. Source: tables WeatherWarning, SoilWarning,
HazardousRain; dmdata's telegram pages (we02010, we02050, we02710, we02061).
"""

from typing import Final

import msgspec

from cap_formats import parameter
from cap_formats.alert import Info


class Subject(msgspec.Struct, frozen=True):
    """``names``: what it is about, of which ``every`` one is meant, or any. ``rank``: 5 特別警報, 4 危険警報, 3 警報,
    2 注意報, 1 for news. ``lasting`` tells a state from news, which are the same only within minutes.
    """

    names: tuple[str, ...]
    rank: int
    every: bool = False
    lasting: bool = True


_RANKED: Final = {
    "rain": ("33", "43", "03", "10"),
    "landslide": ("39", "49", "09", "29"),
    "surge": ("38", "48", "08", "19"),
    "wind": ("35", "45", "05", "15"),
    "blizzard": ("32", "42", "02", "13"),
    "waves": ("37", "47", "07", "16"),
    "snow": ("36", "46", "06", "12"),
    "flood": ("", "", "04", "18"),
}
_BY_CODE: Final = {code: (name, 5 - step) for name, codes in _RANKED.items() for step, code in enumerate(codes) if code}
_CAUSES: Final = {"浸水害": "rain", "土砂災害": "landslide"}  # Kind/Condition of 大雨警報 in VPWW53, VPWW54 and VPNO50
_HEAVY_RAIN: Final = ("rain", "landslide")  # which of the two is meant, old telegrams leave open in a 注意報
_NEWS: Final = {
    "全般気象情報": "news of the country",
    "全般気象解説情報": "news of the country",
    "地方気象情報": "news of the region",
    "地方気象解説情報": "news of the region",
    "府県気象情報": "news of the prefecture",
    "府県気象解説情報": "news of the prefecture",
    "府県気象防災速報": "news of the prefecture",
    "全般潮位情報": "tides of the country",
    "全般気象解説情報（潮位）": "tides of the country",
    "地方潮位情報": "tides of the region",
    "地方気象解説情報（潮位）": "tides of the region",
    "府県潮位情報": "tides of the prefecture",
    "府県気象解説情報（潮位）": "tides of the prefecture",
}
_RECORD_RAIN: Final = "record rain"
_RECORD_RAIN_TAG: Final = "記録雨"


def repeats_others(info: Info) -> bool:
    """Tell whether it comes by a telegram that only says again what others say: transitional, or the digest."""
    return any(told.value_name in {parameter.TRANSITIONAL, parameter.DIGEST} for told in info.parameters)


def subject_of(info: Info) -> Subject | None:
    """Return what the Info is about; None for what has but one way to come."""
    for code in info.event_codes:
        if code.value_name == "JMA_WeatherWarning":
            return _weather(info, code.value)
        if code.value_name == "JMA_SoilWarning":
            return Subject(("landslide",), 4)
        if code.value_name == "JMA_FloodForecast":
            return Subject(("flood",), int(code.value[0]) if code.value[:1].isdecimal() else 0)
        if code.value_name == "JMA_HazardousRain":
            return Subject((_RECORD_RAIN,), 1, lasting=False)
    title = info.parameter(parameter.TELEGRAM) or ""
    if title not in _NEWS:
        return None
    tagged = any(told == (parameter.CONDITION, _RECORD_RAIN_TAG) for told in _pairs(info))
    return Subject((_NEWS[title], _RECORD_RAIN) if tagged else (_NEWS[title],), 1, lasting=False)


def _weather(info: Info, code: str) -> Subject:
    name, rank = _BY_CODE.get(code, (f"WeatherWarning {code}", 2))
    if name != "rain" or not repeats_others(info):
        return Subject((name,), rank)
    said = "".join(value for told, value in _pairs(info) if told == parameter.CONDITION)
    causes = tuple(name for word, name in _CAUSES.items() if word in said)
    return Subject(causes, rank, every=True) if causes else Subject(_HEAVY_RAIN, rank)


def _pairs(info: Info) -> list[tuple[str, str]]:
    return [(told.value_name, told.value) for told in info.parameters]

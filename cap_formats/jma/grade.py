"""How urgent, how severe and how certain: JMA's codes in CAP's three words (FORMATS 3.4, 4.3).

One table for each of JMA's code tables. Level 5 and 特別警報 are Extreme; level 4 (危険警報, 土砂災害警戒情報,
氾濫危険情報) is Severe and Immediate; level 3 and other 警報 are Severe and Expected; 注意報 with a level number is
Moderate, without one Minor. What is released keeps the severity of what it was, so that whoever was warned also hears
of the end, and becomes Past with the response AllClear.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from cap_formats.alert import Certainty, ResponseType, Severity, Urgency


class Grade(NamedTuple):
    """CAP's three words and what to do; made to be a row of a table."""

    urgency: Urgency
    severity: Severity
    certainty: Certainty
    response_type: tuple[ResponseType, ...] = ()

    def released(self) -> "Grade":
        """Return what the end of this is."""
        return Grade(Urgency.PAST, self.severity, Certainty.OBSERVED, (ResponseType.ALL_CLEAR,))


UNKNOWN: Final = Grade(Urgency.UNKNOWN, Severity.UNKNOWN, Certainty.UNKNOWN)
NONE: Final = Grade(Urgency.PAST, Severity.MINOR, Certainty.OBSERVED, (ResponseType.NONE,))
BULLETIN: Final = Grade(Urgency.FUTURE, Severity.MINOR, Certainty.POSSIBLE, (ResponseType.MONITOR,))
NOTABLE: Final = Grade(Urgency.EXPECTED, Severity.MODERATE, Certainty.LIKELY, (ResponseType.MONITOR,))

LEVEL_5: Final = Grade(
    Urgency.IMMEDIATE, Severity.EXTREME, Certainty.OBSERVED, (ResponseType.SHELTER, ResponseType.EXECUTE)
)
SPECIAL: Final = Grade(Urgency.IMMEDIATE, Severity.EXTREME, Certainty.LIKELY, (ResponseType.SHELTER,))
LEVEL_4: Final = Grade(Urgency.IMMEDIATE, Severity.SEVERE, Certainty.LIKELY, (ResponseType.EVACUATE,))
LEVEL_3: Final = Grade(
    Urgency.EXPECTED, Severity.SEVERE, Certainty.LIKELY, (ResponseType.PREPARE, ResponseType.EVACUATE)
)
WARNING: Final = Grade(Urgency.EXPECTED, Severity.SEVERE, Certainty.LIKELY, (ResponseType.PREPARE,))
LEVEL_2: Final = Grade(Urgency.EXPECTED, Severity.MODERATE, Certainty.POSSIBLE, (ResponseType.PREPARE,))
ADVISORY: Final = Grade(Urgency.EXPECTED, Severity.MINOR, Certainty.POSSIBLE, (ResponseType.MONITOR,))
LEVELS: Final = {1: ADVISORY, 2: LEVEL_2, 3: LEVEL_3, 4: LEVEL_4, 5: LEVEL_5}

WEATHER_LEVELS: Final = {
    **dict.fromkeys(("33", "38", "39"), 5),
    **dict.fromkeys(("43", "48", "49"), 4),
    **dict.fromkeys(("03", "08", "09"), 3),
    **dict.fromkeys(("10", "19", "29"), 2),
}
"""警戒レベル by code of WeatherWarning; 暴風, 大雪, 波浪 and 暴風雪 have none, be they 特別警報 or not."""

WEATHER: Final = {
    **{code: LEVELS[level] for code, level in WEATHER_LEVELS.items()},
    **dict.fromkeys(("32", "35", "36", "37"), SPECIAL),
    **dict.fromkeys(("02", "04", "05", "06", "07"), WARNING),
    "18": LEVEL_2,  # 洪水注意報, of the telegrams before 2026-05-28
    **dict.fromkeys(("12", "13", "14", "15", "16", "17", "20", "21", "22", "23", "24", "25", "26", "27"), ADVISORY),
}

_LEVEL_NAME: Final = re.compile(r"レベル([１-５1-5])")
_BY_NAME: Final = (
    ("特別警報", SPECIAL),
    ("危険警報", LEVEL_4),
    ("警戒情報", LEVEL_4),
    ("警報", WARNING),
    ("注意報", ADVISORY),
)


def level_of_name(name: str) -> int | None:
    """Return the number in a level-numbered name: 4 of レベル４大雨危険警報; None where there is none."""
    match = _LEVEL_NAME.search(name)
    return int(match.group(1)) if match else None


def weather_level(code: str, name: str) -> int | None:
    """Return the 警戒レベル of a weather warning; the name's own number wins over the table's."""
    return level_of_name(name) or WEATHER_LEVELS.get(code)


def weather(code: str, name: str) -> Grade:
    """Grade a row of WeatherWarning; a code that is not in the table is graded by what its name says."""
    level = level_of_name(name)
    return LEVELS[level] if level else WEATHER.get(code) or by_name(name)


def by_name(name: str) -> Grade:
    """Grade by the word that ends JMA's names; Unknown where none is in it."""
    return next((grade for word, grade in _BY_NAME if word in name), UNKNOWN)


EEW_WARNING: Final = Grade(
    Urgency.IMMEDIATE, Severity.EXTREME, Certainty.LIKELY, (ResponseType.SHELTER, ResponseType.EXECUTE)
)

TSUNAMI_MAJOR: Final = Grade(Urgency.IMMEDIATE, Severity.EXTREME, Certainty.LIKELY, (ResponseType.EVACUATE,))
TSUNAMI_ADVISORY: Final = Grade(Urgency.IMMEDIATE, Severity.SEVERE, Certainty.LIKELY, (ResponseType.EVACUATE,))
TSUNAMI_FORECAST: Final = Grade(Urgency.EXPECTED, Severity.MINOR, Certainty.LIKELY, (ResponseType.MONITOR,))
TSUNAMI: Final = {
    "00": NONE,
    "50": TSUNAMI_MAJOR.released(),
    "51": TSUNAMI_MAJOR,
    "52": TSUNAMI_MAJOR,
    "53": TSUNAMI_MAJOR,
    "60": TSUNAMI_ADVISORY.released(),
    "62": TSUNAMI_ADVISORY,
    "71": TSUNAMI_FORECAST,
    "72": TSUNAMI_ADVISORY.released(),  # 津波予報 in place of the 注意報
    "73": TSUNAMI_MAJOR.released(),  # 津波予報 in place of the 警報
}

INTENSITIES: Final = ("7", "6+", "6-", "5+", "5-", "4", "3", "2", "1", "0")
INTENSITY_WORDS: Final = dict(
    zip(INTENSITIES, ("７", "６強", "６弱", "５強", "５弱", "４", "３", "２", "１", "０"), strict=True)
)
"""震度 as it is written and spoken: ６強 of 6+."""
_SHAKING: Final = {
    **dict.fromkeys(("7", "6+", "6-"), Severity.EXTREME),
    **dict.fromkeys(("5+", "5-"), Severity.SEVERE),
    "4": Severity.MODERATE,
    **dict.fromkeys(("3", "2", "1", "0"), Severity.MINOR),
}


def shaking(intensity: str) -> Severity:
    """Grade a seismic intensity (震度) as JMA writes it: 7, 6+, 6-, 5+, 5-, 4 ... ; Unknown where it is none."""
    return _SHAKING.get(intensity, Severity.UNKNOWN)


ERUPTION: Final = Grade(Urgency.IMMEDIATE, Severity.EXTREME, Certainty.OBSERVED, (ResponseType.EVACUATE,))
CRATER: Final = Grade(Urgency.EXPECTED, Severity.SEVERE, Certainty.LIKELY, (ResponseType.AVOID,))
CRATER_RIM: Final = Grade(Urgency.EXPECTED, Severity.MODERATE, Certainty.LIKELY, (ResponseType.AVOID,))
VOLCANO: Final = {
    **dict.fromkeys(("01", "14", "15", "25", "41", "46"), ERUPTION),
    **dict.fromkeys(("02", "03", "13", "23", "24", "31", "36", "42", "43", "44", "47"), CRATER),
    **dict.fromkeys(("12", "22", "48", "49"), CRATER_RIM),
    "04": CRATER.released(),
    "32": CRATER.released(),
    **dict.fromkeys(("05", "11", "21", "33", "35", "45"), BULLETIN),
    **dict.fromkeys(("06", "07", "08"), NOTABLE),
    **dict.fromkeys(
        ("51", "52", "53", "54", "56", "61", "62", "63", "64"),
        Grade(Urgency.IMMEDIATE, Severity.SEVERE, Certainty.OBSERVED, (ResponseType.SHELTER, ResponseType.AVOID)),
    ),
    **dict.fromkeys(("55", "65"), CRATER.released()),
    **dict.fromkeys(("70", "71", "72", "73", "75"), NOTABLE),
}
VOLCANO_LEVELS: Final = {"11": 1, "12": 2, "13": 3, "14": 4, "15": 5}
"""噴火警戒レベル by code of VolcanicWarning; not the 警戒レベル of floods and landslides, though it looks like it."""

_SEVERITIES: Final = tuple(Severity)
_URGENCIES: Final = (Urgency.IMMEDIATE, Urgency.EXPECTED, Urgency.FUTURE, Urgency.PAST, Urgency.UNKNOWN)


def rank(grade: Grade) -> tuple[bool, int]:
    """Sort key: the worst first, what is over after all that holds."""
    return grade.urgency is Urgency.PAST, _SEVERITIES.index(grade.severity)


def worst(grades: Iterable[Grade]) -> Grade:
    """Return the most severe, of these the most urgent; UNKNOWN of nothing."""
    return min(
        grades,
        key=lambda grade: (_SEVERITIES.index(grade.severity), _URGENCIES.index(grade.urgency)),
        default=UNKNOWN,
    )

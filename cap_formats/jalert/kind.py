"""The kinds of J-Alert: what each is, what CAP calls it, whether it starts loudspeakers by itself, and what they say.

One table for the decoder, the loudspeakers and the officer's page. Sources: 業務規程 of 2016-10, 第4条 (24 kinds) and
第9条 (auto-start in principle); the type codes of the receiver's index (FORMATS 2.1, 2.4, 2.6); the sounds as published
by 内閣官房 and by municipalities.

UNCONFIRMED, and only here:
- the list as of 2026: the three 東海地震 kinds became 南海トラフ地震臨時情報 in 2017, 北海道・三陸沖後発地震 came in
  2022, the new warnings of 2026-05-28 took the place of the older ones;
- 情報番号: not public; ``number`` is the receiver's own number of the type (its master table), the only one known.
"""

from typing import Final, NamedTuple

from cap_formats.alert import Category, Certainty, ResponseType, Severity, Urgency
from cap_formats.jma.grade import (
    BULLETIN,
    EEW_WARNING,
    NOTABLE,
    SPECIAL,
    TSUNAMI_ADVISORY,
    TSUNAMI_MAJOR,
    VOLCANO,
    Grade,
)

# Sounds, by name; channels have the waves and patterns of each.
WARNING_SIREN: Final = "国民保護サイレン"  # 14 s, before the text
EARTHQUAKE_CHIME: Final = "緊急地震速報チャイム"
RISING_CHIME: Final = "上り4音チャイム"
TSUNAMI_SIREN: Final = "津波サイレン"

STARTS: Final = "jalert:autoStart"  # a parameter: "true" where loudspeakers start by themselves
REPEATS: Final = 3  # how often the text is read
ATTACK: Final = Grade(Urgency.IMMEDIATE, Severity.EXTREME, Certainty.LIKELY, (ResponseType.SHELTER,))
_SHAKEN: Final = Grade(Urgency.IMMEDIATE, Severity.EXTREME, Certainty.OBSERVED, (ResponseType.MONITOR,))
_NOTICE: Final = Grade(Urgency.EXPECTED, Severity.SEVERE, Certainty.OBSERVED, (ResponseType.MONITOR,))
_GEO: Final = (Category.GEO,)
_MET: Final = (Category.MET,)
_ARMED: Final = (Category.SECURITY, Category.CBRNE)


class Kind(NamedTuple):
    """One kind.

    ``type`` is the code in the receiver's index; ``grade`` is urgency, severity, certainty and what to do (what comes
    as a telegram of JMA is graded by that telegram; this is what holds in principle). ``starts`` says whether
    loudspeakers start by themselves, and ``rule`` from where on. ``sound`` goes before the ``text``, which is None
    where the message brings its own. ``words`` tell the kind in a 国民保護 text, the first that is found.
    """

    name: str
    english: str
    type: str
    number: int
    category: tuple[Category, ...]
    grade: Grade
    starts: bool
    rule: str = ""
    sound: str = RISING_CHIME
    text: str | None = None
    words: tuple[str, ...] = ()


_EEW_TEXT: Final = "緊急地震速報。大地震です。大地震です。"

KINDS: Final = (
    Kind(
        "弾道ミサイル情報", "Missile attack", "JALT", 11, _ARMED, ATTACK, True, "", WARNING_SIREN, None, ("ミサイル",)
    ),
    Kind(
        "航空攻撃情報",
        "Air attack",
        "JALT",
        11,
        _ARMED,
        ATTACK,
        True,
        "",
        WARNING_SIREN,
        None,
        ("航空攻撃", "航空機による攻撃"),
    ),
    Kind(
        *("ゲリラ・特殊部隊攻撃情報", "Guerrilla or special forces attack", "JALT", 11, (Category.SECURITY,), ATTACK),
        *(True, "", WARNING_SIREN, None, ("ゲリラ", "特殊部隊")),
    ),
    Kind(
        *("大規模テロ情報", "Large-scale terrorism", "JALT", 11, (Category.SECURITY,), ATTACK),
        *(True, "", WARNING_SIREN, None, ("テロ",)),
    ),
    Kind(
        "その他の国民保護情報",
        "Civil protection information",
        "JALT",
        11,
        (Category.SECURITY,),
        ATTACK,
        True,
        "",
        WARNING_SIREN,
    ),
    Kind("緊急連絡", "Urgent notice of the FDMA", "IFDA", 12, (Category.SAFETY,), _NOTICE, False),
    Kind(
        *("緊急地震速報", "Earthquake Early Warning", "EPRQ", 10, _GEO, EEW_WARNING),
        *(True, "震度5弱以上（推定）", EARTHQUAKE_CHIME, _EEW_TEXT),
    ),
    Kind("大津波警報", "Major Tsunami Warning", "ISSW", 3, _GEO, TSUNAMI_MAJOR, True, "津波3.0m以上", TSUNAMI_SIREN),
    Kind("津波警報", "Tsunami Warning", "ISSW", 3, _GEO, TSUNAMI_MAJOR, True, "", TSUNAMI_SIREN),
    Kind("津波注意報", "Tsunami Advisory", "ISSW", 3, _GEO, TSUNAMI_ADVISORY, False),
    Kind("噴火警報（居住地域）", "Volcanic Warning (residential)", "VOLC", 9, _GEO, VOLCANO["15"], True),
    Kind("噴火警報（火口周辺）", "Volcanic Warning (near the crater)", "VOLC", 9, _GEO, VOLCANO["13"], False),
    Kind("噴火速報", "Eruption Notice", "VOLC", 9, _GEO, VOLCANO["52"], False),
    Kind("震度速報", "Seismic intensity report", "IOEQ", 2, _GEO, _SHAKEN, False, "震度5強以上"),
    Kind("震源・震度に関する情報", "Hypocentre and intensity", "IOEQ", 2, _GEO, NOTABLE, False),
    Kind("南海トラフ地震臨時情報", "Nankai Trough Earthquake Extra Information", "IOEQ", 2, _GEO, NOTABLE, False),
    Kind("北海道・三陸沖後発地震注意情報", "Off Hokkaido and Sanriku Advisory", "IOEQ", 2, _GEO, NOTABLE, False),
    Kind("特別警報", "Emergency Warning", "WRMA", 1, _MET, SPECIAL, True),
    Kind("土砂災害警戒情報", "Landslide Alert Information", "WRMA", 1, _MET, NOTABLE, False),
    Kind("竜巻注意情報", "Hazardous Wind Watch", "WRMA", 1, _MET, NOTABLE, False),
    Kind("記録的短時間大雨情報", "Record-breaking heavy rain", "WRMA", 1, _MET, NOTABLE, False),
    Kind("指定河川洪水予報", "Flood Forecast", "WRMA", 1, _MET, NOTABLE, False),
    Kind("気象警報", "Weather Warning", "WRMA", 1, _MET, NOTABLE, False),
    Kind("気象注意報", "Weather Advisory", "WRMA", 1, _MET, BULLETIN, False),
)

CIVIL_PROTECTION: Final = "JALT"
ATTACKS: Final = tuple(kind for kind in KINDS if kind.type == CIVIL_PROTECTION)
URGENT_NOTICE: Final = "IFDA"
TYPES: Final = frozenset(kind.type for kind in KINDS)
WITHOUT_XML: Final = frozenset({CIVIL_PROTECTION, URGENT_NOTICE})  # types whose message is their text
OTHER: Final = next(kind for kind in KINDS if kind.type == CIVIL_PROTECTION and not kind.words)
_NOTICE_KIND: Final = next(kind for kind in KINDS if kind.type == URGENT_NOTICE)

TEST: Final = Kind("Ｊアラート試験", "J-Alert test", CIVIL_PROTECTION, 11, (Category.OTHER,), BULLETIN, True)
TEST_START: Final = "上り4音チャイム"
TEST_TEXT: Final = "これは、Ｊアラートのテストです。"
TEST_END: Final = "下り4音チャイム"


def kind_of_text(text: str, type_code: str = CIVIL_PROTECTION) -> Kind:
    """Return the kind of a text that is no telegram; その他の国民保護情報 where its words tell none."""
    if type_code == URGENT_NOTICE:
        return _NOTICE_KIND
    return next((kind for kind in KINDS if any(word in text for word in kind.words)), OTHER)

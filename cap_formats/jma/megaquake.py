"""南海トラフ地震 (VYSE50/51/52) and 北海道・三陸沖後発地震 (VYSE60): a great earthquake is likelier than usual.

Neither telegram carries areas: who is meant is fixed by law, and said in words. Without any, nobody who asked for a
place would hear of it; so each is for the prefectures in which those municipalities lie. The keyword (調査中,
巨大地震警戒, 巨大地震注意, 調査終了) is what people act on.
Source: jmx_seis.xsd (EarthquakeInfo); table EarthquakeInformation; 内閣府, 南海トラフ地震防災対策推進地域 (707
municipalities of 29 prefectures) and 北海道・三陸沖後発地震注意情報の対象 (182 of seven).
"""

from typing import Final

from cap_formats import parameter
from cap_formats.alert import Area, Certainty, Info, NamedValue, ResponseType, Severity, Urgency
from cap_formats.jma import grade as grades
from cap_formats.jma.element import SEISMOLOGY, descend, text
from cap_formats.jma.grade import Grade
from cap_formats.jma.telegram import Telegram

TABLE: Final = "JMA_EarthquakeInformation"
LATER_QUAKE: Final = "後発地震"
WATCH: Final = Grade(Urgency.EXPECTED, Severity.SEVERE, Certainty.POSSIBLE, (ResponseType.PREPARE,))
ALERTNESS: Final = Grade(
    Urgency.EXPECTED, Severity.EXTREME, Certainty.POSSIBLE, (ResponseType.EVACUATE, ResponseType.PREPARE)
)
_GRADES: Final = {
    **dict.fromkeys(("111", "112", "113"), grades.NOTABLE),  # 調査中
    "120": ALERTNESS,  # 巨大地震警戒: those who could not flee in time evacuate for a week
    "130": WATCH,  # 巨大地震注意
    "190": grades.BULLETIN,  # 調査終了
    **dict.fromkeys(("200", "210", "219"), grades.BULLETIN),  # 定例解説, 臨時解説
}


def _prefectures(named: str) -> tuple[Area, ...]:
    """Make the areas of prefectures, each a code of JIS X 0401 and a name."""
    words = iter(named.split())
    return tuple(
        Area(area_desc=name, geocodes=(NamedValue("JISX0401", code),)) for code, name in zip(words, words, strict=True)
    )


NANKAI: Final = _prefectures(
    "08 茨城県 12 千葉県 13 東京都 14 神奈川県 19 山梨県 20 長野県 21 岐阜県 22 静岡県 23 愛知県 24 三重県 25 滋賀県"
    " 26 京都府 27 大阪府 28 兵庫県 29 奈良県 30 和歌山県 33 岡山県 34 広島県 35 山口県 36 徳島県 37 香川県 38 愛媛県"
    " 39 高知県 40 福岡県 43 熊本県 44 大分県 45 宮崎県 46 鹿児島県 47 沖縄県"
)
TRENCHES: Final = _prefectures("01 北海道 02 青森県 03 岩手県 04 宮城県 07 福島県 08 茨城県 12 千葉県")


def read(telegram: Telegram) -> list[Info]:
    """Make the one Info, graded by its keyword."""
    serial = descend(telegram.body, SEISMOLOGY + "EarthquakeInfo", SEISMOLOGY + "InfoSerial")
    code, keyword = text(serial, SEISMOLOGY + "Code"), text(serial, SEISMOLOGY + "Name")
    return [
        telegram.info(
            telegram.envelope.head_title,
            _GRADES.get(code, telegram.grade),
            telegram.areas.names,
            event_codes=[NamedValue(TABLE, code)] if code else (),
            parameters=[NamedValue(parameter.CONDITION, keyword)] if keyword else (),
            unlisted=TRENCHES if LATER_QUAKE in telegram.envelope.title else NANKAI,
        )
    ]

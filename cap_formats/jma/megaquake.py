"""南海トラフ地震 (VYSE50/51/52) and 北海道・三陸沖後発地震 (VYSE60): a great earthquake is likelier than usual.

Neither telegram carries areas: who is meant is fixed by law, and said in words. The keyword (調査中, 巨大地震警戒,
巨大地震注意, 調査終了) is what people act on. Source: jmx_seis.xsd (EarthquakeInfo); table EarthquakeInformation.
"""

from typing import Final

from cap_formats import parameter
from cap_formats.alert import Certainty, Info, NamedValue, ResponseType, Severity, Urgency
from cap_formats.jma import grade as grades
from cap_formats.jma.element import SEISMOLOGY, descend, text
from cap_formats.jma.grade import Grade
from cap_formats.jma.telegram import Telegram

TABLE: Final = "JMA_EarthquakeInformation"
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
        )
    ]

"""Which cell broadcast message id says what, by carrier (3GPP TS 23.041, 9.4.1.2.2; reception tables of handsets).

UNCONFIRMED: no carrier publishes which id it uses for evacuation orders. The ranges are what handsets sold in Japan
receive; a contact may name its own.
"""

from enum import StrEnum
from typing import Final

import msgspec

from cap_formats.alert import Alert, Category, MsgType, Status
from channels.text.gist import is_lifted

ETWS_EARTHQUAKE: Final = 4352
ETWS_TSUNAMI: Final = 4353
ETWS_EARTHQUAKE_AND_TSUNAMI: Final = 4354
ETWS_TEST: Final = 4355
ETWS_LAST: Final = 4359
TSUNAMI_WARNING: Final = "津波警報"  # and 大津波警報
EARLY_WARNING: Final = "緊急地震速報"
FORECAST: Final = "予報"  # 緊急地震速報（予報）, which comes for any shaking and dozens of times
ETWS_ALERT_AND_POPUP: Final = 0x300  # bits of the message code: emergency user alert and popup

Range = tuple[int, int]
"""First and last id, both included."""


class CarrierName(StrEnum):
    """Whose network it is."""

    DOCOMO = "docomo"
    KDDI = "kddi"
    SOFTBANK = "softbank"
    RAKUTEN = "rakuten"


class Ids(msgspec.Struct, frozen=True, kw_only=True):
    """Ids for live alerts and for drills; the two never meet."""

    live: tuple[Range, ...]
    drill: tuple[Range, ...]


_AREA_MAIL: Final = Ids(live=((0xA004, 0xA3FF),), drill=((0xA400, 0xA4FF),))
IDS: Final[dict[CarrierName, Ids]] = {
    CarrierName.DOCOMO: _AREA_MAIL,
    CarrierName.KDDI: Ids(live=((0xA808, 0xA80F),), drill=((0xA400, 0xA4FF),)),  # handsets know 0xA808
    CarrierName.SOFTBANK: _AREA_MAIL,  # handsets' defaults: the whole operator range
    CarrierName.RAKUTEN: _AREA_MAIL,
}


def etws_id(alert: Alert) -> int | None:
    """Return the ETWS id that the alert's kind has, or None; a drill of such a kind goes to the test id.

    Handsets sound the alarm before a word is read, so it is for what begins: not for its end, not for a Cancel. Of
    earthquakes it is for 緊急地震速報（警報） alone, not for news of one that was; of tsunamis for warnings alone:
    津波注意報, 津波予報 and 津波情報 sound no alarm (FORMATS 5.1).
    """
    if alert.msg_type is MsgType.CANCEL:
        return None
    events = [info.event for info in alert.infos if Category.GEO in info.category and not is_lifted(info)]
    quake = any(EARLY_WARNING in event and FORECAST not in event for event in events)
    tsunami = any(TSUNAMI_WARNING in event for event in events)
    if not quake and not tsunami:
        return None
    if alert.status is not Status.ACTUAL:
        return ETWS_TEST
    if quake and tsunami:
        return ETWS_EARTHQUAKE_AND_TSUNAMI
    return ETWS_EARTHQUAKE if quake else ETWS_TSUNAMI


def message_code(message_id: int, uses: int) -> int:
    """Return the 10-bit message code for an id that was used ``uses`` times before.

    It changes with every use, for handsets take the same id and serial number for the same message.
    """
    if ETWS_EARTHQUAKE <= message_id <= ETWS_LAST:
        return ETWS_ALERT_AND_POPUP | (uses & 0xFF)
    return uses & 0x3FF

"""What a notice is about and how things stand: closed words, and what each is in L-Alert's and in CAP's words.

Category and SubCategory are those of L-Alert's GeneralInformation (FORMATS 1.5). 海上安全 and お知らせ have no word of
their own there and stand under the nearest. No profile gives the grades of outages; ours are this table.
"""

from enum import StrEnum
from typing import Final

import msgspec

from cap_formats.alert import Category, Certainty, MsgType, ResponseType, Severity, Urgency


class Kind(StrEnum):
    """What is out of order."""

    POWER = "電気"
    GAS = "ガス"
    WATER = "水道"
    WATER_POINT = "給水"
    TELEPHONE = "通信"
    BROADCAST = "放送"
    LIFELINE = "ライフライン"
    RAIL = "鉄道"
    ROAD = "道路"
    BUS = "バス"
    AIR = "航空"
    SEA = "船舶"
    TRANSPORT = "交通"
    SEA_SAFETY = "海上安全"
    NOTICE = "お知らせ"


class State(StrEnum):
    """How it stands: begun, going on, restored, expected to come (計画停電, 計画運休), or said by mistake."""

    BEGUN = "発生"
    GOES_ON = "継続"
    RESTORED = "復旧"
    EXPECTED = "見込み"
    CANCELLED = "取消"


class KindRow(msgspec.Struct, frozen=True):
    """One kind: L-Alert's Category and SubCategory, CAP's categories, the event, and the kind's English word."""

    category: str
    sub_category: str
    cap: tuple[Category, ...]
    event: str
    english: str


class StateRow(msgspec.Struct, frozen=True):
    """One state: what CAP says of it, and its English word."""

    response_type: ResponseType
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    english: str


_LIFELINE: Final = "ライフライン"
_TRANSPORT: Final = "交通"
_INFRA: Final = (Category.INFRA,)
_MOVES: Final = (Category.TRANSPORT,)

KINDS: Final[dict[Kind, KindRow]] = {
    Kind.POWER: KindRow(_LIFELINE, "電気", _INFRA, "停電", "power"),
    Kind.GAS: KindRow(_LIFELINE, "ガス", _INFRA, "ガス供給停止", "gas"),
    Kind.WATER: KindRow(_LIFELINE, "水道", _INFRA, "断水", "water"),
    Kind.WATER_POINT: KindRow(_LIFELINE, "給水", _INFRA, "給水", "water-point"),
    Kind.TELEPHONE: KindRow(_LIFELINE, "通信", _INFRA, "通信障害", "telephone"),
    Kind.BROADCAST: KindRow(_LIFELINE, "放送", _INFRA, "放送障害", "broadcast"),
    Kind.LIFELINE: KindRow(_LIFELINE, "その他", _INFRA, "ライフライン障害", "lifeline"),
    Kind.RAIL: KindRow(_TRANSPORT, "鉄道", _MOVES, "鉄道の運行情報", "rail"),
    Kind.ROAD: KindRow(_TRANSPORT, "道路", _MOVES, "道路の通行情報", "road"),
    Kind.BUS: KindRow(_TRANSPORT, "バス", _MOVES, "バスの運行情報", "bus"),
    Kind.AIR: KindRow(_TRANSPORT, "航空", _MOVES, "航空の運航情報", "air"),
    Kind.SEA: KindRow(_TRANSPORT, "船舶", _MOVES, "船舶の運航情報", "sea"),
    Kind.TRANSPORT: KindRow(_TRANSPORT, "その他", _MOVES, "交通情報", "transport"),
    Kind.SEA_SAFETY: KindRow(_TRANSPORT, "船舶", (Category.TRANSPORT, Category.SAFETY), "海上安全情報", "sea-safety"),
    Kind.NOTICE: KindRow("広報", "その他", (Category.OTHER,), "お知らせ", "notice"),
}
STATES: Final[dict[State, StateRow]] = {
    State.BEGUN: StateRow(ResponseType.MONITOR, Urgency.IMMEDIATE, Severity.MODERATE, Certainty.OBSERVED, "begun"),
    State.GOES_ON: StateRow(ResponseType.MONITOR, Urgency.IMMEDIATE, Severity.MODERATE, Certainty.OBSERVED, "goes-on"),
    State.RESTORED: StateRow(ResponseType.ALL_CLEAR, Urgency.PAST, Severity.MINOR, Certainty.OBSERVED, "restored"),
    State.EXPECTED: StateRow(ResponseType.PREPARE, Urgency.EXPECTED, Severity.MODERATE, Certainty.LIKELY, "expected"),
    State.CANCELLED: StateRow(ResponseType.NONE, Urgency.PAST, Severity.MINOR, Certainty.UNLIKELY, "cancelled"),
}
NOTICE_SEVERITY: Final = Severity.MINOR  # what is only told (お知らせ, 給水) hurts nobody


def msg_type_of(state: State, revision: int) -> MsgType:
    """Return what CAP calls this revision of a notice in that state."""
    if state is State.CANCELLED:
        return MsgType.CANCEL
    return MsgType.ALERT if revision == 1 else MsgType.UPDATE


def severity_of(kind: Kind, state: State) -> Severity:
    """Return how bad it is."""
    return NOTICE_SEVERITY if kind in (Kind.NOTICE, Kind.WATER_POINT) else STATES[state].severity

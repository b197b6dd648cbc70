"""Writes the town's drill orders as CAP 1.2, in Japanese and English, by the broker's own encoder."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from cap_formats.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    Reference,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)
from cap_formats.cap.encode import encode_cap
from cap_formats.cap.text import write_time
from cap_formats.parameter import HAZARD, LEVEL, TRAINING
from ops.demo.town import CODE_6, NAME, NAME_EN, District

SENDER: Final = "bousai.city.kurashiki.example"
HOLDS: Final = timedelta(hours=12)


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What 警戒レベル 3, 4 and 5 mean in CAP's words (FORMATS 4.3)."""

    event: str
    event_en: str
    response: tuple[ResponseType, ...]
    urgency: Urgency
    severity: Severity
    certainty: Certainty


KINDS: Final[dict[int, Kind]] = {
    3: Kind(
        event="高齢者等避難",
        event_en="Evacuation of the elderly and others",
        response=(ResponseType.PREPARE, ResponseType.EVACUATE),
        urgency=Urgency.EXPECTED,
        severity=Severity.SEVERE,
        certainty=Certainty.LIKELY,
    ),
    4: Kind(
        event="避難指示",
        event_en="Evacuation order",
        response=(ResponseType.EVACUATE,),
        urgency=Urgency.IMMEDIATE,
        severity=Severity.EXTREME,
        certainty=Certainty.LIKELY,
    ),
    5: Kind(
        event="緊急安全確保",
        event_en="Emergency safety measures",
        response=(ResponseType.SHELTER, ResponseType.EXECUTE),
        urgency=Urgency.IMMEDIATE,
        severity=Severity.EXTREME,
        certainty=Certainty.OBSERVED,
    ),
}


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One order as the town's officer enters it. ``before`` is what it follows, ``lifts`` that it no longer holds."""

    identifier: str
    sent: datetime
    level: int
    districts: tuple[District, ...]
    instruction: str
    instruction_en: str
    hazard: str = "洪水"
    msg_type: MsgType = MsgType.ALERT
    before: tuple[Reference, ...] = ()
    lifts: bool = False
    note: str | None = None

    @property
    def reference(self) -> Reference:
        """What a later message says of this one."""
        return Reference(SENDER, self.identifier, write_time(self.sent))


def write_order(order: Order) -> bytes:
    """Return the order as CAP 1.2 with status Exercise and 【訓練】 in every headline."""
    alert = Alert(
        identifier=order.identifier,
        sender=SENDER,
        sent=order.sent,
        status=Status.EXERCISE,
        msg_type=order.msg_type,
        scope=Scope.PUBLIC,
        note=order.note,
        references=order.before,
        infos=(_info(order, "ja-JP"), _info(order, "en-US")),
        source_format="",
        raw_digest="",
        chain="",
        place=(),
    )
    return encode_cap(alert)


def _info(order: Order, language: str) -> Info:
    kind, japanese = KINDS[order.level], language.startswith("ja")
    return Info(
        language=language,
        category=(Category.MET, Category.SAFETY),
        event=kind.event if japanese else kind.event_en,
        response_type=(ResponseType.ALL_CLEAR,) if order.lifts else kind.response,
        urgency=Urgency.PAST if order.lifts else kind.urgency,
        severity=Severity.MINOR if order.lifts else kind.severity,
        certainty=kind.certainty,
        effective=order.sent,
        expires=order.sent + HOLDS,
        sender_name=NAME if japanese else NAME_EN,
        headline=_headline(order, kind, japanese=japanese),
        instruction=order.instruction if japanese else order.instruction_en,
        parameters=(
            NamedValue(LEVEL, str(order.level)),
            NamedValue(HAZARD, order.hazard),
            NamedValue(TRAINING, "true"),
        ),
        areas=tuple(
            Area(
                area_desc=district.name if japanese else district.name_en,
                polygons=(district.polygon,),
                geocodes=(NamedValue("JISX0402", CODE_6),),
            )
            for district in order.districts
        ),
    )


def _headline(order: Order, kind: Kind, *, japanese: bool) -> str:
    if japanese:
        places = "、".join(district.name for district in order.districts)
        if order.msg_type is MsgType.CANCEL:
            return f"【訓練】{places}の{kind.event}は誤りでした"
        return f"【訓練】{places}に{kind.event}" if not order.lifts else f"【訓練】{places}の{kind.event}を解除"
    places = " and ".join(district.name_en for district in order.districts)
    if order.msg_type is MsgType.CANCEL:
        return f"【訓練】[EXERCISE] Sent by mistake: {kind.event_en}, {places}"
    verb = "lifted" if order.lifts else f"level {order.level}"
    return f"【訓練】[EXERCISE] {kind.event_en}, {verb}: {places}"

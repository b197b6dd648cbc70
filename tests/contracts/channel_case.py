"""Alerts and deliveries as the broker hands them to a channel: orders of 倉敷市, as CAP would say them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from broker.core.delivery import Delivery
from broker.core.event import AlertAccepted
from broker.core.lane import Lane, lane_of
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
    digest_of,
)
from cap_formats.drill import marked
from cap_formats.parameter import HAZARD, LEVEL

SENT = datetime.fromisoformat("2018-07-06T22:00:00+09:00")
LEVELS = {3: "高齢者等避難", 4: "避難指示", 5: "緊急安全確保"}


def order(
    level: int = 4,
    *,
    number: int = 1,
    status: Status = Status.ACTUAL,
    msg_type: MsgType = MsgType.ALERT,
    areas: tuple[str, ...] = ("真備町",),
    sent: datetime = SENT,
    references: tuple[Reference, ...] = (),
    **info: Any,
) -> AlertAccepted:
    """Return a municipal order; ``number`` tells messages of one chain apart."""
    event = LEVELS[level]
    fields: dict[str, Any] = {
        "language": "ja-JP",
        "category": (Category.MET,),
        "event": event,
        "response_type": (ResponseType.EVACUATE,),
        "urgency": Urgency.IMMEDIATE,
        "severity": Severity.EXTREME if level == 5 else Severity.SEVERE,
        "certainty": Certainty.LIKELY,
        "sender_name": "倉敷市",
        "headline": marked(f"{'・'.join(areas)}に警戒レベル{level} {event}", status),
        "parameters": (NamedValue(LEVEL, str(level)), NamedValue(HAZARD, "洪水")),
        "areas": tuple(Area(area_desc=name, geocodes=(NamedValue("JISX0402", "332020"),)) for name in areas),
    }
    alert = Alert(
        identifier=f"kurashiki-{number}",
        sender="city.kurashiki.example",
        sent=sent,
        status=status,
        msg_type=msg_type,
        scope=Scope.PUBLIC,
        references=references,
        infos=(Info(**(fields | info)),),
        source_format="cap-1.2",
        raw_digest=digest_of(f"{number} {status} {msg_type} {level} {areas} {sent}".encode()),
        chain="cap:kurashiki-1",
        place=(number,),
    )
    return accepted(alert)


def accepted(alert: Alert, raw: bytes | None = None) -> AlertAccepted:
    """Return the alert as the journal holds it."""
    return AlertAccepted(
        alert=alert,
        raw=raw or f"<alert><identifier>{alert.identifier}</identifier></alert>".encode(),
        chain=alert.chain,
        place=alert.place,
        late=False,
        lane=lane_of(alert),
        areas=tuple(("33202",) for _ in alert.infos),
        unplaced=(),
        issuer="kurashiki",
        via="http",
        received_at=datetime(2018, 7, 6, 13, 0, 1, tzinfo=UTC),
        seconds={},
    )


def delivery_of(
    alert: AlertAccepted,
    channel: str,
    *,
    seq: int = 1,
    subscription: str = "sub-1",
    attempt: int = 1,
    within_s: float = 600.0,
) -> Delivery:
    """Return the delivery of that alert to one subscription; it runs out ``within_s`` from now."""
    return Delivery(
        id=f"{seq}-{subscription}",
        alert_seq=seq,
        chain=alert.chain,
        subscription_id=subscription,
        channel=channel,
        lane=Lane.DRILL if alert.alert.status is not Status.ACTUAL else alert.lane,
        deadline=datetime.now(UTC) + timedelta(seconds=within_s),
        attempt=attempt,
    )


def reference_to(alert: AlertAccepted) -> Reference:
    """Return what a later message of the chain says of this one."""
    return Reference(alert.alert.sender, alert.alert.identifier, alert.alert.sent.isoformat())

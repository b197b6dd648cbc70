"""Alerts for tests to say: short, whole, and told apart by their number."""

from collections.abc import Sequence
from datetime import UTC, datetime

from broker.core.event import AlertAccepted
from broker.core.lane import lane_of
from cap_formats.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    Scope,
    Severity,
    Status,
    Urgency,
    digest_of,
)

NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)


def accepted(
    number: int,
    *,
    status: Status = Status.ACTUAL,
    scope: Scope = Scope.PUBLIC,
    severity: Severity = Severity.SEVERE,
    event: str = "避難指示",
    areas: Sequence[str] = ("33202",),
    late: bool = False,
    text: str = "川から離れてください。",
    language: str = "ja-JP",
) -> AlertAccepted:
    """Return the event that the intake journals for one municipal order."""
    raw = f"<alert>{number}</alert>".encode()
    area = Area(area_desc="倉敷市", geocodes=tuple(NamedValue("JISX0402", code) for code in areas))
    info = Info(
        language=language,
        category=(Category.SAFETY,),
        event=event,
        urgency=Urgency.IMMEDIATE,
        severity=severity,
        certainty=Certainty.LIKELY,
        headline=f"{event} {number}",
        description=text,
        areas=(area,),
    )
    alert = Alert(
        identifier=f"test-{number}",
        sender="kurashiki@example.jp",
        sent=NOW,
        status=status,
        msg_type=MsgType.ALERT,
        scope=scope,
        infos=(info,),
        source_format="cap",
        raw_digest=digest_of(raw),
        chain=f"chain-{number}",
        place=(number,),
    )
    return AlertAccepted(
        alert=alert,
        raw=raw,
        chain=alert.chain,
        place=alert.place,
        late=late,
        lane=lane_of(alert),
        areas=(tuple(areas),),
        unplaced=(),
        issuer="kurashiki",
        via="http",
        received_at=NOW,
        seconds={},
    )

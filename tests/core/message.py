"""Alerts for the tests of the core: one town, one warning, and whatever the test wants to be different."""

from datetime import UTC, datetime, timedelta
from typing import Any

from broker.core.event import AlertAccepted, AlertRouted, Owed
from broker.core.lane import Lane, lane_of
from broker.core.subscription import Filter, Subscription
from cap_formats.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    MsgType,
    Reference,
    Scope,
    Severity,
    Status,
    Urgency,
    digest_of,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def info(**changes: Any) -> Info:
    fields: dict[str, Any] = {
        "language": "ja-JP",
        "category": (Category.MET,),
        "event": "大雨警報",
        "urgency": Urgency.EXPECTED,
        "severity": Severity.SEVERE,
        "certainty": Certainty.LIKELY,
        "expires": NOW + timedelta(hours=1),
        "areas": (Area(area_desc="倉敷市"),),
    }
    return Info(**(fields | changes))


def alert(identifier: str = "a", **changes: Any) -> Alert:
    fields: dict[str, Any] = {
        "identifier": identifier,
        "sender": "town",
        "sent": NOW,
        "status": Status.ACTUAL,
        "msg_type": MsgType.ALERT,
        "scope": Scope.PUBLIC,
        "infos": (info(),),
        "source_format": "cap",
        "raw_digest": digest_of(repr((identifier, changes)).encode()),
        "chain": f"cap:{identifier}",
        "place": (100,),
    }
    return Alert(**(fields | changes))


def accepted(
    message: Alert | None = None, areas: tuple[tuple[str, ...], ...] = (("33202",),), **changes: Any
) -> AlertAccepted:
    message = message or alert()
    fields: dict[str, Any] = {
        "alert": message,
        "raw": b"<alert/>",
        "chain": message.chain,
        "place": message.place,
        "late": False,
        "lane": lane_of(message),
        "areas": areas if message.infos else (),
        "unplaced": (),
        "issuer": "town",
        "via": "test",
        "received_at": NOW,
        "seconds": {},
    }
    return AlertAccepted(**(fields | changes))


def reference(identifier: str, sender: str = "town") -> Reference:
    return Reference(sender, identifier, NOW.isoformat())


def subscription(name: str, channel: str = "webhook", *, paused: bool = False, **wish: Any) -> Subscription:
    return Subscription(id=name, channel=channel, filter=Filter(**wish), paused=paused)


def routed(seq: int, *to: str, **changes: Any) -> AlertRouted:
    """A routing decision; ``to`` are subscription ids, those that begin with ``radio`` on the channel to the public."""
    fields: dict[str, Any] = {
        "alert_seq": seq,
        "chain": "c",
        "lane": Lane.NORMAL,
        "swift": False,
        "cancels": False,
        "deadline": NOW + timedelta(hours=1),
        "references": (),
        "owed": tuple(
            Owed(
                delivery_id=f"{seq}>{name}",
                subscription_id=name,
                channel="radio" if name.startswith("radio") else "webhook",
            )
            for name in to
        ),
        "skipped": (),
    }
    return AlertRouted(**(fields | changes))

"""Records are read for ever: every kind of every version, as it was once written, still means the same.

``events/KIND.json`` is never changed. A new field needs a default; what old readers could not follow gets a new name.
"""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from broker.core.delivery import Level
from broker.core.event import (
    EVENTS,
    AlertAccepted,
    AlertHeld,
    AlertRejected,
    AlertRouted,
    DeliveryDeferred,
    DeliveryDelivered,
    DeliveryExpired,
    DeliveryRefused,
    DeliverySuperseded,
    Event,
    HeldDecided,
    HeldRepeated,
    Owed,
    Proxy,
    ReceiptReceived,
    Skipped,
    SubscriptionPut,
    SubscriptionRemoved,
    Unplaced,
    decode_event,
    encode_event,
)
from broker.core.holder import Holder, Role
from broker.core.lane import Lane
from broker.core.settling import Decision, Waiver
from broker.core.subscription import Filter, Subscription
from cap_formats.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    Reference,
    Resource,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)

FOLDER = Path(__file__).parent / "events"
JST = timezone(timedelta(hours=9))
AT = datetime(2026, 6, 1, 3, 4, 5, 678901, tzinfo=UTC)

ALERT = Alert(
    identifier="kurashiki-2026-0001",
    sender="bousai@city.kurashiki.example",
    sent=datetime(2026, 6, 1, 12, 4, tzinfo=JST),
    status=Status.EXERCISE,
    msg_type=MsgType.UPDATE,
    source="防災危機管理室",
    scope=Scope.RESTRICTED,
    restriction="関係機関",
    addresses=("a@example.jp", "b@example.jp"),
    codes=("訓練",),
    note="訓練です",
    references=(Reference("bousai@city.kurashiki.example", "kurashiki-2026-0000", "2026-06-01T11:00:00+09:00"),),
    incidents=("台風第3号",),
    infos=(
        Info(
            language="ja-JP",
            category=(Category.MET, Category.SAFETY),
            event="避難指示",
            response_type=(ResponseType.EVACUATE,),
            urgency=Urgency.IMMEDIATE,
            severity=Severity.EXTREME,
            certainty=Certainty.OBSERVED,
            audience="全住民",
            event_codes=(NamedValue("L-ALERT", "04"),),
            effective=datetime(2026, 6, 1, 12, 0, tzinfo=JST),
            onset=datetime(2026, 6, 1, 12, 5, tzinfo=JST),
            expires=datetime(2026, 6, 1, 18, 0, tzinfo=JST),
            sender_name="倉敷市",
            headline="【訓練】避難指示",
            description="川の水位が上がっています。",
            instruction="ただちに避難してください。",
            web="https://www.example.jp/",
            contact="086-000-0000",
            parameters=(NamedValue("level", "4"),),
            resources=(
                Resource(
                    resource_desc="地図",
                    mime_type="image/png",
                    size=1234,
                    uri="https://www.example.jp/map.png",
                    deref_uri="iVBORw0=",
                    digest="abc",
                ),
            ),
            areas=(
                Area(
                    area_desc="倉敷市真備町",
                    polygons=("34.6,133.7 34.7,133.7 34.7,133.8 34.6,133.7",),
                    circles=("34.6,133.7 5",),
                    geocodes=(NamedValue("JIS X 0402", "33202"),),
                    altitude="0",
                    ceiling="100",
                ),
            ),
        ),
    ),
    source_format="cap",
    raw_digest="0" * 64,
    chain="cap:bousai@city.kurashiki.example,kurashiki-2026-0000",
    place=(1780283040, 1),
)
REFUSAL = {
    "code": "cap-references-missing",
    "sentence": "An Update must name what it updates.",
    "line": 7,
    "path": "/alert/references",
    "raw": b"<alert>\xe8\xa8\x93</alert>",
    "issuer": "kurashiki",
    "via": "http",
    "received_at": AT,
}
WRITTEN: dict[str, Event] = {
    "AlertAccepted": AlertAccepted(
        alert=ALERT,
        raw=b"<alert/>\x00\xff",
        chain="cap:a,b",
        place=(1780283040, 1),
        late=False,
        lane=Lane.DRILL,
        areas=(("33202", "33203"), ()),
        unplaced=(Unplaced(area_desc="未知", value_name="local", value="X1"),),
        issuer="kurashiki",
        via="http",
        received_at=AT,
        seconds={"received": 0.001, "placed": 0.25},
        references=(3, 5),
    ),
    "AlertHeld": AlertHeld(**REFUSAL),
    "AlertRejected": AlertRejected(**REFUSAL),
    "AlertRouted": AlertRouted(
        alert_seq=7,
        chain="cap:a,b",
        lane=Lane.URGENT,
        swift=True,
        cancels=False,
        deadline=AT,
        references=(3, 5),
        owed=(Owed(delivery_id="dlv_abc", subscription_id="sub_1", channel="webhook"),),
        skipped=(Skipped(subscription_id="sub_2", reason="paused"),),
    ),
    "HeldRepeated": HeldRepeated(held_seq=6, at=AT),
    "HeldDecided": HeldDecided(
        held_seq=6,
        decision=Decision.SETTLE,
        by="tanaka",
        at=AT,
        reason="電話で確かめた",
        code="area-unknown",
        areas=("33202", "倉敷市"),
        status=Status.EXERCISE,
        follows=4,
        sent=AT,
        identifier="kurashiki-2026-0001.held-6",
    ),
    "SubscriptionPut": SubscriptionPut(
        subscription=Subscription(
            id="sub_1",
            channel="webhook",
            filter=Filter(
                areas=("33", "33202"),
                events=("避難",),
                min_severity=Severity.MODERATE,
                statuses=(Status.ACTUAL, Status.TEST),
                languages=("ja",),
            ),
            paused=True,
            label="テレビ局",
            owner="tv",
        )
    ),
    "SubscriptionRemoved": SubscriptionRemoved(subscription_id="sub_1"),
    "DeliveryDelivered": DeliveryDelivered(
        delivery_id="dlv_abc", attempt=2, level=Level.DISPLAYED, evidence="200 OK", first_byte_s=0.01, outcome_s=0.02
    ),
    "DeliveryDeferred": DeliveryDeferred(
        delivery_id="dlv_abc", attempt=1, reason="timeout", retry_at=AT, outcome_s=10.0
    ),
    "DeliveryRefused": DeliveryRefused(delivery_id="dlv_abc", attempt=3, reason="413", outcome_s=0.5),
    "DeliveryExpired": DeliveryExpired(delivery_id="dlv_abc"),
    "DeliverySuperseded": DeliverySuperseded(delivery_id="dlv_abc", reason="newer", by_seq=9),
    "ReceiptReceived": ReceiptReceived(
        delivery_id="dlv_abc", level=Level.ACKNOWLEDGED, where="第一放送局", evidence="aired", at=AT
    ),
}


# What was added to a kind since it was first written, each with a file of its own: KIND.WHAT.json.
ADDED: dict[str, Event] = {
    "AlertHeld.understood": AlertHeld(
        **REFUSAL,
        alert=ALERT,
        holder=Holder(
            name="kurashiki",
            role=Role.ISSUER,
            areas=("33202",),
            events=("避難",),
            statuses=(Status.ACTUAL,),
            proxy_for=("33205",),
            senders=("bousai@city.kurashiki.example",),
        ),
    ),
    "AlertAccepted.released": msgspec.structs.replace(
        WRITTEN["AlertAccepted"],
        proxy=Proxy(by="岡山県", code="33202"),
        released_from=6,
        settled_by="tanaka",
        settled_at=AT,
        settled_areas=(("33203",), ()),
    ),
    "AlertAccepted.added": msgspec.structs.replace(
        WRITTEN["AlertAccepted"], adds_to=7, settled_by="tanaka", settled_at=AT, settled_areas=(("33203",), ())
    ),
    "DeliveryDeferred.asked": msgspec.structs.replace(WRITTEN["DeliveryDeferred"], asked=True),
    "AlertRouted.added": msgspec.structs.replace(WRITTEN["AlertRouted"], adds_to=7),
    "HeldDecided.waived": msgspec.structs.replace(
        WRITTEN["HeldDecided"], waived=(Waiver(code="references-unknown", reason="別の経路で出ている"),)
    ),
}


def test_every_kind_has_its_file() -> None:
    files = {path.stem for path in FOLDER.glob("*.json")}
    assert files - set(ADDED) == set(EVENTS) == set(WRITTEN)
    assert set(ADDED) <= files


@pytest.mark.parametrize("name", ADDED)
def test_what_was_added_is_read_as_it_was_meant(name: str) -> None:
    kind = name.partition(".")[0]
    assert decode_event(kind, (FOLDER / f"{name}.json").read_bytes()) == ADDED[name]
    assert decode_event(kind, encode_event(ADDED[name])) == ADDED[name]


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_was_written_is_read_as_it_was_meant(kind: str) -> None:
    body = (FOLDER / f"{kind}.json").read_bytes()
    assert decode_event(kind, body) == WRITTEN[kind]


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_is_written_now_is_read_back(kind: str) -> None:
    assert decode_event(kind, encode_event(WRITTEN[kind])) == WRITTEN[kind]


def test_an_accepted_alert_from_before_references_is_still_read() -> None:
    old = (FOLDER / "AlertAccepted.json").read_bytes().replace(b',"references":[3,5]}', b"}")
    event = decode_event("AlertAccepted", old)
    assert isinstance(event, AlertAccepted)
    assert event.references == ()


def test_an_unknown_kind_is_said_to_be_unknown() -> None:
    with pytest.raises(KeyError):
        decode_event("AlertFromTheFuture", b"{}")

"""Views can be deleted and are built again as they were; what ended has one tombstone in its own language."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from broker.core.event import (
    ALERTS,
    AlertAccepted,
    AlertHeld,
    AlertRouted,
    Event,
    HeldDecided,
    HeldRepeated,
    Owed,
    encode_event,
)
from broker.core.lane import Lane
from broker.core.settling import Decision, Kind
from broker.journal.record import GENESIS, Record
from broker.views.deliveries import Deliveries, deliveries
from broker.views.held import Waiting, held, waiting
from broker.views.history import History, alerts
from broker.views.in_force import InForce, ended_since, holdings
from broker.views.projection import ViewFile
from cap_formats.alert import (
    Alert,
    Category,
    Certainty,
    Info,
    MsgType,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def info(event: str, language: str = "ja", *, lifted: bool = False, minutes: int = 60) -> Info:
    return Info(
        language=language,
        category=(Category.MET,),
        event=event,
        response_type=(ResponseType.ALL_CLEAR,) if lifted else (ResponseType.EVACUATE,),
        urgency=Urgency.IMMEDIATE,
        severity=Severity.SEVERE,
        certainty=Certainty.LIKELY,
        expires=NOW + timedelta(minutes=minutes),
    )


def accepted(number: int, *infos: Info, msg_type: MsgType = MsgType.ALERT) -> AlertAccepted:
    alert = Alert(
        identifier=f"a{number}",
        sender="town",
        sent=NOW + timedelta(minutes=number),
        status=Status.ACTUAL,
        msg_type=msg_type,
        scope=Scope.PUBLIC,
        infos=infos,
        source_format="cap-1.2",
        raw_digest="",
        chain="c",
        place=(number,),
    )
    return AlertAccepted(
        alert=alert,
        raw=b"",
        chain="c",
        place=(number,),
        late=False,
        lane=Lane.NORMAL,
        areas=tuple(("33202",) for _ in infos),
        unplaced=(),
        issuer="town",
        via="test",
        received_at=NOW,
        seconds={},
    )


def records(*events: Event) -> list[tuple[Record, Event]]:
    return [
        (
            Record(
                stream=ALERTS,
                seq=seq,
                at=NOW + timedelta(minutes=seq),
                kind=type(event).__name__,
                key=str(seq),
                body=encode_event(event),
                prev_hash=GENESIS,
            ),
            event,
        )
        for seq, event in enumerate(events, 1)
    ]


def stopped(raw: bytes) -> AlertHeld:
    return AlertHeld(
        code="area-unknown", sentence="", line=None, path=None, raw=raw, issuer="town", via="http", received_at=NOW
    )


STORY = records(
    accepted(1, info("避難指示"), info("Evacuation order", "en")),
    AlertRouted(
        alert_seq=1,
        chain="c",
        lane=Lane.NORMAL,
        swift=True,
        cancels=False,
        deadline=NOW + timedelta(hours=1),
        references=(),
        owed=(Owed(delivery_id="dlv_1", subscription_id="s", channel="map"),),
        skipped=(),
    ),
    accepted(3, info("避難指示", lifted=True), info("Evacuation order", "en", lifted=True), msg_type=MsgType.UPDATE),
    stopped(b"a"),
    stopped(b"b"),
    HeldRepeated(held_seq=5, at=NOW + timedelta(minutes=1)),
    HeldDecided(
        held_seq=5,
        decision=Decision.DROP,
        by="tanaka",
        at=NOW + timedelta(minutes=2),
        reason="誤報",
        code="area-unknown",
    ),
)


def build(path: Path, story: list[tuple[Record, Event]]) -> ViewFile:
    views = ViewFile(path, (InForce(), Deliveries(), History()))
    views.apply(story)
    return views


def shown(views: ViewFile) -> bytes:
    reader = views.reader()
    try:
        now = NOW + timedelta(minutes=10)
        return msgspec.json.encode(
            [
                holdings(reader, now, (Status.ACTUAL,)),
                ended_since(reader, NOW, now, (Status.ACTUAL,)),
                alerts(reader),
                deliveries(reader),
                held(reader),
                waiting(reader),
            ]
        )
    finally:
        reader.close()


def test_views_deleted_are_built_again_as_they_were(tmp_path: Path):
    first = build(tmp_path / "views.db", STORY)
    for event in STORY:
        first.apply([event])  # seen already: passed over
    before = shown(first)
    first.close()
    for path in tmp_path.iterdir():
        path.unlink()
    again = build(tmp_path / "views.db", STORY)
    assert shown(again) == before
    again.close()


def test_what_waits_is_counted_from_the_index_alone(tmp_path: Path):
    """/health, /metrics and the board ask all the time, and a flood may have stopped a hundred thousand messages."""
    views = build(tmp_path / "views.db", STORY)
    reader = views.reader()
    assert waiting(reader)[Kind.HELD] == Waiting(count=1, oldest_at=NOW + timedelta(minutes=4))
    asked: list[str] = []
    reader.set_trace_callback(asked.append)
    waiting(reader)
    reader.set_trace_callback(None)
    [plan] = [row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]
    assert "COVERING INDEX" in plan
    reader.close()
    views.close()


def test_what_ended_has_one_tombstone_in_its_own_language(tmp_path: Path):
    views = build(tmp_path / "views.db", STORY)
    reader = views.reader()
    [gone] = ended_since(reader, NOW, NOW + timedelta(hours=2), (Status.ACTUAL,))
    assert (gone.event, gone.reason) == ("避難指示", "lifted")
    reader.close()
    views.close()


def test_what_ran_out_has_one_too(tmp_path: Path):
    views = build(tmp_path / "views.db", STORY[:1])
    reader = views.reader()
    assert len(holdings(reader, NOW + timedelta(minutes=30), (Status.ACTUAL,), ["33202"])) == 2
    [gone] = ended_since(reader, NOW, NOW + timedelta(hours=2), (Status.ACTUAL,))
    assert (gone.event, gone.reason) == ("避難指示", "expired")
    reader.close()
    views.close()


def test_a_projection_of_another_version_is_built_anew(tmp_path: Path):
    build(tmp_path / "views.db", STORY).close()
    newer = InForce()
    newer.version = 99
    views = ViewFile(tmp_path / "views.db", (newer, Deliveries(), History()))
    assert views.cursor(ALERTS) == 0
    reader = views.reader()
    assert holdings(reader, NOW, (Status.ACTUAL,)) == []
    reader.close()
    views.close()

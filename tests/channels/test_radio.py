"""Radio beyond the common suite: answers, silence, sirens, zones, spoken words, who may call."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiomqtt
import msgspec
import pytest
from contracts.channel_case import delivery_of, order
from contracts.channel_harness import until
from contracts.channel_radio import USERS, RadioHarness

from broker.core.delivery import Deferred, Delivered, Level
from broker.core.event import AlertAccepted, Unplaced
from broker.core.unanswered import may_have_gone_out
from cap_formats.alert import Area, MsgType, NamedValue, ResponseType, Status
from cap_formats.parameter import HAZARD, LEVEL, VOICE
from channels.mqtt_broker import EmbeddedBroker
from channels.radio import Contact, Settings, Siren
from channels.radio.answer import Answer, State, receipt_of
from channels.radio.call import Call, CallError, Chime, call_of
from channels.radio.topic import answer_topic, call_topic

CONTACT = Contact(town="33202", callsign="倉敷市", groups={"*": "all", "真備町": "mabi", "水島": "mizushima"})


def call(alert: object, settings: Settings | None = None, readings: dict[str, str] | None = None) -> Call:
    return call_of(delivery_of(alert, "radio"), alert, CONTACT, settings or Settings(), readings or {})


@pytest.fixture
async def far() -> AsyncIterator[RadioHarness]:
    async with RadioHarness() as harness:
        yield harness


async def test_stations_answer_and_a_silent_one_is_reported(far: RadioHarness) -> None:
    alert = order(areas=("倉敷市",))
    assert isinstance(await far.channel.send(delivery_of(alert, "radio"), alert, far.contact), Delivered)
    await until(lambda: len(far.receipts.got) >= 5)
    said = {(r.where, r.level, r.evidence.split(" ")[0]) for r in far.receipts.got}
    assert said == {
        ("R-01", Level.DELIVERED, "delivered"),
        ("R-01", Level.DISPLAYED, "sounded"),
        ("R-02", Level.ACCEPTED, "no-answer"),
        ("R-03", Level.DELIVERED, "delivered"),
        ("R-03", Level.ACCEPTED, "failed"),
    }
    assert all(r.delivery_id == "1-sub-1" for r in far.receipts.got)
    facts = next(r.evidence for r in far.receipts.got if r.level is Level.DISPLAYED)
    assert facts == "sounded battery=13.2 ac=on door=closed speaker=ok"


async def test_nobody_is_silent_on_a_call_that_never_went_out(far: RadioHarness) -> None:
    await far.down()
    alert = order(areas=("倉敷市",))
    delivery = delivery_of(alert, "radio", within_s=0.3)
    assert isinstance(await far.channel.send(delivery, alert, far.contact), Deferred)
    await asyncio.sleep(far.settings.answer_within_s + 0.6)
    assert far.receipts.got == []


async def test_the_silence_of_a_station_counts_from_the_attempt_that_was_taken(far: RadioHarness) -> None:
    await far.down()
    alert = order(areas=("倉敷市",))
    delivery = delivery_of(alert, "radio")
    early = asyncio.create_task(far.channel.send(delivery, alert, far.contact))
    await asyncio.sleep(far.settings.answer_within_s + 0.4)
    assert far.receipts.got == []
    await far.up()
    assert isinstance(await early, Delivered)
    await until(lambda: any(r.where == "R-02" for r in far.receipts.got))
    (silence,) = [r for r in far.receipts.got if r.where == "R-02"]
    assert silence.evidence.startswith("no-answer")
    assert {r.where for r in far.receipts.got if r.evidence.startswith("no-answer")} == {"R-02"}


async def test_a_reason_tells_whether_the_call_may_have_gone_out(far: RadioHarness) -> None:
    """Before the public, a call without PUBACK counts as heard; one that was never published does not."""
    alert = order()
    silent = asyncio.Event()
    publish, aiomqtt.Client.publish = aiomqtt.Client.publish, lambda *_, **__: silent.wait()
    try:
        outcome = await far.channel.send(delivery_of(alert, "radio", within_s=0.3), alert, far.contact)
    finally:
        aiomqtt.Client.publish = publish
    assert isinstance(outcome, Deferred)
    assert may_have_gone_out(outcome.reason)
    await far.down()
    await until(lambda: far.channel._client is None)
    outcome = await far.channel.send(delivery_of(alert, "radio", within_s=0.3), alert, far.contact)
    assert isinstance(outcome, Deferred)
    assert outcome.reason.startswith("no MQTT broker: ")
    assert not may_have_gone_out(outcome.reason)


async def test_only_the_stations_of_the_area_are_called(far: RadioHarness) -> None:
    alert = order(areas=("水島",))
    await far.channel.send(delivery_of(alert, "radio"), alert, far.contact)
    await until(lambda: len(far.stations[2].calls) == 1)
    assert far.stations[0].calls == []


async def test_a_station_that_does_not_listen_to_drills_hears_none(far: RadioHarness) -> None:
    alert = order(status=Status.EXERCISE)
    topics = []
    address = far.broker.address
    async with aiomqtt.Client(address.host, address.port, username="stations", password=USERS["stations"]) as client:
        await client.subscribe("radio/33202/live/#")
        await client.subscribe("radio/33202/drill/#")
        await far.channel.send(delivery_of(alert, "radio"), alert, far.contact)
        async with asyncio.timeout(2):
            async for message in client.messages:
                topics.append(message.topic.value)
                if len(topics) == 3:
                    break
    assert topics[0] == "radio/33202/drill/call/mabi"
    assert not any("/live/" in topic for topic in topics)


async def test_an_answer_that_cannot_be_read_does_no_harm(far: RadioHarness) -> None:
    address = far.broker.address
    async with aiomqtt.Client(address.host, address.port, username="stations", password=USERS["stations"]) as client:
        await client.publish(answer_topic("radio", "33202", "live", "R-09"), b"{", qos=1)
        answer = Answer(delivery_id="x", state=State.SOUNDED, at=datetime(2018, 7, 6, 13, tzinfo=UTC))
        await client.publish(answer_topic("radio", "33202", "live", "R-09"), msgspec.json.encode(answer), qos=1)
    await until(lambda: bool(far.receipts.got))
    assert [r.where for r in far.receipts.got] == ["R-09"]


GOOD_ANSWER = {"delivery_id": "x", "state": "sounded", "at": "2018-07-06T22:00:00+09:00"}


@pytest.mark.parametrize(
    "payload",
    [
        msgspec.json.encode(GOOD_ANSWER | {"at": "0001-01-01T00:00:00+09:00"}),
        msgspec.json.encode(GOOD_ANSWER | {"at": "9999-12-31T23:59:59-09:00"}),
        msgspec.json.encode(GOOD_ANSWER | {"at": "2018-07-06T22:00:00"}),
        msgspec.json.encode(GOOD_ANSWER | {"speaker": "x" * 501}),
        b'{"more":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=["year 1", "year 9999", "no offset", "long", "deep"],
)
async def test_a_wild_answer_is_dropped_and_the_next_one_is_heard(far: RadioHarness, payload: bytes) -> None:
    address = far.broker.address
    async with aiomqtt.Client(address.host, address.port, username="stations", password=USERS["stations"]) as client:
        await client.publish(answer_topic("radio", "33202", "live", "R-08"), payload, qos=1)
        await client.publish(answer_topic("radio", "33202", "live", "R-09"), msgspec.json.encode(GOOD_ANSWER), qos=1)
    await until(lambda: bool(far.receipts.got))
    for receipt in far.receipts.got:
        receipt.at.astimezone(UTC)  # as whoever takes receipts does
    assert [r.where for r in far.receipts.got] == ["R-09"]
    assert not far.tasks[0].done()


async def test_a_station_may_not_call_and_a_stranger_may_not_connect() -> None:
    broker = EmbeddedBroker(USERS, caller="noroshi")
    await broker.start()
    address = broker.address
    try:
        with pytest.raises(aiomqtt.MqttError):
            async with aiomqtt.Client(address.host, address.port, username="stations", password="wrong", timeout=2):
                pass
        heard = []
        async with (
            aiomqtt.Client(address.host, address.port, username="stations", password=USERS["stations"]) as listener,
            aiomqtt.Client(address.host, address.port, username="stations", password=USERS["stations"]) as forger,
            aiomqtt.Client(address.host, address.port, username="noroshi", password=USERS["noroshi"]) as caller,
        ):
            await listener.subscribe("radio/#", qos=1)
            await forger.publish(call_topic("radio", "33202", "live", "all"), b"forged", qos=0)
            await asyncio.sleep(0.2)
            await caller.publish(call_topic("radio", "33202", "live", "all"), b"real", qos=1)
            async with asyncio.timeout(2):
                async for message in listener.messages:
                    heard.append(message.payload)
                    break
        assert heard == [b"real"]
    finally:
        await broker.stop()
        await broker.stop()


@pytest.mark.parametrize(
    "topic",
    [
        "radio/33202/live/call/answer",  # a group of that name
        "radio/answer/live/call/all",
        "answer/33202/live/call/all",
        "radio/33202/live/answer/all/call",
        "radio/33202/live/answer",
        answer_topic("radio", "33202", "live", "R-02"),  # which has a user of its own
    ],
)
async def test_a_station_answers_in_its_own_place_alone(topic: str) -> None:
    broker = EmbeddedBroker(USERS | {"R-02": "its own word"}, caller="noroshi")
    await broker.start()
    address = broker.address
    allowed = [
        (answer_topic("radio", "33202", "live", "R-01"), "stations"),
        (answer_topic("radio", "x", "drill", "R-02"), "R-02"),
    ]
    words = USERS | {"R-02": "its own word"}
    try:
        async with aiomqtt.Client(
            address.host, address.port, username="noroshi", password=USERS["noroshi"]
        ) as listener:
            await listener.subscribe("#", qos=1)
            for name, user in [(topic, "stations"), *allowed]:
                async with aiomqtt.Client(address.host, address.port, username=user, password=words[user]) as station:
                    await station.publish(name, b"{}", qos=0)
                    await asyncio.sleep(0.1)
            heard = []
            async with asyncio.timeout(2):
                async for message in listener.messages:
                    heard.append(message.topic.value)
                    if len(heard) == len(allowed):
                        break
        assert heard == [name for name, _ in allowed]
    finally:
        await broker.stop()


async def test_a_last_will_calls_nobody() -> None:
    broker = EmbeddedBroker(USERS, caller="noroshi")
    await broker.start()
    host, port, word = broker.address.host, broker.address.port, USERS["stations"]
    topic = call_topic("radio", "33202", "live", "all")
    try:
        async with aiomqtt.Client(host, port, username="stations", password=word) as listener:
            await listener.subscribe("radio/#", qos=1)
            will = aiomqtt.Will(topic, b"forged", qos=0)
            with contextlib.suppress(aiomqtt.MqttError):
                async with aiomqtt.Client(host, port, username="stations", password=word, will=will) as dying:
                    dying._client.socket().shutdown(socket.SHUT_RDWR)
                    await dying._disconnected
            await asyncio.sleep(0.3)
            async with aiomqtt.Client(host, port, username="noroshi", password=USERS["noroshi"]) as caller:
                await caller.publish(topic, b"real", qos=1)
            async with asyncio.timeout(2):
                first = await anext(aiter(listener.messages))
        assert first.payload == b"real"
    finally:
        await broker.stop()


@pytest.mark.parametrize(
    ("event", "level", "siren"),
    [
        ("大津波警報", 5, Siren(on_s=3, off_s=2, repeats=3)),
        ("津波警報", 4, Siren(on_s=5, off_s=6, repeats=2)),
        ("津波注意報", 2, Siren(on_s=10, off_s=2, repeats=2)),
        ("避難指示", 4, Siren(on_s=60, off_s=5, repeats=2)),
        ("高齢者等避難", 3, None),
        ("緊急安全確保", 5, Siren(on_s=60, off_s=5, repeats=2)),
        ("大雨注意報", 2, None),
    ],
)
def test_each_event_has_the_siren_of_the_table(event: str, level: int, siren: Siren | None) -> None:
    said = call(order(4, event=event, parameters=(NamedValue(LEVEL, str(level)),)))
    assert said.siren == siren
    assert said.chime is (Chime.UP_4 if siren is None else Chime.NONE)


def test_level_sirens_are_the_installations_own() -> None:
    mine = Siren(on_s=1, off_s=1, repeats=9)
    assert call(order(3), Settings(level_sirens={3: mine})).siren == mine
    assert call(order(5), Settings(level_sirens={})).siren is None


def test_a_drill_sounds_no_siren_unless_the_setting_says_so() -> None:
    drill = order(4, status=Status.EXERCISE)
    assert call(drill).siren is None
    assert call(drill, Settings(siren_in_drills=True)).siren is not None


@pytest.mark.parametrize("changes", [{"msg_type": MsgType.CANCEL}, {"response_type": (ResponseType.ALL_CLEAR,)}])
def test_taking_back_and_lifting_sound_no_siren(changes: dict[str, object]) -> None:
    assert call(order(4, **changes)).siren is None


def test_the_words_are_spoken_between_two_callsigns_with_readings() -> None:
    said = call(
        order(4, areas=("真備町川辺", "真備町")), readings={"真備町": "まびちょう", "真備町川辺": "まびちょうかわべ"}
    )
    assert said.text_voice.split("\n") == [
        "こちらは、倉敷市です。",
        "まびちょうかわべ、まびちょうに洪水に関する警戒レベル4、避難指示を発令しました。",
        "危険な場所から全員速やかに避難してください。",
        "こちらは、倉敷市です。",
    ]


def test_a_drill_is_said_first_and_last() -> None:
    lines = call(order(4, status=Status.EXERCISE)).text_voice.split("\n")
    assert lines[0] == lines[-2] == "これは、訓練です。"


def test_the_senders_own_spoken_text_is_used() -> None:
    parameters = (
        NamedValue(LEVEL, "4"),
        NamedValue(HAZARD, "洪水"),
        NamedValue(VOICE, "かわに ちかづかないで ください。"),
    )
    assert "かわに ちかづかないで ください。" in call(order(4, parameters=parameters)).text_voice.split("\n")


def tsunami(*infos: tuple[str, str]) -> AlertAccepted:
    """Return a warning of several kinds, each with the municipality where it holds."""
    alert = order(5)
    said = tuple(
        msgspec.structs.replace(
            alert.alert.infos[0], event=event, parameters=(), areas=(Area(area_desc=f"{event}の区"),)
        )
        for event, _ in infos
    )
    areas = tuple((code,) for _, code in infos)
    return msgspec.structs.replace(alert, alert=msgspec.structs.replace(alert.alert, infos=said), areas=areas)


def test_a_town_hears_what_holds_there_and_no_siren_of_elsewhere() -> None:
    far = call(tsunami(("大津波警報", "03201"), ("津波注意報", "33202")))
    assert far.siren == Siren(on_s=10, off_s=2, repeats=2)
    assert "大津波警報" not in far.text_voice
    assert far.event == "津波注意報"
    near = call(tsunami(("大津波警報", "33202"), ("津波注意報", "03201")))
    assert near.siren == Siren(on_s=3, off_s=2, repeats=3)
    wards = msgspec.structs.replace(CONTACT, town="33100")  # 岡山市, which lies in its wards
    city = tsunami(("大津波警報", "33101"))
    assert call_of(delivery_of(city, "radio"), city, wards, Settings(), {}).siren == near.siren
    gone = call(tsunami(("大津波警報", "03201")))  # an update that covers the town no more
    assert gone.siren is None
    assert "大津波警報" in gone.text_voice


def test_what_another_way_had_said_of_the_town_is_what_it_hears() -> None:
    """An update whose news are of elsewhere: the state of the town is in ``repeated``."""
    both = tsunami(("大津波警報", "03201"), ("津波注意報", "33202"))
    said = call(msgspec.structs.replace(both, areas=(("03201",), ()), repeated=((), ("33202",))))
    assert said.event == "津波注意報"
    assert "大津波警報" not in said.text_voice
    assert said.siren is None  # it sounded when the other way said so


def test_a_town_that_is_concerned_no_more_hears_that_and_nothing_of_elsewhere() -> None:
    def end(alert: AlertAccepted, contact: Contact = CONTACT) -> Call:
        return call_of(delivery_of(alert, "radio"), alert, contact, Settings(), {}, is_over=True)

    left = tsunami(("大津波警報", "03201"))
    said = end(left)
    assert said.text_voice.split("\n") == [
        "こちらは、倉敷市です。",
        "先にお知らせした情報が新しくなり、この地域は対象から外れました。",
        "今後の情報に注意してください。",
        "こちらは、倉敷市です。",
    ]
    assert said.text_display.startswith("対象地域の変更\n先にお知らせした情報が新しくなり")
    assert (said.event, said.level, said.siren, said.chime, said.zones) == (
        "対象地域の変更",
        0,
        None,
        Chime.UP_4,
        ("all",),
    )
    drill = end(msgspec.structs.replace(left, alert=msgspec.structs.replace(left.alert, status=Status.EXERCISE)))
    assert drill.text_display.startswith("【訓練】対象地域の変更")
    assert drill.text_voice.split("\n")[0] == drill.text_voice.split("\n")[-2] == "これは、訓練です。"
    here = tsunami(("大津波警報", "03201"), ("津波注意報", "33202"))
    assert end(here).event == "津波注意報"  # whatever the subscription asked for, the town is named
    repeated = msgspec.structs.replace(left, repeated=(("33202",),))
    assert end(repeated).event == "大津波警報"  # it holds still, another way had said it
    system = msgspec.structs.replace(left, alert=msgspec.structs.replace(left.alert, status=Status.SYSTEM))
    with pytest.raises(CallError):
        end(system)


def test_an_earthquake_early_warning_loses_no_second_with_names() -> None:
    said = call(order(5, event="緊急地震速報（警報）", parameters=(), areas=("岡山", "広島")))
    assert said.text_voice.split("\n") == ["緊急地震速報。", "大地震です。", "大地震です。", "こちらは、倉敷市です。"]
    assert (said.chime, said.siren, said.repeat) == (Chime.EARTHQUAKE, None, 3)
    assert "岡山、広島" in said.text_display
    drill = call(order(5, event="緊急地震速報（警報）", parameters=(), status=Status.EXERCISE))
    assert drill.text_voice.startswith("これは、訓練です。\n緊急地震速報。")
    over = call(order(5, event="緊急地震速報（警報）", parameters=(), msg_type=MsgType.CANCEL))
    assert "大地震" not in over.text_voice
    assert over.chime is Chime.UP_4


def test_an_area_without_a_group_calls_the_whole_town() -> None:
    assert call(order(areas=("真備町",))).zones == ("mabi",)
    assert call(order(areas=("真備町", "水島"))).zones == ("mabi", "mizushima")
    assert call(order(areas=("真備町", "玉島"))).zones == ("all",)


@pytest.mark.parametrize("name", ["a/b", "a+", "#", ""])
def test_a_contact_that_would_break_a_topic_is_refused(name: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"town": name, "callsign": "倉敷市"}, Contact)


def test_failures_prove_nothing_more_than_that_it_was_taken() -> None:
    answer = Answer(delivery_id="1", state=State.FAILED, at=datetime(2018, 7, 6, 13, tzinfo=UTC), speaker="open")
    assert receipt_of(answer, "R").level is Level.ACCEPTED


def test_the_english_twin_of_an_info_calls_nobody_else() -> None:
    alert = order(areas=("真備町",))
    english = msgspec.structs.replace(
        alert.alert.infos[0], language="en-US", areas=order(areas=("Mabi",)).alert.infos[0].areas
    )
    twins = msgspec.structs.replace(
        alert, alert=msgspec.structs.replace(alert.alert, infos=(*alert.alert.infos, english))
    )
    assert call(twins).zones == ("mabi",)


PREFECTURE = Contact(
    town="33", callsign="岡山県", groups={"*": "all", "33202": "kurashiki", "33203": "tsuyama", "33204": "tamano"}
)


def municipalities(*areas: Area, codes: tuple[str, ...], unplaced: tuple[Unplaced, ...] = ()) -> AlertAccepted:
    alert = order()
    info = msgspec.structs.replace(alert.alert.infos[0], areas=areas)
    said = msgspec.structs.replace(alert.alert, infos=(info,))
    return msgspec.structs.replace(alert, alert=said, areas=(codes,), unplaced=unplaced)


def zones(alert: AlertAccepted) -> tuple[str, ...]:
    return call_of(delivery_of(alert, "radio"), alert, PREFECTURE, Settings(), {}).zones


def test_every_municipality_that_the_alert_concerns_is_called() -> None:
    kurashiki, tsuyama = (
        Area(area_desc=name, geocodes=(NamedValue("JISX0402", code),))
        for name, code in (("倉敷市", "332020"), ("津山市", "332038"))
    )
    assert zones(municipalities(kurashiki, tsuyama, codes=("33202", "33203"))) == ("kurashiki", "tsuyama")
    assert zones(municipalities(tsuyama, codes=("33202", "33203"))) == ("tsuyama",)
    south = Area(area_desc="岡山県南部", geocodes=(NamedValue("JMA_AreaForecast", "330010"),))
    assert zones(municipalities(south, codes=("33202", "33204"))) == ("kurashiki", "tamano")


def test_an_area_that_could_not_be_placed_calls_everybody() -> None:
    known = Area(area_desc="倉敷市", geocodes=(NamedValue("JISX0402", "332020"),))
    unknown = Area(area_desc="旧玉島")
    lost = Unplaced(area_desc="旧玉島", value_name="areaDesc", value="旧玉島")
    assert zones(municipalities(known, unknown, codes=("33202",), unplaced=(lost,))) == ("all",)

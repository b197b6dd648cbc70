"""Who gets what: filters, drills, what is not public, and subscriptions that come by name."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from stream.reader import reading, rest, take
from stream.saying import accepted
from stream.serving import HOLDERS, Stream

from broker.core.delivery import Deferred, Delivered, Delivery
from broker.core.lane import Lane
from broker.core.subscription import Filter, Subscription
from cap_formats.alert import MsgType, Scope, Severity, Status
from channels.stream.channel import StreamContact

SAID = {
    "倉敷 severe": accepted(1),
    "倉敷 minor": accepted(2, severity=Severity.MINOR, event="大雨注意報"),
    "札幌": accepted(3, areas=("01101",)),
    "English": accepted(4, language="en"),
    "drill": accepted(5, status=Status.EXERCISE),
    "test": accepted(6, status=Status.TEST),
    "restricted": accepted(7, scope=Scope.RESTRICTED),
    "private": accepted(8, scope=Scope.PRIVATE),
}
PUBLIC = {"倉敷 severe", "倉敷 minor", "札幌", "English"}


@pytest.mark.parametrize(
    ("query", "key", "expected"),
    [
        ("", None, PUBLIC),
        ("", "one", PUBLIC | {"restricted"}),
        ("areas=33202", None, PUBLIC - {"札幌"}),
        ("areas=33", None, PUBLIC - {"札幌"}),
        ("areas=01101,33202", None, PUBLIC),
        ("areas=01101&areas=47201", None, {"札幌"}),
        ("min_severity=Moderate", None, PUBLIC - {"倉敷 minor"}),
        ("events=大雨", None, {"倉敷 minor"}),
        ("languages=ja", None, PUBLIC - {"English"}),
        ("statuses=Exercise", None, {"drill"}),
        ("statuses=Actual,Exercise,Test", None, PUBLIC | {"drill", "test"}),
    ],
)
async def test_filter(stream: Stream, query: str, key: str | None, expected: set[str]):
    """Live and from the past alike."""
    async with stream.served():
        async with reading(stream.client, f"{stream.url}/stream?{query}", key=key) as live:
            await take(live, 1)
            await stream.say(*SAID.values())
            got_live = await rest(live)
        async with reading(stream.client, f"{stream.url}/stream?{query}", key=key, cursor=0) as past:
            await take(past, 1)
            got_past = await rest(past)
    names = list(SAID)
    assert {names[int(event["id"]) - 1] for event in got_live} == expected
    assert got_past == got_live


async def test_every_text_of_a_drill_is_marked(stream: Stream):
    async with stream.served(), reading(stream.client, stream.url + "/stream?statuses=Exercise") as events:
        await take(events, 1)
        await stream.say(SAID["drill"])
        (event,) = await take(events, 1)
    assert event["data"]["drill"] is True
    (info,) = event["data"]["alert"]["infos"]
    assert info["headline"].startswith("【訓練】")
    assert info["description"].startswith("【訓練】")


async def test_a_drill_says_so_in_the_language_of_its_reader(stream: Stream):
    async with stream.served(), reading(stream.client, stream.url + "/stream?statuses=Exercise") as events:
        await take(events, 1)
        await stream.say(accepted(1, status=Status.EXERCISE, language="en-US", text="Leave now."))
        (event,) = await take(events, 1)
    (info,) = event["data"]["alert"]["infos"]
    assert info["description"] == "【訓練】[EXERCISE] Leave now."


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("min_severity=Terrible", "min_severity"),
        ("statuses=Real", "statuses[0]"),
        ("statuses=Draft", "statuses"),
        ("events=" + ",".join(f"w{number}" for number in range(65)), "events"),
        ("&".join(f"areas=332{number:02}" for number in range(65)), "areas"),
        ("events=" + "w" * 101, "events"),
        ("languages=" + "j" * 101, "languages"),
    ],
)
async def test_a_filter_that_means_nothing_is_refused(stream: Stream, query: str, path: str):
    async with stream.served(), stream.client.get(f"{stream.url}/stream?{query}") as response:
        assert response.status == 400
        assert await response.json() == {"code": "filter-invalid", "path": path}


def delivery(seq: int) -> Delivery:
    return Delivery(
        id=f"delivery-{seq}",
        alert_seq=seq,
        chain=f"chain-{seq}",
        subscription_id="sub",
        channel="stream",
        lane=Lane.NORMAL,
        deadline=datetime.now(UTC) + timedelta(hours=1),
        attempt=1,
    )


def subscribe(stream: Stream, **wish: object) -> None:
    stream.subscriptions["sub"] = Subscription(id="sub", channel="stream", owner="one", filter=Filter(**wish))


async def test_a_delivery_waits_for_its_subscriber_and_is_proven_by_the_connection(stream: Stream):
    subscribe(stream, areas=("33202",))
    async with stream.served():
        (seq,) = await stream.say(accepted(1))
        assert await stream.channel.send(delivery(seq), accepted(1), StreamContact()) == Deferred(
            reason="not connected"
        )
        async with reading(stream.client, stream.url + "/stream?subscription=sub", key="one") as events:
            await take(events, 1)
            outcome = await stream.channel.send(delivery(seq), accepted(1), StreamContact())
            assert isinstance(outcome, Delivered)
            alert, note = await take(events, 2)
            (later,) = await stream.say(accepted(2))
            outcome = await stream.channel.send(delivery(later), accepted(2), StreamContact())
            assert isinstance(outcome, Delivered)
            live, second = await take(events, 2)
            assert await rest(events) == []
    assert alert["data"]["seq"] == seq
    assert "id" not in alert  # the cursor never goes back
    assert note["data"] == {"type": "delivery", "seq": seq, "delivery_id": f"delivery-{seq}"}
    assert live["id"] == str(later)
    assert second["data"]["delivery_id"] == f"delivery-{later}"


async def test_a_connection_that_is_gone_proves_nothing(stream: Stream):
    subscribe(stream)
    async with stream.served():
        async with reading(stream.client, stream.url + "/stream?subscription=sub", key="one") as events:
            await take(events, 1)
        await asyncio.sleep(0.05)
        (seq,) = await stream.say(accepted(1))
        outcome = await stream.channel.send(delivery(seq), accepted(1), StreamContact())
    assert outcome == Deferred(reason="not connected")


async def test_a_subscription_changed_or_removed_holds_at_once(stream: Stream):
    subscribe(stream, areas=("33202",))
    async with (
        stream.served(),
        reading(stream.client, stream.url + "/stream?subscription=sub", key="one") as events,
    ):
        await take(events, 1)
        subscribe(stream, areas=("01101",))
        await stream.say(accepted(1), accepted(2, areas=("01101",)))
        assert [event["id"] for event in await rest(events)] == ["2"]
        del stream.subscriptions["sub"]
        await stream.say(accepted(3, areas=("01101",)))
        assert await rest(events) == []


@pytest.mark.parametrize("key", [None, "two"])
async def test_only_its_owner_comes_as_a_subscription(stream: Stream, key: str | None):
    subscribe(stream)
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    async with stream.served():
        for name in ("sub", "other"):
            async with stream.client.get(f"{stream.url}/stream?subscription={name}", headers=headers) as response:
                assert response.status == 404
                assert (await response.json())["code"] == "subscription-unknown"


async def test_who_heard_of_a_chain_hears_what_becomes_of_it(stream: Stream):
    """An update that leaves Kurashiki out, and a cancel that names no area, go to those who followed Kurashiki."""
    order = accepted(1, areas=("33202", "33101"))
    update = msgspec.structs.replace(accepted(2, areas=("33101",)), references=(1,), chain=order.chain)
    cancel = accepted(3)
    cancel = msgspec.structs.replace(
        cancel,
        alert=msgspec.structs.replace(cancel.alert, msg_type=MsgType.CANCEL, infos=()),
        references=(1, 2),
        areas=(),
        chain=order.chain,
    )
    async with stream.served():
        async with (
            reading(stream.client, stream.url + "/stream?areas=33202") as kurashiki,
            reading(stream.client, stream.url + "/stream?areas=47201") as naha,
        ):
            await take(kurashiki, 1)
            await take(naha, 1)
            await stream.say(order, update, cancel)
            assert [event["id"] for event in await rest(kurashiki)] == ["1", "2", "3"]
            assert await rest(naha) == []
        async with reading(stream.client, stream.url + "/stream?areas=33202", cursor=1) as later:
            assert [event["id"] for event in await rest(later)] == ["1", "2", "3"]


async def test_an_area_that_does_not_exist_is_refused(stream: Stream):
    async with stream.served(), stream.client.get(f"{stream.url}/stream?areas=99999") as response:
        assert response.status == 404
        assert await response.json() == {"code": "area-unknown", "path": "areas"}


@pytest.mark.parametrize("door", ["/stream", "/ws"])
async def test_a_revoked_key_reads_no_further(stream: Stream, monkeypatch: pytest.MonkeyPatch, door: str):
    monkeypatch.setattr("channels.stream.routes.KEY_CHECK_S", 0.05)
    holders = dict(HOLDERS)
    monkeypatch.setattr("stream.serving.HOLDERS", holders)
    async with stream.served():
        headers = {"Authorization": "Bearer one"}
        if door == "/ws":
            socket = await stream.client.ws_connect(stream.url + door, headers=headers)
            assert (await socket.receive_json())["type"] == "position"
            ended = socket.receive(timeout=5)
        else:
            response = await stream.client.get(stream.url + door, headers=headers)
            ended = response.content.read()
        await asyncio.sleep(0.15)
        assert len(stream.live()) == 1
        del holders["Bearer one"]
        async with asyncio.timeout(5):
            await ended
        await asyncio.sleep(0.05)
        assert stream.live() == []

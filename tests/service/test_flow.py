"""From a message to a far end, through a real process: order, retries, drills, updates, cancels, receipts."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.service.far_end import FarEnd
from tests.service.messages import order, stamp
from tests.service.serving import Serving, eventually

ISSUE = {"areas": "33202"}


class Desk:
    """One test's keys and clients on a broker of its own data folder."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.keys = {
            "issuer": serving.key("issuer", "kurashiki", "--areas", "33202"),
            "operator": serving.key("operator", "desk"),
            "subscriber": serving.key("subscriber", "news"),
        }

    async def call(self, role: str, method: str, path: str, **words: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.keys[role]}"}
        async with (
            aiohttp.ClientSession(headers=headers) as client,
            client.request(method, self.serving.url + path, **words) as answer,
        ):
            body = await answer.read()
            return answer.status, msgspec.json.decode(body) if body else None

    async def send(self, message: bytes) -> int:
        status, body = await self.call("issuer", "POST", "/api/v1/alerts", data=message)
        assert status in (200, 202), body
        return body["seq"]

    async def subscribe(self, far_end: FarEnd, **filter_words: Any) -> str:
        wish = {"channel": "webhook", "filter": filter_words, "contact": {"url": far_end.url, "format": "json"}}
        status, body = await self.call("subscriber", "POST", "/api/v1/subscriptions", json=wish)
        assert status == 201, body
        return body["id"]

    async def states(self, seq: int, subscription: str) -> list[dict[str, Any]]:
        _, body = await self.call("operator", "GET", f"/api/v1/deliveries?alert={seq}")
        return [d for d in body["deliveries"] if d["subscription_id"] == subscription]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Any:
    serving = Serving(tmp_path_factory.mktemp("flow") / "data").start()
    yield Desk(serving)
    assert serving.stop() == 0, serving.log()[-3000:]


@pytest.fixture
async def far_end() -> AsyncIterator[FarEnd]:
    end = await FarEnd().start()
    yield end
    await end.stop()


async def test_an_order_reaches_who_asked_for_its_area_and_nobody_else(desk: Desk, far_end: FarEnd):
    elsewhere = await FarEnd().start()
    here = await desk.subscribe(far_end, areas=["33202"])
    await desk.subscribe(elsewhere, areas=["33100"])
    seq = await desk.send(order("flow-1"))

    async def delivered() -> bool:
        return [d["state"] for d in await desk.states(seq, here)] == ["delivered"]

    await eventually(delivered)
    assert far_end.seqs == [seq]
    assert elsewhere.seqs == []
    await elsewhere.stop()


async def test_a_far_end_that_fails_first_gets_it_by_the_swift_ladder(desk: Desk, far_end: FarEnd):
    subscription = await desk.subscribe(far_end, areas=["33202"])
    far_end.status = 500
    seq = await desk.send(order("flow-2"))
    await asyncio.sleep(1.0)
    far_end.status = 200

    async def delivered() -> bool:
        return [d["state"] for d in await desk.states(seq, subscription)] == ["delivered"]

    await eventually(delivered, 20)
    [row] = await desk.states(seq, subscription)
    assert row["attempts"] >= 3  # at 0, within 0.2, 0.7, 1.7 s ...
    assert len(far_end.contents) == 1


async def test_what_a_far_end_missed_comes_with_the_next_that_it_takes(desk: Desk, far_end: FarEnd):
    """By then its own turn is far: the far end asked for nothing, and was down for long."""
    far_end.status = 503
    subscription = await desk.subscribe(far_end, areas=["33202"])
    missed = await desk.send(order("missed-1"))

    async def tried() -> bool:
        return any(row["attempts"] >= 5 for row in await desk.states(missed, subscription))

    await eventually(tried, 30)
    far_end.status = 200
    fresh = await desk.send(order("missed-2"))

    async def both() -> bool:
        return set(far_end.seqs) >= {missed, fresh}

    await eventually(both)
    await desk.call("subscriber", "DELETE", f"/api/v1/subscriptions/{subscription}")


async def test_a_drill_reaches_only_who_asked_for_drills_and_is_marked(desk: Desk, far_end: FarEnd):
    live = await FarEnd().start()
    await desk.subscribe(live, areas=["33202"])
    await desk.subscribe(far_end, areas=["33202"], statuses=["Exercise"])
    seq = await desk.send(order("flow-3", status="Exercise", headline="【訓練】避難指示を発令しました。"))

    async def heard() -> bool:
        return far_end.seqs == [seq]

    await eventually(heard)
    await asyncio.sleep(0.3)
    assert live.seqs == []
    assert "【訓練】" in far_end.bodies[0].decode()
    await live.stop()


async def test_an_update_that_moves_away_and_a_cancel_reach_who_has_the_first(desk: Desk, far_end: FarEnd):
    await desk.subscribe(far_end, events=["高齢者等避難"])
    sent = stamp(-3)
    first = await desk.send(order("flow-4", sent=sent, event="高齢者等避難", level="3"))

    async def heard(count: int) -> bool:
        return len(far_end.seqs) == count

    await eventually(lambda: heard(1))
    reference = f"kurashiki.example.jp,flow-4,{sent}"
    second = await desk.send(order("flow-5", sent=stamp(-2), msg_type="Update", references=reference))
    await eventually(lambda: heard(2))
    cancel = order("flow-6", sent=stamp(-1), msg_type="Cancel", references=reference, note="誤って発令した。")
    third = await desk.send(cancel)
    await eventually(lambda: heard(3))
    assert far_end.seqs == [first, second, third]
    status, body = await desk.call("operator", "GET", "/api/v1/in-force?code=33202")
    assert status == 200
    assert not [h for h in body["in_force"] if h["chain"].endswith("flow-4")]
    assert [e["reason"] for e in body["ended"] if e["chain"].endswith("flow-4")]


async def test_what_has_not_gone_out_is_superseded_by_its_update(desk: Desk, far_end: FarEnd):
    subscription = await desk.subscribe(far_end, areas=["33202"])
    far_end.status = 503
    sent = stamp(-3)
    first = await desk.send(order("flow-7", sent=sent))
    await asyncio.sleep(0.5)
    reference = f"kurashiki.example.jp,flow-7,{sent}"
    second = await desk.send(order("flow-8", sent=stamp(-2), msg_type="Update", references=reference, level="5"))
    await asyncio.sleep(0.2)
    far_end.status = 200

    async def ended() -> bool:
        rows = [*await desk.states(first, subscription), *await desk.states(second, subscription)]
        return [row["state"] for row in rows] == ["superseded", "delivered"]

    await eventually(ended, 8)
    assert far_end.seqs == [second]


async def test_a_late_older_message_is_kept_and_never_sent(desk: Desk, far_end: FarEnd):
    subscription = await desk.subscribe(far_end, areas=["33202"])
    sent = stamp(-5)
    await desk.send(order("flow-9", sent=sent))
    reference = f"kurashiki.example.jp,flow-9,{sent}"
    await desk.send(order("flow-10", sent=stamp(-1), msg_type="Update", references=reference))
    status, body = await desk.call(
        "issuer",
        "POST",
        "/api/v1/alerts",
        data=order("flow-11", sent=stamp(-3), msg_type="Update", references=reference),
    )
    assert status == 202
    assert body["accepted"][0]["late"]
    await asyncio.sleep(0.5)
    assert await desk.states(body["seq"], subscription) == []


async def test_receipts_raise_the_level_and_are_kept(desk: Desk, far_end: FarEnd):
    subscription = await desk.subscribe(far_end, areas=["33202"])
    seq = await desk.send(order("flow-12"))

    async def delivered() -> bool:
        return [d["level"] for d in await desk.states(seq, subscription)] == ["accepted"]

    await eventually(delivered)
    [row] = await desk.states(seq, subscription)
    receipt = {"delivery_id": row["id"], "level": "displayed", "at": stamp(), "where": "studio 1", "evidence": "aired"}
    assert (await desk.call("subscriber", "POST", "/api/v1/receipts", json={"receipts": [receipt]}))[0] == 201
    assert (await desk.call("subscriber", "POST", "/api/v1/receipts", json={"receipts": [receipt]}))[0] == 201

    async def shown() -> bool:
        _, body = await desk.call("subscriber", "GET", f"/api/v1/deliveries/{row['id']}")
        return body["delivery"]["level"] == "displayed" and len(body["receipts"]) == 1

    await eventually(shown)
    unknown = receipt | {"delivery_id": "dlv_nobody"}
    status, problem = await desk.call("subscriber", "POST", "/api/v1/receipts", json={"receipts": [unknown]})
    assert (status, problem["code"], problem["path"]) == (404, "delivery-unknown", "receipts[0].delivery_id")


async def test_a_subscription_taken_away_is_forgotten_with_its_contact(desk: Desk, far_end: FarEnd):
    subscription = await desk.subscribe(far_end, areas=["33202"])
    assert (await desk.call("subscriber", "DELETE", f"/api/v1/subscriptions/{subscription}"))[0] == 204
    await desk.send(order("flow-13"))
    await asyncio.sleep(0.4)
    assert far_end.seqs == []
    assert far_end.url.encode() not in (desk.serving.data / "contacts.db").read_bytes()
    assert far_end.url.encode() not in (desk.serving.data / "journal.db").read_bytes()


@pytest.mark.parametrize(
    ("wish", "code", "path"),
    [
        ({"channel": "pigeon"}, "channel-unknown", "channel"),
        ({"channel": "webhook"}, "contact-invalid", "contact"),
        ({"channel": "webhook", "contact": {"url": "ftp://x/"}}, "contact-invalid", "contact"),
        ({"channel": "stream", "filter": {"areas": ["99999"]}}, "area-unknown", "filter.areas[0]"),
        ({"channel": "stream", "filter": {"area": []}}, "json-invalid", "filter"),
        ({"channel": "radio", "contact": {}}, "role-may-not-subscribe", None),
    ],
)
async def test_a_wish_that_cannot_be_met_is_refused_in_words(desk: Desk, wish: Any, code: str, path: str | None):
    status, problem = await desk.call("subscriber", "POST", "/api/v1/subscriptions", json=wish)
    assert status in (400, 403, 422)
    assert (problem["code"], problem.get("path")) == (code, path), problem


async def test_metrics_name_every_stage(desk: Desk):
    async with aiohttp.ClientSession() as client, client.get(f"{desk.serving.url}/metrics") as answer:
        text = await answer.text()
    for stage in ("received", "decoded", "placed", "journaled", "routed", "first_byte", "outcome", "receipt"):
        assert f'stage="{stage}"' in text, stage
    for name in (
        "noroshi_messages_total",
        "noroshi_attempts_total",
        "noroshi_open_deliveries",
        "noroshi_oldest_due_seconds",
    ):
        assert name in text, name


async def test_every_attempt_is_one_json_line(desk: Desk):
    lines = desk.serving.attempts()
    assert lines
    assert {"delivery", "alert_seq", "subscription", "channel", "lane", "attempt", "outcome", "seconds"} <= lines[
        0
    ].keys()


async def test_a_second_process_is_kept_out_of_the_data(desk: Desk):
    words = [sys.executable, "-m", "ops.command", "serve", "--data", str(desk.serving.data), "--port", "0"]
    second = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True, cwd=Path.cwd())
    assert second.returncode == 1
    assert "data-in-use" in second.stderr

"""Each row of the table of what may be decided, by a real message over HTTP."""

import asyncio

import pytest
from held.desk import KURASHIKI, NOWHERE, Desk, order
from service.messages import stamp

from broker.core.settling import ROWS, Decision


async def test_an_unknown_area_goes_where_a_person_says(desk: Desk):
    seq = await desk.stop_at("area-unknown", order("area-1", area=NOWHERE))
    shown = await desk.listed(seq)
    assert (shown["needs"], shown["decisions"]) == ("areas", ["settle", "drop"])
    assert shown["held"]["understood"]["event"] == "避難指示"
    assert shown["parts"][0]["value"] == "339997"
    assert (await desk.decide(seq, "settle"))[1]["code"] == "areas-missing"
    assert (await desk.decide(seq, "settle", areas=["無い町"]))[1]["code"] == "area-unknown"
    sent = await desk.settled(seq, "settle", areas=["倉敷市"], remember=False)
    assert (sent["codes"], sent["released_from"], sent["settled_by"]) == (["33202"], seq, "tanaka")
    assert sent["owed"] > 0
    assert await desk.raw(sent["seq"]) == await desk.raw(seq)
    assert "area-1" in await desk.in_force("33202")


async def test_a_released_message_may_say_no_more_than_its_senders_key(desk: Desk):
    seq = await desk.stop_at("area-unknown", order("area-2", area=NOWHERE))
    status, problem = await desk.decide(seq, "settle", areas=["33100"], remember=False)
    assert (status, problem["code"]) == (409, "area-not-allowed")
    assert (await desk.listed(seq))["held"]["decision"] is None
    assert (await desk.decide(seq, "drop", reason="電話で確かめた。誤り。"))[0] == 200


async def test_words_that_were_settled_are_remembered(desk: Desk):
    area = NOWHERE.replace("339997", "339996")
    seq = await desk.stop_at("area-unknown", order("remember-1", area=area))
    await desk.settled(seq, "settle", areas=["33202"])
    known = await desk.summary(await desk.accepted(order("remember-2", area=area)))
    assert (known["codes"], known["unplaced"]) == (["33202"], [])


async def test_what_it_refers_to_can_be_named(desk: Desk):
    first = await desk.accepted(order("ref-1", sent=stamp(-5)))
    unknown = f"kurashiki.example.jp,never-seen,{stamp(-5)}"
    update = order("ref-2", msg_type="Update", references=unknown, sent=stamp(-1))
    seq = await desk.stop_at("references-unknown", update)
    assert (await desk.decide(seq, "settle"))[1]["code"] == "follows-missing"
    assert (await desk.decide(seq, "settle", follows=10**9))[1]["code"] == "alert-unknown"
    sent = await desk.settled(seq, "settle", follows=first)
    assert sent["chain"] == (await desk.summary(first))["chain"]
    assert {"ref-2"} == await desk.in_force("33202") & {"ref-1", "ref-2"}


async def test_a_drill_takes_over_nothing_real(desk: Desk):
    real = await desk.accepted(order("mix-1"))
    drill = order(
        "mix-2", status="Exercise", headline="【訓練】避難指示", msg_type="Update", references=f"x,never,{stamp(-5)}"
    )
    seq = await desk.stop_at("references-unknown", drill)
    assert (await desk.decide(seq, "settle", follows=real))[1]["code"] == "status-mixed"
    assert (await desk.listed(seq))["held"]["decision"] is None


async def test_an_unknown_reference_can_be_released_as_one_of_its_own(desk: Desk):
    update = order("ref-3", msg_type="Update", references=f"kurashiki.example.jp,gone,{stamp(-5)}")
    seq = await desk.stop_at("references-unknown", update)
    assert (await desk.decide(seq, "release"))[1]["code"] == "reason-missing"
    sent = await desk.settled(seq, "release", reason="前の情報は別の経路で出ている")
    assert sent["alert"]["identifier"] == "ref-3"
    assert "ref-3" in await desk.in_force("33202")


async def test_a_cancel_that_was_overtaken_cancels_what_a_person_names(desk: Desk):
    first, sent = stamp(-5), stamp(-1)
    await desk.accepted(order("over-1", sent=first))
    reference = f"kurashiki.example.jp,over-1,{first}"
    newest = await desk.accepted(order("over-2", sent=sent, msg_type="Update", references=reference))
    cancel = order("over-3", sent=stamp(-3), msg_type="Cancel", references=reference, note="誤り")
    seq = await desk.stop_at("cancel-overtaken", cancel)
    assert (await desk.decide(seq, "release", reason="x"))[1]["code"] == "decision-not-possible"
    await desk.settled(seq, "settle", follows=newest)
    assert not await desk.in_force("33202") & {"over-1", "over-2"}


async def test_a_reused_identifier_goes_out_under_one_of_its_own(desk: Desk):
    await desk.accepted(order("same-1"))
    seq = await desk.stop_at("identifier-reused", order("same-1", headline="まったく別の避難指示です。"))
    sent = await desk.settled(seq, "release", reason="別の発令だと電話で確かめた")
    assert sent["alert"]["identifier"] == f"same-1.held-{seq}"
    assert b"same-1.held" in await desk.raw(sent["seq"])
    assert {"same-1", f"same-1.held-{seq}"} <= await desk.in_force("33202")


async def test_a_reused_identifier_may_be_the_next_word_on_the_same(desk: Desk):
    first = await desk.accepted(order("same-2", sent=stamp(-1)))
    seq = await desk.stop_at("identifier-reused", order("same-2", headline="避難指示の区域を広げました。"))
    sent = await desk.settled(seq, "settle", follows=first)
    assert sent["chain"] == (await desk.summary(first))["chain"]
    assert await desk.in_force("33202") & {"same-2", f"same-2.held-{seq}"} == {f"same-2.held-{seq}"}


async def test_the_future_can_be_taken_as_now(desk: Desk):
    body = order("future-1", sent=stamp(60))
    seq = await desk.stop_at("sent-in-the-future", body)
    status, problem = await desk.decide(seq, "release", reason="時刻になったら出す")
    assert (status, problem["code"]) == (409, "sent-in-the-future")
    sent = await desk.settled(seq, "settle")
    assert sent["sent"] < stamp(5)
    assert "future-1" in await desk.in_force("33202")
    status, again = await desk.post(body)
    assert (status, again["seq"], again["accepted"][0]["duplicate"]) == (200, sent["seq"], True)


DOUBTFUL = "【訓練】真備町箭田に避難指示を発令しました。"


async def test_doubtful_status_is_a_drill_by_one_click(desk: Desk):
    seq = await desk.stop_at("status-contradiction", order("doubt-1", headline=DOUBTFUL))
    sent = await desk.settled(seq, "settle", status="Exercise")
    assert sent["status"] == "Exercise"
    assert b"<status>Exercise</status>" in await desk.raw(sent["seq"])
    assert b"<status>Actual</status>" in await desk.raw(seq)
    assert "doubt-1" in await desk.in_force("33202", "Exercise")
    assert "doubt-1" not in await desk.in_force("33202")


async def test_doubtful_status_is_real_only_where_it_is_typed(desk: Desk):
    seq = await desk.stop_at("status-contradiction", order("doubt-2", headline=DOUBTFUL))
    for given, code in (
        ({}, "status-missing"),
        ({"status": "Actual"}, "reason-missing"),
        ({"status": "Actual", "reason": "電話で確認"}, "confirmation-missing"),
        ({"status": "Actual", "reason": "電話で確認", "confirm": "訓練"}, "confirmation-missing"),
        ({"status": "System"}, "status-missing"),
    ):
        assert (await desk.decide(seq, "settle", **given))[1]["code"] == code, given
    sent = await desk.settled(seq, "settle", status="Actual", reason="電話で確認", confirm="本番")
    assert sent["headline"] == DOUBTFUL.removeprefix("【訓練】")
    assert "【訓練】".encode() not in await desk.raw(sent["seq"])
    assert "doubt-2" in await desk.in_force("33202")


async def test_a_message_of_two_troubles_is_given_both_at_once(desk: Desk):
    seq = await desk.stop_at("status-contradiction", order("both-1", headline=DOUBTFUL, area=NOWHERE))
    status, problem = await desk.decide(seq, "settle", status="Exercise")
    assert (status, problem["code"]) == (409, "area-unknown")
    sent = await desk.settled(seq, "settle", status="Exercise", areas=["33202"], remember=False)
    assert (sent["status"], sent["codes"]) == ("Exercise", ["33202"])


async def test_what_was_refused_can_only_be_acknowledged(desk: Desk):
    seq = await desk.stop_at("area-not-allowed", order("no-1"), desk.other)
    for decision in ("settle", "release", "drop"):
        assert (await desk.decide(seq, decision, reason="x"))[1]["code"] == "decision-not-possible"
    assert (await desk.decide(seq, "acknowledge"))[1]["sent_on"] is None


async def test_what_ran_out_is_not_sent_and_said_so(desk: Desk):
    expires = stamp(0.05)
    seq = await desk.stop_at("area-unknown", order("late-1", area=NOWHERE, sent=stamp(-5), expires=expires))
    while stamp() <= expires:
        await asyncio.sleep(0.2)
    status, problem = await desk.decide(seq, "settle", areas=["33203"], remember=False)
    assert (status, problem["code"]) == (409, "alert-expired")
    assert (await desk.decide(seq, "drop", reason="期限が切れた"))[0] == 200


@pytest.mark.parametrize("code", ROWS)
def test_every_row_says_what_to_do_in_both_languages(code: str):
    row = ROWS[code]
    assert row.ja
    assert row.en
    assert (Decision.SETTLE in row.decisions) is (row.needs is not None)
    assert Decision.DROP in row.decisions


async def test_the_list_counts_what_waits_and_what_came_again(desk: Desk):
    body = order("again-1", area=NOWHERE.replace("どこか", "べつの"))
    seq = await desk.stop_at("area-unknown", body)
    for _ in range(2):
        assert (await desk.post(body))[1]["record"] == seq
    status, listed = await desk.ask("GET", "/api/v1/held?kind=held", desk.operator)
    assert status == 200
    line = next(line for line in listed["held"] if line["seq"] == seq)
    shown = await desk.listed(seq)
    assert {line["times"], shown["held"]["times"]} <= {1, 2, 3}
    assert listed["waiting"]["held"]["count"] >= 1
    assert (await desk.decide(seq, "drop", reason="試し"))[0] == 200
    _, rest = await desk.ask("GET", "/api/v1/held?state=decided", desk.operator)
    dropped = next(line for line in rest["held"] if line["seq"] == seq)
    assert (dropped["decision"], dropped["decided_by"], dropped["times"]) == ("drop", "tanaka", 3)


async def test_its_sender_sees_what_was_decided_and_others_do_not(desk: Desk):
    seq = await desk.stop_at(
        "area-unknown", order("mine-1", area=KURASHIKI.replace("332020", "339995").replace("倉敷市", "x"))
    )
    await desk.decide(seq, "drop", reason="取り消しの電話があった")
    status, shown = await desk.ask("GET", f"/api/v1/alerts/{seq}", desk.town)
    assert (status, shown["held"]["decision"], shown["held"]["reason"]) == (200, "drop", "取り消しの電話があった")
    for key, told in ((desk.other, 403), (desk.media, 403), (None, 401)):
        assert (await desk.ask("GET", f"/api/v1/alerts/{seq}", key))[0] == told
        assert (await desk.ask("GET", f"/api/v1/held/{seq}", key))[0] == told

"""A decision is made once: by whoever comes first, whole or not at all, and after a crash it still stands."""

import asyncio
from pathlib import Path

import aiohttp
from held.desk import NOWHERE, Desk, order
from service.far_end import FarEnd
from service.serving import Serving, eventually


async def test_a_double_click_is_one_decision(desk: Desk):
    seq = await desk.stop_at("area-unknown", order("twice-1", area=NOWHERE))
    answers = await asyncio.gather(*(desk.decide(seq, "settle", areas=["33202"], remember=False) for _ in range(5)))
    assert {status for status, _ in answers} == {200}
    assert len({done["sent_on"] for _, done in answers}) == 1


async def test_of_two_operators_one_decides(desk: Desk):
    for number in range(5):
        seq = await desk.stop_at("area-unknown", order(f"two-{number}", area=NOWHERE))
        answers = await asyncio.gather(
            desk.decide(seq, "settle", areas=["33202"], remember=False),
            desk.decide(seq, "drop", desk.second, reason="誤報と聞いた"),
        )
        assert sorted(status for status, _ in answers) == [200, 409], answers
        lost = next(problem for status, problem in answers if status == 409)
        won = next(done for status, done in answers if status == 200)
        assert (lost["code"], lost["by"]) == ("held-decided", won["by"])
        sent = f"two-{number}" in await desk.in_force("33202")
        assert sent is (won["decision"] == "settle")


async def test_what_was_sent_on_by_its_sender_meanwhile_is_not_sent_again(desk: Desk):
    body = order(
        "meanwhile-1", msg_type="Update", references="kurashiki.example.jp,meanwhile-0,2026-01-01T00:00:00+09:00"
    )
    seq = await desk.stop_at("references-unknown", body)
    mended = body.replace(b"<msgType>Update</msgType>", b"<msgType>Alert</msgType>")
    mended = mended[: mended.index(b"<references>")] + mended[mended.index(b"</references>") + len(b"</references>") :]
    await desk.accepted(mended)
    status, problem = await desk.decide(seq, "release", reason="続きとして")
    assert (status, problem["code"]) == (409, "identifier-reused")


async def test_the_sender_that_sends_it_again_hears_that_it_went_out(desk: Desk):
    body = order("resent-1", area=NOWHERE)
    seq = await desk.stop_at("area-unknown", body)
    sent = await desk.settled(seq, "settle", areas=["33202"], remember=False)
    status, answer = await desk.post(body)
    assert (status, answer["seq"], answer["accepted"][0]["duplicate"]) == (200, sent["seq"], True)


async def test_the_sender_that_sends_again_what_was_dropped_does_not_wait_for_a_person(desk: Desk):
    body = order("resent-2", area=NOWHERE)
    seq = await desk.stop_at("area-unknown", body)
    assert "decision" not in (await desk.post(body))[1]
    assert (await desk.decide(seq, "drop", reason="電話で取り消しを確かめた"))[0] == 200
    status, problem = await desk.post(body)
    assert (status, problem["code"], problem["record"]) == (422, "area-unknown", seq)
    assert problem["decision"] == "drop"
    assert "電話で取り消しを確かめた" in problem["detail"]
    assert "must settle" not in problem["detail"]


async def test_a_decision_stands_after_kill_9(tmp_path: Path):
    """Kill at another moment each time: whatever was decided was sent on whole, reaches its far end, under one id."""
    serving = Serving(tmp_path / "data").start()
    desk = Desk(serving)
    far_end = await FarEnd().start()
    wish = {"channel": "webhook", "contact": {"url": far_end.url}, "filter": {"areas": ["33202"]}}
    assert (await desk.ask("POST", "/api/v1/subscriptions", desk.media, json=wish))[0] == 201
    seqs = [await desk.stop_at("area-unknown", order(f"kill-{n}", area=NOWHERE)) for n in range(12)]
    told: dict[int, int] = {}
    for turn in range(3):
        async with asyncio.TaskGroup() as group:
            for seq in seqs[turn * 4 : turn * 4 + 4]:
                group.create_task(settle(desk, seq, told))
            await asyncio.sleep(turn * 0.012)
            serving.kill()
        await asyncio.to_thread(serving.start)
    sent_on = {}
    for seq in seqs:
        status, done = await desk.decide(seq, "settle", areas=["33202"], remember=False)
        assert status == 200, done
        assert told.get(seq, done["sent_on"]) == done["sent_on"]
        sent_on[seq] = done["sent_on"]
    assert len(set(sent_on.values())) == len(seqs)

    async def arrived() -> bool:
        return set(sent_on.values()) <= set(far_end.seqs)

    await eventually(arrived, 30)
    assert {len(digests) for digests in far_end.contents.values()} == {1}
    assert len(far_end.contents) == len(seqs)
    assert serving.stop() == 0
    await far_end.stop()


async def settle(desk: Desk, seq: int, told: dict[int, int]) -> None:
    try:
        status, done = await desk.decide(seq, "settle", areas=["33202"], remember=False)
    except aiohttp.ClientError:
        return
    assert status == 200, done
    told[seq] = done["sent_on"]


async def test_two_people_with_one_key_are_not_both_told_that_they_were_heard(desk: Desk):
    seq = await desk.stop_at("area-unknown", order("one-key-1", area=NOWHERE))
    first, second = await asyncio.gather(
        desk.decide(seq, "settle", areas=["33202"], remember=False),
        desk.decide(seq, "settle", areas=["33203"], remember=False),
    )
    assert sorted((first[0], second[0])) == [200, 409]
    assert {first[1].get("code"), second[1].get("code")} == {None, "held-decided"}
    won = first if first[0] == 200 else second
    assert (await desk.summary(won[1]["sent_on"]))["codes"] == (["33202"] if won is first else ["33203"])
    assert (await desk.listed(seq))["held"]["decision"] == "settle"

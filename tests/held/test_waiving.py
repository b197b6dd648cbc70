"""A message with more troubles than one: each is settled or waived by a person, for a reason that is kept."""

from typing import Any

import pytest
from held.desk import KURASHIKI, Desk, order
from service.messages import stamp

from broker.core.acceptance import Trouble, Verdict
from broker.core.settling import ROWS, may_be_waived

DIGEST = (
    "<resource><resourceDesc>図</resourceDesc><mimeType>text/plain</mimeType><derefUri>YQ==</derefUri>"
    f"<digest>{'0' * 40}</digest></resource><area>"
)
WHY = {"reason": "添付は電話で確かめた"}
OWN = {"references-unknown": "前の情報は別の経路で出ている"}


def spoilt(identifier: str, **more: Any) -> bytes:
    """An order with a file that its digest does not name."""
    return order(identifier, **more).replace(b"<area>", DIGEST.encode(), 1)


def gone(identifier: str) -> dict[str, str]:
    return {"msg_type": "Update", "references": f"kurashiki.example.jp,{identifier}-before,{stamp(-9)}"}


async def test_two_troubles_that_both_need_a_waiver_are_waived_one_after_the_other(desk: Desk):
    seq = await desk.stop_at("cap-resource-digest", spoilt("waive-1", **gone("waive-1")))
    status, problem = await desk.decide(seq, "release", **WHY)
    assert (status, problem["code"], problem["waivable"]) == (409, "references-unknown", True)
    status, problem = await desk.decide(seq, "release", waives={"references-unknown": " "}, **WHY)
    assert (status, problem["code"], problem["path"]) == (422, "reason-missing", "waives.references-unknown")
    assert (await desk.listed(seq))["held"]["decision"] is None
    status, done = await desk.decide(seq, "release", waives=OWN, **WHY)
    waived = [{"code": code, "reason": reason} for code, reason in OWN.items()]
    assert (status, done["waived"]) == (200, waived)
    assert (await desk.summary(done["sent_on"]))["alert"]["identifier"] == "waive-1"
    assert "waive-1" in await desk.in_force("33202")
    line = (await desk.listed(seq))["held"]
    assert (line["decided_by"], line["reason"], line["waived"]) == ("tanaka", WHY["reason"], waived)


async def test_what_is_waived_and_does_not_come_up_is_not_put_on_record(desk: Desk):
    seq = await desk.stop_at("cap-resource-digest", spoilt("waive-2"))
    _, done = await desk.decide(seq, "release", waives=OWN, **WHY)
    assert (done["sent_on"] is not None, done["waived"]) == (True, [])


async def test_a_name_used_before_is_waived_by_one_of_its_own(desk: Desk):
    await desk.accepted(order("waive-3"))
    seq = await desk.stop_at("cap-resource-digest", spoilt("waive-3", headline="別の避難指示です。"))
    assert (await desk.decide(seq, "release", **WHY))[1]["code"] == "identifier-reused"
    sent = await desk.settled(seq, "release", waives={"identifier-reused": "別の発令だと確かめた"}, **WHY)
    assert sent["alert"]["identifier"] == f"waive-3.held-{seq}"


async def test_a_doubtful_status_is_chosen_and_the_other_trouble_waived(desk: Desk):
    body = order("waive-4", headline="【訓練】避難指示", **gone("waive-4"))
    seq = await desk.stop_at("status-contradiction", body)
    assert (await desk.decide(seq, "settle", status="Exercise"))[1]["code"] == "references-unknown"
    sent = await desk.settled(seq, "settle", status="Exercise", waives=OWN)
    assert sent["status"] == "Exercise"
    assert "waive-4" not in await desk.in_force("33202")


async def test_a_doubt_whether_it_is_real_is_never_waived(desk: Desk):
    seq = await desk.stop_at("status-contradiction", spoilt("waive-5", headline="【訓練】避難指示"))
    given = {"waives": {"status-contradiction": "本番のはず"}, **WHY}
    assert (await desk.decide(seq, "release", **given))[1]["code"] == "decision-not-possible"
    status, problem = await desk.decide(seq, "settle", status="Actual", **given)
    assert (status, problem["code"]) == (422, "confirmation-missing")
    assert "waive-5" not in await desk.in_force("33202")
    assert (await desk.decide(seq, "drop", reason="訓練だった"))[0] == 200


async def test_what_its_sender_may_not_is_never_waived(desk: Desk):
    foreign = KURASHIKI.replace("332020", "331007")
    seq = await desk.stop_at("cap-resource-digest", spoilt("waive-6", area=foreign))
    status, problem = await desk.decide(seq, "release", waives={"area-not-allowed": "頼まれた"}, **WHY)
    assert (status, problem["code"], problem["waivable"]) == (409, "area-not-allowed", False)
    assert (await desk.listed(seq))["held"]["decision"] is None


@pytest.mark.parametrize("code", [*ROWS, "cap-resource-digest", "signature-untrusted"])
@pytest.mark.parametrize("verdict", Verdict)
def test_what_may_be_waived_is_what_may_be_released(code: str, verdict: Verdict):
    trouble = Trouble(verdict=verdict, code=code, sentence="")
    waivable = {
        "references-unknown",
        "identifier-reused",
        "sent-in-the-future",
        "cap-resource-digest",
        "signature-untrusted",
    }
    assert may_be_waived(trouble) is (verdict is Verdict.HELD and code in waivable)

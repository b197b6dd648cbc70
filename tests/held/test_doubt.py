"""What a person's choice may not bring about by the way: drills that steer real messages, and doubts that get lost."""

import asyncio
from pathlib import Path

import pytest
from held.desk import KURASHIKI, NOWHERE, PARTLY, Desk, issuer, order
from held.page import Page
from held.test_way_in import waiting_with
from lalert.documents import document
from service.messages import stamp
from service.serving import CONFIG, Serving

from ops.dashboard.held import HELD

TWO = (
    "<areaDesc>どこか</areaDesc><geocode><valueName>JISX0402</valueName><value>339995</value></geocode></area><area>"
    "<areaDesc>どこか別の所</areaDesc><geocode><valueName>JISX0402</valueName><value>339994</value></geocode>"
)


async def test_a_drill_teaches_nothing_unless_a_person_says_so(desk: Desk):
    area = NOWHERE.replace("339997", "339993")
    drill = {"status": "Exercise", "headline": "【訓練】避難指示", "area": area}
    await desk.settled(await desk.stop_at("area-unknown", order("teach-1", **drill)), "settle", areas=["33202"])
    real = await desk.stop_at("area-unknown", order("teach-2", area=area))
    assert (await desk.decide(real, "drop", reason="訓練の地名"))[0] == 200
    again = await desk.stop_at("area-unknown", order("teach-3", **drill))
    await desk.settled(again, "settle", areas=["33202"], remember=True)
    assert (await desk.summary(await desk.accepted(order("teach-4", area=area))))["codes"] == ["33202"]


async def test_a_drill_becomes_real_by_no_other_decision(desk: Desk):
    """A status is chosen where it is in doubt and nowhere else: a drill without a place is placed as a drill."""
    area = NOWHERE.replace("339997", "339988")
    drill = {"status": "Exercise", "headline": "【訓練】避難指示", "area": area}
    seq = await desk.stop_at("area-unknown", order("by-the-way-1", **drill))
    given = {"areas": ["33202"], "status": "Actual", "reason": "場所が分かった"}
    for confirm in ({}, {"confirm": "本番"}):
        status, problem = await desk.decide(seq, "settle", **given, **confirm)
        assert (status, problem["code"], problem["path"]) == (422, "status-not-asked", "status")
    assert "by-the-way-1" not in await desk.in_force("33202")
    assert (await desk.settled(seq, "settle", areas=["33202"]))["status"] == "Exercise"


async def test_a_name_that_stands_alone_is_remembered_only_where_a_person_says_so(desk: Desk):
    area = "<areaDesc>川むこうの新地</areaDesc>"
    for number, more in enumerate(({}, {"remember": True})):
        seq = await desk.stop_at("area-unknown", order(f"alone-{number}", area=area))
        await desk.settled(seq, "settle", areas=["33202"], **more)
    assert (await desk.summary(await desk.accepted(order("alone-2", area=area))))["codes"] == ["33202"]


async def test_what_did_not_go_out_teaches_nothing(desk: Desk):
    area = NOWHERE.replace("339997", "339992")
    seq = await desk.stop_at("area-unknown", order("unsent-1", area=area))
    status, problem = await desk.decide(seq, "settle", areas=["33100"])
    assert (status, problem["code"]) == (409, "area-not-allowed")
    await desk.stop_at("area-unknown", order("unsent-2", area=area))


async def test_what_a_person_left_open_stays_in_sight(desk: Desk):
    seq = await desk.stop_at("area-unknown", order("two-places-1", area=TWO))
    sent = await desk.settled(seq, "settle", places={"339995": ["倉敷市"]}, remember=False)
    assert sent["codes"] == ["33202"]
    rest = await desk.listed(sent["seq"])
    assert (rest["held"]["kind"], [part["value"] for part in rest["parts"]][-1]) == ("unplaced", "339994")
    assert rest["held"]["unplaced"] == ["どこか別の所 JISX0402 339994"]
    added = await desk.settled(sent["seq"], "settle", places={"339994": ["津山市"]}, remember=False)
    assert added["codes"] == ["33202", "33203"]


async def test_areas_placed_later_are_those_that_its_sender_may_speak_for(desk: Desk):
    only = issuer(desk.serving, "kurashiki alone", "33202")
    area = f"{KURASHIKI}</area><area>{NOWHERE}"
    _, answer = await desk.post(order("rights-1", area=area), only)
    seq = answer["seq"]
    await desk.listed(seq)
    status, problem = await desk.decide(seq, "settle", areas=["34100"], remember=False)
    assert (status, problem["code"]) == (409, "area-not-allowed")
    assert (await desk.listed(seq))["held"]["decision"] is None
    assert (await desk.decide(seq, "acknowledge"))[0] == 200


async def test_areas_of_what_ran_out_are_not_said_to_have_been_told(desk: Desk):
    expires = stamp(0.05)
    seq = await desk.accepted(order("ran-out-1", area=PARTLY, sent=stamp(-5), expires=expires))
    await desk.listed(seq)
    while stamp() <= expires:
        await asyncio.sleep(0.2)
    status, problem = await desk.decide(seq, "settle", areas=["33203"], remember=False)
    assert (status, problem["code"]) == (409, "alert-expired")
    assert (await desk.decide(seq, "acknowledge"))[0] == 200


async def test_a_second_trouble_does_not_hide_that_its_folder_is_for_drills(tmp_path: Path):
    """Signed with a wrong digest, real by its own words, in the folder of drills: nobody sends it by a reason alone."""
    for mode in ("live", "drill"):
        (tmp_path / "in" / mode).mkdir(parents=True)
    config = f'{CONFIG}[folder]\npath = "{tmp_path / "in"}"\nunsigned = true\ninterval_s = 0.05\nwait_s = 0.2\n'
    serving = Serving(tmp_path / "data", config).start()
    desk = Desk(serving)
    resource = (
        "<resource><resourceDesc>図</resourceDesc><mimeType>text/plain</mimeType><derefUri>YQ==</derefUri>"
        f"<digest>{'0' * 40}</digest></resource><area>"
    )
    spoilt = order("digest-1").replace(b"<area>", resource.encode(), 1)
    (tmp_path / "in" / "drill" / "order.xml").write_bytes(spoilt)
    seq = await waiting_with(desk, "status-disagrees")
    shown = await desk.listed(seq)
    assert "digest" in shown["held"]["sentence"]
    assert (await desk.decide(seq, "release", reason="確かめた"))[1]["code"] == "decision-not-possible"
    assert serving.stop() == 0


async def test_what_is_real_by_choice_follows_what_is_real(tmp_path: Path):
    for mode in ("live", "drill"):
        (tmp_path / "in" / mode).mkdir(parents=True)
    config = f'{CONFIG}[folder]\npath = "{tmp_path / "in"}"\nunsigned = true\ninterval_s = 0.05\nwait_s = 0.2\n'
    serving = Serving(tmp_path / "data", config).start()
    desk = Desk(serving)
    first = await desk.accepted(order("chosen-1", sent=stamp(-5)))
    drill = order("chosen-2", status="Exercise", headline="【訓練】避難指示")
    (tmp_path / "in" / "live" / "order.xml").write_bytes(drill)
    seq = await waiting_with(desk, "status-disagrees")
    real = {"status": "Actual", "reason": "電話で確かめた", "confirm": "本番"}
    status, problem = await desk.decide(seq, "settle", status="Exercise", follows=first)
    assert (status, problem["code"]) == (422, "status-mixed")
    sent = await desk.settled(seq, "settle", follows=first, **real)
    assert sent["chain"] == (await desk.summary(first))["chain"]
    assert serving.stop() == 0


@pytest.mark.parametrize("status", ["Actual", "Exercise"])
async def test_a_document_of_which_two_places_disagree_is_settled_without_writing_it_again(desk: Desk, status: str):
    body = document().replace("<edxlde:distributionStatus>Actual", "<edxlde:distributionStatus>Exercise", 1)
    for old, days in (("2018-07-06", -1), ("2018-07-07", -1), ("2018-07-13", 6)):
        body = body.replace(old, stamp(days * 24 * 60)[:10])
    body = body.replace("-6d5f3c5a0001", f"-{status}")
    seq = await desk.stop_at("status-contradiction", body.encode())
    shown = await desk.listed(seq)
    assert (shown["decisions"], shown["held"]["understood"]["level"]) == (["settle", "drop"], 4)
    assert (await desk.decide(seq, "settle", status="Actual"))[1]["code"] == "reason-missing"
    given = {"reason": "市役所に電話で確かめた", "confirm": "本番"} if status == "Actual" else {}
    sent = await desk.settled(seq, "settle", status=status, **given)
    assert (sent["status"], sent["codes"]) == (status, ["33202"])
    assert body.encode() == await desk.raw(seq)
    assert sent["alert"]["identifier"] in await desk.in_force("33202", status)


@pytest.mark.parametrize(
    "headline", ["（訓練）避難指示を発令しました。", "避難指示を発令しました。これは訓練です。", "[EXERCISE] Evacuate"]
)
async def test_a_drill_that_says_so_in_its_words_is_held_in_cap_too(desk: Desk, headline: str):
    name = f"words-{len(headline)}"
    seq = await desk.stop_at("status-contradiction", order(name, headline=headline))
    assert name not in await desk.in_force("33202")
    assert (await desk.settled(seq, "settle", status="Exercise"))["status"] == "Exercise"


async def test_what_still_says_that_it_is_a_drill_never_goes_out_as_real(desk: Desk):
    seq = await desk.stop_at("status-contradiction", order("words-real", headline="避難指示。これは訓練です。"))
    given = {"status": "Actual", "reason": "電話で確かめた", "confirm": "本番"}
    status, problem = await desk.decide(seq, "settle", **given)
    assert (status, problem["code"]) == (409, "words-of-drill")
    assert "words-real" not in await desk.in_force("33202")
    assert (await desk.listed(seq))["held"]["decision"] is None
    assert (await desk.decide(seq, "drop", reason="画面から出し直した"))[0] == 200


@pytest.mark.parametrize(("status", "headline"), [("Actual", "【訓練】避難指示"), ("Exercise", "避難指示")])
async def test_what_is_in_doubt_is_never_shown_as_a_drill_nor_as_real(desk: Desk, status: str, headline: str):
    """An order that may be real and carries the tag of a drill would be left for later by whoever reads the list."""
    cap = order(f"tag-{status}", status=status, headline=headline).partition(b"?>\n")[2].decode()
    seq = await desk.stop_at("status-contradiction", enveloped(cap, "Actual").encode())
    async with Page(desk) as page:
        for path, begin in ((HELD, f'id="h{seq}"'), (f"{HELD}/{seq}", 'id="said-h"')):
            text = (await page.text_of(path)).partition(begin)[2].partition("</p>")[0]
            assert "本番か訓練か不明" in text
            assert "drill-tag" not in text


def enveloped(cap: str, status: str) -> str:
    return (
        '<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0"><distributionID>d</distributionID>'
        f"<senderID>s</senderID><dateTimeSent>{stamp()}</dateTimeSent><distributionStatus>{status}</distributionStatus>"
        "<distributionType>Report</distributionType><contentObject><xmlContent><embeddedXMLContent>"
        f"{cap}</embeddedXMLContent></xmlContent></contentObject></EDXLDistribution>"
    )

"""Areas that could not be placed when the alert went out: those newly concerned get it as well, and nobody twice."""

from collections.abc import AsyncIterator

import pytest
from held.desk import PARTLY, Desk, issuer, order
from service.far_end import FarEnd
from service.messages import stamp
from service.serving import eventually


class Town:
    """A far end that asked for one municipality."""

    def __init__(self, desk: Desk, code: str) -> None:
        self._desk = desk
        self._code = code
        self.far_end = FarEnd()

    async def start(self) -> "Town":
        await self.far_end.start()
        wish = {"channel": "webhook", "contact": {"url": self.far_end.url}, "filter": {"areas": [self._code]}}
        status, made = await self._desk.ask("POST", "/api/v1/subscriptions", self._desk.media, json=wish)
        assert status == 201, made
        self.id = made["id"]
        return self

    async def stop(self) -> None:
        await self._desk.ask("DELETE", f"/api/v1/subscriptions/{self.id}", self._desk.media)
        await self.far_end.stop()

    async def has(self, seq: int) -> None:
        async def there() -> bool:
            return seq in self.far_end.seqs

        await eventually(there)


@pytest.fixture
async def towns(desk: Desk) -> AsyncIterator[tuple[Town, Town]]:
    pair = (await Town(desk, "33202").start(), await Town(desk, "33203").start())
    yield pair
    for town in pair:
        await town.stop()


async def test_those_newly_concerned_get_it_and_the_others_not_again(desk: Desk, towns: tuple[Town, Town]):
    kurashiki, tsuyama = towns
    seq = await desk.accepted(order("part-1", area=PARTLY, sent=stamp(-2)))
    await kurashiki.has(seq)
    shown = await desk.listed(seq)
    assert (shown["held"]["kind"], shown["decisions"]) == ("unplaced", ["settle", "acknowledge"])
    assert (await desk.decide(seq, "drop", reason="x"))[1]["code"] == "decision-not-possible"
    added = await desk.settled(seq, "settle", places={"339997": ["津山市"]}, remember=False)
    assert (added["adds_to"], added["owed"], added["codes"]) == (seq, 1, ["33202", "33203"])
    await tsuyama.has(added["seq"])
    assert added["seq"] not in kurashiki.far_end.seqs
    assert seq not in tsuyama.far_end.seqs
    assert "part-1" in await desk.in_force("33203")
    assert "part-1" in await desk.in_force("33202")
    cancel = order(
        "part-2", msg_type="Cancel", references=f"kurashiki.example.jp,part-1,{stamp(-2)}", note="誤り", area=PARTLY
    )
    ended = await desk.accepted(cancel.replace(b"339997", b"332020"))
    await tsuyama.has(ended)
    await kurashiki.has(ended)
    assert not {"part-1"} & (await desk.in_force("33202") | await desk.in_force("33203"))


TWO = (
    PARTLY + "</area><area>" + PARTLY.split("</area><area>")[1].replace("339997", "339989").replace("旧玉島", "旧船穂")
)


async def test_what_is_still_open_after_one_part_was_settled_stays_in_sight(desk: Desk, towns: tuple[Town, Town]):
    three = issuer(desk.serving, "three towns", "33202", "33203", "33204")
    both = {"channel": "feed", "filter": {"areas": ["33202", "33203", "33204"]}}
    assert (await desk.ask("POST", "/api/v1/subscriptions", desk.media, json=both))[0] == 201
    status, answer = await desk.post(order("rest-1", area=TWO), three)
    assert status == 202
    seq = answer["seq"]
    assert (await desk.listed(seq))["held"]["unplaced"] == ["旧玉島 JISX0402 339997", "旧船穂 JISX0402 339989"]
    status, problem = await desk.decide(seq, "settle", places={"339997": ["倉敷市"]}, remember=False)
    assert (status, problem["code"]) == (409, "areas-left")
    added = await desk.settled(seq, "settle", places={"339997": ["津山市"]}, remember=False)
    await towns[1].has(added["seq"])
    assert (added["owed"], added["unplaced"]) == (1, ["旧船穂 JISX0402 339989"])
    rest = await desk.listed(added["seq"])
    assert (rest["held"]["kind"], rest["held"]["decision"]) == ("unplaced", None)
    assert [part["value"] for part in rest["parts"]] == ["339989"]
    last = await desk.settled(added["seq"], "settle", areas=["津山市", "33204"], remember=False)
    assert (last["adds_to"], last["owed"], last["unplaced"]) == (added["seq"], 0, [])  # all of them have it
    status, _ = await desk.ask("GET", f"/api/v1/held/{last['seq']}", desk.operator)
    assert status == 404


async def test_an_update_reaches_both_again(desk: Desk, towns: tuple[Town, Town]):
    kurashiki, tsuyama = towns
    sent = stamp(-2)
    seq = await desk.accepted(order("upd-1", area=PARTLY, sent=sent))
    await desk.listed(seq)
    added = await desk.settled(seq, "settle", areas=["33203"], remember=False)
    await tsuyama.has(added["seq"])
    both = "<areaDesc>両市</areaDesc>" + "".join(
        f"<geocode><valueName>JISX0402</valueName><value>{code}</value></geocode>" for code in ("332020", "332038")
    )
    update = order("upd-2", msg_type="Update", references=f"kurashiki.example.jp,upd-1,{sent}", area=both)
    newest = await desk.accepted(update)
    await kurashiki.has(newest)
    await tsuyama.has(newest)


async def test_what_was_overtaken_is_not_sent_once_more(desk: Desk):
    sent = stamp(-2)
    seq = await desk.accepted(order("old-1", area=PARTLY, sent=sent))
    await desk.accepted(order("old-2", msg_type="Update", references=f"kurashiki.example.jp,old-1,{sent}"))
    await desk.listed(seq)
    status, problem = await desk.decide(seq, "settle", areas=["33203"], remember=False)
    assert (status, problem["code"]) == (409, "overtaken")
    assert (await desk.decide(seq, "acknowledge"))[0] == 200


async def test_words_that_mean_what_was_reached_anyway_send_nothing(desk: Desk):
    seq = await desk.accepted(order("same-place-1", area=PARTLY))
    await desk.listed(seq)
    status, done = await desk.decide(seq, "settle", areas=["33202"], remember=False)
    assert (status, done["sent_on"]) == (200, None)


async def test_what_does_not_matter_is_seen(desk: Desk):
    seq = await desk.accepted(order("seen-1", area=PARTLY))
    await desk.listed(seq)
    assert (await desk.decide(seq, "acknowledge"))[0] == 200
    _, rest = await desk.ask("GET", "/api/v1/held?kind=unplaced", desk.operator)
    assert seq not in [line["seq"] for line in rest["held"]]

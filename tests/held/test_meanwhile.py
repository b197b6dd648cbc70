"""Words that somebody else settled while a person had the page open: nothing goes where that person did not say."""

from held.desk import KURASHIKI, NOWHERE, Desk, issuer, order
from held.page import Page


def words(*codes: str) -> str:
    return "</area><area>".join(NOWHERE.replace("339997", code) for code in codes)


async def test_what_was_typed_for_one_word_is_never_taken_for_another(desk: Desk):
    key = issuer(desk.serving, "three towns meanwhile", "33202", "33203", "33204")
    first = await desk.stop_at("area-unknown", order("shift-1", area=words("339901")), key)
    both = await desk.stop_at("area-unknown", order("shift-2", area=words("339901", "339902")), key)
    async with Page(desk) as page:
        await page.open(both)
        await desk.settled(first, "settle", areas=["33202"])  # by somebody else, and remembered
        assert len((await desk.listed(both))["parts"]) == 1
        told = await page.settle("33203", "33204", remember="yes")
        assert "ほかの人がその言葉の場所を決めました" in told
        assert (await desk.listed(both))["held"]["decision"] is None
        await page.open(both)
        await page.settle("33204", remember="yes")
    line = (await desk.listed(both))["held"]
    assert line["decision"] == "settle"
    assert (await desk.summary(line["sent_on"]))["codes"] == ["33202", "33204"]
    later = await desk.post(order("shift-3", area=words("339902")), key)
    assert (await desk.summary(later[1]["seq"]))["codes"] == ["33204"]


async def test_where_a_person_says_it_goes_it_goes_though_the_words_are_known_by_now(desk: Desk):
    area = words("339903")
    first, second = [await desk.stop_at("area-unknown", order(f"known-{n}", area=area)) for n in (1, 2)]
    await desk.settled(first, "settle", areas=["33202"])
    sent = await desk.settled(second, "settle", areas=["33203"])
    assert sent["codes"] == ["33203"]
    assert (await desk.summary(await desk.accepted(order("known-3", area=area))))["codes"] == ["33202"]


async def test_of_a_message_that_went_out_only_the_info_that_was_open_goes_where_a_person_says(desk: Desk):
    key = issuer(desk.serving, "three towns afterwards", "33202", "33203", "33204")
    first = await desk.stop_at("area-unknown", order("open-1", area=words("339905")), key)
    both = order("open-2").decode()
    begin, end = both.index("<info>"), both.index("</info>") + len("</info>")
    other = order("x", area=words("339905"), event="高齢者等避難", level="3").decode()
    other = other[other.index("<info>") : other.index("</info>") + len("</info>")]
    status, answer = await desk.post((both[:end] + other + both[end:]).encode(), key)
    assert status == 202, answer
    await desk.listed(answer["seq"])
    assert both[begin:end] != other
    await desk.settled(first, "settle", areas=["33204"])
    added = await desk.settled(answer["seq"], "settle", areas=["33203"])
    assert added["codes"] == ["33202", "33203"]
    _, told = await desk.ask("GET", "/api/v1/in-force?code=33203")
    assert {h["event"] for h in told["in_force"] if h["identifier"] == "open-2"} == {"高齢者等避難"}


async def test_what_was_reached_by_what_is_known_since_is_not_sent_elsewhere(desk: Desk):
    partly = KURASHIKI + "</area><area>" + words("339906")
    seq = await desk.accepted(order("reached-1", area=partly))
    await desk.listed(seq)
    await desk.settled(
        await desk.stop_at("area-unknown", order("reached-2", area=words("339906"))), "settle", areas=["33202"]
    )
    status, problem = await desk.decide(seq, "settle", areas=["33203"])
    assert (status, problem["code"]) == (422, "areas-not-asked")
    assert (await desk.decide(seq, "acknowledge"))[0] == 200


async def test_areas_of_which_all_are_known_are_not_replaced(desk: Desk):
    seq = await desk.stop_at("status-contradiction", order("known-4", headline="【訓練】避難指示"))
    status, problem = await desk.decide(seq, "settle", status="Exercise", areas=["33203"])
    assert (status, problem["code"]) == (422, "areas-not-asked")
    assert (await desk.settled(seq, "settle", status="Exercise"))["codes"] == ["33202"]

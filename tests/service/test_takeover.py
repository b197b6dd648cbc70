"""Names that could be confused, takeovers that are not allowed, and messages of the same second."""

from datetime import datetime
from typing import Any

import aiohttp
import pytest

from tests.service.messages import order, stamp
from tests.service.serving import Serving, eventually


async def post(serving: Serving, key: str, body: bytes) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as client,
        client.post(f"{serving.url}/api/v1/alerts", data=body) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


async def get(serving: Serving, path: str) -> Any:
    async with aiohttp.ClientSession() as client, client.get(serving.url + path) as answer:
        assert answer.status == 200, path
        return await answer.json(content_type=None)


@pytest.fixture(scope="module")
def kurashiki(serving: Serving) -> str:
    return serving.key("issuer", "takeover-kurashiki", "--areas", "33202")


async def test_names_with_slashes_are_two_alerts(serving: Serving, kurashiki: str):
    one, first = await post(serving, kurashiki, order("b/c", sender="a", headline="一つ目"))
    two, second = await post(serving, kurashiki, order("c", sender="a/b", headline="二つ目"))
    assert (one, two) == (202, 202)
    assert first["seq"] != second["seq"]
    shown = await get(serving, f"/api/v1/alerts/{first['seq']}")
    assert shown["alert"]["infos"][0]["headline"] == "一つ目"


async def test_an_alert_that_refers_to_anothers_order_does_not_take_it_over(serving: Serving, kurashiki: str):
    okayama = serving.key("issuer", "takeover-okayama", "--areas", "33100")
    sent = stamp(-2)
    await post(serving, kurashiki, order("take-1", sent=sent))
    area = "<areaDesc>岡山市</areaDesc><geocode><valueName>JISX0402</valueName><value>331007</value></geocode>"
    taking = order("take-2", sender="okayama", references=f"kurashiki.example.jp,take-1,{sent}", area=area)
    status, problem = await post(serving, okayama, taking)
    assert (status, problem["code"]) == (403, "area-not-allowed")


async def test_a_bare_cancel_cannot_end_what_its_key_may_not_say(serving: Serving, kurashiki: str):
    jma = serving.key("issuer", "takeover-jma")
    only = serving.key("issuer", "takeover-words", "--areas", "33202", "--events", "避難")
    sent = stamp(-2)
    nation = "<areaDesc>全国</areaDesc>"
    national = order("nation-1", sender="jma", sent=sent, event="南海トラフ地震臨時情報", area=nation)
    national = national[: national.index(b"<area>")] + b"</info></alert>"
    assert (await post(serving, jma, national))[0] == 202
    tsunami = order("tsunami-1", sender="jma", sent=sent, event="津波警報")
    assert (await post(serving, jma, tsunami))[0] == 202
    for key, name in ((kurashiki, "nation-1"), (only, "tsunami-1")):
        bare = order(f"{name}-c", msg_type="Cancel", references=f"jma,{name},{sent}", note="x")
        bare = bare[: bare.index(b"<info>")] + b"</alert>"
        status, problem = await post(serving, key, bare)
        assert status == 403, (name, problem)


async def test_a_cancel_of_two_orders_ends_both(serving: Serving, kurashiki: str):
    sent = stamp(-3)
    for name in ("two-1", "two-2"):
        assert (await post(serving, kurashiki, order(name, sent=sent)))[0] == 202
    both = " ".join(f"kurashiki.example.jp,{name},{sent}" for name in ("two-1", "two-2"))
    status, body = await post(serving, kurashiki, order("two-3", msg_type="Cancel", references=both, note="誤り"))
    assert status == 202

    async def gone() -> bool:
        held = (await get(serving, "/api/v1/in-force?code=33202"))["in_force"]
        return not [h for h in held if h["identifier"].startswith("two-")]

    await eventually(gone)
    assert body["accepted"][0]["late"] is False


async def test_a_cancel_in_the_same_second_as_an_update_is_sent(serving: Serving, kurashiki: str):
    first, second = stamp(-5), stamp(-1)
    await post(serving, kurashiki, order("same-1", sent=first))
    reference = f"kurashiki.example.jp,same-1,{first}"
    await post(serving, kurashiki, order("same-2", sent=second, msg_type="Update", references=reference))
    cancel = order("same-3", sent=second, msg_type="Cancel", references=reference, note="誤り")
    status, body = await post(serving, kurashiki, cancel)
    assert (status, body["accepted"][0]["late"]) == (202, False)


async def test_a_cancel_that_was_overtaken_is_held_for_a_person(serving: Serving, kurashiki: str):
    first = stamp(-5)
    await post(serving, kurashiki, order("over-1", sent=first))
    reference = f"kurashiki.example.jp,over-1,{first}"
    await post(serving, kurashiki, order("over-2", sent=stamp(-1), msg_type="Update", references=reference))
    old = order("over-3", sent=stamp(-3), msg_type="Cancel", references=reference, note="誤り")
    status, problem = await post(serving, kurashiki, old)
    assert (status, problem["code"], problem["result"]) == (409, "cancel-overtaken", "held")


@pytest.mark.parametrize("name", ["onset", "effective", "expires"])
async def test_years_that_no_clock_shows_are_refused(serving: Serving, kurashiki: str, name: str):
    body = order(f"year-{name}").replace(b"<expires>", f"<{name}>0999-01-01T00:00:00+09:00</{name}><expires>".encode())
    if name == "expires":
        body = order("year-expires", expires="2999-01-01T00:00:00+09:00")
    status, problem = await post(serving, kurashiki, body)
    assert status == 422
    assert problem["code"] in {"time-out-of-range", "cap-expires-early", "cap-element"}, problem
    assert datetime.fromisoformat((await get(serving, "/api/v1/in-force?code=33202"))["as_of"])


async def test_a_drill_does_not_keep_the_real_one_of_the_same_name_out(serving: Serving, kurashiki: str):
    drill = order("twin", status="Exercise", headline="【訓練】避難指示")
    assert (await post(serving, kurashiki, drill))[0] == 202
    assert (await post(serving, kurashiki, order("twin")))[0] == 202

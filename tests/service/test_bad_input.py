"""Everything that can be wrong with a message: refused or held with a stable code, and its bytes kept."""

from io import BytesIO

import aiohttp
import pytest

from tests.corpus import corpus
from tests.service.messages import order, stamp
from tests.service.serving import Serving, eventually

LOLS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b']><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">&j;</alert>'
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&x;</identifier></alert>'
)
CROSSED = "<areaDesc>x</areaDesc><polygon>34.5,133.7 34.6,133.8 34.5,133.8 34.6,133.7 34.5,133.7</polygon>"
NOWHERE = "<areaDesc>x</areaDesc><geocode><valueName>JISX0402</valueName><value>999999</value></geocode>"
OSAKA = "<areaDesc>大阪市北区</areaDesc><geocode><valueName>JISX0402</valueName><value>271276</value></geocode>"

# what comes in, HTTP status, code, "rejected" or "held", whether a line or a path must be named
BAD = {
    "not XML": (b"plain words", 400, "format-unknown", "rejected", None),
    "JSON of nothing we know": (b"{}", 400, "format-unknown", "rejected", "path"),
    "nothing": (b"", 400, "message-empty", "rejected", None),
    "wrong root": (b"<letter version='2.0'/>", 400, "format-unknown", "rejected", None),
    "broken schema": (order("b1").replace(b"<scope>Public</scope>", b""), 422, None, "rejected", "path"),
    "9 MiB": (order("b2") + b" " * (9 << 20), 413, "message-too-large", "rejected", None),
    "entity bomb": (LOLS, 400, None, "rejected", None),
    "external entity": (OUTSIDE, 400, "xml-entities", "rejected", None),
    "wrong encoding": (order("b3").decode().encode("cp932"), 400, "xml-encoding", "rejected", "line"),
    "lone surrogate": (
        order("b4").replace(b"</headline>", b"&#xD800;</headline>"),
        400,
        "xml-not-well-formed",
        "rejected",
        "line",
    ),
    "crossed polygon": (order("b5", area=CROSSED), 422, "polygon-crosses-itself", "rejected", "path"),
    "unknown code": (order("b6", area=NOWHERE), 422, "area-unknown", "held", "path"),
    "not its area": (order("b7", area=OSAKA), 403, "area-not-allowed", "rejected", None),
    "unknown reference": (
        order("b8", msg_type="Update", references=f"a,b,{stamp()}"),
        422,
        "references-unknown",
        "held",
        "path",
    ),
    "expired": (order("b9", sent=stamp(-60), expires=stamp(-1)), 422, "alert-expired", "rejected", "path"),
    "from the future": (order("b10", sent=stamp(30), expires=stamp(90)), 422, "sent-in-the-future", "held", "path"),
    "two statuses": (order("b11", headline="【訓練】避難指示"), 422, "status-contradiction", "held", "path"),
    "a name without end": (order("b13" * 200), 422, "name-too-long", "rejected", "path"),
    "a draft": (order("b12", status="Draft"), 422, "status-draft", "rejected", "path"),
}


@pytest.fixture(scope="module")
def keys(serving: Serving) -> dict[str, str]:
    return {
        "issuer": serving.key("issuer", "kurashiki", "--areas", "33202"),
        "operator": serving.key("operator", "desk"),
        "subscriber": serving.key("subscriber", "news"),
    }


async def post(serving: Serving, key: str, body: bytes) -> tuple[int, dict[str, object]]:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as client,
        client.post(f"{serving.url}/api/v1/alerts", data=BytesIO(body)) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


@pytest.mark.parametrize("name", BAD)
async def test_bad_message_is_refused_in_words_and_its_bytes_are_kept(
    serving: Serving, keys: dict[str, str], name: str
):
    body, status, code, result, place = BAD[name]
    answered, problem = await post(serving, keys["issuer"], body)
    assert (answered, problem["result"]) == (status, result), problem
    assert code is None or problem["code"] == code, problem
    assert problem["type"] == f"/errors/{problem['code']}"
    assert len(str(problem["detail"])) > 20
    assert place is None or problem.get(place), problem
    headers = {"Authorization": f"Bearer {keys['operator']}"}
    async with aiohttp.ClientSession(headers=headers) as client:
        async with client.get(f"{serving.url}/api/v1/alerts/{problem['record']}/raw") as kept:
            assert await kept.read() == body
        await eventually(lambda: listed(client, serving, problem["record"], result, len(body)))


async def listed(client: aiohttp.ClientSession, serving: Serving, seq: object, result: str, size: int) -> bool:
    async with client.get(f"{serving.url}/api/v1/troubles", params={"limit": "1000"}) as answer:
        troubles = (await answer.json())["troubles"]
    return any((t["seq"], t["result"], t["size"]) == (seq, result, size) for t in troubles)


async def test_hostile_corpus_file_is_refused(serving: Serving, keys: dict[str, str]):
    status, problem = await post(serving, keys["issuer"], corpus("corpus", "cap", "xee.cap").read_bytes())
    assert status == 400
    assert problem["code"] in {"xml-entities", "xml-not-well-formed", "format-unknown"}


async def test_identifier_with_other_content_is_held(serving: Serving, keys: dict[str, str]):
    first = order("again-1")
    assert (await post(serving, keys["issuer"], first))[0] == 202
    status, problem = await post(serving, keys["issuer"], first.replace(b"Severe", b"Extreme"))
    assert (status, problem["code"], problem["result"]) == (409, "identifier-reused", "held")


async def test_same_bytes_again_are_the_same_alert(serving: Serving, keys: dict[str, str]):
    body = order("again-2")
    status, first = await post(serving, keys["issuer"], body)
    again, second = await post(serving, keys["issuer"], body)
    assert (status, again) == (202, 200)
    assert first["seq"] == second["seq"]


async def test_what_is_more_than_is_read_is_refused_and_its_beginning_seen(serving: Serving, keys: dict[str, str]):
    body = b"<!-- seventeen -->" + b" " * (17 << 20)
    status, problem = await post(serving, keys["issuer"], body)
    assert (status, problem["code"], problem["result"]) == (413, "message-too-large", "rejected")
    headers = {"Authorization": f"Bearer {keys['operator']}"}
    url = f"{serving.url}/api/v1/alerts/{problem['record']}/raw"
    async with aiohttp.ClientSession(headers=headers) as client, client.get(url) as answer:
        head = await answer.read()
    assert body.startswith(head)
    assert 0 < len(head) < 1 << 17


async def test_memory_stays_flat_under_nine_mib_messages(serving: Serving, keys: dict[str, str]):
    await post(serving, keys["issuer"], b"<a>" + b" " * (9 << 20))
    before = serving.rss_kb()
    for number in range(12):
        status, _ = await post(serving, keys["issuer"], b"<a>%d" % number + b" " * (9 << 20))
        assert status == 413
    assert serving.rss_kb() - before < 250_000  # a few copies on their way into the journal, however many came


@pytest.mark.parametrize(
    ("header", "code"),
    [(None, "key-missing"), ("Bearer nrk_00000000_x", "key-unknown"), ("Basic eDp5", "key-missing")],
)
async def test_without_a_key_nothing_comes_in(serving: Serving, header: str | None, code: str):
    headers = {"Authorization": header} if header else {}
    async with (
        aiohttp.ClientSession(headers=headers) as client,
        client.post(f"{serving.url}/api/v1/alerts", data=order("k1")) as answer,
    ):
        assert answer.status == 401
        assert (await answer.json(content_type=None))["code"] == code


async def test_a_subscriber_may_not_issue_and_an_issuer_not_subscribe(serving: Serving, keys: dict[str, str]):
    assert (await post(serving, keys["subscriber"], order("k2")))[0] == 403
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {keys['issuer']}"}) as client,
        client.post(f"{serving.url}/api/v1/subscriptions", json={"channel": "stream"}) as answer,
    ):
        assert answer.status == 403

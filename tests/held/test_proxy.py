"""代行: a prefecture that may, issues in a city's place; everybody is told, and the city takes over."""

import re
from typing import Any

import aiohttp
import pytest
from held.desk import KURASHIKI, Desk, issuer, order
from service.messages import stamp
from service.serving import Serving, eventually

CSRF = re.compile(r'name="csrf" value="([^"]+)"')
TEXTS = re.compile(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>([^<]*)</textarea>')
BESIDE = re.compile(r'name="(beside)" value="([^"]*)"')
CITY = "jisx0402.332020"


class Officer:
    """A browser at the console."""

    def __init__(self, url: str) -> None:
        self._http = aiohttp.ClientSession(url, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.path = ""
        self.text = ""

    async def get(self, path: str) -> str:
        async with self._http.get(path) as answer:
            return await self._take(answer)

    async def post(self, path: str, **fields: str) -> str:
        found = CSRF.search(self.text)
        assert found, self.text
        async with self._http.post(path, data={"csrf": found[1]} | fields) as answer:
            return await self._take(answer)

    async def sign_in(self, key: str) -> str:
        await self.get("/console")
        return await self.post("/console/sign-in", key=key, mode="live")

    async def issue(self, level: str) -> int:
        """Order the whole of 倉敷市; return the order's seq."""
        await self.get("/console/compose?code=33202")
        await self.post("/console/drafts", **{"code": "332020", "hazard": "洪水", "at-whole": level})
        texts = dict([*TEXTS.findall(self.text), *BESIDE.findall(self.text)])
        await self.post(self.path, **texts, action="issue", level=level, municipality="倉敷市")
        assert "/console/orders/" in self.path, self.text
        return int(self.path.rsplit("/", 1)[1])

    async def close(self) -> None:
        await self._http.close()

    async def _take(self, answer: aiohttp.ClientResponse) -> str:
        self.text, self.path = await answer.text(), answer.url.path
        return self.text


@pytest.fixture(scope="module")
def keys(serving: Serving) -> dict[str, str]:
    return {
        "proxy": serving.key("issuer", "岡山県", "--areas", "33", "--proxy-for", "33"),
        "prefecture": issuer(serving, "岡山県（権限なし）", "33"),
        "city": issuer(serving, "倉敷市役所", "33202"),
        "relay": issuer(serving, "全国センター"),
        "bound": serving.key("issuer", "bound", "--areas", "33202", "--senders", "bousai.kurashiki,second"),
    }


async def test_a_prefecture_without_the_right_does_not_speak_as_the_city(desk: Desk, keys: dict[str, str]):
    status, problem = await desk.post(order("as-city", sender=CITY), keys["prefecture"])
    assert (status, problem["code"], problem["path"]) == (403, "proxy-not-allowed", "/alert/sender")
    own = await desk.post(order("as-itself", sender="pref.okayama"), keys["prefecture"])
    assert own[0] == 202
    assert (await desk.summary(own[1]["seq"]))["proxy"] is None
    officer = Officer(desk.serving.url)
    text = await officer.sign_in(keys["prefecture"])
    assert "--proxy-for" in text
    assert "倉敷市" not in text
    assert "area-not-allowed" in await officer.get("/console?code=33202")
    await officer.close()


async def test_a_prefecture_takes_over_no_order_of_the_city(desk: Desk, keys: dict[str, str]):
    sent = stamp(-2)
    status, _ = await desk.post(order("citys-own", sender=CITY, sent=sent), keys["city"])
    assert status == 202
    taking = order("prefs", sender="pref", msg_type="Update", references=f"{CITY},citys-own,{sent}")
    status, problem = await desk.post(taking, keys["prefecture"])
    assert (status, problem["code"]) == (403, "proxy-not-allowed")


async def test_the_city_needs_no_proxy_and_a_relay_passes_on(desk: Desk, keys: dict[str, str]):
    for name in ("city", "relay"):
        status, answer = await desk.post(order(f"own-{name}", sender=CITY), keys[name])
        assert status == 202
        assert (await desk.summary(answer["seq"]))["proxy"] is None


async def test_a_proxy_speaks_of_that_city_alone(desk: Desk, keys: dict[str, str]):
    both = KURASHIKI + "</area><area>" + KURASHIKI.replace("332020", "332038").replace("倉敷市", "津山市")
    status, problem = await desk.post(order("both", sender=CITY, area=both), keys["proxy"])
    assert (status, problem["code"]) == (403, "area-not-allowed")


async def test_what_a_relay_brings_says_who_wrote_it_for_whom(desk: Desk, keys: dict[str, str]):
    said = "<parameter><valueName>jp:onBehalfOf</valueName><value>332020</value></parameter>"
    said += "<parameter><valueName>jp:issuedBy</valueName><value>岡山県</value></parameter><area>"
    body = order("relayed", sender="commons").replace(b"<area>", said.encode())
    status, answer = await desk.post(body, keys["relay"])
    assert status == 202, answer
    assert (await desk.summary(answer["seq"]))["proxy"] == {"by": "岡山県", "code": "33202"}
    status, problem = await desk.post(
        body.replace(b"332020</value></parameter>", b"999999</value></parameter>"), keys["relay"]
    )
    assert (status, problem["code"]) == (422, "proxy-unknown")


async def test_a_key_is_bound_to_its_senders(desk: Desk, keys: dict[str, str]):
    status, problem = await desk.post(order("bound-1", sender="somebody.else"), keys["bound"])
    assert (status, problem["code"], problem["path"]) == (403, "sender-not-allowed", "/alert/sender")
    assert (await desk.post(order("bound-2", sender="second"), keys["bound"]))[0] == 202


async def test_a_prefecture_issues_and_the_city_takes_over(desk: Desk, keys: dict[str, str]):
    prefecture, city = Officer(desk.serving.url), Officer(desk.serving.url)
    text = await prefecture.sign_in(keys["proxy"])
    assert "倉敷市に代わって発令する（代行）" in text
    await prefecture.get("/console?code=33202")
    assert "岡山県が、倉敷市に代わって発令する画面です" in prefecture.text
    seq = await prefecture.issue("4")
    assert "に代わって発令しました" in prefecture.text
    shown = await desk.summary(seq)
    assert shown["proxy"] == {"by": "岡山県", "code": "33202"}
    assert (shown["sender"], shown["issuer"], shown["alert"]["source"]) == (CITY, "岡山県", "岡山県")
    parameters = dict(shown["alert"]["infos"][0]["parameters"])
    assert (parameters["jp:onBehalfOf"], parameters["jp:issuedBy"]) == ("332020", "岡山県")
    await city.sign_in(keys["city"])
    assert "岡山県" in await city.get("/console?code=33202")
    assert "この市区町村に代わって発令しました" in city.text
    await city.get(f"/console/orders/{seq}?code=33202")
    await city.post(f"/console/orders/{seq}/cancel", code="33202", reason="誤って発信しました。", meant="yes")
    assert "/console/orders/" in city.path, city.text
    cancel = await desk.summary(int(city.path.rsplit("/", 1)[1]))
    assert (cancel["msg_type"], cancel["chain"], cancel["proxy"]) == ("Cancel", shown["chain"], None)
    assert "jp:issuedBy" not in dict(cancel["alert"]["infos"][0]["parameters"])

    async def gone() -> bool:
        return shown["identifier"] not in await desk.in_force("33202")

    await eventually(gone)
    await prefecture.close()
    await city.close()


async def test_the_board_names_the_proxy(desk: Desk, keys: dict[str, str]):
    officer = Officer(desk.serving.url)
    await officer.sign_in(keys["proxy"])
    await officer.issue("3")
    await officer.get("/ops")
    board: Any = await officer.post("/ops/sign-in", key=desk.operator)
    assert "代行：岡山県" in board
    await officer.close()

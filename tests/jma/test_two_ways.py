"""The new telegrams and the transitional ones through a real broker: one alert to each far end (decision 9)."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import msgspec
import pytest
from lxml import etree
from sent_now import sent_now

from tests.service.far_end import FarEnd
from tests.service.serving import Serving, eventually

RAIN, SOIL, OLD = "15_17_01_241226_VPWW55", "15_17_01_241226_VPWW56", "15_17_01_250123_VPWW54"
TOWN = "32343"  # 奥出雲町: 大雨注意報 in both


def rain_alone(telegram: bytes) -> bytes:
    """The older telegram without its other warnings, and with rain as the only cause that the newer one knows."""
    root = etree.fromstring(telegram.replace("土砂災害、浸水害".encode(), "浸水害".encode()))
    for item in list(root.iter("{*}Item")):
        kinds = item.findall("{*}Kind")
        for kind in kinds:
            if (kind.findtext("{*}Code") or "00") not in {"00", "03", "10"}:
                item.remove(kind)
        if kinds and item.find("{*}Kind") is None and item.find("{*}Area") is not None:
            kind = etree.Element(f"{{{etree.QName(item).namespace}}}Kind")
            etree.SubElement(kind, kind.tag.replace("Kind", "Status")).text = "発表警報・注意報はなし"
            item.insert(0, kind)
    return etree.tostring(root)


class House:
    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.keys = {role: serving.key(role, role) for role in ("issuer", "subscriber")}

    async def call(self, role: str, method: str, path: str, **words: Any) -> tuple[int, dict[str, Any]]:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {self.keys[role]}"}) as client,
            client.request(method, self.serving.url + path, **words) as answer,
        ):
            return answer.status, msgspec.json.decode(await answer.read())

    async def send(self, telegram: bytes) -> dict[str, Any]:
        status, body = await self.call("issuer", "POST", "/api/v1/alerts", data=telegram)
        assert status in (200, 202), body
        (taken,) = body["accepted"]
        return taken

    async def subscribe(self, far_end: FarEnd, *areas: str) -> None:
        wish = {"channel": "webhook", "filter": {"areas": areas}, "contact": {"url": far_end.url, "format": "json"}}
        assert (await self.call("subscriber", "POST", "/api/v1/subscriptions", json=wish))[0] == 201


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    serving = Serving(tmp_path_factory.mktemp("two_ways") / "data").start()
    yield House(serving)
    assert serving.stop() == 0, serving.log()[-3000:]


@pytest.fixture
async def far_end() -> AsyncIterator[FarEnd]:
    end = await FarEnd().start()
    yield end
    await end.stop()


async def came(far_end: FarEnd, *seqs: int) -> None:
    async def all_of_them() -> bool:
        return len(far_end.seqs) >= len(seqs)

    await eventually(all_of_them, 20)
    assert far_end.seqs == list(seqs)


async def test_the_new_telegram_then_the_older_one(house: House, far_end: FarEnd) -> None:
    await house.subscribe(far_end, TOWN)
    rain = (await house.send(sent_now(RAIN, 4)))["seq"]
    await came(far_end, rain)
    soil = (await house.send(sent_now(SOIL, 4)))["seq"]
    await came(far_end, rain, soil)
    again = await house.send(rain_alone(sent_now(OLD, 1)))
    assert (again["late"], again["duplicate"]) == (True, False)
    after = (await house.send(sent_now(RAIN)))["seq"]  # when this has come, nothing sent before is on its way
    await came(far_end, rain, soil, after)
    whole = await house.send(sent_now(OLD))  # it also tells of wind and thunder, of which no new telegram came
    assert whole["late"] is False
    await came(far_end, rain, soil, after, whole["seq"])
    _, held = await house.call("subscriber", "GET", f"/api/v1/in-force?code={TOWN}")
    events = [one["event"] for one in held["in_force"]]
    assert [event for event in events if "雨" in event] == ["レベル２大雨注意報"]
    assert "強風注意報" in events


async def test_the_older_one_alone_goes_out(house: House, far_end: FarEnd) -> None:
    await house.subscribe(far_end, "35201")  # of another prefecture, for which no new telegram came
    alone = await house.send(sent_now("15_11_01_150916_VPWW54"))
    assert alone["late"] is False
    await came(far_end, alone["seq"])

"""The new telegrams and the transitional ones through a real broker: one alert to each far end (decision 9)."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import msgspec
import pytest
from lxml import etree
from sent_now import sent_now

from tests.service.far_end import FarEnd
from tests.service.serving import Serving, eventually

RAIN, SOIL, OLD = "15_17_01_241226_VPWW55", "15_17_01_241226_VPWW56", "15_17_01_250123_VPWW54"
HAMADA = "32202"  # rain 3 in both; of landslides the new telegram says level 2
TAMAYU = "32343"  # 奥出雲町: level 2 in both


def rain_alone(telegram: bytes) -> bytes:
    """The older telegram without its other warnings, and with rain as the only cause that the newer one knows."""
    root = etree.fromstring(telegram.replace("土砂災害、浸水害".encode(), "浸水害".encode()))
    for kind in [e for e in root.iter("{*}Kind") if (e.findtext("{*}Code") or "00") not in {"00", "03", "10"}]:
        kind.getparent().remove(kind)
    return etree.tostring(root)


class House:
    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.keys = {role: serving.key(role, role) for role in ("issuer", "subscriber", "operator")}

    async def call(self, role: str, method: str, path: str, **words: object) -> tuple[int, dict[str, object]]:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {self.keys[role]}"}) as client,
            client.request(method, self.serving.url + path, **words) as answer,  # type: ignore[arg-type]
        ):
            return answer.status, msgspec.json.decode(await answer.read())

    async def send(self, telegram: bytes) -> dict[str, object]:
        status, body = await self.call("issuer", "POST", "/api/v1/alerts", data=telegram)
        assert status in (200, 202), body
        return body

    async def subscribe(self, far_end: FarEnd, *areas: str) -> None:
        wish = {"channel": "webhook", "filter": {"areas": areas}, "contact": {"url": far_end.url, "format": "json"}}
        assert (await self.call("subscriber", "POST", "/api/v1/subscriptions", json=wish))[0] == 201


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    serving = Serving(tmp_path_factory.mktemp("two_ways") / "data").start()
    yield House(serving)
    assert serving.stop() == 0, serving.log()[-3000:]


@pytest.fixture
async def far_end() -> AsyncIterator[FarEnd]:
    end = await FarEnd().start()
    yield end
    await end.stop()


async def came(far_end: FarEnd, count: int) -> bool:
    return len(far_end.seqs) >= count


async def test_the_new_telegram_then_the_older_one_is_one_alert(house: House, far_end: FarEnd) -> None:
    await house.subscribe(far_end, TAMAYU)
    rain = await house.send(sent_now(RAIN, 4))
    soil = await house.send(sent_now(SOIL, 4))
    await eventually(lambda: came(far_end, 2))
    again = await house.send(rain_alone(sent_now(OLD, 1)))
    assert (again["late"], again["duplicate"]) == (True, False)
    next_rain = await house.send(sent_now(RAIN))  # when this has come, nothing sent before is on its way
    await eventually(lambda: came(far_end, 3))
    assert far_end.seqs == [rain["seq"], soil["seq"], next_rain["seq"]]


async def test_the_older_one_tells_only_what_the_new_ones_have_not(house: House, far_end: FarEnd) -> None:
    await house.subscribe(far_end, TAMAYU)
    await house.send(sent_now(RAIN, 4))
    await eventually(lambda: came(far_end, 1))
    whole = await house.send(sent_now(OLD, 1))  # it also tells of wind and thunder, whose new telegrams never came
    assert whole["late"] is False
    await eventually(lambda: came(far_end, 2))
    _, held = await house.call("operator", "GET", f"/api/v1/in-force?code={TAMAYU}")
    events = sorted(str(one["event"]) for one in held["in_force"])
    assert [event for event in events if "大雨" in event] == ["レベル２大雨注意報"]
    assert "強風注意報" in events


async def test_the_older_one_alone_goes_out(house: House, far_end: FarEnd) -> None:
    await house.subscribe(far_end, TAMAYU)
    alone = await house.send(sent_now(OLD))
    assert alone["late"] is False
    await eventually(lambda: came(far_end, 1))
    assert far_end.seqs == [alone["seq"]]

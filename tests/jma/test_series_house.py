"""The tsunami drill of the official samples through a real broker: drills reach who asked for them, and nobody else."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import msgspec
import pytest
from sent_now import sent_now
from telegrams import samples

from tests.service.far_end import FarEnd
from tests.service.serving import Serving, eventually

SERIES = sorted(name for name in samples() if name.startswith("32-39_12_"))
LIVE = "32-35_04_01_100831_VXSE51"


class House:
    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.keys = {role: serving.key(role, role) for role in ("issuer", "subscriber")}

    async def post(self, role: str, path: str, **words: Any) -> dict[str, Any]:
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {self.keys[role]}"}) as client,
            client.post(self.serving.url + path, **words) as answer,
        ):
            body = msgspec.json.decode(await answer.read())
            assert answer.status in (201, 202), body
            return body

    async def subscribe(self, far_end: FarEnd, *statuses: str) -> None:
        contact = {"url": far_end.url, "format": "json"}
        wish = {"channel": "webhook", "filter": {"statuses": statuses} if statuses else {}, "contact": contact}
        await self.post("subscriber", "/api/v1/subscriptions", json=wish)


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    serving = Serving(tmp_path_factory.mktemp("drill") / "data").start()
    yield House(serving)
    assert serving.stop() == 0, serving.log()[-3000:]


@pytest.fixture
async def ends() -> AsyncIterator[tuple[FarEnd, FarEnd]]:
    both = (await FarEnd().start(), await FarEnd().start())
    yield both
    for end in both:
        await end.stop()


async def test_the_tsunami_drill_reaches_no_live_subscriber(house: House, ends: tuple[FarEnd, FarEnd]) -> None:
    live, drill = ends
    await house.subscribe(live)
    await house.subscribe(drill, "Exercise")
    assert len(SERIES) == 11
    sent: list[int] = []

    async def all_drills_came() -> bool:
        return drill.seqs == sent

    for n, name in enumerate(SERIES):
        taken = await house.post("issuer", "/api/v1/alerts", data=sent_now(name, (len(SERIES) - n) / 60))
        sent.append(taken["seq"])
        await eventually(all_drills_came, 20)  # one by one: a newer one of a chain takes the place of what has not gone
    for body in drill.bodies:
        said = msgspec.json.decode(body)
        assert all(info["headline"].startswith("【訓練】") for info in said["data"]["alert"]["infos"])
    real = (await house.post("issuer", "/api/v1/alerts", data=sent_now(LIVE)))["seq"]

    async def the_real_one_came() -> bool:
        return bool(live.seqs)

    await eventually(the_real_one_came, 30)
    assert live.seqs == [real]
    assert real not in drill.seqs

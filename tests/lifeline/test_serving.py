"""Lifelines by HTTP through a running house: taken by content, replaced, cleared, told apart from drills."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from cap_formats.decode import decode
from cap_formats.lifeline import schema
from tests.lifeline.report import notice, report, sheet
from tests.service.messages import order, stamp
from tests.service.serving import Serving, eventually


class Desk:
    """A running house and the key of a power company."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.key = serving.key("issuer", "例電力", "--areas", "33")

    async def post(self, data: bytes) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.key}"}
        async with (
            aiohttp.ClientSession(headers=headers) as client,
            client.post(f"{self.serving.url}/api/v1/alerts", data=data) as answer,
        ):
            return answer.status, await answer.json()

    async def titles(self, status: str = "Actual") -> list[str]:
        words = {"code": "33202", "status": status}
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{self.serving.url}/api/v1/in-force", params=words) as answer,
        ):
            return [holding["info"]["headline"] for holding in (await answer.json())["in_force"]]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    serving = Serving(tmp_path_factory.mktemp("lifeline") / "data").start()
    yield Desk(serving)
    assert serving.stop() == 0, serving.log()[-3000:]


async def test_an_outage_holds_is_replaced_and_cleared(desk: Desk):
    status, body = await desk.post(report(notice()))
    assert (status, body["accepted"][0]["identifier"]) == (202, "out-42-r1")
    assert (await desk.post(report(notice(sent=stamp(-1)))))[1]["type"].endswith("identifier-reused")

    async def shown() -> bool:
        return await desk.titles() == ["倉敷市で停電"]

    await eventually(shown)
    assert (await desk.post(report(notice(revision=3, state="継続", title="停電が続いています"))))[0] == 202
    status, body = await desk.post(report(notice(revision=2, state="継続", title="遅れて来た版")))
    assert (status, body["accepted"][0]["late"]) == (202, True)

    async def replaced() -> bool:
        return await desk.titles() == ["停電が続いています"]

    await eventually(replaced)
    assert (await desk.post(report(notice(revision=4, state="復旧", title="復旧しました"))))[0] == 202

    async def cleared() -> bool:
        return await desk.titles() == []

    await eventually(cleared)


async def test_a_sheet_and_an_alert_in_json_are_told_by_their_content(desk: Desk):
    row = f"訓練,rail.example.jp,例鉄道,line-1,1,{stamp()},鉄道,見込み,計画運休の訓練,332020,,,"
    bad = row.replace("line-1", "line-2").replace("鉄道,見込み", "鉄道,未定")
    status, body = await desk.post(sheet(row, bad).encode("cp932"))
    assert status == 202
    assert [one["identifier"] for one in body["accepted"]] == ["line-1-r1"]
    assert body["refused"][0]["path"] == "row 3, column 状況"  # as its sender counts

    async def in_drill_alone() -> bool:
        return any("計画運休" in title for title in await desk.titles("Exercise"))

    await eventually(in_drill_alone)
    assert not any("計画運休" in title for title in await desk.titles())

    [alert] = decode(order("lifeline-json", status="Exercise"))
    status, body = await desk.post(b'{"alert": ' + alert.to_json() + b"}")
    assert (status, body["identifier"]) == (202, "lifeline-json")


async def test_what_cannot_be_placed_is_named_and_what_is_elsewhere_is_refused(desk: Desk):
    areas = [{"municipality": "332020"}, {"name": "どこにもない町"}]
    _, body = await desk.post(report(notice(id="far", areas=areas)))
    assert [one["value"] for one in body["accepted"][0]["unplaced"]] == ["どこにもない町"]
    status, body = await desk.post(report(notice(id="tokyo", areas=[{"municipality": "13101"}])))
    assert (status, body["type"].rpartition("/")[2]) == (403, "area-not-allowed")


def test_the_schema_is_printed():
    root = Path(__file__).parent.parent.parent
    words = [sys.executable, "-m", "ops.command", "decode", "--schema", "lifeline"]
    told = subprocess.run(words, cwd=root, capture_output=True, check=True).stdout
    assert msgspec.json.decode(told) == schema()

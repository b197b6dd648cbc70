"""L-Alert documents through a running broker: both centres, late revisions, the end of an order, what is held."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import msgspec
import pytest
from documents import STATUS, cancelled, document, later

from cap_formats.jma.envelope import JST
from tests.service.serving import Serving

NOW = datetime.now(UTC).astimezone(JST).replace(microsecond=0)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    process = Serving(tmp_path_factory.mktemp("lalert") / "data").start()
    yield process
    assert process.stop() == 0, process.log()[-3000:]


def fresh(text: str, number: int) -> bytes:
    """Return the document as of today, in a series of its own."""
    text = text.replace("00000000000a", f"{number:012}").replace("-6d5f3c5a", f"-{number:04}")
    for day, hours in (("2018-07-06T11:30:00", -4), ("2018-07-13T23:50:00", 48)):
        text = text.replace(f"{day}+09:00", (NOW + timedelta(hours=hours)).isoformat())
    for minute in range(60):
        at = NOW + timedelta(minutes=minute - 60)
        for second in ("00", "10"):
            text = text.replace(f"2018-07-06T23:{minute:02}:{second}+09:00", at.isoformat())
    return text.encode()


class Desk:
    """A key that may speak for 倉敷市, and what the public sees."""

    def __init__(self, serving: Serving) -> None:
        self.url = serving.url
        self.key = serving.key("issuer", f"centre-{datetime.now(UTC).timestamp()}")

    async def send(self, data: bytes) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.key}"}
        async with (
            aiohttp.ClientSession(headers=headers) as client,
            client.post(f"{self.url}/api/v1/alerts", data=data) as answer,
        ):
            return answer.status, msgspec.json.decode(await answer.read())

    async def holds(self, number: int, events: list[str]) -> None:
        """Wait until just these events of a series hold in 倉敷市."""
        found: list[str] | None = None
        async with aiohttp.ClientSession() as client:
            for _ in range(100):
                async with client.get(f"{self.url}/api/v1/in-force?code=33202") as answer:
                    rows = msgspec.json.decode(await answer.read())["in_force"]
                found = [row["event"] for row in rows if f"-{number:04}" in row["identifier"]]
                if found == events:
                    return
                await asyncio.sleep(0.05)
        assert found == events


async def test_the_second_centre_s_delivery_is_the_same_alert(serving: Serving):
    desk = Desk(serving)
    first = await desk.send(fresh(document(), 1))
    second = await desk.send(fresh(document().replace("\n  ", "\n      "), 1))
    assert (first[0], second[0]) == (202, 200)
    assert first[1]["seq"] == second[1]["seq"]


async def test_a_snapshot_replaces_the_one_before_and_a_late_one_changes_nothing(serving: Serving):
    desk = Desk(serving)
    assert (await desk.send(fresh(document(), 2)))[0] == 202
    await desk.holds(2, ["避難指示", "避難勧告"])
    lifted = document("EvacuationOrder", *later(3)).replace(">発令<", ">解除<")
    assert (await desk.send(fresh(lifted, 2)))[0] == 202
    await desk.holds(2, [])
    assert (await desk.send(fresh(document("EvacuationOrder", *later(2)), 2)))[0] == 202
    await desk.send(fresh(document(), 22))  # what came after it is in force, so it has been looked at itself
    await desk.holds(22, ["避難指示", "避難勧告"])
    await desk.holds(2, [])


async def test_a_cancel_takes_the_order_back(serving: Serving):
    desk = Desk(serving)
    await desk.send(fresh(document(), 3))
    await desk.holds(3, ["避難指示", "避難勧告"])
    assert (await desk.send(fresh(document("EvacuationOrder", *cancelled(2)), 3)))[0] == 202
    await desk.holds(3, [])


async def test_a_drill_is_never_among_what_holds(serving: Serving):
    desk = Desk(serving)
    drill = document("EvacuationOrder", (STATUS, STATUS.replace("Actual", "Exercise")))
    assert (await desk.send(fresh(drill, 4)))[0] == 202
    await desk.holds(4, [])


async def test_a_test_document_sent_as_actual_is_held(serving: Serving):
    status, problem = await Desk(serving).send(fresh(document("EvacuationOrder", ("ID>act-", "ID>tdv-")), 5))
    assert status == 422
    assert problem["type"].endswith("lalert-test-document")


async def test_all_bodies_are_taken(serving: Serving):
    desk = Desk(serving)
    for number, category in enumerate(("Shelter", "AntidisasterHeadquarter", "DamageInformation", "UrgentMail"), 10):
        status, body = await desk.send(fresh(document(category), number))
        assert status == 202, body
        assert not body.get("unplaced")

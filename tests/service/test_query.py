"""What may be asked by anybody: bounded, and refused in words."""

from time import perf_counter

import aiohttp
import pytest

from tests.service.messages import order
from tests.service.serving import Serving, eventually


async def get(serving: Serving, path: str, **headers: str) -> tuple[int, dict[str, object]]:
    async with aiohttp.ClientSession(headers=headers) as client, client.get(f"{serving.url}{path}") as answer:
        return answer.status, await answer.json(content_type=None)


@pytest.fixture(scope="module")
def issuer(serving: Serving) -> dict[str, str]:
    return {"Authorization": f"Bearer {serving.key('issuer', 'town', '--areas', '33202')}"}


async def issue(serving: Serving, issuer: dict[str, str], body: bytes) -> int:
    async with (
        aiohttp.ClientSession(headers=issuer) as client,
        client.post(f"{serving.url}/api/v1/alerts", data=body) as answer,
    ):
        seq = int((await answer.json())["seq"])

    async def listed() -> bool:
        return (await get(serving, f"/api/v1/alerts?before={seq + 1}&status=Actual,Exercise"))[1]["alerts"] != []

    await eventually(listed)
    return seq


async def test_a_status_named_a_thousand_times_is_asked_once(serving: Serving, issuer: dict[str, str]):
    seq = await issue(serving, issuer, order("query-1"))
    began = perf_counter()
    status, body = await get(serving, "/api/v1/alerts?limit=200&status=" + ",".join(["Actual"] * 1_100))
    assert status == 200
    seqs = [row["seq"] for row in body["alerts"]]  # type: ignore[attr-defined]
    assert seqs.count(seq) == 1
    assert perf_counter() - began < 1


async def test_a_visitor_without_a_key_may_ask_for_less_at_once(serving: Serving, issuer: dict[str, str]):
    assert (await get(serving, "/api/v1/alerts?limit=1000"))[1]["code"] == "query-invalid"
    assert (await get(serving, "/api/v1/alerts?limit=200"))[0] == 200
    assert (await get(serving, "/api/v1/alerts?limit=1000", **issuer))[0] == 200

"""What may be asked by anybody: bounded, and refused in words."""

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
        _, body = await get(serving, f"/api/v1/alerts?before={seq + 1}&status=Actual,Exercise")
        return [row["seq"] for row in body["alerts"]][:1] == [seq]

    await eventually(listed)
    return seq


async def test_a_status_named_a_thousand_times_is_asked_once(serving: Serving, issuer: dict[str, str]):
    seq = await issue(serving, issuer, order("query-1"))
    status, body = await get(serving, "/api/v1/alerts?limit=200&status=" + ",".join(["Actual"] * 1_100))
    assert status == 200
    seqs = [row["seq"] for row in body["alerts"]]  # type: ignore[attr-defined]
    assert seqs.count(seq) == 1


async def test_a_visitor_without_a_key_may_ask_for_less_at_once(serving: Serving, issuer: dict[str, str]):
    assert (await get(serving, "/api/v1/alerts?limit=1000"))[1]["code"] == "query-invalid"
    assert (await get(serving, "/api/v1/alerts?limit=200"))[0] == 200
    assert (await get(serving, "/api/v1/alerts?limit=1000", **issuer))[0] == 200


async def test_every_text_of_a_drill_says_so_in_json_too(serving: Serving, issuer: dict[str, str]):
    seq = await issue(serving, issuer, order("query-drill", status="Exercise"))
    _, one = await get(serving, f"/api/v1/alerts/{seq}")
    assert one["alert"]["infos"][0]["headline"].startswith("【訓練】")  # type: ignore[index]
    assert one["summary"]["headline"].startswith("【訓練】")  # type: ignore[index]
    _, listed = await get(serving, "/api/v1/alerts?status=Exercise")
    assert listed["alerts"][0]["headline"].startswith("【訓練】")  # type: ignore[index]
    _, held = await get(serving, "/api/v1/in-force?status=Exercise,Test")
    headlines = [holding["info"]["headline"] for holding in held["in_force"]]  # type: ignore[attr-defined]
    assert headlines
    assert all(headline.startswith("【訓練】") for headline in headlines)


async def test_what_holds_for_real_is_never_listed_among_drills(serving: Serving):
    status, problem = await get(serving, "/api/v1/in-force?status=Actual,Exercise")
    assert (status, problem["code"], problem["path"]) == (400, "query-invalid", "status")


@pytest.mark.parametrize(
    "path", ["/stream?area=33202", "/feeds/alerts.atom?areas=33202", "/api/v1/in-force?area=33202"]
)
async def test_a_slip_in_a_name_does_not_give_everything(serving: Serving, path: str):
    status, problem = await get(serving, path)
    assert (status, problem["code"]) == (400, "query-unknown")
    assert problem["path"] in path

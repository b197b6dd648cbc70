"""What a far end may say of a delivery afterwards: a time that can be meant, a few words, not too many at once."""

import aiohttp
import pytest

from tests.service.serving import Serving


@pytest.fixture(scope="module")
def subscriber(serving: Serving) -> dict[str, str]:
    return {"Authorization": f"Bearer {serving.key('subscriber', 'station')}"}


RECEIPT = {"delivery_id": "d", "level": "displayed", "at": "2026-07-01T12:00:00+09:00"}


@pytest.mark.parametrize(
    ("receipts", "path"),
    [
        ([RECEIPT | {"at": "2026-07-01T12:00:00"}], "receipts[0]"),
        ([RECEIPT | {"at": "0001-01-01T00:00:00Z"}], "receipts[0]"),
        ([RECEIPT, RECEIPT | {"evidence": "x" * 501}], "receipts[1]"),
        ([RECEIPT | {"where": "x" * 501}], "receipts[0]"),
        ([RECEIPT] * 1_001, "receipts"),
    ],
)
async def test_receipts_have_bounds(
    serving: Serving, subscriber: dict[str, str], receipts: list[dict[str, str]], path: str
):
    async with (
        aiohttp.ClientSession(headers=subscriber) as client,
        client.post(f"{serving.url}/api/v1/receipts", json={"receipts": receipts}) as answer,
    ):
        problem = await answer.json(content_type=None)
        assert (answer.status, problem["code"]) == (422, "json-invalid"), problem
        assert problem["path"].startswith(path)

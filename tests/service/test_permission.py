"""What a key may take back is bounded by what it may say."""

from typing import Any

import aiohttp
import pytest

from tests.service.messages import order, stamp
from tests.service.serving import Serving


@pytest.mark.parametrize("msg_type", ["Update", "Cancel"])
async def test_a_town_cannot_take_back_another_towns_order(serving: Serving, msg_type: str):
    kurashiki = serving.key("issuer", f"kurashiki-{msg_type}", "--areas", "33202")
    okayama = serving.key("issuer", f"okayama-{msg_type}", "--areas", "33100")
    sent = stamp(-2)
    name = f"own-{msg_type}"
    status, _ = await post(serving, kurashiki, order(name, sent=sent))
    assert status == 202
    bare = "<areaDesc>岡山市</areaDesc><geocode><valueName>JISX0402</valueName><value>331007</value></geocode>"
    taking = order(f"{name}-by", msg_type=msg_type, references=f"kurashiki.example.jp,{name},{sent}", area=bare)
    status, problem = await post(serving, okayama, taking)
    assert (status, problem["code"]) == (403, "area-not-allowed")
    own = order(f"{name}-own", msg_type=msg_type, references=f"kurashiki.example.jp,{name},{sent}")
    assert (await post(serving, kurashiki, own))[0] == 202


async def post(serving: Serving, key: str, body: bytes) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as client,
        client.post(f"{serving.url}/api/v1/alerts", data=body) as answer,
    ):
        return answer.status, await answer.json(content_type=None)

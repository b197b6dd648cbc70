"""What a key may take back is bounded by what it may say."""

from typing import Any

import aiohttp
import msgspec
import pytest

from cap_formats.decode import decode
from cap_formats.situation import Shelter, ShelterSituation
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


async def test_a_town_cannot_report_in_the_name_of_another(serving: Serving):
    okayama = serving.key("issuer", "okayama-shelters", "--areas", "33100")
    bare = "<areaDesc>岡山市</areaDesc><geocode><valueName>JISX0402</valueName><value>331007</value></geocode>"
    [alert] = decode(order("shelters-1", area=bare))
    for municipality, expected in (("33202", 403), ("33100", 202)):
        shelters = (Shelter(name="薗小学校", sort="閉鎖"),)
        situation = ShelterSituation(municipality=municipality, shelters=shelters)
        said = msgspec.structs.replace(alert, identifier=f"s-{municipality}", situation=situation)
        status, told = await post(serving, okayama, b'{"alert": ' + said.to_json() + b"}")
        assert status == expected, told


async def post(serving: Serving, key: str, body: bytes) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as client,
        client.post(f"{serving.url}/api/v1/alerts", data=body) as answer,
    ):
        return answer.status, await answer.json(content_type=None)

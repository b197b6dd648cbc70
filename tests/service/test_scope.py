"""What is not public is seen by nobody without a key, on no page and in no list."""

import asyncio

import aiohttp

from tests.service.messages import order
from tests.service.serving import Serving, eventually


async def test_a_restricted_message_stays_with_keys(serving: Serving):
    issuer = serving.key("issuer", "scope-issuer", "--areas", "33202")
    operator = serving.key("operator", "scope-desk")
    headline = "関係者のみに知らせる。"
    body = order("scope-1", headline=headline).replace(
        b"<scope>Public</scope>", b"<scope>Restricted</scope><restriction>staff</restriction>"
    )
    async with aiohttp.ClientSession() as client:
        keyed = {"Authorization": f"Bearer {issuer}"}
        async with client.post(f"{serving.url}/api/v1/alerts", data=body, headers=keyed) as answer:
            assert answer.status == 202
            seq = (await answer.json())["seq"]
        desk = {"Authorization": f"Bearer {operator}"}

        async def listed() -> bool:
            async with client.get(f"{serving.url}/api/v1/alerts", headers=desk) as answer:
                return seq in [row["seq"] for row in (await answer.json())["alerts"]]

        await eventually(listed)
        await asyncio.sleep(0.2)
        for path in (
            "/api/v1/alerts",
            "/api/v1/in-force?code=33202",
            "/map?code=33202",
            "/feeds/alerts.atom",
            "/feeds/alerts.geojson",
        ):
            async with client.get(serving.url + path) as answer:
                assert answer.status == 200
                assert headline not in await answer.text(), path
        for path in (f"/api/v1/alerts/{seq}", f"/api/v1/alerts/{seq}/raw", f"/api/v1/alerts/{seq}.cap"):
            async with client.get(serving.url + path) as answer:
                assert answer.status == 401, path
            async with client.get(serving.url + path, headers=desk) as answer:
                assert answer.status == 200, path

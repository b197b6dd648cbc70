"""The description of the API is made from it, and every reference in it leads somewhere."""

import re

import aiohttp
import msgspec

from tests.service.serving import Serving


async def test_openapi_describes_every_route_of_the_api(serving: Serving):
    async with aiohttp.ClientSession() as client, client.get(f"{serving.url}/openapi.json") as answer:
        text = await answer.text()
    document = msgspec.json.decode(text)
    assert document["openapi"] == "3.1.0"
    assert {
        "/api/v1/alerts",
        "/api/v1/subscriptions",
        "/api/v1/deliveries",
        "/api/v1/receipts",
        "/api/v1/in-force",
        "/feeds/alerts.atom",
        "/stream",
        "/ws",
        "/health",
    } <= set(document["paths"])
    for name in re.findall(r'"#/components/schemas/([^"]+)"', text):
        assert name in document["components"]["schemas"], name
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
    assert "xml" in str(document["paths"]["/api/v1/alerts"]["post"]["requestBody"])

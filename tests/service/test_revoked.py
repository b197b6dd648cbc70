"""After a subscriber's key was revoked its far end is still served; the operator sees it and can take it away."""

import re
import subprocess
import sys

import aiohttp

from tests.service.serving import Serving, eventually


async def test_what_a_revoked_key_subscribed_to_is_told_and_can_be_taken_away(serving: Serving):
    gone, stays, operator = (
        serving.key(role, name)
        for role, name in (("subscriber", "gone"), ("subscriber", "stays"), ("operator", "overseer"))
    )
    made = {}
    async with aiohttp.ClientSession(serving.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        for key in (gone, stays):
            wish = {"channel": "stream", "label": "放送局"}
            async with client.post("/api/v1/subscriptions", json=wish, headers=bearer(key)) as answer:
                made[key] = (await answer.json())["id"]
        told = revoke(serving, "gone")
        assert made[gone] in told
        assert made[stays] not in told

        async def listed() -> dict[str, bool]:
            async with client.get("/api/v1/subscriptions", headers=bearer(operator)) as answer:
                found = (await answer.json())["subscriptions"]
            return {one["id"]: one["owner_revoked"] for one in found}

        async def marked() -> bool:
            return (await listed())[made[gone]]

        await eventually(marked)
        assert not (await listed())[made[stays]]
        async with client.get("/api/v1/subscriptions", headers=bearer(stays)) as answer:
            assert "owner_revoked" not in await answer.text()

        async with client.get("/ops") as answer:
            csrf = re.search(r'name="csrf" value="([^"]+)"', await answer.text())
            assert csrf
        async with client.post("/ops/sign-in", data={"csrf": csrf[1], "key": operator}) as answer:
            page = await answer.text()
        assert "鍵が取り消された購読" in page
        assert made[gone] in page
        path = f"/api/v1/subscriptions/{made[gone]}"
        async with client.delete(path, headers=bearer(operator)) as answer:
            assert answer.status == 204
        assert made[gone] not in await listed()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def revoke(serving: Serving, name: str) -> str:
    words = [sys.executable, "-m", "ops.command", "keys", "revoke", name, "--data", str(serving.data)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout

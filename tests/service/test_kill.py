"""``kill -9`` of a running ``noroshi serve`` under load, again and again: nothing answered is lost, and nothing comes
twice with other content under one id.
"""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from tests.service.far_end import FarEnd
from tests.service.messages import order
from tests.service.serving import Serving

SENDERS = 4


async def load(serving: Serving, key: str, answered: dict[str, int], name: str) -> None:
    """Send until the broker is gone; remember what was answered yes."""
    number = 0
    headers = {"Authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(headers=headers) as client:
        while True:
            identifier = f"{name}-{number}"
            try:
                async with client.post(f"{serving.url}/api/v1/alerts", data=order(identifier)) as answer:
                    body = await answer.json()
                    assert answer.status in (200, 202), body
                    answered[identifier] = body["seq"]
            except aiohttp.ClientError:
                return
            number += 1


@pytest.mark.slow
async def test_nothing_answered_is_lost(tmp_path: Path, request: pytest.FixtureRequest):
    kills = request.config.getoption("--kills")
    serving = Serving(tmp_path / "data")
    key = serving.key("issuer", "kurashiki", "--areas", "33202")
    news = serving.key("subscriber", "news")
    far_end = await FarEnd().start()
    answered: dict[str, int] = {}
    for turn in range(kills):
        await asyncio.to_thread(serving.start)
        if turn == 0:
            wish = {"channel": "webhook", "contact": {"url": far_end.url}}
            async with (
                aiohttp.ClientSession(headers={"Authorization": f"Bearer {news}"}) as client,
                client.post(f"{serving.url}/api/v1/subscriptions", json=wish) as answer,
            ):
                assert answer.status == 201
        async with asyncio.TaskGroup() as group:
            for sender in range(SENDERS):
                group.create_task(load(serving, key, answered, f"kill-{turn}-{sender}"))
            await asyncio.sleep(0.2 + (turn * 37 % 23) / 50)  # another moment each time
            serving.kill()
    await asyncio.to_thread(serving.start)
    async with asyncio.timeout(120):
        while not set(answered.values()) <= set(far_end.seqs):
            await asyncio.sleep(0.1)
    assert len(answered) > kills
    assert {len(digests) for digests in far_end.contents.values()} == {1}
    for identifier, seq in answered.items():
        async with aiohttp.ClientSession() as client, client.get(f"{serving.url}/api/v1/alerts/{seq}") as answer:
            assert (await answer.json())["alert"]["identifier"] == identifier
    assert serving.stop() == 0
    await far_end.stop()
    proof = await asyncio.create_subprocess_exec(
        Path(".venv/bin/noroshi").absolute() if Path(".venv/bin/noroshi").exists() else "noroshi",
        "verify",
        "--data",
        str(serving.data),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await proof.communicate()
    assert proof.returncode == 0, out
    print(f"{kills} kills, {len(answered)} answered, {len(far_end.seqs)} received, {len(far_end.contents)} ids")

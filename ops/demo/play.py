"""Plays a scenario: hands each step to the broker over HTTP, at its time, under the key of who says it."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from time import perf_counter

import aiohttp
import msgspec

from ops.demo.scenario import Step, Who, scenario


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """A step that was handed in. ``seq`` is None where the broker refused it and ``trouble`` says why."""

    step: Step
    seq: int | None
    trouble: str
    answer_s: float


async def play(
    base_url: str, keys: Mapping[Who, str], on_step: Callable[[Played], None], *, speed: float = 1.0
) -> list[Played]:
    """Play once from now on; ``on_step`` is told of each step as it was answered."""
    clock = asyncio.get_running_loop().time
    start = clock()
    played = []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        for step in scenario(datetime.now(UTC), speed=speed):
            await asyncio.sleep(max(0.0, start + step.offset_s - clock()))
            played.append(await _hand_in(session, base_url, keys[step.who], step))
            on_step(played[-1])
    return played


async def _hand_in(session: aiohttp.ClientSession, base_url: str, key: str, step: Step) -> Played:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/xml"}
    began = perf_counter()
    async with session.post(f"{base_url}/api/v1/alerts", data=step.body, headers=headers) as response:
        answer = await response.json(content_type=None)
        answer_s = perf_counter() - began
        if response.status == HTTPStatus.ACCEPTED:
            return Played(step=step, seq=answer["seq"], trouble="", answer_s=answer_s)
        trouble = f"{response.status} {answer.get('detail') or answer.get('title') or answer}"
        return Played(step=step, seq=None, trouble=trouble, answer_s=answer_s)

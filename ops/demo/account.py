"""Whether everybody who was owed a message of the play got it: the broker's books against the far ends' own."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import aiohttp
import msgspec

ENDED: Final = frozenset({"delivered", "superseded"})
WAIT_S: Final = 30.0
STATIONS_ANSWER_S: Final = 3.0
_POLL_S: Final = 0.2


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every delivery. ``states`` counts them by channel and state; ``troubles`` are sentences, empty
    where all is accounted for.
    """

    states: Mapping[tuple[str, str], int]
    receipts: int
    troubles: tuple[str, ...]


async def account(base_url: str, key: str, seqs: Iterable[int], media: Iterable[str]) -> Account:
    """Wait until every delivery of the alerts ``seqs`` has ended, then compare. ``media`` are the newsrooms' addresses.

    The key is an operator's. Raises aiohttp.ClientError where broker or far end cannot be asked.
    """
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout, headers={"Authorization": f"Bearer {key}"}) as session:
        rows = await _settled(session, base_url, tuple(seqs))
        kept = [message for url in media for message in await _get(session, f"{url.rstrip('/')}/kept")]
    return Account(
        states=Counter((row["channel"], row["state"]) for row in rows),
        receipts=sum(row["receipts"] for row in rows),
        troubles=tuple(_troubles(rows, kept)),
    )


def _troubles(rows: list[dict[str, Any]], kept: list[dict[str, Any]]) -> Iterable[str]:
    """Say what does not add up."""
    if not rows:
        yield "nobody was owed anything"
    for row in rows:
        if row["state"] not in ENDED:
            yield f"delivery {row['id']} ({row['channel']}) is {row['state']}: {row['reason']}"
    got = {message["id"] for message in kept}
    sent = {row["id"] for row in rows if row["channel"] == "webhook" and row["state"] == "delivered"}
    yield from (f"delivery {one} is booked as delivered and no newsroom has it" for one in sorted(sent - got))
    yield from (f"delivery {m['id']} came twice with different content" for m in kept if m["altered"])
    called = [row for row in rows if row["channel"] == "radio" and row["state"] == "delivered"]
    yield from (f"no station answered delivery {row['id']}" for row in called if not row["receipts"])


async def _settled(session: aiohttp.ClientSession, base_url: str, seqs: tuple[int, ...]) -> list[dict[str, Any]]:
    """Return the deliveries when none is open and every call was answered, or as they are when time is up."""
    loop = asyncio.get_running_loop()
    until = loop.time() + WAIT_S
    while True:
        rows = [row for seq in seqs for row in await _deliveries(session, base_url, seq)]
        waiting = [row for row in rows if row["state"] == "open" or (row["channel"] == "radio" and not row["receipts"])]
        if not waiting or loop.time() > until:
            return rows
        await asyncio.sleep(_POLL_S)


async def _deliveries(session: aiohttp.ClientSession, base_url: str, seq: int) -> list[dict[str, Any]]:
    found = await _get(session, f"{base_url}/api/v1/deliveries?alert={seq}")
    return list(found["deliveries"])


async def _get(session: aiohttp.ClientSession, url: str) -> Any:
    async with session.get(url) as response:
        response.raise_for_status()
        return await response.json()

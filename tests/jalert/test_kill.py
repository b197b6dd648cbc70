"""``kill -9`` of a running ``noroshi serve`` while a line sends: what was acknowledged is in the journal."""

import asyncio
import shutil
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from broker.core.event import ALERTS, AlertAccepted, decode_event
from broker.journal.sqlite import SqliteJournal
from tests.jalert import home
from tests.jalert.made import bch, frame, telegram
from tests.service.serving import CONFIG, Serving

KILLS = 3


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def numbered(number: int) -> bytes:
    """A telegram of its own: another EventID."""
    return telegram(1).replace(b"20261121120001", b"%014d" % (20261121000000 + number))


async def connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect; the line listens a moment after the web does."""
    async with asyncio.timeout(10):
        while True:
            with suppress(ConnectionError):
                return await asyncio.open_connection("127.0.0.1", port)
            await asyncio.sleep(0.02)


async def send_until_gone(port: int, first: int, acknowledged: set[int]) -> None:
    reader, writer = await connected(port)
    try:
        for number in range(first, first + 100_000):
            raw = frame("bI", bch(numbered(number)))
            writer.write(raw)
            assert await reader.readexactly(43) == b"00000033ENACK" + raw[:30]
            acknowledged.add(number)
    except (ConnectionError, asyncio.IncompleteReadError):
        return
    finally:
        writer.close()


@pytest.mark.slow
async def test_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path):
    port = free_port()
    line = f'{{name = "通常", port = {port}}}'
    serving = Serving(tmp_path / "data", f'{CONFIG}[jalert]\nhere = ["33"]\nlines = [{line}]\n')
    shutil.copy(home.AREAS[0], serving.data / "areas.db")
    acknowledged: set[int] = set()
    for turn in range(KILLS):
        await asyncio.to_thread(serving.start)
        sending = asyncio.create_task(send_until_gone(port, turn * 1_000_000, acknowledged))
        async with asyncio.timeout(20):
            while len(acknowledged) < 10 * (turn + 1):
                await asyncio.sleep(0.01 + turn / 100)
        serving.kill()
        await sending
    journal = SqliteJournal(tmp_path / "data" / "journal.db")
    kept: set[str] = set()
    after = 0
    while records := await journal.read(ALERTS, after, 1_000):
        after = records[-1].seq
        events = (decode_event(record.kind, record.body) for record in records)
        kept |= {each for event in events if isinstance(event, AlertAccepted) for each in event.alert.incidents}
    await journal.close()
    assert len(acknowledged) > KILLS
    assert {f"{20261121000000 + number:014d}" for number in acknowledged} <= kept
    print(f"{KILLS} kills, {len(acknowledged)} acknowledged, {len(kept)} kept")

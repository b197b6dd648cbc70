"""``kill -9`` of a real process while it heals from the long feed: each telegram is in the journal, once."""

import asyncio
from pathlib import Path

import pytest

from broker.core.event import ALERTS, AlertAccepted, AlertRejected, decode_event
from broker.journal.sqlite import SqliteJournal
from tests.folder.running import until
from tests.jma_feed.feed_server import FeedServer, telegrams
from tests.service.serving import CONFIG, Serving

KILLS = 2


@pytest.mark.slow
async def test_nothing_is_lost_and_nothing_taken_twice(tmp_path: Path):
    server = FeedServer()
    await server.start()
    paths = telegrams("36_01_*_240613_VXSE44.xml")
    for path in paths:
        server.publish("eqvol", path)
    config = f'{CONFIG}[jma_feed]\nenabled = true\nbase_url = "{server.base_url}"\nfeeds = ["eqvol"]\n'
    serving = Serving(tmp_path / "data", config)
    for kill in range(KILLS):
        some = len(paths) * (kill + 1) // (KILLS + 1)
        await asyncio.to_thread(serving.start)
        await until(lambda some=some: server.asked("/data/") >= some, 60)
        serving.kill()
        assert not all(server.asked(name) for name in server.files), "killed after all was done"
    await asyncio.to_thread(serving.start)
    await until(lambda: all(server.asked(name) for name in server.files), 60)
    await asyncio.sleep(0.5)
    assert serving.stop() == 0
    await server.stop()
    # what was fetched twice is what was on its way when the process died
    assert server.asked("/data/") <= len(paths) + KILLS * 4

    journal = SqliteJournal(serving.data / "journal.db")
    records = await journal.read(ALERTS, 0, 10_000)
    await journal.close()
    kinds = {AlertAccepted.__name__, AlertRejected.__name__}
    kept = [decode_event(one.kind, one.body).raw for one in records if one.kind in kinds]  # type: ignore[attr-defined]
    assert sorted(kept) == sorted(path.read_bytes() for path in paths)

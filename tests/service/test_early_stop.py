"""A broker that is told to stop while it still reads its journal stops then, and not when it has read it."""

import asyncio
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from broker.core.event import ALERTS, HeldRepeated, encode_event
from broker.journal.record import Entry
from broker.journal.sqlite import SqliteJournal
from tests.service.serving import CONFIG

RECORDS = 300_000
NOW = datetime(2026, 11, 21, tzinfo=UTC)


async def write_long(path: Path) -> None:
    journal = SqliteJournal(path)
    body = encode_event(HeldRepeated(held_seq=1, at=NOW))
    for first in range(0, RECORDS, 10_000):
        keys = (str(first + number) for number in range(10_000))
        await journal.append(ALERTS, [Entry(kind="HeldRepeated", key=key, at=NOW, body=body) for key in keys])
    await journal.close()


def test_a_stop_while_the_journal_is_read(tmp_path: Path):
    data, config = tmp_path / "data", tmp_path / "noroshi.toml"
    data.mkdir()
    config.write_text(CONFIG, "utf-8")
    asyncio.run(write_long(data / "journal.db"))
    words = [sys.executable, "-m", "ops.command", "serve", "--config", str(config), "--data", str(data), "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not (data / "views.db").exists():  # it is made just before the reading
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.01)
        process.terminate()
        said, log = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, b""), log[-2000:]

"""A journal that cannot be written for a while: senders are told no, nobody ends, and all goes on with room."""

import asyncio
import resource
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from service.messages import order
from service.serving import Serving

from broker.core.dispatch import Dispatch
from broker.core.event import DELIVERIES, DeliveryExpired
from broker.journal.journal import JournalError
from broker.journal.memory import MemoryJournal
from broker.journal.record import Entry, Record
from broker.service.outcomes import Outcomes
from broker.service.recent import Recent

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class FullDisk(MemoryJournal):
    """The real journal in memory, on a disk that is full until it is told otherwise."""

    full = True

    async def append(self, stream: str, entries: Sequence[Entry]) -> Sequence[Record]:
        if self.full:
            raise JournalError("database or disk is full")
        return await super().append(stream, entries)


async def test_outcomes_wait_for_room_and_are_written_then(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("broker.service.patience._AGAIN_S", 0.02)
    journal = FullDisk()
    outcomes = Outcomes(journal, Dispatch(), Recent(), asyncio.Event())
    running = asyncio.create_task(outcomes.run())
    outcomes.put(DeliveryExpired(delivery_id="dlv_1"), NOW)
    await asyncio.sleep(0.1)
    assert not running.done()
    assert not outcomes.is_settled
    journal.full = False
    await asyncio.sleep(0.1)
    [record] = await journal.read(DELIVERIES, 0, 10)
    assert record.kind == "DeliveryExpired"
    assert outcomes.is_settled
    running.cancel()


async def test_a_receipt_is_refused_meanwhile_and_leaves_nothing_half_done():
    journal = FullDisk()
    outcomes = Outcomes(journal, Dispatch(), Recent(), asyncio.Event())
    with pytest.raises(JournalError):
        await outcomes.write_as(DeliveryExpired(delivery_id="dlv_1"), "key", NOW)
    assert outcomes.is_settled


def test_a_start_without_room_says_so_in_a_sentence_and_the_next_one_reads_all(tmp_path: Path):
    serving = Serving(tmp_path / "data").start()
    seq = posted(serving, serving.key("issuer", "town"))
    assert serving.stop() == 0
    (serving.data / "views.db").unlink()
    words = [sys.executable, "-m", "ops.command", "serve", "--data", str(serving.data), "--port", "0"]
    ended = subprocess.run(
        [*words, "--config", str(serving.config)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert ended.returncode == 1
    assert "Make room there and start again." in ended.stderr.splitlines()[-1], ended.stderr[-3000:]
    serving.start()
    assert requests.get(f"{serving.url}/api/v1/alerts/{seq}", timeout=10).status_code == 200
    assert serving.stop() == 0


def posted(serving: Serving, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    answer = requests.post(f"{serving.url}/api/v1/alerts", data=order("room-1"), headers=headers, timeout=10)
    assert answer.status_code == 202, answer.text
    seq: int = answer.json()["seq"]
    return seq

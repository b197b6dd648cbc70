"""``noroshi verify``: a sentence for whoever looks, whatever was done to the file."""

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broker.core.event import ALERTS
from broker.journal.record import Entry
from broker.journal.sqlite import SqliteJournal

AT = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    async def fill() -> None:
        journal = SqliteJournal(tmp_path / "journal.db")
        for stream in (ALERTS, "health"):
            await journal.append(stream, [Entry(kind="K", key=f"{n}", at=AT, body=b"body") for n in range(3)])
        await journal.close()

    asyncio.run(fill())
    return tmp_path


def verified(data: Path) -> tuple[int, str]:
    words = [sys.executable, "-m", "ops.command", "verify", "--data", str(data)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def change(data: Path, stream: str, seq: int) -> None:
    with contextlib.closing(sqlite3.connect(data / "journal.db", isolation_level=None)) as other:
        other.execute("UPDATE record SET body = x'00' WHERE stream = ? AND seq = ?", (stream, seq))


def test_a_sound_journal_says_so_of_every_stream(data: Path):
    code, said = verified(data)
    assert code == 0
    assert "alerts: 3 records are sound" in said
    assert "health: 3 records are sound" in said


@pytest.mark.parametrize("stream", [ALERTS, "health"])
def test_a_changed_last_record_is_told_in_a_sentence(data: Path, stream: str):
    change(data, stream, 3)
    code, said = verified(data)
    assert code == 1
    assert f"the end of stream '{stream}' is not what was written (record 3)" in said


def test_a_changed_record_of_any_stream_is_named(data: Path):
    change(data, "health", 2)
    code, said = verified(data)
    assert code == 1
    assert "health: record 2 is changed" in said


def test_a_file_that_is_no_journal_is_told_in_a_sentence(tmp_path: Path):
    (tmp_path / "journal.db").write_bytes(b"not a database" * 100)
    code, said = verified(tmp_path)
    assert code == 1
    assert "cannot be opened as a journal" in said

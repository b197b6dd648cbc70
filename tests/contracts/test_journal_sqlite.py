"""What only a journal on a disk can promise: it outlives its process, and notices when it was tampered with."""

import asyncio
import resource
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broker.journal.journal import JournalError
from broker.journal.record import Entry
from broker.journal.sqlite import SqliteJournal
from broker.journal.verify import verify

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

WRITER = textwrap.dedent("""
    import asyncio, sys
    from datetime import UTC, datetime
    from broker.journal.journal import JournalError
    from broker.journal.record import Entry
    from broker.journal.sqlite import SqliteJournal

    async def write(journal, life, writer):
        n = 0
        while True:
            entry = Entry(kind="K", key=f"{life}/{writer}/{n}", at=datetime.now(UTC), body=b"x" * 3000)
            (record,) = await journal.append("a", [entry])
            sys.stdout.write(f"{record.seq} {entry.key}\\n")
            sys.stdout.flush()
            n += 1

    async def main():
        journal = SqliteJournal(sys.argv[1])
        try:
            async with asyncio.TaskGroup() as group:
                for writer in range(8):
                    group.create_task(write(journal, sys.argv[2], writer))
        except* JournalError as errors:
            print("refused", errors.exceptions[0])

    asyncio.run(main())
""")


def entry(key: str, body: bytes = b"{}") -> Entry:
    return Entry(kind="Thing", key=key, at=NOW, body=body)


def answered(output: str) -> list[tuple[int, str]]:
    """Return what the child was told yes for; a line that the kill cut short was not finished saying."""
    lines = output[: output.rfind("\n") + 1].splitlines()
    return [(int(line.split()[0]), line.split()[1]) for line in lines if not line.startswith("refused")]


async def keys_of(journal: SqliteJournal) -> dict[int, str]:
    keys: dict[int, str] = {}
    while page := await journal.read("a", len(keys), 1_000):
        keys |= {r.seq: r.key for r in page}
    return keys


async def test_nothing_answered_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    promised: list[tuple[int, str]] = []
    for life in range(6):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, str(path), str(life), stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        assert child.stdout is not None
        first = await child.stdout.readline()
        await asyncio.sleep(0.05 + 0.03 * life)
        child.kill()
        rest, _ = await child.communicate()
        promised += answered((first + rest).decode())
        journal = SqliteJournal(path)
        kept = await keys_of(journal)
        proof = await verify(journal, "a")
        await journal.close()
        assert [key for seq, key in promised if kept.get(seq) != key] == []
        assert (proof.broken_seq, proof.records) == (None, len(kept))
    assert len(promised) > 100


async def test_a_full_disk_refuses_and_keeps_what_was_answered(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))

    child = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", WRITER, str(path), "0"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        cwd=ROOT,
        preexec_fn=small_disk,
    )
    promised = answered(child.stdout)
    assert "refused" in child.stdout
    assert len(promised) > 50
    journal = SqliteJournal(path)
    kept = await keys_of(journal)
    assert [key for seq, key in promised if kept.get(seq) != key] == []
    await journal.append("a", [entry("after")])
    assert (await verify(journal, "a")).broken_seq is None
    await journal.close()


async def test_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = SqliteJournal(path)
    before = await journal.append("a", [entry("1"), entry("2")])
    await journal.close()
    journal = SqliteJournal(path)
    again, third = await journal.append("a", [entry("1", b"other"), entry("3")])
    assert again == before[0]
    assert (third.seq, third.prev_hash) == (3, before[1].hash())
    assert len(await journal.read("a", 0, 10)) == 3
    await journal.close()


async def test_close_writes_what_was_waiting(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "journal.db")
    waiting = [asyncio.ensure_future(journal.append("a", [entry(str(n))])) for n in range(300)]
    await asyncio.sleep(0)
    await journal.close()
    assert [r[0].seq for r in await asyncio.gather(*waiting)] == list(range(1, 301))


@pytest.mark.parametrize(
    ("tampering", "broken_seq", "reason"),
    [
        ("UPDATE record SET body = x'00' WHERE seq = 5", 5, "changed"),
        ("UPDATE record SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 1", 1, "changed"),
        ("UPDATE record SET key = 'other' WHERE seq = 19", 19, "changed"),
        ("DELETE FROM record WHERE seq = 7", 7, "missing"),
        ("DELETE FROM record WHERE seq <= 3", 1, "missing"),
    ],
)
async def test_tampering_is_found_and_named(tmp_path: Path, tampering: str, broken_seq: int, reason: str) -> None:
    path = tmp_path / "journal.db"
    journal = SqliteJournal(path)
    await journal.append("a", [entry(str(n)) for n in range(20)])
    await journal.close()
    execute(path, tampering)
    journal = SqliteJournal(path)
    proof = await verify(journal, "a")
    assert (proof.broken_seq, proof.reason, proof.records) == (broken_seq, reason, broken_seq - 1)
    await journal.close()


@pytest.mark.parametrize(
    "tampering", ["UPDATE record SET body = x'00' WHERE seq = 20", "DELETE FROM record WHERE seq > 15"]
)
async def test_an_end_that_was_changed_or_cut_off_is_found_on_opening(tmp_path: Path, tampering: str) -> None:
    path = tmp_path / "journal.db"
    journal = SqliteJournal(path)
    await journal.append("a", [entry(str(n)) for n in range(20)])
    await journal.close()
    execute(path, tampering)
    with pytest.raises(JournalError, match="the end of stream 'a'"):
        SqliteJournal(path)


async def test_foreign_files_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_bytes(b"this is no database at all, " * 200)
    with pytest.raises(JournalError, match="cannot be opened"):
        SqliteJournal(text)
    other = tmp_path / "other.db"
    execute(other, "CREATE TABLE t (x)")
    with pytest.raises(JournalError, match="no journal of version 1"):
        SqliteJournal(other)
    newer = tmp_path / "newer.db"
    await SqliteJournal(newer).close()
    execute(newer, "PRAGMA user_version = 2")
    with pytest.raises(JournalError, match="its version is 2"):
        SqliteJournal(newer)
    with pytest.raises(JournalError):
        SqliteJournal(tmp_path / "missing" / "journal.db")


async def test_a_damaged_page_answers_nothing_yes(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = SqliteJournal(path)
    await journal.append("a", [entry(str(n), b"x" * 500) for n in range(2_000)])
    await journal.append("a", [entry(f"later/{n}", b"x" * 500) for n in range(5_000)])
    await journal.close()
    data = bytearray(path.read_bytes())
    for page in range(30, 200):
        data[page * 4096 : page * 4096 + 100] = b"\xff" * 100
    path.write_bytes(data)
    journal = SqliteJournal(path)
    with pytest.raises(JournalError, match="cannot be read"):
        await verify(journal, "a")
    await journal.close()


async def test_the_log_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = SqliteJournal(path)
    for n in range(60):
        await journal.append("a", [entry(f"{n}/{i}", b"x" * 10_000) for i in range(100)])
    assert path.stat().st_size > 30 << 20
    assert path.with_name("journal.db-wal").stat().st_size < 24 << 20
    await journal.close()


def execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()

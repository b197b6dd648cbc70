"""What an officer is told when the broker's own disk or code fails: never "issued" of what was not."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from console.desk_house import DeskHouse, Officer

WHOLE_4 = {"at-whole": "4"}
FULL = "CREATE TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"


@contextlib.contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Let every write to the journal's file fail, as SQLite fails where the disk is full."""
    with contextlib.closing(sqlite3.connect(folder / "journal.db", isolation_level=None)) as other:
        other.execute(FULL)
        try:
            yield
        finally:
            other.execute("DROP TRIGGER full")


async def test_an_order_that_was_not_journaled_is_never_called_issued(
    house: DeskHouse, officer: Officer, tmp_path: Path
):
    path = await officer.draft(**WHOLE_4)
    fields = officer.texts() | {"action": "issue", "level": "4", "municipality": "和光市"}
    with full_disk(tmp_path):
        page = await officer.post(path, **fields)
        assert officer.status == 503
        assert "<html" in page
        assert "何も送っていません" in page
        assert page.index("何も送っていません") < page.index("Nothing was sent")
        assert "電話" in page
        assert "まだ何も送っていません" in await officer.get(path)
        assert path in await officer.get("/console?code=11229")
    await officer.get(path)
    await officer.post(path, **fields | {"csrf": officer.csrf})
    assert "/orders/" in officer.path
    assert (house.count(), house.holding()) == (1, [("避難指示", 4)])
    assert path not in await officer.get("/console?code=11229")


async def test_texts_rewritten_after_a_failure_are_what_goes_out(house: DeskHouse, officer: Officer, tmp_path: Path):
    path = await officer.draft(**WHOLE_4)
    fields = officer.texts() | {"action": "issue", "level": "4", "municipality": "和光市"}
    with full_disk(tmp_path):
        await officer.post(path, **fields)
    await officer.get(path)
    await officer.post(path, **fields | {"action": "rewrite", "headline-0": "書き直した見出し"})
    await officer.issue(path, "4")
    assert (await house.newest()).infos[0].headline == "書き直した見出し"


async def test_a_fault_of_ours_is_a_page_in_japanese(officer: Officer, tmp_path: Path):
    with contextlib.closing(sqlite3.connect(tmp_path / "views.db", isolation_level=None)) as other:
        other.execute("DROP TABLE history")
    page = await officer.get("/console?code=11229")
    assert officer.status == 500
    assert "一覧にない発令は送られていません" in page
    assert "Traceback" not in page

"""The fixture of these tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from stream.serving import Stream

from broker.journal.sqlite import SqliteJournal


@pytest.fixture
async def stream(tmp_path: Path) -> AsyncIterator[Stream]:
    journal = SqliteJournal(tmp_path / "journal.sqlite")
    yield Stream(journal, tmp_path)
    await journal.close()

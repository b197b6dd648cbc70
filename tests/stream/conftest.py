"""The fixture of these tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from stream.house import House
from stream.serving import Stream

from broker.journal.sqlite import SqliteJournal
from geo.registry import Registry, open_registry


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return open_registry(tmp_path_factory.mktemp("areas") / "areas.sqlite")


@pytest.fixture
async def stream(tmp_path: Path, registry: Registry) -> AsyncIterator[Stream]:
    journal = SqliteJournal(tmp_path / "journal.sqlite")
    yield Stream(journal, registry)
    await journal.close()


@pytest.fixture
async def house(tmp_path: Path, registry: Registry) -> AsyncIterator[House]:
    house = House(tmp_path, registry)
    async with house.served():
        yield house
    await house.close()

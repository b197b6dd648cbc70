from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from console.desk_house import DeskHouse, Officer

from geo.registry import Registry, open_registry


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return open_registry(tmp_path_factory.mktemp("areas") / "areas.sqlite")


@pytest.fixture
async def house(tmp_path: Path, registry: Registry) -> AsyncIterator[DeskHouse]:
    opened = await DeskHouse.open(tmp_path, registry)
    async with opened.served() as house:
        yield house


@pytest.fixture
async def officer(house: DeskHouse) -> AsyncIterator[Officer]:
    officer = Officer(house)
    await officer.sign_in(house.key, "live")
    yield officer
    await officer.close()


@pytest.fixture
async def trainee(house: DeskHouse) -> AsyncIterator[Officer]:
    trainee = Officer(house)
    await trainee.sign_in(house.key, "drill")
    yield trainee
    await trainee.close()

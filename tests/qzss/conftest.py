from collections.abc import Iterator

import pytest

from geo.registry import open_registry
from tests.jalert import home


@pytest.fixture(scope="session", autouse=True)
def areas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make the table of places once: every broker would take seconds for its own."""
    path = tmp_path_factory.mktemp("areas") / "areas.db"
    open_registry(path)
    home.AREAS.append(path)
    yield
    home.AREAS.remove(path)

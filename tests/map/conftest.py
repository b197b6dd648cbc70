"""One registry for the folder, one site for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from map.site import Site, serving

from geo.registry import Registry, open_registry


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return open_registry(tmp_path_factory.mktemp("areas") / "areas.sqlite")


@pytest.fixture
async def site(tmp_path: Path, registry: Registry) -> AsyncIterator[Site]:
    async with serving(tmp_path, registry) as made:
        yield made

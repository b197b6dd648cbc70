"""What these tests share: one registry, the borders that it was made from, and areas in CAP's words."""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from corpus import corpus

from geo.registry import FILE_NAME, Registry, open_registry

sys.path.insert(0, str(Path(__file__).parent))  # tests/geo is no package, for its name is the package's


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The registry's file, compiled once; a test that changes it takes a copy."""
    path = tmp_path_factory.mktemp("areas") / FILE_NAME
    open_registry(path)
    return path


@pytest.fixture(scope="session")
def registry(compiled: Path) -> Registry:
    return open_registry(compiled)


@pytest.fixture(scope="session")
def borders() -> dict[str, Any]:
    from geo.builder.border import read_borders  # noqa: PLC0415  # geopandas takes half a second to load
    from geo.builder.places import successors  # noqa: PLC0415  # likewise

    return read_borders(corpus("geo", "municipalities_2024.fgb"), successors()).shapes


@pytest.fixture
def fresh(tmp_path: Path, compiled: Path) -> Path:
    return Path(shutil.copy(compiled, tmp_path / FILE_NAME))

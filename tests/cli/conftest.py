"""A running broker, started by the program itself."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from cli.program import noroshi, start


class Served(msgspec.Struct, frozen=True):
    """One running broker: its address, and one key of each role."""

    url: str
    data: Path
    issuer: str
    subscriber: str


@contextlib.contextmanager
def serving(data: Path, port: int = 0) -> Iterator[str]:
    """Run ``noroshi serve`` and yield its address."""
    config = data.parent / "noroshi.toml"
    config.write_text("[mqtt]\nport = 0\n")
    process = start(["serve", "--config", config, "--data", data, "--port", str(port)])
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("noroshi is ready: "), line
        yield line.removeprefix("noroshi is ready: ").strip()
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("broker") / "data"
    with serving(data) as url:
        issuer, subscriber = (
            noroshi("keys", "add", role, role, "--data", data).stdout.decode().strip()
            for role in ("issuer", "subscriber")
        )
        yield Served(url, data, issuer, subscriber)


@pytest.fixture
def serve_at() -> Callable[[Path, int], contextlib.AbstractContextManager[str]]:
    return serving

"""Makes tests/corpus.py and tests/needed.py importable from every test."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills", type=int, default=10, help="how often the process is killed in tests/service/test_kill.py"
    )

"""Options of the simulation: ``pytest tests/sim --seed N`` starts from that seed, ``--seeds COUNT`` runs so many."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=0, help="first seed of the simulation")
    parser.addoption("--seeds", type=int, default=2_000, help="how many seeds the simulation runs")

"""The desk at which the dispatch is tested."""

from collections.abc import Iterator

import pytest
from core.desk import PUBLIC, Desk

from broker.core.dispatch import Dispatch


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    lived = desk.dispatch.snapshot()
    assert desk.rebuilt().snapshot() == lived
    assert Dispatch.restore(desk.dispatch.checkpoint(), PUBLIC).snapshot() == lived

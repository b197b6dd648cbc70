"""A real broker process, its keys, and a desk that speaks to the held list over HTTP."""

from collections.abc import Iterator

import pytest
from held.desk import Desk
from service.serving import Serving


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    process = Serving(tmp_path_factory.mktemp("held") / "data").start()
    yield process
    assert process.stop() == 0, process.log()[-3000:]


@pytest.fixture(scope="session")
def desk(serving: Serving) -> Desk:
    """A town's key, an operator's and a subscriber's, on one broker."""
    return Desk(serving)

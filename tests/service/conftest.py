from collections.abc import Iterator

import pytest

from tests.service.serving import Serving


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    process = Serving(tmp_path_factory.mktemp("broker") / "data").start()
    yield process
    assert process.stop() == 0, process.log()[-3000:]

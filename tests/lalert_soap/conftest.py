"""One broker for the folder, with both centres set up."""

from collections.abc import Iterator

import pytest
from lalert_soap.posting import CONFIG
from service.serving import Serving


@pytest.fixture(scope="package")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    process = Serving(tmp_path_factory.mktemp("lalert") / "data", CONFIG).start()
    yield process
    assert process.stop() == 0, process.log()[-3000:]

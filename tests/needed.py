"""What a test needs of its machine: skipped with a reason where it is missing, failed where it must be there."""

import os
import shutil
from typing import NoReturn

import pytest

# Debian puts servers where the PATH of an ordinary user does not lead.
PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


def missing(reason: str) -> NoReturn:
    """Skip the test with that reason; fail it where NOROSHI_CORPUS_REQUIRED=1 says that everything is installed."""
    if os.environ.get("NOROSHI_CORPUS_REQUIRED") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def program(*names: str) -> str:
    """Return the path of the first of these programs that is installed."""
    for name in names:
        if (found := shutil.which(name, path=PATH)) is not None:
            return found
    missing(f"{' or '.join(names)} is not installed")

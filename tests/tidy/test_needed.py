"""What is missing is said, and fails where everything must be there."""

import shutil

import pytest
from corpus import corpus
from needed import program


@pytest.mark.parametrize(("required", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_what_is_missing_skips_or_fails_with_its_name(
    monkeypatch: pytest.MonkeyPatch, required: str, outcome: type[BaseException]
):
    monkeypatch.setenv("NOROSHI_CORPUS_REQUIRED", required)
    with pytest.raises(outcome, match="no-such-program or no-such-other is not installed"):
        program("no-such-program", "no-such-other")
    with pytest.raises(outcome, match="no-such-file is missing"):
        corpus("no-such-file")


def test_what_is_there_is_found():
    assert program("no-such-program", "sh") == shutil.which("sh")

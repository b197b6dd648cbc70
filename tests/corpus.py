"""Where the official telegrams, code tables and borders lie, for the tests that use them."""

import os
from pathlib import Path

from needed import missing

ROOT = Path(__file__).resolve().parent.parent


def corpus(*parts: str) -> Path:
    """Return a path below the corpus; skip with a reason where it is missing, fail where it is required."""
    base = Path(os.environ.get("NOROSHI_CORPUS", ROOT.parent / "shared"))
    path = base.joinpath(*parts)
    if not path.exists():
        missing(f"{path} is missing; set NOROSHI_CORPUS to the folder that holds it")
    return path

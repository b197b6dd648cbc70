"""The shipped tables of places, opened once for all harnesses."""

import functools
import tempfile
from pathlib import Path

from geo.registry import Registry, open_registry


@functools.cache
def places() -> Registry:
    """Return a registry over a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        return open_registry(Path(folder, "areas.sqlite"))

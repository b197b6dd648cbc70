"""The data folder of one broker: the files in it, and the lock that keeps a second process out."""

import fcntl
import os
from pathlib import Path
from typing import IO, Final

from broker.core.problem import Problem

CHECKPOINT: Final = "state.ckpt"


class DataFolder:
    """Names the files and holds the lock as long as it lives."""

    def __init__(self, path: Path) -> None:
        """Make the folder if need be and lock it. Raises Problem ``data-in-use`` or ``data-not-writable``."""
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock: IO[str] = (path / "lock").open("a")
        except OSError as error:
            raise Problem("data-not-writable", f"{path} cannot be written: {error.strerror}.") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            sentence = f"Another noroshi is using {path}; stop it, or give another folder with --data."
            raise Problem("data-in-use", sentence) from error
        os.chmod(path, 0o700)  # noqa: PTH101 - keys and contacts lie here
        self.path = path
        self.journal = path / "journal.db"
        self.views = path / "views.db"
        self.contacts = path / "contacts.db"
        self.keys = path / "keys.db"
        self.areas = path / "areas.db"
        self.checkpoint = path / CHECKPOINT
        self.carrier = path / "carrier.db"
        self.jma_feed = path / "jma_feed.db"
        self.jalert = path / "jalert.db"
        self.lalert = path / "lalert.db"

    def release(self) -> None:
        """Let another process in."""
        self._lock.close()

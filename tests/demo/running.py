"""``noroshi demo`` as a process that somebody started at a terminal, and reads."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from corpus import ROOT

DEMO = (sys.executable, "-m", "ops.command", "demo")
ENVIRONMENT = os.environ | {"COLUMNS": "160", "PYTHONUNBUFFERED": "1"}


class Running:
    """One demo. ``said`` is what it has printed so far."""

    def __init__(self, *words: str, temporary: Path) -> None:
        self.said = ""
        self._process = subprocess.Popen(
            [*DEMO, *words],
            cwd=ROOT,
            env=ENVIRONMENT | {"TMPDIR": str(temporary)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def read_until(self, words: str) -> None:
        """Read what it prints up to and with the line that holds the words."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said += line
            if words in line:
                return
        raise AssertionError(f"{words!r} was never said:\n{self.said}")

    def told(self, name: str) -> str:
        """Return what stands behind a name in the list of addresses."""
        found = re.search(rf"{name} +(\S+)", self.said)
        assert found, self.said
        return found[1]

    def children(self) -> list[Path]:
        """The processes that it has started, as folders of /proc."""
        pid = self._process.pid
        return [Path("/proc", child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]

    def end(self, number: signal.Signals) -> tuple[int, float]:
        """Send a signal; returns the exit code, and after how many seconds."""
        began = time.monotonic()
        self._process.send_signal(number)
        rest, _ = self._process.communicate(timeout=20)
        self.said += rest
        return self._process.returncode, time.monotonic() - began

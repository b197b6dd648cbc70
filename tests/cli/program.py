"""Runs the program as a script outside would: as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = [sys.executable, "-c", "from ops.command import main; main()"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}


def noroshi(*words: str | Path, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run ``noroshi WORDS`` to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, words)], input=stdin, capture_output=True, env=ENVIRONMENT, timeout=30, check=False
    )


def start(words: Sequence[str | Path]) -> subprocess.Popen[str]:
    """Start ``noroshi WORDS`` and leave it running."""
    return subprocess.Popen(
        [*COMMAND, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )

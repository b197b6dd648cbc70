"""A real ``noroshi serve`` process for tests: its own data folder, a free port, keys made by the command line."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self

import msgspec

READY = re.compile(rb"noroshi is ready: (http://\S+)")
CONFIG = "[mqtt]\nport = 0\n"


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 5.0) -> None:
    """Wait until the check holds; what is shown follows what was answered by milliseconds."""
    async with asyncio.timeout(seconds):
        while not await check():
            await asyncio.sleep(0.02)


class Serving:
    """One process; ``kill`` is SIGKILL, and ``start`` begins again on the same data."""

    def __init__(self, data: Path, config: str = CONFIG) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.data = data
        self.config = data.parent / f"{data.name}.toml"
        self.config.write_text(config, "utf-8")
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._log = data.parent / f"{data.name}.log"

    def start(self) -> Self:
        words = [sys.executable, "-m", "ops.command", "serve", "--data", str(self.data), "--port", "0"]
        words += ["--config", str(self.config)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                words, stdout=subprocess.PIPE, stderr=log, env=os.environ | {"COLUMNS": "200"}
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = READY.search(line)
        assert found, f"{line!r}; log: {self.log()[-2000:]}"
        self.url = found[1].decode()
        return self

    def key(self, role: str, name: str, *words: str) -> str:
        made = subprocess.run(
            [sys.executable, "-m", "ops.command", "keys", "add", role, name, "--data", str(self.data), *words],
            capture_output=True,
            text=True,
            check=True,
        )
        return made.stdout.strip()

    def post(self, key: str, body: bytes) -> None:
        """Hand a message in under a key; it must be accepted."""
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.url}/api/v1/alerts", data=body, headers={"Authorization": f"Bearer {key}"}
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            assert answer.status == 202

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._close()

    def stop(self) -> int:
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout=20)
        self._close()
        return code

    def rss_kb(self) -> int:
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])  # type: ignore[index]

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def attempts(self) -> list[dict[str, object]]:
        return [
            line
            for text in self.log().splitlines()
            if text.startswith("{") and (line := msgspec.json.decode(text)).get("event") == "attempt"
        ]

    def _close(self) -> None:
        assert self._process is not None
        if self._process.stdout is not None:
            self._process.stdout.close()

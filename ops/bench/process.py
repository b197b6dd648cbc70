"""The processes that a benchmark starts: the real program, and peers, each in a process of its own, ended with it."""

import contextlib
import json
import os
import resource
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from ops.bench.row import Skip

_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_READY_TIMEOUT_S: Final = 600.0  # views are built anew over a million records
_LOOK_S: Final = 0.25
_IDLE_SHARE: Final = 0.05  # of one core


class Served(msgspec.Struct, frozen=True):
    """A running program: its address, its process id, and how long it took to be ready."""

    url: str
    pid: int
    ready_s: float

    @property
    def port(self) -> int:
        """The port of the address."""
        return int(self.url.rsplit(":", 1)[1])


class Broker(msgspec.Struct, frozen=True):
    """A running broker with a key of each role, by role."""

    served: Served
    keys: dict[str, str]

    @property
    def url(self) -> str:
        """Its address."""
        return self.served.url


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Make a folder and remove it afterwards."""
    path = Path(tempfile.mkdtemp(prefix="noroshi-bench-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def program(words: Sequence[str | Path], ready: str) -> Iterator[Served]:
    """Run a Python program until it prints a line that begins with ``ready``, followed by its address."""
    raise_file_limit()
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )
    assert process.stdout is not None  # noqa: S101 - it was asked for
    try:
        answered, _, _ = select.select([process.stdout], [], [], _READY_TIMEOUT_S)
        line = process.stdout.readline() if answered else "nothing said"
        if not line.startswith(ready):
            raise RuntimeError(f"{' '.join(map(str, words))} did not get ready: {line!r}")
        yield Served(line.removeprefix(ready).strip(), process.pid, time.monotonic() - began)
    finally:
        end(process)


@contextlib.contextmanager
def noroshi(data: Path) -> Iterator[Served]:
    """Run ``noroshi serve`` over that data folder."""
    config = data.parent / "noroshi.toml"
    config.write_text("[mqtt]\nport = 0\n")
    words: list[str | Path] = [
        "-c",
        "from ops.command import main; main()",
        "serve",
        "--config",
        config,
        "--data",
        data,
        "--port",
        "0",
    ]
    with program(words, "noroshi is ready: ") as served:
        yield served


@contextlib.contextmanager
def broker() -> Iterator[Broker]:
    """Run a broker over an empty journal, with keys."""
    with folder() as path, noroshi(path / "data") as served:
        yield Broker(served, {role: add_key(path / "data", role) for role in ("issuer", "subscriber", "operator")})


def add_key(data: Path, role: str) -> str:
    """Make a key by the command line."""
    words = ["-c", "from ops.command import main; main()", "keys", "add", role, f"bench-{role}", "--data", str(data)]
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )
    return done.stdout.strip()


@contextlib.contextmanager
def peer(name: str, *words: str | Path) -> Iterator[Served]:
    """Run ``ops.bench.peer.NAME``."""
    with program(["-m", f"ops.bench.peer.{name}", *words], "ready: ") as served:
        yield served


@contextlib.contextmanager
def mosquitto(path: Path) -> Iterator[Served]:
    """Run Mosquitto on a free port. Raises Skip where it is not installed."""
    found = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if found is None:
        raise Skip("mosquitto is not installed")
    port = free_port()
    config = path / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_connections -1\n")
    process = subprocess.Popen([found, "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        began = time.monotonic()
        while time.monotonic() - began < 10:  # noqa: PLR2004 - it takes a tenth of a second
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.02)
        yield Served(f"mqtt://127.0.0.1:{port}", process.pid, time.monotonic() - began)
    finally:
        end(process)


def end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Stop a process that was started here."""
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def raise_file_limit() -> int:
    """Let this process and its children open as many files as the system allows; returns how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def told(served: Served) -> dict[str, Any]:
    """Ask a far end or a crowd of subscribers what it got: ``count``, ``last`` and ``times`` by message number."""
    with urllib.request.urlopen(served.url, timeout=60) as response:  # noqa: S310 - an address of our own making
        found: dict[str, Any] = json.load(response)
    return found


def wait_told(served: Served, number: int, timeout_s: float = 60.0) -> float:
    """Return when (time.monotonic) message ``number`` was everywhere. Raises TimeoutError."""
    began = time.monotonic()
    while time.monotonic() - began < timeout_s:
        if (at := told(served)["times"].get(str(number))) is not None:
            return float(at)
        time.sleep(0.05)
    raise TimeoutError(f"message {number} did not arrive everywhere within {timeout_s:g} s")


def settle(pid: int, timeout_s: float = 60.0) -> None:
    """Wait until a process has finished what it does behind its answers, so that its peer's round is undisturbed."""
    tick = os.sysconf("SC_CLK_TCK")
    path = Path(f"/proc/{pid}/stat")
    before, began = None, time.monotonic()
    while path.exists() and time.monotonic() - began < timeout_s:
        used = sum(map(int, path.read_text().rpartition(")")[2].split()[11:13])) / tick
        if before is not None and used - before < _IDLE_SHARE * _LOOK_S:
            return
        before = used
        time.sleep(_LOOK_S)


def resident_kb(pid: int) -> int:
    """Return the resident memory of a process, kB. Raises Skip where the system does not say."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        raise Skip("/proc is missing: resident memory cannot be read")
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS"))

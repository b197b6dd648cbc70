"""The far ends of the drill town, each a process of its own; some behave badly, as far ends do."""

import asyncio
import base64
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from channels.mqtt_broker import MqttAddress
from ops.demo.town import CODE, STATIONS
from ops.far_ends.media import Behaviour

MEDIA: Final[Mapping[str, Behaviour]] = {
    "放送局": Behaviour.GOOD,
    "新聞社": Behaviour.SLOW,
    "ケーブルテレビ": Behaviour.FAILS_FIRST,
}
CENTRES: Final[Mapping[str, Behaviour]] = {"docomo": Behaviour.GOOD, "kddi": Behaviour.FAILS_FIRST}
START_TIMEOUT_S: Final = 15.0
END_TIMEOUT_S: Final = 2.0


class FarEnds:
    """All far ends, from entering to leaving the context. ``media``: (address, secret) by name; ``centres``: addresses
    of their ECBE interfaces by carrier.
    """

    def __init__(self, mqtt: MqttAddress, folder: Path | None) -> None:
        """``folder``: where each keeps what it gets, in a folder of its own."""
        self.media: dict[str, tuple[str, str]] = {}
        self.centres: dict[str, str] = {}
        self._mqtt = mqtt
        self._folder = folder
        self._processes: list[asyncio.subprocess.Process] = []

    async def __aenter__(self) -> Self:
        """Start them all; on return every one listens."""
        try:
            async with asyncio.TaskGroup() as group:
                for name, behaviour in MEDIA.items():
                    group.create_task(self._start_media(name, behaviour), name=name)
                for name, behaviour in CENTRES.items():
                    group.create_task(self._start_centre(name, behaviour), name=name)
                group.create_task(self._start_stations(), name="stations")
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End every process."""
        running = [process for process in self._processes if process.returncode is None]
        for process in running:
            process.terminate()
        await asyncio.gather(*map(_ended, running))

    async def _start_media(self, name: str, behaviour: Behaviour) -> None:
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        words = ["--behave", behaviour, "--secret", secret, *self._keep(name)]
        self.media[name] = (await self._start("ops.far_ends.media", *words) + "/", secret)

    async def _start_centre(self, name: str, behaviour: Behaviour) -> None:
        words = ["--behave", behaviour, *self._keep(name)]
        self.centres[name] = await self._start("ops.far_ends.centre", *words) + "/api/ecbe/v1"

    async def _start_stations(self) -> None:
        words = ["--host", self._mqtt.host, "--port", str(self._mqtt.port), "--town", CODE]
        words += ["--username", self._mqtt.username or "", "--password", self._mqtt.password or ""]
        for station in STATIONS:
            words += ["--station", f"{station.id}={station.group}:{station.health}"]
        await self._start("ops.far_ends.stations", *words, *self._keep("防災行政無線"))

    def _keep(self, name: str) -> tuple[str, ...]:
        return () if self._folder is None else ("--keep", str(self._folder / name))

    async def _start(self, module: str, *words: str) -> str:
        """Start one process and return the first line that it prints; raises RuntimeError where it prints none."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *words),
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the demo, which ends them in order
        )
        self._processes.append(process)
        async with asyncio.timeout(START_TIMEOUT_S):
            line = await process.stdout.readline() if process.stdout is not None else b""
        if not line:
            raise RuntimeError(f"the far end {module} did not start")
        return line.decode().strip()


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Wait until a process that was asked to end has ended; insist after a while."""
    try:
        await asyncio.wait_for(process.wait(), END_TIMEOUT_S)
    except TimeoutError:
        process.kill()
        await process.wait()

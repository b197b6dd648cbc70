"""The radio channel with outdoor stations, over MQTT: the embedded broker and Mosquitto."""

import asyncio
import contextlib
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self

from contracts.channel_case import delivery_of, order
from contracts.channel_harness import Got, Pushing, until
from needed import program

from broker.core.delivery import Delivery, Receipt
from broker.core.event import AlertAccepted
from cap_formats.alert import Status
from channels.mqtt_broker import EmbeddedBroker, MqttAddress
from channels.radio import Contact, Radio, Settings, Station
from ops.far_ends.keep import Keep
from ops.far_ends.stations import Health, Outdoor

STATIONS = {"R-01": ("mabi", Health.GOOD), "R-02": ("mabi", Health.SILENT), "R-03": ("mizushima", Health.BROKEN)}
USERS = {"noroshi": "caller's word", "stations": "stations' word"}


class Receipts:
    """Keeps the receipts that the channel hands in."""

    def __init__(self) -> None:
        self.got: list[Receipt] = []

    async def receive(self, receipt: Receipt) -> None:
        self.got.append(receipt)


class RadioHarness(Pushing):
    name = "radio"

    def __init__(self) -> None:
        super().__init__()
        self.broker: Any = EmbeddedBroker(USERS, caller="noroshi")
        self.settings = Settings(answer_within_s=0.9)
        self.receipts = Receipts()
        self.mute: asyncio.Server | None = None
        keep = Keep()
        self.stations = [
            Outdoor(name, group, town="33202", health=health, keep=keep, sound_s=0.02)
            for name, (group, health) in STATIONS.items()
        ]

    async def __aenter__(self) -> Self:
        await self.broker.start()
        self.channel = Radio(self.broker.address, self.settings)
        self.contact = Contact(
            town="33202",
            callsign="倉敷市",
            groups={"*": "all", "真備町": "mabi", "水島": "mizushima"},
            stations=tuple(Station(id=name, group=group) for name, (group, _) in STATIONS.items()),
        )
        self.drill_contact = self.contact
        self.tasks = [asyncio.create_task(self.channel.run(self.receipts))]
        address = self.broker.address
        station_address = MqttAddress(
            host=address.host, port=address.port, username="stations", password=USERS["stations"]
        )
        self.tasks += [asyncio.create_task(station.run(station_address)) for station in self.stations]
        async with asyncio.timeout(5):
            await self.channel._connected.wait()
            for station in self.stations:
                await station.listening.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.channel.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)
        for task in self.tasks:
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error
        await self.stop_mute()
        await self.broker.stop()

    async def down(self) -> None:
        await self.broker.stop()

    async def up(self) -> None:
        await self.broker.start()
        async with asyncio.timeout(5):
            for station in self.stations:
                while not station.listening.is_set():  # set, cleared and set again
                    await asyncio.sleep(0.01)

    async def hang(self) -> None:
        """Put in the broker's place a server that takes connections and says nothing."""
        address = self.broker.address
        await self.broker.stop()

        async def say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await asyncio.sleep(3600)
            finally:
                writer.close()

        self.mute = await asyncio.start_server(say_nothing, address.host, address.port)

    async def stop_mute(self) -> None:
        if self.mute is not None:
            self.mute.close()

    def refused(self) -> tuple[Delivery, AlertAccepted, Contact]:
        alert = order(status=Status.DRAFT)
        return delivery_of(alert, self.name), alert, self.contact

    async def got(self, count: int) -> list[Got]:
        station = self.stations[0]
        await until(lambda: len(station.calls) >= count)
        copies = {message.sha256 for message in station.keep.messages}
        first = {message.id: message for message in reversed(station.keep.messages)}
        assert len(copies) == len(first), "one delivery id came with different content"
        return [
            Got(call.delivery_id, first[call.delivery_id].sha256.encode(), call.text_display) for call in station.calls
        ]


class Mosquitto:
    """Mosquitto as the MQTT broker, with the embedded one's interface."""

    def __init__(self) -> None:
        self.server, self.passwd = program("mosquitto"), program("mosquitto_passwd")
        self.folder = tempfile.TemporaryDirectory()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = MqttAddress(host="127.0.0.1", port=port, username="noroshi", password=USERS["noroshi"])
        self.process: subprocess.Popen[bytes] | None = None

    def write_config(self) -> Path:
        passwords = Path(self.folder.name, "passwords")
        for name, word in USERS.items():
            create = [] if passwords.exists() else ["-c"]
            subprocess.run([self.passwd, "-b", *create, passwords, name, word], check=True, capture_output=True)
        passwords.chmod(0o644)
        Path(self.folder.name).chmod(0o755)
        config = Path(self.folder.name, "mosquitto.conf")
        config.write_text(f"listener {self.address.port} 127.0.0.1\npassword_file {passwords}\n")
        return config

    async def start(self) -> None:
        config = self.write_config()
        self.process = subprocess.Popen(  # noqa: ASYNC220  # a test may wait
            [self.server, "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        async with asyncio.timeout(5):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.address.port)
                    writer.close()
                    await writer.wait_closed()
                    return
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.terminate()
            process.wait(5)


class MosquittoHarness(RadioHarness):
    """The same far ends over Mosquitto."""

    def __init__(self) -> None:
        super().__init__()
        self.broker = Mosquitto()

    async def __aexit__(self, *_: object) -> None:
        await super().__aexit__()
        self.broker.folder.cleanup()

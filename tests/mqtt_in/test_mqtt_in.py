"""Alerts over MQTT from a real Mosquitto: acknowledged when durable, live and drill by topic, a broker that is lost."""

import asyncio
import contextlib
import getpass
import ipaddress
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import aiomqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from needed import program

from broker.core.event import ALERTS, AlertAccepted, AlertHeld, AlertRejected, decode_event
from broker.journal.journal import JournalError
from broker.journal.sqlite import SqliteJournal
from broker.service.broker import Broker
from broker.service.source import SourceState
from cap_formats.alert import Status
from receivers.mqtt import MqttReceiver, Settings
from receivers.mqtt.settings import Topic
from tests.folder.running import events, identifiers, is_lost, line, running, until
from tests.journal_fault import Slow
from tests.service.messages import order
from tests.service.serving import CONFIG, Serving

TOPICS = {
    "alerts/in/live/#": Topic(issuer="岡山県", status=Status.ACTUAL, areas=("33",)),
    "alerts/in/drill/+": Topic(issuer="岡山県", status=Status.EXERCISE),
    "alerts/in/any": Topic(issuer="誰か"),
}


class Mosquitto:
    """One process with a store on disk, so that it remembers sessions over a restart."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.config = folder / "mosquitto.conf"
        self.config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {folder}/\nuser {getpass.getuser()}\n"  # started by root it would become another
        )
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        words = [program("mosquitto"), "-c", str(self.config)]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: ASYNC220
        async with asyncio.timeout(5):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    await writer.wait_closed()
                    return
                await asyncio.sleep(0.02)

    def stop(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.terminate()
            process.wait(5)

    async def publish(self, topic: str, *messages: bytes, retain: bool = False, qos: int = 1) -> None:
        async with aiomqtt.Client("127.0.0.1", self.port) as client:
            for message in messages:
                await client.publish(topic, message, qos=qos, retain=retain)


@pytest.fixture
async def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mosquitto]:
    server = Mosquitto(tmp_path_factory.mktemp("mosquitto"))
    await server.start()
    yield server
    server.stop()


def listening(server: Mosquitto, tmp_path: Path, **more: Any) -> AbstractAsyncContextManager[Broker]:
    settings = Settings(**{"host": "127.0.0.1", "port": server.port, "topics": TOPICS} | more)
    return running(tmp_path / "data", lambda broker: MqttReceiver(settings, broker.sources))


def is_heard(broker: Broker) -> bool:
    return all(one.state is SourceState.HEARD for one in broker.sources.lines())


async def has(broker: Broker, count: int) -> bool:
    return len(await events(broker)) >= count


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_messages_are_taken_under_the_holder_of_their_topic(mosquitto: Mosquitto, tmp_path: Path, protocol: str):
    async with listening(mosquitto, tmp_path, protocol=protocol) as broker:
        await until(lambda: is_heard(broker))
        await mosquitto.publish("alerts/in/live/okayama/1", order("m-1"))
        await mosquitto.publish("alerts/in/drill/1", order("m-2", status="Exercise"))
        await mosquitto.publish("alerts/in/any", order("m-3"), qos=0)
        await until(lambda: has(broker, 3))
        taken = await events(broker, AlertAccepted)
        assert {(one.alert.identifier, one.issuer, one.via) for one in taken} == {
            ("m-1", "岡山県", "mqtt"),
            ("m-2", "岡山県", "mqtt"),
            ("m-3", "誰か", "mqtt"),
        }
        assert [one.messages for one in broker.sources.lines()] == [2, 1]


# paho leaves the socket of a handshake that failed to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_line_may_be_encrypted_and_want_a_password(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("mosquitto")
    ca_file = make_certificate(folder)
    subprocess.run(  # noqa: ASYNC221
        [program("mosquitto_passwd"), "-b", "-c", folder / "passwords", "noroshi", "secret"],
        check=True,
        capture_output=True,
    )
    server = Mosquitto(folder)
    server.config.write_text(
        f"listener {server.port} 127.0.0.1\ncertfile {ca_file}\nkeyfile {folder}/server.key\n"
        f"password_file {folder}/passwords\nuser {getpass.getuser()}\n"
    )
    await server.start()
    words: dict[str, Any] = {"tls": True, "ca_file": str(ca_file), "username": "noroshi"}
    try:
        async with listening(server, tmp_path, password="wrong", **words) as broker:
            await until(lambda: is_lost(broker))
            assert "authori" in line(broker).reason.lower()
        async with listening(server, tmp_path, password="secret", **words) as broker:
            await until(lambda: is_heard(broker))
        async with listening(server, tmp_path, password="secret", **words | {"ca_file": ""}) as broker:
            await until(lambda: is_lost(broker))
            assert "certificate" in line(broker).reason.lower()
    finally:
        server.stop()


def make_certificate(folder: Path) -> Path:
    """Make a certificate of 127.0.0.1 that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "server.crt").write_bytes(made.public_bytes(Encoding.PEM))
    return folder / "server.crt"


async def test_what_may_not_go_out_is_kept(mosquitto: Mosquitto, tmp_path: Path):
    tokyo = "<areaDesc>千代田区</areaDesc><geocode><valueName>JISX0402</valueName><value>131016</value></geocode>"
    async with listening(mosquitto, tmp_path) as broker:
        await until(lambda: is_heard(broker))
        await mosquitto.publish("alerts/in/live/1", order("m-4", status="Exercise"))
        await mosquitto.publish("alerts/in/drill/1", order("m-5"))
        await mosquitto.publish("alerts/in/live/1", order("m-6", area=tokyo))
        await mosquitto.publish("alerts/in/live/1", b"\x00garbage", b"")
        await mosquitto.publish("alerts/in/live/1", b"<alert>" + b" " * (9 << 20))
        await mosquitto.publish("alerts/in/live/1", order("m-7"))
        await until(lambda: has(broker, 6))
        assert await identifiers(broker) == ["m-7"]
        assert [event.code for event in await events(broker, AlertHeld)] == ["status-disagrees"] * 2
        assert {event.code for event in await events(broker, AlertRejected)} == {
            "area-not-allowed",
            "format-unknown",
            "message-too-large",
        }


async def test_of_what_is_too_large_the_beginning_is_kept(mosquitto: Mosquitto, tmp_path: Path):
    async with listening(mosquitto, tmp_path, protocol="3.1.1") as broker:
        await until(lambda: is_heard(broker))
        await mosquitto.publish("alerts/in/live/1", b"<alert>" + b" " * (17 << 20), order("m-8"))
        await until(lambda: has(broker, 2))
        assert await identifiers(broker) == ["m-8"]
        [large] = await events(broker, AlertRejected)
        assert isinstance(large, AlertRejected)
        assert (large.code, large.issuer, large.raw[:7]) == ("message-too-large", "岡山県", b"<alert>")
        assert len(large.raw) < 1 << 17


async def test_drills_keep_nothing_live_waiting(mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with listening(mosquitto, tmp_path) as broker:
        await until(lambda: is_heard(broker))
        slow = Slow(broker.journal, monkeypatch, b"m-14")
        await mosquitto.publish("alerts/in/drill/1", order("m-14", status="Exercise"))
        await slow.begun.wait()
        await mosquitto.publish("alerts/in/live/1", order("m-15"))
        await until(lambda: has(broker, 1))
        assert await identifiers(broker) == ["m-15"]
        slow.goes_on.set()
        await until(lambda: has(broker, 2))


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_drills_that_were_subscribed_to_with_all_else_move_to_their_own_connection(
    mosquitto: Mosquitto, tmp_path: Path, protocol: str
):
    before = {name: Topic(issuer="誰か") for name in TOPICS}
    async with listening(mosquitto, tmp_path, protocol=protocol, topics=before) as broker:
        await until(lambda: is_heard(broker))
    await mosquitto.publish("alerts/in/drill/1", order("m-16", status="Exercise"))
    async with listening(mosquitto, tmp_path, protocol=protocol) as broker:
        await until(lambda: has(broker, 1))  # the broker had kept it for the connection of before
        await until(lambda: is_heard(broker))
        await mosquitto.publish("alerts/in/drill/1", order("m-17", status="Exercise"))
        await mosquitto.publish("alerts/in/live/1", order("m-18"))
        await until(lambda: has(broker, 3))
        assert [one.messages for one in broker.sources.lines()] == [2, 1]


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_what_comes_while_we_are_away_waits_there(mosquitto: Mosquitto, tmp_path: Path, protocol: str):
    async with listening(mosquitto, tmp_path, protocol=protocol) as broker:
        await until(lambda: is_heard(broker))
    await mosquitto.publish("alerts/in/live/1", *(order(f"m-{number}") for number in range(30)))
    mosquitto.stop()
    await mosquitto.start()
    async with listening(mosquitto, tmp_path, protocol=protocol) as broker:
        await until(lambda: has(broker, 30))
        assert await identifiers(broker) == [f"m-{number}" for number in range(30)]


async def test_a_broker_that_goes_away_is_lost_and_comes_back(mosquitto: Mosquitto, tmp_path: Path):
    async with listening(mosquitto, tmp_path) as broker:
        await until(lambda: is_heard(broker))
        mosquitto.stop()
        await until(lambda: is_lost(broker))
        await mosquitto.start()
        await until(lambda: is_heard(broker))
        await mosquitto.publish("alerts/in/live/1", order("m-8"))
        await until(lambda: has(broker, 1))


async def test_a_broker_that_hangs_is_lost(mosquitto: Mosquitto, tmp_path: Path):
    async with listening(mosquitto, tmp_path, keepalive_s=1) as broker:
        await until(lambda: is_heard(broker))
        assert mosquitto.process is not None
        stopped = mosquitto.process
        stopped.send_signal(19)  # SIGSTOP: it holds its connections and says nothing
        try:
            await until(lambda: is_lost(broker), 20)
        finally:
            stopped.send_signal(18)
        await until(lambda: is_heard(broker), 20)


async def test_retained_messages_are_taken_once(mosquitto: Mosquitto, tmp_path: Path):
    await mosquitto.publish("alerts/in/live/1", order("m-9"), retain=True)
    for _ in range(2):
        async with listening(mosquitto, tmp_path) as broker:
            await until(lambda: has(broker, 1))
            await mosquitto.publish("alerts/in/any", order("m-10"))
            await until(lambda: has(broker, 2))
            assert await identifiers(broker) == ["m-9", "m-10"]
    await mosquitto.publish("alerts/in/live/1", b"", retain=True)


async def test_a_topic_that_nobody_owns_any_more_is_held(mosquitto: Mosquitto, tmp_path: Path):
    async with listening(mosquitto, tmp_path) as broker:
        await until(lambda: is_heard(broker))
    await mosquitto.publish("alerts/in/any", order("m-11"))
    async with listening(mosquitto, tmp_path, topics={"alerts/in/live/#": TOPICS["alerts/in/live/#"]}) as broker:
        await until(lambda: has(broker, 1))
        [held] = await events(broker, AlertHeld)
        assert held.code == "topic-unknown"


async def test_what_cannot_be_journaled_comes_again(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with listening(mosquitto, tmp_path) as broker:
        await until(lambda: is_heard(broker))
        appends, full = broker.journal.append, True

        async def append(*words: Any) -> Any:
            if full:
                raise JournalError("the disk is full")
            return await appends(*words)

        monkeypatch.setattr(broker.journal, "append", append)
        await mosquitto.publish("alerts/in/live/1", order("m-12"), order("m-13"))
        await asyncio.sleep(0.5)
        full = False
        await until(lambda: has(broker, 2))
        assert await identifiers(broker) == ["m-12", "m-13"]


@pytest.mark.slow
async def test_nothing_is_lost_by_kill_and_nothing_taken_twice(mosquitto: Mosquitto, tmp_path: Path):
    config = (
        f'{CONFIG}[mqtt_in]\nhost = "127.0.0.1"\nport = {mosquitto.port}\n'
        '[mqtt_in.topics]\n"alerts/in/#" = { issuer = "岡山県" }\n'
    )
    serving = Serving(tmp_path / "data", config)
    await asyncio.to_thread(serving.start)
    await until(lambda: _is_heard(serving.url))
    journal = SqliteJournal(serving.data / "journal.db")

    async def taken() -> list[str]:
        records = [one for one in await journal.read(ALERTS, 0, 10_000) if one.kind == AlertAccepted.__name__]
        return [decode_event(one.kind, one.body).alert.identifier for one in records]  # type: ignore[attr-defined]

    async def has_taken(count: int) -> bool:
        return len(await taken()) >= count

    wanted = [f"kill-{number}" for number in range(600)]
    publishing = asyncio.create_task(mosquitto.publish("alerts/in/1", *(order(name) for name in wanted)))
    for kill in range(2):
        await until(lambda kill=kill: has_taken(100 + 200 * kill), 40)
        serving.kill()
        assert len(await taken()) < len(wanted), "killed after all was done"
        await asyncio.to_thread(serving.start)
    await publishing
    try:
        await until(lambda: has_taken(len(wanted)), 40)
    finally:
        stopped, found = serving.stop(), await taken()
        await journal.close()
    assert stopped == 0
    assert sorted(found) == sorted(wanted)


async def _is_heard(url: str) -> bool:
    async with aiohttp.ClientSession() as client, client.get(f"{url}/health") as answer:
        return [source["state"] for source in (await answer.json())["sources"]] == ["heard"]


def test_settings_that_cannot_work_are_refused():
    with pytest.raises(ValueError, match="topics must name"):
        Settings(host="mqtt.example.jp")
    with pytest.raises(ValueError, match="no topic filter"):
        Settings(topics={"alerts/#/x": Topic(issuer="x")})

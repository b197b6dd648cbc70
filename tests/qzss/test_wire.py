"""A GNSS receiver at a serial line (a pseudo-terminal), over TCP, in a file and a FIFO, into a broker that runs."""

import asyncio
import os
import tty
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from azarashi.definitions.qzss.dcr.tsunami_forecast_region import tsunami_forecast_region

from broker.core.holder import Holder, Role
from broker.core.lane import Lane
from cap_formats.alert import Status
from cap_formats.qzss.message import Message
from cap_formats.qzss.sentence import Sentence
from cap_formats.qzss.stream import Event, Stream
from receivers.qzss import antenna as antennas
from receivers.qzss import port as ports
from tests.jalert.home import Home, at_home
from tests.qzss.bits import Bits, dcx, early_warning, j_alert, l_alert, nankai_page, nmea, null, tsunami, ublox
from tests.service.far_end import FarEnd

GGA = b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n"


def lines(*messages: Bits) -> bytes:
    return b"".join(nmea(bits, 55 + number % 4) + b"\r\n" for number, bits in enumerate(messages))


def settings(where: str) -> str:
    return f'[qzss]\nantennas = [{{name = "屋上", {where}}}]\n'


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(antennas, "AGAIN_S", (0.05,))
    monkeypatch.setattr(ports, "LOOK_S", 0.02)


class Terminal:
    """A serial line: what is written to ``master`` comes out of the device."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.plug_in()

    def plug_in(self) -> None:
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(slave))
        self._slave = slave

    def unplug(self) -> None:
        self.link.unlink()
        os.close(self._slave)
        os.close(self.master)

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.master, data) :]

    async def heard(self, home: Home) -> None:
        """Write until it is read: opening a serial line empties it."""
        async with asyncio.timeout(10):
            while home.source("屋上").state != "heard":
                self.write(GGA)
                await asyncio.sleep(0.05)


async def test_a_serial_line_that_is_pulled_out_and_put_back(tmp_path: Path):
    terminal = Terminal(tmp_path / "ttyGNSS")
    async with at_home(settings(f'device = "{terminal.link}", baud = 115200'), tmp_path / "data") as home:
        await terminal.heard(home)
        terminal.write(b"torn*00\r\n" + lines(j_alert(1), j_alert(1, preamble=0x9A, mask=7), null()) + GGA)
        [missile] = await home.some_accepted(1)
        assert missile.lane is Lane.URGENT
        assert {code[:2] for code in missile.areas[0]} == {"04", "06"}
        assert missile.via == "qzss"
        terminal.unplug()
        assert "OSError" in (await home.source_is("屋上", "lost")).reason
        terminal.plug_in()
        await terminal.heard(home)
        terminal.write(GGA + ublox(l_alert(1)))
        await home.some_accepted(2)
        assert home.source("屋上").messages == 2
        assert await home.held() == []
        terminal.unplug()


async def test_silence_is_loss_and_any_sentence_is_life(tmp_path: Path):
    terminal = Terminal(tmp_path / "ttyGNSS")
    async with at_home(settings(f'device = "{terminal.link}", quiet_s = 0.3'), tmp_path / "data") as home:
        await terminal.heard(home)
        await home.source_is("屋上", "lost")
        await terminal.heard(home)
        terminal.unplug()


async def test_a_tcp_server_that_goes_away_and_comes_back(tmp_path: Path):
    async def serve(port: int, *data: bytes) -> tuple[asyncio.Server, list[asyncio.StreamWriter]]:
        writers: list[asyncio.StreamWriter] = []

        def welcome(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            for each in data:
                writer.write(each)

        return await asyncio.start_server(welcome, "127.0.0.1", port), writers

    async def shut(server: asyncio.Server, writers: list[asyncio.StreamWriter]) -> None:
        server.close()
        for writer in writers:
            writer.close()
        await server.wait_closed()

    server, writers = await serve(0, lines(j_alert(1)))
    port = server.sockets[0].getsockname()[1]
    async with at_home(settings(f'host = "127.0.0.1", port = {port}'), tmp_path / "data") as home:
        await home.some_accepted(1)
        await shut(server, writers)
        await home.source_is("屋上", "lost")
        server, writers = await serve(port, lines(j_alert(1), l_alert(1)))
        await home.source_is("屋上", "heard")
        assert len(await home.some_accepted(2)) == 2  # the missile was not said again
    await shut(server, writers)


async def test_a_file_is_followed_from_its_end_through_cutting_and_replacing(tmp_path: Path):
    log = tmp_path / "gnss.log"
    log.write_bytes(lines(j_alert(1)))  # of another day: what it says must not be taken for now
    async with at_home(settings(f'path = "{log}"'), tmp_path / "data") as home:
        await added(home, log, GGA)
        with log.open("ab") as more:
            more.write(lines(l_alert(1)))
        await home.some_accepted(1)
        log.write_bytes(lines(l_alert(1, area=33203)))
        await home.some_accepted(2)
        fresh = tmp_path / "fresh.log"
        fresh.write_bytes(lines(l_alert(1, area=33100)))
        fresh.rename(log)
        found = await home.some_accepted(3)
        assert [each.alert.chain for each in found] == [f"dcx:111.1.68.{code}" for code in (33202, 33203, 33100)]


async def added(home: Home, log: Path, data: bytes) -> None:
    """Append until it was heard: the file is opened some time after the broker is."""
    async with asyncio.timeout(10):
        while home.source("屋上").state != "heard":
            with log.open("ab") as more:
                more.write(data)
            await asyncio.sleep(0.05)


async def test_noise_without_end_gives_way_to_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    log, turns = tmp_path / "gnss.log", 0
    fed: list[tuple[int, int]] = []
    log.touch()

    class Watched(Stream):
        def feed(self, data: bytes) -> Iterator[Event]:
            fed.append((turns, len(data)))
            return super().feed(data)

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    monkeypatch.setattr(antennas, "Stream", Watched)
    async with at_home(settings(f'path = "{log}"'), tmp_path / "data") as home:
        await added(home, log, GGA)
        noise = tmp_path / "noise.log"
        noise.write_bytes(b"$" * (32 << 10) + b"\r\n" + lines(l_alert(1)))
        noise.rename(log)
        busy = asyncio.create_task(others())
        await home.some_accepted(1)
        busy.cancel()
    noisy = [turn for turn, size in fed if size == ports.READ_BYTES]
    assert len(noisy) >= 32
    assert len(set(noisy)) == len(noisy)  # somebody else had a turn between any two


async def test_a_fifo_whose_writer_comes_and_goes(tmp_path: Path):
    fifo = tmp_path / "gnss"
    os.mkfifo(fifo)
    async with at_home(settings(f'path = "{fifo}"'), tmp_path / "data") as home:
        for count, bits in enumerate((j_alert(1), l_alert(1)), 1):
            await asyncio.to_thread(fifo.write_bytes, lines(bits))
            assert len(await home.some_accepted(count)) == count


async def test_what_is_damaged_is_kept_but_a_bad_cable_does_not_fill_the_journal(tmp_path: Path):
    terminal = Terminal(tmp_path / "ttyGNSS")
    async with at_home(settings(f'device = "{terminal.link}"'), tmp_path / "data") as home:
        await terminal.heard(home)
        for number in range(30):
            terminal.write(nmea(l_alert(1, area=33100 + number))[:-1] + b"?\r\n")
        terminal.write(lines(j_alert(1)))
        await home.some_accepted(1)
        held = await home.held()
        assert {each.code for each in held} == {"qzss-sentence"}
        assert len(held) == antennas.DAMAGED_MAX
        terminal.unplug()


async def test_a_sentence_on_which_our_own_code_fails_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    read, faulty = antennas.read_message, l_alert(1)

    def read_message(sentence: Sentence, at: datetime) -> Message:
        if sentence.raw.startswith(nmea(faulty)[:60]):
            raise IndexError("of a table")
        return read(sentence, at)

    monkeypatch.setattr(antennas, "read_message", read_message)
    log = tmp_path / "gnss.log"
    log.touch()
    async with at_home(settings(f'path = "{log}"'), tmp_path / "data") as home:
        await added(home, log, GGA)
        with log.open("ab") as more:
            more.write(nmea(faulty, 55) + b"\r\n" + lines(j_alert(1)))
        await home.some_accepted(1)
        [held] = await home.held()
        assert "fault of ours" in held.sentence


async def test_pages_become_one_text(tmp_path: Path):
    at = datetime.now(UTC) - timedelta(minutes=1)
    text = "南海トラフ沿いの大規模地震".encode()
    pages = [nankai_page(at, 5, start // 18 + 1, 3, text[start : start + 18]) for start in range(0, 54, 18)]
    terminal = Terminal(tmp_path / "ttyGNSS")
    async with at_home(settings(f'device = "{terminal.link}"'), tmp_path / "data") as home:
        await terminal.heard(home)
        terminal.write(lines(*pages, *pages))
        first, whole = await home.some_accepted(2)
        assert first.alert.infos[0].event == whole.alert.infos[0].event == "南海トラフ地震臨時情報（巨大地震注意）"
        assert whole.alert.infos[0].description == text.decode()
        terminal.write(lines(*pages, j_alert(1)))
        assert len(await home.some_accepted(3)) == 3
        terminal.unplug()


def drills_of_all_kinds() -> list[Bits]:
    """Some 250 messages as the satellites send them for days: all of them tests or drills."""
    at = datetime.now(UTC) - timedelta(minutes=1)
    found = [j_alert(0, hazard=113, phrase=136, prefectures=(number,)) for number in range(1, 48)]
    found += [j_alert(0, phrase=phrase, prefectures=(phrase % 47 + 1,)) for phrase in range(128, 137)]
    found += [l_alert(0, hazard=hazard, area=33202, a5=3) for hazard in range(114)]
    found += [dcx(a1=0, a3=4, a4=44, ex1=33100 + number) for number in range(1, 5)]
    found += [early_warning(at, (number,), classification=7) for number in range(1, 57)]
    coasts = list(tsunami_forecast_region)[:16]
    found += [tsunami(at, 4, tuple(coasts[number : number + 2]), classification=7) for number in range(0, 16, 2)]
    return [*found, *found[:10]]


async def test_a_flood_of_tests_reaches_nobody_who_did_not_ask(tmp_path: Path):
    live, drill = await FarEnd().start(), await FarEnd().start()
    messages = drills_of_all_kinds()
    assert len(messages) == 248
    terminal = Terminal(tmp_path / "ttyGNSS")
    async with at_home(settings(f'device = "{terminal.link}"'), tmp_path / "data") as home:
        subscribe = subscriber(home)
        await subscribe("live", live.url, (Status.ACTUAL,))
        await subscribe("drill", drill.url, (Status.TEST, Status.EXERCISE))
        await terminal.heard(home)
        await asyncio.to_thread(terminal.write, lines(*messages))
        accepted = await home.some_accepted(246, 60.0)
        assert len(accepted) == 246  # 238 different ones, of which eight tell of two coasts
        assert {each.alert.status for each in accepted} == {Status.TEST, Status.EXERCISE}
        assert {each.lane for each in accepted} == {Lane.DRILL}
        async with asyncio.timeout(60):
            while not drill.seqs or any(home.house.broker.dispatch.open_count().values()):
                await asyncio.sleep(0.05)
        assert live.seqs == []
        assert len(drill.seqs) > 100  # J-Alert's tests are one series, of which a newer one replaces those on their way
        terminal.write(lines(j_alert(1)))
        async with asyncio.timeout(20):
            while not live.seqs:
                await asyncio.sleep(0.02)
        terminal.unplug()
    await live.stop()
    await drill.stop()


def subscriber(home: Home) -> Callable[[str, str, tuple[Status, ...]], Awaitable[None]]:
    """Return what makes a webhook subscription through the house's own API."""

    async def subscribe(name: str, url: str, statuses: tuple[Status, ...]) -> None:
        key = home.house.keys.add(Holder(name=name, role=Role.SUBSCRIBER))
        wish = {"channel": "webhook", "filter": {"statuses": list(statuses)}, "contact": {"url": url}}
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as client,
            client.post(f"{home.house.url}/api/v1/subscriptions", json=wish) as answer,
        ):
            assert answer.status == 201, await answer.text()

    return subscribe

"""JMAソケット over real sockets, into a broker that runs."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from broker.core.lane import Lane
from cap_formats.jalert.envelope import Envelope
from cap_formats.jalert.frame import ALIVE
from cap_formats.jalert.unpack import Member
from receivers.jalert import desk as desks
from receivers.jalert import line as lines
from receivers.jalert.receiver import JAlert
from tests.jalert.home import Home, at_home
from tests.jalert.made import MISSILE, PASSED, TEST, bch, frame, gzipped, notice, tar, telegram
from tests.journal_fault import Full, Slow

SETTINGS = """
[jalert]
here = ["33202"]
lines = [{name = "通常", port = 0}, {name = "通常（副）", port = 0}, {name = "訓練", port = 0, mode = 1},
         {name = "よそ", port = 0, peers = ["192.0.2.0/24"]}]
"""
NORMAL, SECOND, DRILL, STRANGE = range(4)


class Peer:
    """The sending side of a line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, home: Home, number: int) -> "Peer":
        [receiver] = (each for each in home.house.receivers if isinstance(each, JAlert))
        async with asyncio.timeout(5):
            while (port := receiver.lines[number].port) == 0:
                await asyncio.sleep(0.01)
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, *chunks: bytes) -> None:
        for chunk in chunks:
            self._writer.write(chunk)
            await self._writer.drain()

    async def answer(self, count: int, seconds: float = 5.0) -> bytes:
        async with asyncio.timeout(seconds):
            return await self._reader.readexactly(count)

    async def is_closed(self, seconds: float = 5.0) -> bool:
        """Wait for the other side's end, then close this one."""
        async with asyncio.timeout(seconds):
            try:
                return await self._reader.read(1) == b""
            except ConnectionError:
                return True
            finally:
                self._writer.close()

    async def close(self) -> None:
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


async def test_a_missile_is_in_the_urgent_lane_before_it_is_acknowledged(tmp_path: Path):
    async with at_home(SETTINGS, tmp_path / "data") as home:
        peer = await Peer.connect(home, NORMAL)
        await peer.send(frame("EN", b"chk"))
        assert await peer.answer(len(ALIVE)) == ALIVE
        raw = frame("JL", notice())
        await peer.send(raw[:7], raw[7:300], raw[300:])
        [accepted] = await home.some_accepted(1)
        assert accepted.lane is Lane.URGENT
        assert accepted.areas == (("33202",), ("33202",))
        assert accepted.alert.infos[0].description == MISSILE
        assert accepted.via == "jalert"
        assert home.source("通常").messages == 1
        await peer.close()


async def test_telegrams_in_every_packing_are_journaled_before_their_checkpoint_is_answered(tmp_path: Path):
    packings = (
        frame("bI", bch(gzipped(telegram(1)), xml_type=2, heading=b"VTSE41 RJTD 210301\n")),
        frame("bI", bch(gzipped(telegram(2)), xml_type=0, version=3)),
        frame("aN", bch(b"\nVTSE41 RJTD 210303\n" + telegram(3))),
        frame("bI", bch(telegram(4).decode().replace('"UTF-8"', '"Shift_JIS"').encode("cp932"))),
    )
    async with at_home(SETTINGS, tmp_path / "data") as home:
        peer = await Peer.connect(home, NORMAL)
        for count, raw in enumerate(packings, 1):
            await peer.send(raw)
            assert await peer.answer(43) == b"00000033ENACK" + raw[:30]
            assert len(await home.accepted()) == count  # no waiting: it was there before the answer
        assert {accepted.alert.infos[0].event for accepted in await home.accepted()} == {"津波警報"}
        await peer.close()


async def test_a_missile_beside_a_broken_ini_waits_for_a_person(tmp_path: Path):
    async with at_home(SETTINGS, tmp_path / "data") as home:
        peer = await Peer.connect(home, NORMAL)
        raw = tar({"kokumin.txt": MISSILE.encode("cp932"), "kokumin.ini": b"TrainingFlg=1"})
        await peer.send(frame("JL", raw))
        [held] = await home.some_held(1)
        assert held.code == "jalert-ini"
        assert MISSILE.encode("cp932") in held.raw
        assert (await home.accepted(), await home.rejected()) == ([], [])
        await peer.close()


async def test_redundant_lines_say_a_thing_once(tmp_path: Path):
    async with at_home(SETTINGS, tmp_path / "data") as home:
        peers = [await Peer.connect(home, number) for number in (NORMAL, SECOND)]
        for _ in range(2):
            for peer in peers:
                await peer.send(frame("bI", bch(telegram())), frame("JL", notice()))
                await peer.answer(43)
        for peer in peers:
            await peer.send(frame("EN", b"chk"))
            await peer.answer(len(ALIVE))
        assert len(await home.accepted()) == 2
        for peer in peers:
            await peer.close()


async def test_a_drill_on_its_own_line_is_a_drill_and_on_the_other_it_is_held(tmp_path: Path):
    async with at_home(SETTINGS, tmp_path / "data") as home:
        drill = await Peer.connect(home, DRILL)
        await drill.send(frame("JL", notice(flag="0")), frame("bI", bch(telegram(1, status="訓練"))))
        await drill.answer(43)
        accepted = await home.some_accepted(2)
        assert {each.lane for each in accepted} == {Lane.DRILL}
        await drill.send(frame("bI", bch(telegram(2))))  # the real thing on the line of drills
        await drill.answer(43)
        normal = await Peer.connect(home, NORMAL)
        await normal.send(frame("bI", bch(telegram(3, status="訓練"))))
        await normal.answer(43)
        await normal.send(frame("JL", notice(flag="0")), frame("JL", notice(TEST)), frame("EN", b"chk"))
        await normal.answer(len(ALIVE))
        assert len(await home.accepted()) == 2
        assert [held.code for held in await home.held()] == [
            "status-disagrees",
            "status-disagrees",
            "status-disagrees",
            "status-contradiction",
        ]
        await drill.close()
        await normal.close()


async def test_what_cannot_be_read_is_held_acknowledged_and_the_line_goes_on(tmp_path: Path):
    async with at_home(SETTINGS, tmp_path / "data") as home:
        peer = await Peer.connect(home, NORMAL)
        torn = frame("BI", bch(b"<Report/>", wrong=3))
        fax = frame("fX", bch(b"\x89PNG\r\n"))
        await peer.send(b"noise", torn, fax)
        assert await peer.answer(13 + len(fax[:30])) == b"%08dENACK" % (3 + len(fax[:30])) + fax[:30]
        bomb = frame("bI", bch(gzipped(bytes(100 << 20)), xml_type=2))
        await peer.send(bomb, frame("JL", b"no tar"), frame("bI", bch(telegram())))
        await peer.answer(86)
        held = await home.held()
        assert [(each.code, each.raw) for each in held] == [
            ("jalert-frame-garbage", b"noise"),
            ("jalert-checksum", torn),
            ("jalert-no-xml", fax),
            ("message-too-large", bomb),
            ("jalert-not-a-tar", b"no tar"),
        ]
        assert len(await home.accepted()) == 1
        await peer.send(frame("BI", b"cut off")[:-2])
        await peer.close()
        assert (await home.some_held(6))[-1].code == "jalert-frame-torn"


async def test_noise_without_end_closes_the_connection(tmp_path: Path):
    async with at_home(SETTINGS, tmp_path / "data") as home:
        peer = await Peer.connect(home, NORMAL)
        with suppress(ConnectionError):
            for _ in range(100):
                await peer.send(b"x" * 10_000)
        assert await peer.is_closed()
        assert [held.code for held in await home.some_held(1)] == ["jalert-no-frame"]
        again = await Peer.connect(home, NORMAL)
        await again.send(frame("EN", b"chk"))
        assert await again.answer(len(ALIVE)) == ALIVE
        await again.close()


async def test_strangers_and_too_many_are_turned_away(tmp_path: Path):
    async with at_home(SETTINGS, tmp_path / "data") as home:
        stranger = await Peer.connect(home, STRANGE)
        assert await stranger.is_closed()
        peers = [await Peer.connect(home, NORMAL) for _ in range(lines.CONNECTIONS_MAX)]
        for peer in peers:
            await peer.send(frame("EN", b"chk"))
            await peer.answer(len(ALIVE))
        await peers[0].send(frame("EN", b"chk"))
        await peers[0].answer(len(ALIVE))
        back = await Peer.connect(home, NORMAL)  # the others died unseen, and the receiver is there again
        await back.send(frame("aN", bch(telegram())))
        assert (await back.answer(8)) == b"00000033"
        assert await peers[1].is_closed()
        await peers[0].send(frame("EN", b"chk"))
        assert await peers[0].answer(len(ALIVE)) == ALIVE
        for peer in (*peers, back):
            await peer.close()


async def test_half_open_peers_are_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lines, "TORN_S", 0.1)
    monkeypatch.setattr(lines, "IDLE_S", 0.2)
    async with at_home(SETTINGS, tmp_path / "data") as home:
        half = await Peer.connect(home, NORMAL)
        await half.send(b"00000100JL" + b"half")
        assert await half.is_closed()
        assert [held.code for held in await home.some_held(1)] == ["jalert-frame-torn"]
        silent = await Peer.connect(home, NORMAL)
        assert await silent.is_closed()
        line = await home.source_is("通常", "lost")
        assert line.reason == "the peer said nothing for 0.2 s"


async def test_a_source_is_lost_when_its_peer_goes_or_falls_silent_and_comes_back_by_itself(tmp_path: Path):
    soon = SETTINGS.replace('"通常", port = 0', '"通常", port = 0, quiet_s = 0.3')
    async with at_home(soon, tmp_path / "data") as home:
        assert home.source("通常").state == "starting"
        peer = await Peer.connect(home, NORMAL)
        await peer.send(frame("EN", b"chk"))
        await peer.answer(len(ALIVE))
        assert home.source("通常").heard_at is not None
        assert (await home.source_is("通常", "lost")).reason == "nothing heard for 0.3 s"
        await peer.send(frame("EN", b"chk"))
        await home.source_is("通常", "heard")
        await peer.close()
        async with asyncio.timeout(10):
            while home.source("通常").reason != "the peer closed the connection":
                await asyncio.sleep(0.02)
        again = await Peer.connect(home, NORMAL)
        await home.source_is("通常", "heard")
        await again.close()


async def test_what_is_sent_once_waits_for_a_journal_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lines, "JOURNAL_AGAIN_S", 0.02)
    async with at_home(SETTINGS, tmp_path / "data") as home:
        peer = await Peer.connect(home, NORMAL)
        full = Full(home.house.broker.journal, monkeypatch, 3)
        await peer.send(frame("JL", notice()), b"noise", frame("EN", b"chk"))
        assert await peer.answer(len(ALIVE)) == ALIVE
        assert full.left == 0
        assert [found.alert.infos[0].description for found in await home.accepted()] == [MISSILE]
        assert [held.raw for held in await home.held()] == [b"noise"]
        await peer.close()


async def test_what_was_read_when_the_house_closes_is_journaled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with at_home(SETTINGS, tmp_path / "data") as home:
        peer = await Peer.connect(home, NORMAL)
        slow = Slow(home.house.broker.journal, monkeypatch)
        await peer.send(frame("JL", notice()) + frame("JL", notice(PASSED)))
        await slow.begun.wait()
        asyncio.get_running_loop().call_later(0.5, slow.goes_on.set)  # the house is closing by then
    await peer.close()
    async with at_home(SETTINGS, tmp_path / "data") as home:
        assert [found.alert.infos[0].description for found in await home.accepted()] == [MISSILE, PASSED]


async def test_a_port_that_is_taken_is_told_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lines, "AGAIN_S", (0.05,))
    blocker = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = blocker.sockets[0].getsockname()[1]
    settings = f'[jalert]\nhere = ["33"]\nlines = [{{name = "通常", port = {port}}}]\n'
    async with at_home(settings, tmp_path / "data") as home:
        assert str(port) in (await home.source_is("通常", "lost")).reason
        blocker.close()
        await blocker.wait_closed()
        async with asyncio.timeout(5):
            while True:
                with suppress(ConnectionError):
                    peer = await Peer.connect(home, NORMAL)
                    break
                await asyncio.sleep(0.05)
        await home.source_is("通常", "heard")
        await peer.close()


def test_an_answer_to_who_is_gone_is_no_more_than_the_end_of_that_connection():
    uvloop = pytest.importorskip("uvloop")  # as the house runs; it has an error of its own here

    async def answer() -> None:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.transport.abort()
        await asyncio.sleep(0.05)
        with pytest.raises(ConnectionError):
            await lines._send(writer, ALIVE)
        server.close()
        await server.wait_closed()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(answer())


async def test_a_fault_of_ours_at_one_connection_ends_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seal = desks.seal

    def faulty(members: list[Member], envelope: Envelope) -> bytes:
        return seal(members, envelope) if MISSILE.encode("cp932") in members[0].data else bytes(1 // 0)

    monkeypatch.setattr(desks, "seal", faulty)
    async with at_home(SETTINGS, tmp_path / "data") as home:
        one, other = [await Peer.connect(home, NORMAL) for _ in range(2)]
        await one.send(frame("JL", notice(PASSED)))
        assert await one.is_closed()
        await other.send(frame("JL", notice()))
        await home.some_accepted(1)
        await other.close()

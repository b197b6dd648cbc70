"""The index of a J-Alert receiver over HTTP: a server that is asked, and everything that can be wrong with it."""

import asyncio
import base64
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from aiohttp import web

from broker.core.lane import Lane
from cap_formats.alert import Status
from cap_formats.xml import MESSAGE_BYTES_MAX
from receivers.jalert import index as indexes
from receivers.jalert.row import BadRow, Row, read_rows
from tests.jalert.home import at_home
from tests.jalert.made import MISSILE, TEST, gzipped, telegram

SECRET = "open sesame"
JST = timezone(timedelta(hours=9))


def row(kind: str, text: str, data: str = "", *, hours: float = 0) -> str:
    at = datetime.now(JST) - timedelta(hours=hours)
    return f"{at:%Y/%m/%d %H:%M:%S},{kind},{text},{data}\r\n"


class Box:
    """What the J-Alert receiver shows: files by name, and how often each was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: Counter[str] = Counter()
        self.unchanged = 0
        self.status = 200
        self.broken: dict[str, int] = {}
        self.url = ""

    def index(self, *rows: str) -> None:
        self.files["index.csv"] = "".join(rows).encode("cp932")

    async def start(self, port: int = 0) -> "Box":
        app = web.Application()
        app.router.add_get("/box/{name}", self._get)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/box/"
        return self

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _get(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.asked[name] += 1
        wanted = "Basic " + base64.b64encode(f"town:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != wanted:
            return web.Response(status=401)
        if (status := self.broken.get(name, self.status)) != 200:
            return web.Response(status=status)
        if name not in self.files:
            return web.Response(status=404)
        etag = f'"{hash(self.files[name])}"'
        if request.headers.get("If-None-Match") == etag:
            self.unchanged += 1
            return web.Response(status=304)
        return web.Response(body=self.files[name], headers={"ETag": etag})


def settings(box: Box, mode: int = 0, password: str = SECRET) -> str:
    told = f'url = "{box.url}", username = "town", password = "{password}", mode = {mode}, interval_s = 0.1'
    return f'[jalert]\nhere = ["33"]\nindexes = [{{name = "箱", {told}}}]\n'


async def until(check: object, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not check():  # type: ignore[operator]
            await asyncio.sleep(0.02)


async def test_each_message_is_fetched_once_and_remembered_over_a_restart(tmp_path: Path):
    box = await Box().start()
    box.files |= {
        "jalt1.txt": MISSILE.encode("cp932"),
        "issw1.txt": b"-",
        "issw1.xml.gz": gzipped(telegram()),
        "old.txt": MISSILE.encode("cp932"),
    }
    box.index(row("JALT", "old.txt", hours=49), row("JALT", "jalt1.txt"), row("ISSW", "issw1.txt", "issw1.xml.gz"))
    async with at_home(settings(box), tmp_path / "data") as home:
        missile, tsunami = await home.some_accepted(2)
        assert (missile.lane, missile.alert.infos[0].event) == (Lane.URGENT, "弾道ミサイル情報")
        assert missile.alert.infos[0].areas[0].area_desc == "岡山県"
        assert datetime.now(UTC) - missile.alert.sent < timedelta(minutes=1)
        assert tsunami.alert.sender == "jma.go.jp"
        await until(lambda: box.unchanged > 2)
        assert home.source("箱").state == "heard"
        box.files["jalt2.txt"] = "ミサイル通過。ミサイル通過。".encode("cp932")
        box.index(*box.files["index.csv"].decode("cp932").splitlines(keepends=True), row("JALT", "jalt2.txt"))
        await home.some_accepted(3)
    async with at_home(settings(box), tmp_path / "data") as home:
        seen = box.asked["index.csv"]
        await until(lambda: box.asked["index.csv"] > seen + 2)
        assert len(await home.accepted()) == 3
    assert {name: count for name, count in box.asked.items() if name != "index.csv"} == {
        "jalt1.txt": 1,
        "issw1.xml.gz": 1,
        "jalt2.txt": 1,
    }
    await box.stop()


async def test_what_is_still_being_written_waits_and_what_never_comes_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(indexes, "TRIES_MAX", 5)
    box = await Box().start()
    whole = row("ISSW", "a.txt", "late.xml.gz")
    box.index(row("ISSW", "b.txt", "never.xml.gz"), whole[: len(whole) // 2])
    async with at_home(settings(box), tmp_path / "data") as home:
        [held] = await home.some_held(1)
        assert held.code == "jalert-file-missing"
        assert b"never.xml.gz" in held.raw
        assert box.asked["late.xml.gz"] == 0
        box.files["late.xml.gz"] = gzipped(telegram())[:-20]
        box.index(row("ISSW", "b.txt", "never.xml.gz"), whole)
        await until(lambda: box.asked["late.xml.gz"] > 1)
        assert await home.accepted() == []
        box.files["late.xml.gz"] = gzipped(telegram())
        await home.some_accepted(1)
    await box.stop()


async def test_a_file_larger_than_is_read_is_held_and_holds_up_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(indexes, "TRIES_MAX", 2)
    box = await Box().start()
    box.files |= {"large.xml": b" " * (MESSAGE_BYTES_MAX + 1), "issw1.xml.gz": gzipped(telegram())}
    box.index(row("ISSW", "a.txt", "large.xml"), row("ISSW", "b.txt", "issw1.xml.gz"))
    async with at_home(settings(box), tmp_path / "data") as home:
        await home.some_accepted(1)
        [held] = await home.some_held(1)
        assert held.code == "jalert-file-missing"
        assert str(MESSAGE_BYTES_MAX) in held.sentence
    await box.stop()


async def test_rows_that_cannot_be_read_are_held_once_and_hold_up_nothing(tmp_path: Path):
    box = await Box().start()
    box.files["good.xml"] = telegram()
    box.index("だめな行\r\n", row("JALT", "../secret"), row("WHAT", "a.txt"), row("ISSW", "a.txt", "good.xml"))
    async with at_home(settings(box), tmp_path / "data") as home:
        await home.some_accepted(1)
        await until(lambda: box.unchanged > 1)
        assert [held.code for held in await home.held()] == ["jalert-index-row"] * 3
    await box.stop()


async def test_a_drill_on_a_normal_index_is_held_and_on_its_own_taken(tmp_path: Path):
    box = await Box().start()
    box.files["t.txt"] = TEST.encode("cp932")
    box.index(row("JALT", "t.txt"))
    async with at_home(settings(box), tmp_path / "normal") as home:
        assert [held.code for held in await home.some_held(1)] == ["status-contradiction"]
        assert await home.accepted() == []
    async with at_home(settings(box, mode=2), tmp_path / "test") as home:
        [accepted] = await home.some_accepted(1)
        assert (accepted.lane, accepted.alert.status) == (Lane.DRILL, Status.TEST)
        assert (accepted.alert.infos[0].headline or "").startswith("【試験】")
    await box.stop()


async def test_a_server_that_goes_away_is_lost_and_comes_back(tmp_path: Path):
    box = await Box().start()
    port = int(box.url.split(":")[2].split("/")[0])
    box.index()
    async with at_home(settings(box), tmp_path / "data") as home:
        await home.source_is("箱", "heard")
        box.status = 500
        assert "500" in (await home.source_is("箱", "lost")).reason
        box.status = 200
        await home.source_is("箱", "heard")
        await box.stop()
        await home.source_is("箱", "lost")
        box.files["a.xml"] = telegram()
        box.index(row("ISSW", "a.txt", "a.xml"))
        await box.start(port)
        await home.source_is("箱", "heard")
        await home.some_accepted(1)
    await box.stop()


async def test_files_at_which_the_server_fails_hold_up_no_other(tmp_path: Path):
    box = await Box().start()
    box.files |= {"issw1.xml": telegram(), "a.xml": telegram(2), "b.xml": telegram(3)}
    box.broken = {"a.xml": 500, "b.xml": 403}
    rows = [row("ISSW", "a.txt", "a.xml"), row("ISSW", "b.txt", "b.xml"), row("ISSW", "c.txt", "issw1.xml")]
    box.index(*rows)
    async with at_home(settings(box), tmp_path / "data") as home:
        await home.some_accepted(1)
        assert (await home.source_is("箱", "lost")).reason.split(":")[0] in box.broken
        box.broken = {}
        await home.some_accepted(3)
        await home.source_is("箱", "heard")
        assert home.source("箱").messages == 3
    await box.stop()


async def test_a_wrong_password_is_told(tmp_path: Path):
    box = await Box().start()
    async with at_home(settings(box, password="wrong"), tmp_path / "data") as home:
        reason = (await home.source_is("箱", "lost")).reason
        assert "401" in reason
        assert "wrong" not in reason
    await box.stop()


def test_rows():
    rows, ended = read_rows("2026/11/21 12:00:00,JALT,a.txt,\r\n2026/11/21 12:00:00,ISS".encode("cp932"))
    assert not ended
    [only] = rows
    assert isinstance(only, Row)
    assert (only.type, only.text, only.data, only.time.isoformat()) == (
        "JALT",
        "a.txt",
        "",
        "2026-11-21T12:00:00+09:00",
    )
    bad, ended = read_rows(b'\x81\n2026/11/21,JALT,a.txt,b\n"\n')
    assert ended
    assert all(isinstance(each, BadRow) for each in bad)
    assert len(bad) == 3

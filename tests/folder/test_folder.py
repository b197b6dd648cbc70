"""The watched folder: signed, unsigned, torn, strange and huge files, live and drill, a share that goes away."""

import asyncio
import os
import subprocess
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from needed import program

from broker.core.event import AlertAccepted, AlertHeld, AlertRejected
from broker.journal.journal import JournalError
from broker.service import decoder, intake
from broker.service.broker import Broker
from cap_formats.alert import Alert
from receivers.folder import FolderReceiver, Settings
from receivers.folder.inbox import Found, Inbox
from receivers.folder.settings import Key
from receivers.folder.signature import make_key, sign
from tests.folder.running import events, identifiers, is_heard, is_lost, running, until
from tests.journal_fault import Slow
from tests.service.messages import order

PEM, PUBLIC = make_key()
OTHER_PEM, _ = make_key()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("live", "drill", "test"):
        (tmp_path / "share" / name).mkdir(parents=True)
    return tmp_path / "share"


def wanted(root: Path, **more: Any) -> Settings:
    keys = {"倉敷市": Key(public_key=PUBLIC, areas=("33202",))}
    return Settings(**{"path": str(root), "interval_s": 0.05, "wait_s": 0.4, "keys": keys} | more)


def watching(tmp_path: Path, root: Path, **more: Any) -> AbstractAsyncContextManager[Broker]:
    settings = wanted(root, **more)
    return running(tmp_path / "data", lambda broker: FolderReceiver(settings, broker.sources, broker.clock))


def lay(folder: Path, name: str, data: bytes, pem: bytes | None = PEM) -> None:
    """Write as a careful writer does: signature first, then a temporary file that is renamed."""
    if pem is not None:
        (folder / name).with_suffix(".sig").write_bytes(sign(data, pem))
    (folder / f"{name}.tmp").write_bytes(data)
    (folder / f"{name}.tmp").rename(folder / name)


async def answer(folder: Path, where: str, stem: str) -> dict[str, Any]:
    path = folder / where / f"{stem}.answer.json"
    await until(path.exists)
    return msgspec.json.decode(path.read_bytes())  # type: ignore[no-any-return]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_a_signed_message_is_taken_and_answered(root: Path, tmp_path: Path):
    async with watching(tmp_path, root) as broker:
        lay(root / "live", "避難指示.xml", order("f-1"))
        told = await answer(root / "live", "taken", "避難指示")
        [taken] = await events(broker, AlertAccepted)
        assert taken.issuer == "倉敷市"
        assert taken.via == "folder"
        assert told["result"] == "accepted"
        seq = told["accepted"][0]["seq"]
        await until(lambda: names(root / "live") == {"taken"})
        assert names(root / "live" / "taken") == {
            f"{seq:010d}-避難指示.xml",
            f"{seq:010d}-避難指示.sig",
            "避難指示.answer.json",
        }
        assert is_heard(broker)


async def test_the_same_again_is_the_same_message(root: Path, tmp_path: Path):
    message = order("f-2")
    async with watching(tmp_path, root) as broker:
        lay(root / "live", "a.xml", message)
        first = await answer(root / "live", "taken", "a")
        lay(root / "live", "b.xml", message)
        second = await answer(root / "live", "taken", "b")
        assert second["accepted"][0]["duplicate"]
        assert second["accepted"][0]["seq"] == first["accepted"][0]["seq"]
        assert await identifiers(broker) == ["f-2"]


async def test_who_may_not_is_refused(root: Path, tmp_path: Path):
    async with watching(tmp_path, root) as broker:
        lay(root / "live", "unsigned.xml", order("f-3"), None)
        lay(root / "live", "stranger.xml", order("f-4"), OTHER_PEM)
        lay(root / "live", "elsewhere.xml", order("f-5", area=AKAIWA))
        lay(root / "live", "broken.xml", b"<alert>")
        codes = {
            name: (await answer(root / "live", "refused", name))["problems"][0]["code"]
            for name in ("unsigned", "stranger", "elsewhere", "broken")
        }
        assert codes == {
            "unsigned": "signature-missing",
            "stranger": "signature-wrong",
            "elsewhere": "area-not-allowed",
            "broken": "xml-not-well-formed",
        }
        assert await identifiers(broker) == []
        kept = {event.raw for event in await events(broker, AlertHeld, AlertRejected)}
        assert b"<alert>" in kept
        assert len(kept) == 4
        await until(lambda: not any(path.is_file() for path in (root / "live").iterdir()))


AKAIWA = "<areaDesc>赤磐市</areaDesc><geocode><valueName>JISX0402</valueName><value>332135</value></geocode>"


async def test_live_and_drill_never_mix(root: Path, tmp_path: Path):
    async with watching(tmp_path, root) as broker:
        lay(root / "live", "drill-in-live.xml", order("f-6", status="Exercise"))
        lay(root / "drill", "live-in-drill.xml", order("f-7"))
        lay(root / "drill", "drill.xml", order("f-8", status="Exercise"))
        lay(root / "test", "test.xml", order("f-9", status="Test"))
        for mode, name in (("live", "drill-in-live"), ("drill", "live-in-drill")):
            told = await answer(root / mode, "refused", name)
            assert told["result"] == "held"
            assert told["problems"][0]["code"] == "status-disagrees"
        await answer(root / "drill", "taken", "drill")
        await answer(root / "test", "taken", "test")
        assert set(await identifiers(broker)) == {"f-8", "f-9"}


async def test_drills_keep_nothing_live_waiting(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with watching(tmp_path, root) as broker:
        slow = Slow(broker.journal, monkeypatch, b"f-24")
        lay(root / "drill", "a.xml", order("f-24", status="Exercise"))
        await slow.begun.wait()
        lay(root / "live", "b.xml", order("f-25"))
        await answer(root / "live", "taken", "b")
        assert await identifiers(broker) == ["f-25"]
        slow.goes_on.set()
        await answer(root / "drill", "taken", "a")


async def test_a_half_written_file_is_waited_for(root: Path, tmp_path: Path):
    message = order("f-10")
    live = root / "live"
    async with watching(tmp_path, root, wait_s=5.0) as broker:
        (live / "slow.sig").write_bytes(sign(message, PEM))
        with (live / "slow.xml").open("wb") as file:  # a writer that renames nothing
            for start in range(0, len(message), 300):
                file.write(message[start : start + 300])
                file.flush()
                await asyncio.sleep(0.1)
        assert (await answer(live, "taken", "slow"))["result"] == "accepted"
        assert await identifiers(broker) == ["f-10"]
        assert not (live / "refused").exists()


async def test_what_stays_unfinished_is_reported_and_left(root: Path, tmp_path: Path):
    live = root / "live"
    async with watching(tmp_path, root) as broker:
        (live / "torn.xml.tmp").write_bytes(b"<alert")
        told = await answer(live, ".", "torn.xml")
        assert told["result"] == "waiting"
        assert told["problems"][0]["code"] == "file-unfinished"
        lay(live, "torn.xml", order("f-11"))  # its writer came back
        await answer(live, "taken", "torn")
        await until(lambda: names(live) == {"taken"})
        assert is_heard(broker)


async def test_strange_files_are_refused_without_hanging(root: Path, tmp_path: Path):
    live = root / "live"
    secret = tmp_path / "secret.xml"
    secret.write_bytes(order("f-12"))
    (live / "link.xml").symlink_to(secret)
    os.mkfifo(live / "pipe.xml")
    (live / "folder.xml").mkdir()
    (live / "memo.txt").write_bytes(b"memo")
    with (live / "huge.xml").open("wb") as file:
        file.truncate(3 << 30)
    (live / os.fsdecode("停電.xml".encode("cp932"))).write_bytes(b"<x/>")
    async with watching(tmp_path, root) as broker:
        lay(live, "good.xml", order("f-13"))
        assert (await answer(live, "taken", "good"))["result"] == "accepted"
        for name, code in (
            ("link", "file-irregular"),
            ("pipe", "file-irregular"),
            ("folder", "file-irregular"),
            ("memo", "file-name-unknown"),
            ("huge", "message-too-large"),
        ):
            assert (await answer(live, "refused", name))["problems"][0]["code"] == code
        await until(lambda: names(live) == {"taken", "refused"})
        assert secret.exists()
        assert await identifiers(broker) == ["f-13"]


async def test_unsigned_where_it_is_allowed(root: Path, tmp_path: Path):
    async with watching(tmp_path, root, unsigned=True) as broker:
        lay(root / "live", "a.xml", order("f-14"), None)
        assert (await answer(root / "live", "taken", "a"))["signer"] == "folder (unsigned)"
        lay(root / "live", "b.xml", order("f-15"), OTHER_PEM)  # who signs, signs rightly
        assert (await answer(root / "live", "refused", "b"))["problems"][0]["code"] == "signature-wrong"
        assert await identifiers(broker) == ["f-14"]


async def test_a_share_that_goes_away_is_lost_and_comes_back(root: Path, tmp_path: Path):
    async with watching(tmp_path, root) as broker:
        await until(lambda: is_heard(broker))
        root.rename(tmp_path / "unmounted")
        root.mkdir()  # the empty mount point
        await until(lambda: is_lost(broker))
        assert not list(root.iterdir())
        root.rmdir()
        (tmp_path / "unmounted").rename(root)
        lay(root / "live", "a.xml", order("f-16"))
        await answer(root / "live", "taken", "a")
        assert is_heard(broker)


async def test_a_share_that_cannot_be_written_is_lost_and_nothing_is_read_twice(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    renames = Path.rename
    broken = True

    def rename(self: Path, target: Path) -> Path:
        if broken and "taken" in str(target):
            raise PermissionError(13, "Permission denied")
        return renames(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    async with watching(tmp_path, root) as broker:
        lay(root / "live", "a.xml", order("f-17"))
        await until(lambda: is_lost(broker))
        await asyncio.sleep(0.3)
        assert await identifiers(broker) == ["f-17"]
        assert _messages(broker) == 1
        broken = False
        await until(lambda: names(root / "live") == {"taken"})
        await until(lambda: is_heard(broker))


def _messages(broker: Broker) -> int:
    return broker.sources.lines()[-1].messages


async def test_what_could_not_be_journaled_or_read_is_tried_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with watching(tmp_path, root, wait_s=60.0) as broker:
        appends, reads, failures = broker.journal.append, Inbox.read, 6

        def fails(error: Exception) -> None:
            nonlocal failures
            if failures:
                failures -= 1
                raise error

        async def append(*words: Any) -> Any:
            fails(JournalError("the disk is full"))
            return await appends(*words)

        def read(self: Inbox, found: Found) -> bytes:
            if failures > 3:
                fails(OSError(116, "Stale file handle"))
            return reads(self, found)

        monkeypatch.setattr(broker.journal, "append", append)
        monkeypatch.setattr(Inbox, "read", read)
        lay(root / "live", "a.xml", order("f-26"))
        await answer(root / "live", "taken", "a")
        assert await identifiers(broker) == ["f-26"]
        assert failures == 0


async def test_a_fault_of_ours_ends_nothing(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    decode = decoder.decode_parts

    def faulty(raw: bytes, received_at: datetime) -> Any:
        return 1 / 0 if b"f-19" in raw else decode(raw, received_at)

    monkeypatch.setattr(decoder, "decode_parts", faulty)
    async with watching(tmp_path, root) as broker:
        lay(root / "live", "bad.xml", order("f-19"))
        assert (await answer(root / "live", "refused", "bad"))["problems"][0]["code"] == "fault-of-ours"
        lay(root / "live", "good.xml", order("f-20"))
        await answer(root / "live", "taken", "good")
        [held] = await events(broker, AlertHeld)
        assert b"f-19" in held.raw


async def test_a_fault_of_ours_at_one_alert_holds_up_no_other(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    lane_of = intake.lane_of

    def faulty(alert: Alert) -> Any:
        return 1 / 0 if alert.identifier == "f-22" else lane_of(alert)

    monkeypatch.setattr(intake, "lane_of", faulty)
    alerts = b"".join(b"<entry>" + order(name).split(b"?>")[1] + b"</entry>" for name in ("f-21", "f-22", "f-23"))
    async with watching(tmp_path, root) as broker:
        lay(root / "live", "feed.xml", b'<feed xmlns="http://www.w3.org/2005/Atom">' + alerts + b"</feed>")
        told = await answer(root / "live", "taken", "feed")
        assert [one["code"] for one in told["problems"]] == ["fault-of-ours"]
        assert await identifiers(broker) == ["f-21", "f-23"]
        [held] = await events(broker, AlertHeld)
        assert b"f-22" in held.raw
        assert b"f-21" not in held.raw


async def test_openssl_signs_as_we_do(root: Path, tmp_path: Path):
    openssl = program("openssl")
    key = tmp_path / "town.key"
    key.write_bytes(PEM)
    message = root / "live" / "a.tmp"
    message.write_bytes(order("f-18"))
    words = [openssl, "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", message, "-out", root / "live" / "a.sig"]
    subprocess.run(words, check=True)  # noqa: ASYNC221
    message.rename(root / "live" / "a.xml")
    async with watching(tmp_path, root):
        assert (await answer(root / "live", "taken", "a"))["signer"] == "倉敷市"

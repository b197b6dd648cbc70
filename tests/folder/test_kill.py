"""``kill -9`` of a real process while it empties a folder, and the commands that sign: nothing lost, nothing twice."""

import asyncio
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

from broker.core.event import ALERTS, AlertAccepted, decode_event
from broker.journal.sqlite import SqliteJournal
from ops.settings import Settings
from receivers.folder.signature import sign
from tests.folder.running import until
from tests.service.messages import order
from tests.service.serving import CONFIG, Serving

KILLS = 3
MESSAGES = 120


def command(*words: str, folder: Path) -> str:
    root = Path(__file__).parent.parent.parent
    words = (sys.executable, "-c", "from ops.command import main; main()", *words)
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(root), "PATH": ""}
    )
    return done.stdout


@pytest.mark.slow
async def test_nothing_is_lost_and_nothing_taken_twice(tmp_path: Path):
    setting = command("keys", "signing", "倉敷市", folder=tmp_path)
    key = tmp_path / "倉敷市.key"
    assert key.stat().st_mode & 0o777 == 0o600
    share = tmp_path / "share"
    live = share / "live"
    for mode in (live, share / "drill"):
        mode.mkdir(parents=True)
    config = f'{CONFIG}[folder]\npath = "{share}"\ninterval_s = 0.05\n[folder.keys]\n{setting}'
    assert msgspec.convert(tomllib.loads(config), Settings, str_keys=True).folder.keys
    serving = Serving(tmp_path / "data", config)
    pem = key.read_bytes()
    for number in range(MESSAGES):
        message = order(f"kill-{number}")
        (live / f"{number}.sig").write_bytes(sign(message, pem))
        (live / f"{number}.tmp").write_bytes(message)
        (live / f"{number}.tmp").rename(live / f"{number}.xml")
    (live / "last.xml.tmp").write_bytes(order("last"))
    (live / "last.xml.tmp").rename(tmp_path / "last.xml")
    command("sign", "last.xml", "--key", key.name, folder=tmp_path)
    (tmp_path / "last.sig").rename(live / "last.sig")
    (tmp_path / "last.xml").rename(live / "last.xml")

    taken = live / "taken"
    for kill in range(KILLS):
        await asyncio.to_thread(serving.start)
        some = MESSAGES * (kill + 1) // (KILLS + 2)
        await until(lambda some=some: taken.exists() and len(list(taken.glob("*.xml"))) >= some, 60)
        serving.kill()
        assert list(live.glob("*.xml")), "killed after all was done"
    await asyncio.to_thread(serving.start)
    await until(lambda: not any(path.is_file() for path in live.iterdir()), 60)
    assert serving.stop() == 0
    assert not (live / "refused").exists()
    assert len(list(taken.glob("*.xml"))) == len(list(taken.glob("*.sig"))) == MESSAGES + 1

    journal = SqliteJournal(serving.data / "journal.db")
    records = [one for one in await journal.read(ALERTS, 0, 10_000) if one.kind == AlertAccepted.__name__]
    await journal.close()
    identifiers = [decode_event(one.kind, one.body).alert.identifier for one in records]  # type: ignore[attr-defined]
    assert len(identifiers) == len(set(identifiers)) == MESSAGES + 1
    for path in taken.glob("*.xml"):
        seq, stem = re.fullmatch(r"(\d+)-(.*)\.xml", path.name).groups()  # type: ignore[union-attr]
        wanted = stem if stem == "last" else f"kill-{stem}"
        assert next(decode_event(o.kind, o.body).alert.identifier for o in records if o.seq == int(seq)) == wanted  # type: ignore[attr-defined]

"""``noroshi demo --once``: the whole house with real far ends, as a process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from corpus import ROOT

from ops.demo.town import STATIONS


@pytest.mark.slow
def test_the_demo_plays_and_everybody_gets_everything(tmp_path: Path) -> None:
    kept = tmp_path / "far-ends"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "ops.command", "demo", "--once", "--speed", "10", "--port", "0"),
            *("--far-ends", str(kept), "--data", str(tmp_path / "data")),
        ],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "/map?status=Exercise" in done.stdout

    mails = [json.loads(path.read_bytes()) for path in sorted(kept.glob("docomo/*[0-9].json"))]
    words = [mail["smscb_message"]["payload"]["payload_decoded"]["data_utf8"] for mail in mails]
    assert len(words) == 6
    assert all("訓練" in text.split("\n")[0] for text in words)
    assert len(set(words)) == 6

    for station in STATIONS:
        calls = {path.name.split("-")[1] for path in kept.glob(f"防災行政無線/{station.id}/*.facts.json")}
        assert len(calls) == (2 if station.group == "kojima" else 4), station

    assert len(list(kept.glob("放送局/*.facts.json"))) == 13
    # At ten times the speed the slow newsroom is spared what a newer message replaced before its turn.
    assert 8 <= len(list(kept.glob("新聞社/*.xml"))) <= 13

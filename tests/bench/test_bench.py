"""The benchmarks measure what they say, judge by their targets, and run."""

import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from cli.program import noroshi
from needed import missing

from cap_formats.alert import Status
from cap_formats.decode import decode
from ops.bench import command, memory
from ops.bench.first_answer import unchunked
from ops.bench.message import order
from ops.bench.process import folder, mosquitto, peer, told, wait_told
from ops.bench.row import Extent, Goal, Row, Skip
from ops.bench.telegram import intensity_report

DESIGN = {
    "decode": (Goal.RATIO_AT_MOST, 3.0),
    "areas": (Goal.RATIO_AT_MOST, 1.5),
    "accept": (Goal.RATIO_AT_MOST, 2.0),
    "fan_out": (Goal.RATIO_AT_MOST, 1.0),
    "webhooks": (Goal.RATIO_AT_LEAST, 0.8),
    "drill_drain": (Goal.RATIO_AT_MOST, 1.2),
}


def row(goal: Goal, target: float, ours: tuple[float, ...], peers: tuple[float, ...] = ()) -> Row:
    return Row(work="w", unit="ms", ours=ours, peers=peers, peer="p", goal=goal, target=target)


def test_the_targets_are_those_of_the_plan():
    for name, (_, target) in DESIGN.items():
        module = __import__(f"ops.bench.{name}", fromlist=["TARGET"])
        assert target == module.TARGET
    assert memory.TARGET_KB == 20.0


@pytest.mark.parametrize(
    ("goal", "target", "ours", "peers", "reached"),
    [
        (Goal.RATIO_AT_MOST, 3.0, (2.0, 3.0, 90.0), (1.0, 1.0, 1.0), True),  # one bad round does not decide
        (Goal.RATIO_AT_MOST, 3.0, (3.1,), (1.0,), False),
        (Goal.RATIO_AT_LEAST, 0.8, (80.0,), (100.0,), True),
        (Goal.RATIO_AT_LEAST, 0.8, (79.0,), (100.0,), False),
        (Goal.OURS_AT_MOST, 5.0, (5.0,), (1.0,), True),
        (Goal.OURS_AT_MOST, 5.0, (5.1,), (), False),
    ],
)
def test_a_row_is_judged_by_its_medians(
    goal: Goal, target: float, ours: tuple[float, ...], peers: tuple[float, ...], *, reached: bool
):
    judged = row(goal, target, ours, peers)
    assert judged.reached is reached
    assert judged.verdict == ("reached" if reached else "FALLS SHORT")
    assert ("FALLS SHORT" in command.cells(judged)[-1]) is not reached


def test_a_small_run_is_not_judged():
    small = Row(work="w", unit="ms", ours=(9.0,), goal=Goal.OURS_AT_MOST, target=1.0, judged=False)
    assert small.verdict == "not judged"


def test_what_cannot_run_says_why_and_what_broke_does_not_stop_the_rest(monkeypatch: pytest.MonkeyPatch):
    said: list[str] = []

    def skip(_: Extent) -> list[Row]:
        raise Skip("mosquitto is not installed")

    def broke(_: Extent) -> list[Row]:
        raise RuntimeError("the far end is gone")

    for name, run, found in (("fan-out", skip, []), ("accept", broke, None)):
        monkeypatch.setattr(command, "import_module", lambda _, run=run: type("m", (), {"run": staticmethod(run)}))
        assert command.run_one(name, Extent(), said.append) == found
    assert "fan-out: skipped, mosquitto is not installed" in said
    assert "accept: BROKE, RuntimeError: the far end is gone" in said


def test_the_messages_are_real_ones():
    (alert,) = decode(order("bench-live-7", status=Status.EXERCISE))
    assert (alert.identifier, alert.status) == ("bench-live-7", Status.EXERCISE)
    (report,) = decode(intensity_report(16))
    assert len(report.infos[0].areas) >= 8


def test_the_far_end_counts_and_notes_live_messages():
    with peer("far_end") as far:
        for body in (b"{}", b'{"identifier": "bench-live-3"}', b"x" * 100_000):
            request = urllib.request.Request(far.url, data=body)  # noqa: S310 - our own address
            with urllib.request.urlopen(request) as response:  # noqa: S310 - likewise
                assert response.status == 200
        books = told(far)
    assert books["count"] == 3
    assert list(books["times"]) == ["3"]


def test_the_bare_handler_has_every_byte_on_disk_when_it_answers(tmp_path: Path):
    path = tmp_path / "appended"
    with peer("append", path) as bare:
        for number in range(3):
            data = order(f"bench-{number}")
            with urllib.request.urlopen(bare.url + "/api/v1/alerts", data=data) as response:  # noqa: S310 - our own
                assert response.status == 202
            assert path.read_bytes().endswith(data)


def test_what_a_peer_started_ends_with_it():
    with peer("far_end") as far:
        port = far.port
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), 1)


def test_chunks_are_put_together():
    assert unchunked(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n") == b"abcde"


@pytest.mark.parametrize("name", ["decode", "first-answer"])
def test_it_runs_as_a_command(name: str):
    done = noroshi("bench", name, "--quick", "--rounds", "1")
    assert done.returncode in {0, 1}, done.stderr.decode()
    output = done.stdout.decode()
    assert "BROKE" not in output
    assert "target" in output


def test_an_unknown_name_is_told_the_names():
    done = noroshi("bench", "speed")
    assert done.returncode == 2
    assert b"fan-out" in done.stderr


def test_the_crowd_of_mqtt_readers_speaks_the_protocol():
    """Against a broker that is not ours."""

    with folder() as path:
        try:
            with mosquitto(path) as other, peer("subscribers", "mqtt", other.url, "5") as crowd:
                publish = (
                    "import asyncio, aiomqtt\n"
                    "async def main():\n"
                    f"    async with aiomqtt.Client('127.0.0.1', {other.port}) as client:\n"
                    "        await client.publish('alerts', b'bench-live-1' + b'x' * 70000, qos=1)\n"
                    "asyncio.run(main())\n"
                )
                subprocess.run([sys.executable, "-c", publish], check=True, timeout=20)
                assert wait_told(crowd, 1, timeout_s=5) > 0
        except Skip as skip:
            missing(str(skip))

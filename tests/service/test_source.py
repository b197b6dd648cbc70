"""When a source counts as lost, whatever somebody does to the clock, and what the log says of it."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest

from broker.service.source import LOST_WITHIN, Sources, SourceState

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Clocks:
    """The one that is set, and the one that only goes on."""

    def __init__(self) -> None:
        self.now = NOON
        self.seconds = 0.0

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def sources(clocks: Clocks) -> Sources:
    return Sources(lambda: clocks.now, lambda: clocks.seconds)


def test_silence_is_loss_after_half_a_minute(clocks: Clocks, sources: Sources):
    source = sources.open("qzss", "屋上")
    clocks.pass_by(29)
    assert source.line().state is SourceState.STARTING
    source.heard()
    clocks.pass_by(30)
    assert source.line().state is SourceState.HEARD
    clocks.pass_by(1)
    line = source.line()
    assert (line.state, line.reason) == (SourceState.LOST, "nothing heard for 30 s")
    assert line.since == NOON + timedelta(seconds=29) + LOST_WITHIN
    source.heard()
    assert source.line().state is SourceState.HEARD


def test_a_clock_that_is_put_back_hides_no_loss_and_one_put_forward_makes_none(clocks: Clocks, sources: Sources):
    source = sources.open("qzss", "屋上")
    source.heard()
    clocks.now += timedelta(hours=1)
    assert source.line().state is SourceState.HEARD
    clocks.now -= timedelta(hours=2)
    clocks.pass_by(31)
    assert source.line().state is SourceState.LOST


async def test_the_log_says_each_loss_and_each_return_once(
    clocks: Clocks, sources: Sources, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("broker.service.source._LOOK_S", 0.01)
    source, silent = sources.open("jalert", "通常"), sources.open("qzss", "屋上")
    source.heard()
    watching = asyncio.create_task(sources.watch())
    await asyncio.sleep(0.1)
    source.lost("the peer closed the connection")
    await asyncio.sleep(0.1)
    source.heard()
    silent.heard()
    clocks.pass_by(29)
    await asyncio.sleep(0.1)
    source.heard()
    clocks.pass_by(2)
    await asyncio.sleep(0.1)
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    said = capsys.readouterr().out.splitlines()
    told = [("nothing comes in" in line, "通常" in line, "again=True" in line) for line in said]
    assert told == [
        (False, True, False),
        (True, True, False),
        (False, True, True),
        (False, False, False),
        (True, False, False),
    ]

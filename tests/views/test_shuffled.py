"""Whatever is in the journal, however its times run and wherever a build is broken off: the views come out the same."""

import asyncio
import random
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.event import ALERTS, DELIVERIES, Event, HeldDecided, HeldRepeated, ReceiptReceived, encode_event
from broker.core.settling import Decision
from broker.journal.memory import MemoryJournal
from broker.journal.record import Entry, Record
from broker.service import projector
from broker.service.projector import Projector
from broker.service.recent import Recent
from broker.views import projection
from broker.views.deliveries import Deliveries
from broker.views.history import History
from broker.views.in_force import InForce
from broker.views.projection import ViewFile
from broker.views.situations import Situations
from cap_formats.alert import MsgType
from tests.views.test_building import fate, routed, tables
from tests.views.test_rebuild import NOW, accepted, info, stopped

Step = tuple[str, int]  # what happens, and how many milliseconds later (or, of a clock that was set back, earlier)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("accept", "lift", "cancel", "route", "route", "hold", "repeat", "decide", *["fate"] * 12)),
        st.sampled_from((0, 0, 1, 50, 700, 5_000)) | st.integers(-4_000, 0),
    ),
    min_size=5,
    max_size=80,
)


def open_views(path: Path) -> ViewFile:
    return ViewFile(path, (InForce(), Deliveries(), History(), Situations()))


class Life:
    """A broker's life: deliveries are spoken of only after they were routed, in any order among themselves."""

    def __init__(self, seed: int) -> None:
        self.journal = MemoryJournal()
        self._chance = random.Random(seed)  # noqa: S311 - a test
        self._at, self._seqs = NOW, {ALERTS: 0, DELIVERIES: 0}
        self._unrouted: list[int] = []
        self._held: list[int] = []
        self._fates: list[Any] = []

    async def live(self, steps: Sequence[Step]) -> None:
        for what, later_ms in steps:
            self._at += timedelta(milliseconds=later_ms)
            if (event := self._event(what)) is not None:
                is_fate = what == "fate"
                await self._write(DELIVERIES if is_fate else ALERTS, event)

    def _event(self, what: str) -> Event | None:
        """Return what happens, None where there is nothing that it could happen to."""
        seq, chance = self._seqs[ALERTS] + 1, self._chance
        match what:
            case "accept" | "lift" | "cancel":
                self._unrouted.append(seq)
                kind = MsgType.CANCEL if what == "cancel" else MsgType.ALERT
                event = accepted(
                    seq, info("避難指示", lifted=what == "lift", minutes=chance.randint(1, 90)), msg_type=kind
                )
                chain, earlier = f"c{seq % 3}", range(max(1, seq - 9), seq)
                alert = msgspec.structs.replace(event.alert, chain=chain)
                taken = tuple(chance.sample(earlier, min(len(earlier), 2)))
                return msgspec.structs.replace(event, alert=alert, chain=chain, references=taken)
            case "route" if self._unrouted:
                event = routed(self._unrouted.pop(0))
                owed = event.owed[: chance.randint(0, len(event.owed))]
                self._fates += [fate(chance, each.delivery_id) for each in owed]
                return msgspec.structs.replace(event, owed=owed)
            case "hold":
                self._held.append(seq)
                return stopped(str(seq).encode())
            case "repeat" | "decide" if self._held:
                return self._of_held(what, chance.choice(self._held))
            case "fate" if self._fates:
                one = chance.choice(self._fates)
                if (event := next(one, None)) is None:
                    self._fates.remove(one)
                return event
        return None

    def _of_held(self, what: str, seq: int) -> Event:
        if what == "repeat":
            return HeldRepeated(held_seq=seq, at=self._at)
        self._held.remove(seq)
        return HeldDecided(held_seq=seq, decision=Decision.DROP, by="tanaka", at=self._at, reason="誤報", code="x")

    async def _write(self, stream: str, event: Event) -> None:
        self._seqs[stream] += 1
        entry = Entry(kind=type(event).__name__, key=str(self._seqs[stream]), at=self._at, body=encode_event(event))
        await self.journal.append(stream, [entry])


async def grow(journal: MemoryJournal, path: Path) -> None:
    """Apply each stream record by record, as they always were."""
    views = open_views(path)
    for stream in (ALERTS, DELIVERIES):
        for record in await journal.read(stream, 0, 10_000):
            views.apply([(record, Recent().event(record))])
    views.close()


class BrokenOffError(Exception):
    """The process ended here."""


async def build(journal: MemoryJournal, path: Path, breaks: Sequence[int]) -> None:
    """Build the views at once; before that, begin as often as there are ``breaks``, each ended after so many writes."""
    for left in breaks:
        one = Projector(journal, open_views(path), Recent())
        write, writes = one._write, 0

        async def breaking(records: Sequence[Record]) -> None:
            nonlocal writes
            writes += 1
            if writes > left:  # noqa: B023 - called within this turn
                raise BrokenOffError
            await write(records)  # noqa: B023

        one._write = breaking  # type: ignore[method-assign]
        try:
            await one.catch_up()
        except BrokenOffError:
            pass
        finally:
            one.close()
    last = Projector(journal, open_views(path), Recent())
    await last.catch_up()
    last.close()


@settings(max_examples=60, deadline=None)
@given(
    steps=STEPS,
    grown=st.lists(st.tuples(st.sampled_from(("accept", "route", "fate", "hold")), st.just(10)), max_size=12),
    seed=st.integers(0, 1_000),
    page=st.integers(1, 6),
    at_once=st.sampled_from((1, 3, 20)),
    uncommitted=st.sampled_from((0, 4, 1_000)),
    breaks=st.lists(st.integers(0, 6), max_size=3),
)
def test_any_life_in_any_pages_with_any_breaks(
    steps: list[Step], grown: list[Step], seed: int, page: int, at_once: int, uncommitted: int, breaks: list[int]
) -> None:
    async def whole(folder: Path) -> None:
        life = Life(seed)
        await life.live(grown)
        await build(life.journal, folder / "built.db", ())  # what an earlier run had brought about
        await life.live(steps)
        await build(life.journal, folder / "built.db", breaks)
        await build(life.journal, folder / "fresh.db", breaks)
        await grow(life.journal, folder / "grown.db")
        one, other, third = (tables(folder / f"{name}.db") for name in ("built", "fresh", "grown"))
        for each in (one, other, third):  # whether a row is new or changed orders them otherwise; what they say is one
            each["ids in order"].sort()
        assert one == third
        assert other == third

    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(projector, "_ALERTS_AT_ONCE", page)
        patch.setattr(projector, "_AT_ONCE", at_once)
        patch.setattr(projection, "_UNCOMMITTED_MAX", uncommitted)
        asyncio.run(whole(Path(folder)))


async def test_a_build_that_is_cancelled_commits_no_half(tmp_path: Path):
    """A thread cannot be stopped: what it is in the midst of is finished before anything is committed or closed."""
    life = Life(1)
    await life.live([(what, 10) for what in (*["accept", "route"] * 9, *["fate"] * 60, "accept")])
    views = open_views(tmp_path / "half.db")
    begun, go_on, apply = threading.Event(), threading.Event(), Deliveries.apply

    class Slow(Deliveries):
        def apply(self, record: Record, event: Event, rows: projection.Rows) -> None:
            apply(self, record, event, rows)
            if isinstance(event, ReceiptReceived):
                begun.set()
                go_on.wait(10)

    views.projections = (views.projections[0], Slow(), *views.projections[2:])
    cancelled = Projector(life.journal, views, Recent())
    task = asyncio.create_task(cancelled.catch_up())
    assert await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    asyncio.get_running_loop().call_later(0.1, go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await task
    cancelled.close()
    await build(life.journal, tmp_path / "half.db", ())
    await grow(life.journal, tmp_path / "grown.db")
    assert tables(tmp_path / "half.db") == tables(tmp_path / "grown.db")

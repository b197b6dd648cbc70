"""The broker of one node: its parts, and the order in which they wake up."""

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import structlog

from broker.core.holder import Holder
from broker.core.matcher import Matcher
from broker.core.protocol import Channel, ChannelSpec
from broker.journal.journal import Journal, JournalError
from broker.journal.record import Entry
from broker.service import checkpoint
from broker.service.archive import Archive
from broker.service.checkpoint import State
from broker.service.clock import Clock
from broker.service.contacts import Contacts
from broker.service.deliverer import Deliverer
from broker.service.intake import Acceptance, Intake
from broker.service.meter import Meter
from broker.service.outcomes import Outcomes
from broker.service.projector import Projector
from broker.service.receipts import Receipts
from broker.service.recent import Recent
from broker.service.router import Router
from broker.service.settling import Settling
from broker.service.source import Sources
from broker.service.subscriptions import Subscriptions
from broker.views.held import held_row
from broker.views.projection import ViewFile
from geo.registry import Registry

_CHECKPOINT_EVERY_S: Final = 5.0
_CHECKPOINT_RECORDS: Final = 20_000  # read again in a quarter of a second
_BORDERS_EVERY_S: Final = 5.0  # to look whether the file of areas is another; it costs microseconds
_HEALTH: Final = (
    "health"  # a stream of its own: the proof that an append succeeds, one record every ten seconds at most
)
_LOG: Final = structlog.get_logger("broker")


class Broker:
    """Everything between receivers and channels, over one journal.

    ``channels`` may be filled until ``catch_up``: channels need the broker's registry and receipts to be made.
    ``state`` is where it begins to read the journal.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        registry: Registry,
        views: ViewFile,
        contacts: Contacts,
        specs: Mapping[str, ChannelSpec],
        clock: Clock,
        meter: Meter,
        state: State,
        checkpoint_path: Path,
    ) -> None:
        self._checkpoint_path = checkpoint_path
        self.journal = journal
        self.registry = registry
        self.clock = clock
        self.meter = meter
        self.contacts = contacts
        self.channels: dict[str, Channel] = {}
        self.chains = state.chains
        self.reach = state.reach
        self.dispatch = state.dispatch
        self.matcher = Matcher(registry.leaves)
        self.open_channels = frozenset(name for name, spec in specs.items() if spec.open)
        self.archive = Archive(journal)
        recent = Recent()
        self.subscriptions = Subscriptions(journal, registry, contacts, dict(specs), clock)
        self.projector = Projector(journal, views, recent)
        self.intake = Intake(
            journal,
            registry,
            self.chains,
            self.archive,
            recent,
            clock,
            meter,
            line_of=partial(held_row, self.projector.reader),
        )
        self.router = Router(
            journal,
            self.archive,
            self.subscriptions,
            recent,
            chains=self.chains,
            matcher=self.matcher,
            reach=self.reach,
            dispatch=self.dispatch,
            open_channels=self.open_channels,
            clock=clock,
            meter=meter,
        )
        self.router.begin_at(state.alerts_seq, state.subscriptions)
        self.outcomes = Outcomes(journal, self.dispatch, recent, self.router.changed)
        self.deliverer = Deliverer(
            journal,
            self.archive,
            contacts,
            self.channels,
            self.dispatch,
            self.outcomes,
            self.router.changed,
            clock,
            meter,
        )
        self.deliverer.cursor = state.deliveries_seq
        self.receipts = Receipts(self.projector, self.deliverer, self.outcomes, clock, meter)
        self.settling = Settling(journal, registry, self.archive, self.intake, self.projector, clock)
        self._written_at = state.alerts_seq + state.deliveries_seq
        self.sources = Sources(clock)

    async def accept(self, raw: bytes, *, holder: Holder, via: str, received_s: float = 0.0) -> list[Acceptance]:
        """Take in one message through the one door. Raises Problem; see ``Intake.accept``."""
        return await self.intake.accept(raw, holder=holder, via=via, received_s=received_s)

    async def catch_up(self) -> None:
        """Read what the journal holds beyond the state that the broker began with."""
        views = asyncio.create_task(self.projector.catch_up(), name="views catch up")
        try:
            await self.router.catch_up()
            await self.deliverer.catch_up()
            await views
        finally:
            views.cancel()
            await asyncio.gather(views, return_exceptions=True)

    async def run(self) -> None:
        """Run the loops until cancelled; if one fails, all stop, because a silent half is worse than none."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.router.run(), name="router")
            group.create_task(self.deliverer.run(), name="deliverer")
            group.create_task(self.projector.run(), name="projector")
            group.create_task(self._write_checkpoints(), name="checkpoints")
            group.create_task(self._follow_borders(), name="borders")

    async def _write_checkpoints(self) -> None:
        while True:
            await asyncio.sleep(_CHECKPOINT_EVERY_S)
            if self.router.cursor + self.dispatch.deliveries_seq >= self._written_at + _CHECKPOINT_RECORDS:
                with contextlib.suppress(JournalError, OSError):  # there is the journal; the next try may have room
                    await self.write_checkpoint()

    async def _follow_borders(self) -> None:
        """Take borders over that were imported, and those whose day has come. What was placed stays where it was."""
        while True:
            await asyncio.sleep(_BORDERS_EVERY_S)
            try:
                if await asyncio.to_thread(self.registry.refresh):
                    _LOG.info("borders taken over", path=str(self.registry.path))
            except Exception as error:  # noqa: BLE001  # whatever is wrong with a file, those of before hold
                _LOG.warning("borders not read", path=str(self.registry.path), reason=str(error))

    async def write_checkpoint(self) -> None:
        """Write down what is known, if nothing is half done at this moment."""
        if not (self.router.is_settled and self.outcomes.is_settled):
            return
        state = State(
            chains=self.chains,
            reach=self.reach,
            dispatch=self.dispatch,
            subscriptions=tuple(self.subscriptions.in_force.values()),
            alerts_seq=self.router.cursor,
            deliveries_seq=self.dispatch.deliveries_seq,
        )
        self._written_at = state.alerts_seq + state.deliveries_seq
        await checkpoint.write(self._checkpoint_path, self.journal, state)

    async def prove_append(self) -> None:
        """Append to the journal, for /health/ready. Raises JournalError."""
        now: datetime = self.clock()
        entry = Entry(kind="Alive", key=f"{int(now.timestamp()) // 10}", at=now, body=msgspec.json.encode({}))
        await self.journal.append(_HEALTH, [entry])

    async def close(self) -> None:
        """Let go of channels, files and connections."""
        for channel in self.channels.values():
            await channel.close()
        with contextlib.suppress(JournalError, OSError):
            await self.write_checkpoint()
        self.projector.close()
        self.contacts.close()
        await self.journal.close()

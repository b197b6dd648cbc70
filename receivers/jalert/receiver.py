"""All ways in of one J-Alert receiver, run together."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from broker.service.clock import Clock
from broker.service.intake import Intake
from broker.service.source import Sources
from receivers.jalert.desk import Desk
from receivers.jalert.index import Index
from receivers.jalert.line import Line
from receivers.jalert.settings import Settings


class JAlert:
    """The receiver; its lines and indexes share what was handed in last, for they are redundant paths."""

    name = "jalert"

    def __init__(
        self,
        settings: Settings,
        sources: Sources,
        path: Path,
        names: Callable[[tuple[str, ...]], tuple[str, ...]],
        clock: Clock,
        newest: Callable[[], int],
    ) -> None:
        """Remember in ``path`` what indexes gave; ``names`` gives the names of codes of places, ``newest`` the last seq
        of the journal.
        """
        desk = Desk(settings, names)
        self.lines = [Line(line, sources, desk) for line in settings.lines]
        self.indexes = [Index(index, sources, desk, path, clock, newest) for index in settings.indexes]

    async def run(self, intake: Intake) -> None:
        """Run all of them until cancelled."""
        ways: list[Line | Index] = [*self.lines, *self.indexes]
        async with asyncio.TaskGroup() as group:
            for way in ways:
                group.create_task(way.run(intake), name=way.name)

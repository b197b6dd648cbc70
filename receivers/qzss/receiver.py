"""All GNSS receivers, run together. The same message from two of them is one alert: the journal knows it."""

import asyncio

from broker.service.clock import Clock
from broker.service.intake import Intake
from broker.service.source import Sources
from receivers.qzss.antenna import Antenna
from receivers.qzss.settings import Settings


class Qzss:
    """The receiver."""

    name = "qzss"

    def __init__(self, settings: Settings, sources: Sources, clock: Clock) -> None:
        """Make one loop for each."""
        self.antennas = [Antenna(each, settings, sources, clock) for each in settings.antennas]

    async def run(self, intake: Intake) -> None:
        """Read all of them until cancelled."""
        async with asyncio.TaskGroup() as group:
            for antenna in self.antennas:
                group.create_task(antenna.run(intake), name=antenna.name)

"""What a receiver is to the house: a loop that hands in what it hears, and comes back by itself.

A receiver that lives in the web app has routes instead. One instance serves one configured source; it opens its Source
in ``broker.sources`` and says there whether it is heard.
"""

from typing import Protocol

from broker.service.intake import Intake


class Receiver(Protocol):
    """A way in."""

    name: str  # of the loop, in logs

    async def run(self, intake: Intake) -> None:
        """Listen until cancelled. A source that fails is tried again; only a fault of our own ends the loop."""
        ...

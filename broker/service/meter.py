"""What the services tell of their work, for whoever counts it (ops.metrics, ops.log)."""

from typing import Protocol

from broker.core.delivery import Delivery, Outcome
from broker.core.lane import Lane

# The stages of DESIGN section 7, in their order; each is measured in seconds.
STAGES = ("received", "decoded", "placed", "journaled", "routed", "first_byte", "outcome", "receipt")


class Meter(Protocol):
    """Counts and times. Calls are cheap and never fail."""

    def stage(self, name: str, seconds: float, lane: Lane, channel: str) -> None:
        """One stage took so long; ``channel`` is empty for stages before routing."""
        ...

    def message(self, result: str, via: str) -> None:
        """One message came in and ended as accepted, duplicate, late, held or rejected."""
        ...

    def attempt(self, delivery: Delivery, outcome: Outcome, seconds: float) -> None:
        """One attempt ended."""
        ...


class Silence:
    """A Meter that counts nothing, for tools that do not watch."""

    def stage(self, name: str, seconds: float, lane: Lane, channel: str) -> None:
        """Ignore."""

    def message(self, result: str, via: str) -> None:
        """Ignore."""

    def attempt(self, delivery: Delivery, outcome: Outcome, seconds: float) -> None:
        """Ignore."""

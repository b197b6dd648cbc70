"""What the intake is handed when a person sends on a message that had stopped: the decision, and what was given."""

import msgspec

from broker.core.arrival import Arrival
from broker.core.event import HeldDecided, Unplaced
from cap_formats.alert import Alert, Reference


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """``alert`` is what goes on, mended where the person mended it, and ``raw`` its bytes. ``received`` are the bytes
    that came, and ``arrival`` is how. ``waived`` are the codes
    of troubles that are no troubles any more. ``follows`` is the accepted alert that it takes over. ``areas`` are the
    municipalities that were given, per info; ``unplaced`` is what they leave.
    """

    decided: HeldDecided
    alert: Alert
    raw: bytes
    received: bytes
    arrival: Arrival
    waived: frozenset[str] = frozenset()
    follows: Alert | None = None
    areas: tuple[tuple[str, ...], ...] | None = None
    unplaced: tuple[Unplaced, ...] = ()

    @property
    def named(self) -> Alert:
        """The alert as the chains are to read it: naming what it takes over, where a person said so."""
        if self.follows is None:
            return self.alert
        earlier = self.follows
        reference = Reference(earlier.sender, earlier.identifier, earlier.sent.isoformat(timespec="seconds"))
        return msgspec.structs.replace(self.alert, references=(reference,))

"""What the intake is handed when a person sends on a message that had stopped: the decision, and what was given."""

from datetime import datetime

import msgspec

from broker.core.event import HeldDecided, Unplaced
from broker.core.holder import Holder
from cap_formats.alert import Alert, Reference


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """``alert`` is what goes on, mended where the person mended it, and ``raw`` its bytes. ``received`` are the bytes
    that came, and ``holder``, ``via`` and ``received_at`` those of the message when it came. ``waived`` is the code of
    a trouble that is no trouble any more. ``follows`` is the accepted alert that it takes over. ``areas`` are the
    municipalities that were given, per info; ``unplaced`` is what they leave.
    """

    decided: HeldDecided
    alert: Alert
    raw: bytes
    received: bytes
    holder: Holder
    via: str
    received_at: datetime
    waived: str = ""
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

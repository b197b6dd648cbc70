"""What an installation sets, and how one carrier's cell broadcast centre is reached."""

from typing import Final

import msgspec

from channels.carrier.message_id import IDS, CarrierName, Ids, Range
from channels.http import require_http_url

MESSAGE_ID_MAX: Final = 0xFFFF
REPETITION_UNIT_S: Final = 1.883  # CBSP, TS 48.049, 8.2.10
BROADCASTS_MAX: Final = 65535


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``broadcast_s``: how long a message is repeated, seconds.
    ``repetition_period``: time between repetitions in units of 1.883 s, 1 to 4095. ``allow_private``: centres lie in
    private networks.
    """

    broadcast_s: float = 600.0
    repetition_period: int = 5
    allow_private: bool = True

    @property
    def broadcasts(self) -> int:
        """How many times a message is broadcast."""
        return min(BROADCASTS_MAX, max(1, round(self.broadcast_s / (self.repetition_period * REPETITION_UNIT_S))))


class Contact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One cell broadcast centre.

    ``url``: base of its ECBE REST interface, such as ``http://cbc.example:12345/api/ecbe/v1``. ``drill``: true for a
    centre that gets drills and nothing else; a live one gets no drill. ``cbe_name``: our name at the centre.
    ``message_ids``: ranges of ids that are ours there, where the carrier's usual ones are not.
    """

    url: str
    carrier: CarrierName
    drill: bool = False
    cbe_name: str = "noroshi"
    message_ids: tuple[Range, ...] = ()

    def __post_init__(self) -> None:
        """Refuse addresses and ranges that could never work."""
        require_http_url(self.url)
        for low, high in self.message_ids:
            if not 0 <= low <= high <= MESSAGE_ID_MAX:
                raise ValueError(f"message_ids must be ranges within 0 to {MESSAGE_ID_MAX}, not [{low}, {high}]")

    @property
    def ranges(self) -> tuple[Range, ...]:
        """The ids that we may take at this centre."""
        ids: Ids = IDS[self.carrier]
        return self.message_ids or (ids.drill if self.drill else ids.live)

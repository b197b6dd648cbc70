"""How a message came: under whose key, by which way in, when, and as what."""

from datetime import datetime

import msgspec

from broker.core.holder import Holder
from cap_formats.alert import Status


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """``holder`` is what its sender's key was allowed, ``via`` the receiver. ``transport`` is the status that the way
    in itself claims, None where it claims none.
    """

    holder: Holder
    via: str
    received_at: datetime
    transport: Status | None = None

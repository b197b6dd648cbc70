"""The holder of an API key: who it is, and what it may say or ask."""

from enum import StrEnum
from typing import Final

import msgspec

from cap_formats.alert import Status

ANYONE: Final = "*"  # among senders: whoever it was; for what carries the messages of others


class Role(StrEnum):
    """What a key is for. An operator may do what the others may, and see everything; it may not issue."""

    ISSUER = "issuer"
    SUBSCRIBER = "subscriber"
    OPERATOR = "operator"


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """One key's holder.

    ``areas``: prefecture (2 digits), municipality or ward codes (5 or 6 digits) that an issuer may speak for; empty
    means the whole country (JMA's relay). ``events``: words one of which info/event must contain; empty means any.
    ``statuses``: what it may issue or subscribe to. ``proxy_for``: municipalities (or a prefecture: all of its cities)
    in whose place it may issue (代行). ``senders``: alert/sender must be one of these, or ``ANYONE``; empty means
    any, save that who speaks for some areas may not sign as who speaks for the country (broker.core.permission).
    """

    name: str
    role: Role
    areas: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = (Status.ACTUAL, Status.EXERCISE, Status.TEST)
    proxy_for: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()

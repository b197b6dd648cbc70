"""What an installation sets of the watched folder."""

from typing import Annotated

import msgspec
from msgspec import Meta

from broker.core.holder import Holder, Role
from cap_formats.alert import Status
from receivers.folder.signature import public_key


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose messages a key signs: ``public_key`` is 32 bytes in base64; ``areas``, ``events``, ``statuses`` and
    ``senders`` bound its holder as an API key bounds one.
    """

    public_key: str
    areas: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = (Status.ACTUAL, Status.EXERCISE, Status.TEST)
    senders: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no key."""
        public_key(self.public_key)

    def holder(self, name: str) -> Holder:
        """Under whom its messages are taken in."""
        return Holder(
            name=name,
            role=Role.ISSUER,
            areas=self.areas,
            events=self.events,
            statuses=self.statuses,
            senders=self.senders,
        )


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``path``: the folder; it must hold ``live`` and ``drill``, and may hold ``test``. "" watches nothing.
    ``interval_s``: how often it is looked through (there is no notice of a change on a network share). ``wait_s``: how
    long a message waits for its signature, or a file for its end, before that is reported. ``keys``: whose messages are
    taken, by name. ``unsigned``: take what has no signature from whoever can write there.
    """

    path: str = ""
    interval_s: Annotated[float, Meta(ge=0.05, le=20)] = 2.0
    wait_s: Annotated[float, Meta(ge=0.1, le=3600)] = 60.0
    keys: dict[str, Key] = msgspec.field(default_factory=dict)
    unsigned: bool = False

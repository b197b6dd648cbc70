"""What an installation sets of L-Alert's way in; without a centre nothing listens."""

from typing import Annotated, Final

import msgspec

from cap_formats.alert import Status

WINDOW_S: Final = 300.0  # clocks that are kept right differ by less than a second; those of others by minutes
PATH: Final = "/commons/subscriber/soap/noroshi/"

Path = Annotated[str, msgspec.Meta(pattern=r"^/[A-Za-z0-9._~/-]+$")]
Seconds = Annotated[float, msgspec.Meta(gt=0)]
Word = Annotated[str, msgspec.Meta(min_length=1)]


class Centre(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One centre (全国センター, バックアップセンター), and what it signs in with.

    Centres are told apart by path and username; those that come with the same are one. ``path`` is the house's where
    none is given. ``quiet_max_s`` is how long a centre may say nothing before it counts as lost: it has no heartbeat,
    so that without it silence is no sign of anything.
    """

    username: Word
    password: Word
    path: Path | None = None
    quiet_max_s: Seconds | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the centres post, and what they may say: ``areas``, ``events`` and ``statuses`` are those of a key.

    ``window_s`` is how far the time of a sign-in may be from the clock here, either way; so long is each remembered.
    """

    path: Path = PATH
    name: Word = "lalert"
    areas: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = (Status.ACTUAL, Status.EXERCISE, Status.SYSTEM, Status.TEST)
    window_s: Seconds = WINDOW_S
    centres: dict[str, Centre] = msgspec.field(default_factory=dict)

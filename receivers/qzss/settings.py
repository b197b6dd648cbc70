"""What an installation sets of its GNSS receivers."""

from typing import Annotated

import msgspec
from msgspec import Meta

from broker.core.holder import ANYONE, Holder, Role
from cap_formats.alert import Status


class AntennaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One GNSS receiver: at a serial line (``device``, ``baud``), at a TCP server that hands its sentences on
    (``host``, ``port``: gpsd's raw mode, ser2net), or in a file that grows or a FIFO (``path``). ``quiet_s``: how long
    it may send no sentence at all.
    """

    name: str
    device: str = ""
    baud: Annotated[int, Meta(ge=300, le=4_000_000)] = 9600
    host: str = ""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 0
    path: str = ""
    quiet_s: Annotated[float, Meta(gt=0, le=86_400)] = 30.0

    def __post_init__(self) -> None:
        """Refuse one that is nowhere or in two places."""
        if sum(map(bool, (self.device, self.host, self.path))) != 1:
            raise ValueError(f"{self.name}: name one of device, host (with port) and path")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``antennas``: the GNSS receivers; none by default. ``areas``, ``events`` and ``statuses`` bound what is taken, as
    of a key; empty takes all.
    """

    antennas: tuple[AntennaSettings, ...] = ()
    areas: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = (Status.ACTUAL, Status.EXERCISE, Status.TEST)

    def __post_init__(self) -> None:
        """Refuse names that tell nobody which is lost."""
        names = [antenna.name for antenna in self.antennas]
        if len(set(names)) < len(names):
            raise ValueError("each of antennas must have a name of its own: by it a person sees which is lost")

    @property
    def holder(self) -> Holder:
        """Under whom its messages are taken in."""
        return Holder(
            name="みちびき",
            role=Role.ISSUER,
            areas=self.areas,
            events=self.events,
            statuses=self.statuses,
            senders=(ANYONE,),
        )

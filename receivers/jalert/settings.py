"""What an installation sets of its J-Alert receiver.

UNCONFIRMED, and therefore settings: ports and modes of the lines (36000/36001 内閣官房, 36010/1 地震, 36020/1 津波,
36030/1 火山, 36040/1 気象, normal and training; 60123 the Agency's own), the value of TrainingFlg that means a drill,
and whether the checksum of BCH is to be relied on.
"""

from ipaddress import ip_address, ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from broker.core.holder import ANYONE, Holder, Role
from cap_formats.alert import Status
from cap_formats.jalert.envelope import TRAINING_VALUE

Mode = Literal[0, 1, 2]  # of a channel: 通常, 訓練, 試験
STATUSES: dict[int, Status] = {0: Status.ACTUAL, 1: Status.EXERCISE, 2: Status.TEST}


class LineSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One channel of JMAソケット, on which the J-Alert receiver connects to us. ``mode``: 0 通常, 1 訓練, 2 試験.
    ``peers``: addresses or networks that may connect; empty: every one that reaches ``host``. ``quiet_s``: how long it
    may say nothing, not even its health check.
    """

    name: str
    port: Annotated[int, Meta(ge=0, le=65_535)]
    host: str = "127.0.0.1"
    mode: Mode = 0
    peers: tuple[str, ...] = ()
    quiet_s: Annotated[float, Meta(gt=0, le=86_400)] = 30.0

    def __post_init__(self) -> None:
        """Refuse what is no address."""
        for peer in self.peers:
            ip_network(peer, strict=False)

    def lets_in(self, address: str) -> bool:
        """Tell whether that address may connect."""
        peer = ip_address(address.partition("%")[0])
        peer = getattr(peer, "ipv4_mapped", None) or peer  # on a socket for both, 192.0.2.1 is ::ffff:192.0.2.1
        return not self.peers or any(peer in ip_network(each, strict=False) for each in self.peers)


class IndexSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One receiver that is asked over HTTP. ``url``: the folder of its index.csv. ``mode`` as of a line."""

    name: str
    url: str
    username: str = ""
    password: str = ""
    mode: Mode = 0
    interval_s: Annotated[float, Meta(ge=0.1, le=20)] = 2.0

    def __post_init__(self) -> None:
        """Refuse what is no address of the web."""
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("url must be an http or https address")
        if not f"{self.username}{self.password}".isascii():
            raise ValueError("username and password must be ASCII: a header (RFC 7617) carries nothing else for sure")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``lines`` and ``indexes``: the ways in; none by default. ``here``: where a 国民保護 message holds that names no
    place, as codes of municipalities or prefectures; wanted wherever there is a way in, because a missile is no time to
    find it missing. ``training_flag``: the TrainingFlg of a drill. ``checksum``: whether a wrong one holds the message.
    ``areas``, ``events`` and ``statuses`` bound what is taken, as of a key; empty takes all.
    """

    lines: tuple[LineSettings, ...] = ()
    indexes: tuple[IndexSettings, ...] = ()
    here: tuple[str, ...] = ()
    training_flag: str = TRAINING_VALUE
    checksum: bool = True
    areas: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = (Status.ACTUAL, Status.EXERCISE, Status.TEST)

    def __post_init__(self) -> None:
        """Refuse to begin without knowing where the receiver stands, and with names that tell nobody which is lost."""
        names = [line.name for line in self.lines] + [index.name for index in self.indexes]
        if len(set(names)) < len(names):
            raise ValueError("each of lines and indexes must have a name of its own: by it a person sees which is lost")
        if (self.lines or self.indexes) and not self.here:
            raise ValueError(
                "here must name where the receiver stands, as codes of municipalities or prefectures "
                '(here = ["33202"]): a 国民保護 message may name no place, and would be held'
            )

    @property
    def holder(self) -> Holder:
        """Under whom its messages are taken in."""
        return Holder(
            name="Jアラート",
            role=Role.ISSUER,
            areas=self.areas,
            events=self.events,
            statuses=self.statuses,
            senders=(ANYONE,),
        )

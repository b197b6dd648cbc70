"""What an installation sets, and how the stations of one town are grouped."""

import re
from typing import Final

import msgspec

from channels.radio.siren import LEVEL_SIRENS, Siren

ALL: Final = "*"  # the key of the group that every station of the town listens to
_LEVEL: Final = re.compile(r"[^/+#\s]+")  # one level of a topic (MQTT 3.1.1, 4.7)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``topic_root``: first level of every topic. ``client_id``: our name at the MQTT broker. ``repeat``: how often the
    text is read. ``gap_ms``: pause between two readings. ``answer_within_s``: a station that has not answered by then
    is reported. ``level_sirens``: by 警戒レベル, for orders whose siren no standard gives; a level left
    out has chimes alone. ``siren_in_drills``: whether a drill may sound a siren at all.
    """

    topic_root: str = "radio"
    client_id: str = "noroshi"
    repeat: int = 2
    gap_ms: int = 3000
    answer_within_s: float = 60.0
    level_sirens: dict[int, Siren] = msgspec.field(default_factory=lambda: dict(LEVEL_SIRENS))
    siren_in_drills: bool = False


class Station(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One outdoor station (屋外拡声子局) and the group that it listens to."""

    id: str
    group: str


class Contact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The stations of one town.

    ``town``: second level of every topic, such as ``33202``. ``callsign``: the name in 「こちらは、○○市です。」.
    ``groups``: group by area: the name of an area as alerts write it, a code that they carry, or a municipality's
    5-digit code; ``*`` is the group that all listen to, taken wherever an area has none. ``stations``: who should
    answer.
    """

    town: str
    callsign: str
    groups: dict[str, str] = msgspec.field(default_factory=lambda: {ALL: "all"})
    stations: tuple[Station, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what would not be one level of a topic, and groups that leave an area silent."""
        for name in (self.town, *self.groups.values(), *(station.id for station in self.stations)):
            if not _LEVEL.fullmatch(name):
                raise ValueError(f"{name!r} cannot be a level of a topic: no slash, plus, hash or space")
        if ALL not in self.groups:
            raise ValueError('groups must name the group that every station listens to, as {"*": "all"}')

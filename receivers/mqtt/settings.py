"""What an installation sets of the alerts that come over MQTT."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from broker.core.holder import Holder, Role
from cap_formats.alert import Status


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who speaks on a topic: ``issuer`` is their name; ``areas``, ``events``, ``statuses`` and ``senders`` bound them
    as a key bounds its holder. ``status``: what the topic itself is for; a message that says otherwise is held.
    """

    issuer: str
    status: Status | None = None
    areas: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = (Status.ACTUAL, Status.EXERCISE, Status.TEST)
    senders: tuple[str, ...] = ()

    @property
    def holder(self) -> Holder:
        """Under whom its messages are taken in."""
        return Holder(
            name=self.issuer,
            role=Role.ISSUER,
            areas=self.areas,
            events=self.events,
            statuses=self.statuses,
            senders=self.senders,
        )


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``host``: of the MQTT broker; "" listens to none. ``topics``: by topic filter, the first that fits a message
    counts. ``client_id``: our name there, by which it keeps what comes while we are away; no two programs may share
    it. Where there are topics of drills beside others, these have a connection of their own, which adds ``-drill`` to
    that name. ``protocol``: MQTT 5, where the broker is told how much we take at once, or 3.1.1 for one that has no 5:
    it must bound the size of messages itself. ``keepalive_s``: a connection that is dead is known to be so after twice
    as long. ``tls`` encrypts, with the authorities of ``ca_file`` or of the machine.
    """

    host: str = ""
    port: Annotated[int, Meta(ge=1, le=65_535)] = 1883
    username: str = ""
    password: str = ""
    client_id: Annotated[str, Meta(min_length=1)] = "noroshi-in"
    protocol: Literal["5", "3.1.1"] = "5"
    keepalive_s: Annotated[int, Meta(ge=1, le=14)] = 10
    tls: bool = False
    ca_file: str = ""
    topics: dict[str, Topic] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse to listen to nothing, and filters that MQTT does not know."""
        if self.host and not self.topics:
            raise ValueError('topics must name what is listened to, as in "alerts/in/#" = { issuer = "県" }')
        for topic in self.topics:
            levels = topic.split("/")
            if not topic or "#" in levels[:-1] or any(len(one) > 1 and set(one) & {"+", "#"} for one in levels):
                raise ValueError(f"{topic!r} is no topic filter: + and # stand alone in a level, # in the last")

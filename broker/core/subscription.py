"""A subscription: who asked for what, by which channel. Holds no address and no secret (DESIGN rule 7)."""

import msgspec

from cap_formats.alert import Severity, Status


class Filter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a subscriber asked for; every field left empty matches all, save that statuses default to Actual.

    ``areas``: codes of prefectures (2 digits), municipalities or wards (5 or 6 digits). ``events``: words looked for in
    info/event or equal to an event code. ``min_severity``: this one or worse. ``statuses``: Actual alone unless drills
    were asked for. ``languages``: RFC 5646 tags, ``ja`` matches ``ja-JP``.
    """

    areas: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    min_severity: Severity | None = None
    statuses: tuple[Status, ...] = (Status.ACTUAL,)
    languages: tuple[str, ...] = ()


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """One far end's wish. ``label`` is what an operator reads; ``owner`` is the name of the API key that made it."""

    id: str
    channel: str
    filter: Filter = Filter()
    paused: bool = False
    label: str = ""
    owner: str = ""

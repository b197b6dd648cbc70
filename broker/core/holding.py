"""How long what was said holds, where its sender set no end. Rules as a table; values in, values out."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from cap_formats import parameter
from cap_formats.alert import Info, ResponseType, Severity, Urgency

_MOVES: Final = {ResponseType.EVACUATE, ResponseType.SHELTER, ResponseType.PREPARE, ResponseType.EXECUTE}


class Lasting(msgspec.Struct, frozen=True):
    """One rule: which infos it speaks of, and how long they hold; None is until something replaces them."""

    name: str
    applies: Callable[[Info], bool]
    lasts: timedelta | None


def _is_state(info: Info) -> bool:
    """Tell whether the info is a state that its sender ends himself: an order, a warning, a level."""
    named = {p.value_name for p in info.parameters}
    return bool(_MOVES & set(info.response_type)) or bool(named & {parameter.LEVEL, parameter.KIND_STATUS})


LASTING: Final = (
    Lasting("緊急地震速報 speaks of the next minute", lambda i: "緊急地震速報" in i.event, timedelta(minutes=10)),
    Lasting("what is over is news for a day", lambda i: i.urgency is Urgency.PAST, timedelta(hours=24)),
    Lasting("a state holds until its sender ends it", _is_state, None),
    Lasting("tsunami warnings are states", lambda i: "津波" in i.event and i.severity is not Severity.UNKNOWN, None),
    Lasting("anything else is news for a day", lambda _: True, timedelta(hours=24)),
)


def holds_until(info: Info, said_at: datetime) -> datetime | None:
    """Return when the info stops holding: its own ``expires``, else by the first rule that applies; None is open."""
    if info.expires is not None:
        return info.expires
    lasting = lasts(info)
    return None if lasting is None else said_at + lasting


def lasts(info: Info) -> timedelta | None:
    """Return how long what is said holds by the first rule that applies; None is until something replaces it."""
    return next(rule for rule in LASTING if rule.applies(info)).lasts


def says_nothing(info: Info) -> bool:
    """Tell whether the info says that something holds: not that something ended, nor that nothing holds."""
    return info.urgency is Urgency.PAST and info.response_type == (ResponseType.NONE,)


def holds(info: Info) -> bool:
    """Tell whether the info says that something holds, rather than that something ended or that nothing does."""
    return ResponseType.ALL_CLEAR not in info.response_type and not says_nothing(info)


def level_of(info: Info) -> int:
    """Return the 警戒レベル 1-5 that the info names, 0 where it names none."""
    text = info.parameter(parameter.LEVEL) or ""
    return int(text) if text.isdecimal() and 1 <= int(text) <= 5 else 0  # noqa: PLR2004 - the scale of 警戒レベル

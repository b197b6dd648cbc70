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


def _is_flash(info: Info) -> bool:
    """Tell 気象防災速報 and 記録的短時間大雨情報, which nobody ends."""
    return "気象防災速報" in info.event or "記録的短時間大雨" in info.event


def _is_tsunami_news(info: Info) -> bool:
    """Tell 津波情報 and お知らせ, which speak of what a warning holds for."""
    return "津波" in info.event and ("情報" in info.event or "お知らせ" in info.event)


LASTING: Final = (
    Lasting("緊急地震速報 speaks of the next minute", lambda i: "緊急地震速報" in i.event, timedelta(minutes=10)),
    # JMA says 線状降水帯 again after three hours where it goes on; the others are as much a matter of now.
    Lasting("a flash of heavy rain or snow speaks of the next hours", _is_flash, timedelta(hours=3)),
    Lasting("噴火速報 is followed by the warning proper", lambda i: "噴火速報" in i.event, timedelta(hours=24)),
    Lasting("tsunami news is said again within hours, and nobody ends it", _is_tsunami_news, timedelta(hours=24)),
    Lasting(
        "熱中症警戒アラート is for a day, from 17:00 of the eve", lambda i: "熱中症" in i.event, timedelta(hours=31)
    ),
    # 南海トラフ地震防災対策推進基本計画: a week of 警戒 and one of 注意; nothing ends them but time.
    Lasting("巨大地震警戒 lasts two weeks", lambda i: "巨大地震警戒" in i.event, timedelta(days=14)),
    Lasting(
        "巨大地震注意 and 後発地震注意情報 last a week",
        lambda i: "巨大地震注意" in i.event or "後発地震注意情報" in i.event,
        timedelta(days=7),
    ),
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

"""What an alert says, in Japanese, as short facts from which carrier mail, radio and captions build their words.

Owns the reading of an Alert; owns no sentence (``channels.text.sentence``).
"""

from datetime import datetime, timedelta, timezone
from typing import Final

import msgspec

from cap_formats.alert import Alert, Info, MsgType, ResponseType, Severity
from cap_formats.drill import MARKS
from cap_formats.parameter import HAZARD, KIND_STATUS, LEVEL
from channels.text.section import own_section

JST: Final = timezone(timedelta(hours=9), "JST")
_WORST_FIRST: Final = tuple(Severity)
_LIFTED: Final = "解除"


class Gist(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the alert says. ``level`` is 警戒レベル (0 where it has none); ``areas`` are names as the sender
    wrote them, each once; ``lifts`` says that it no longer holds; ``cancels`` that it was sent by mistake.
    """

    event: str
    level: int
    hazard: str
    lifts: bool
    cancels: bool
    sent: datetime
    sender: str
    areas: tuple[str, ...]
    headline: str
    instruction: str


def gists(alert: Alert) -> tuple[Gist, ...]:
    """Return what the alert says in Japanese, worst first; infos that differ in their areas alone are one.

    A Cancel without infos (CAP allows it) says one thing: that it cancels. Empty where nothing is in Japanese.
    """
    infos = [info for info in alert.infos if is_japanese(info)]
    if not infos and not alert.infos and alert.msg_type is MsgType.CANCEL:
        return (_bare_cancel(alert),)
    infos.sort(key=lambda info: (-level_of(info), _WORST_FIRST.index(info.severity)))  # stable: sender's order within
    merged: dict[tuple[object, ...], tuple[Gist, dict[str, None]]] = {}
    for info in infos:
        gist = _gist(alert, info)
        _, areas = merged.setdefault((gist.event, gist.level, gist.hazard, gist.lifts), (gist, {}))
        areas.update(dict.fromkeys(gist.areas))
    return tuple(msgspec.structs.replace(first, areas=tuple(areas)) for first, areas in merged.values())


def is_japanese(info: Info) -> bool:
    """Whether the info is in Japanese (RFC 5646: ja, ja-JP)."""
    return info.language.lower().split("-")[0] == "ja"


def level_of(info: Info) -> int:
    """警戒レベル 1 to 5 of one info, 0 where it names none."""
    value = info.parameter(LEVEL) or ""
    return int(value) if value in {"1", "2", "3", "4", "5"} else 0


def _gist(alert: Alert, info: Info) -> Gist:
    return Gist(
        event=info.event.strip(),
        level=level_of(info),
        hazard=info.parameter(HAZARD) or "",
        lifts=ResponseType.ALL_CLEAR in info.response_type or info.parameter(KIND_STATUS) == _LIFTED,
        cancels=alert.msg_type is MsgType.CANCEL,
        sent=alert.sent.astimezone(JST),
        sender=(info.sender_name or "").strip(),
        areas=tuple(dict.fromkeys(area.area_desc.strip() for area in info.areas)),
        headline=unmarked(info.headline or ""),
        instruction=own_section(unmarked(info.instruction or ""), info.event.strip()),
    )


def _bare_cancel(alert: Alert) -> Gist:
    return Gist(
        event="",
        level=0,
        hazard="",
        lifts=False,
        cancels=True,
        sent=alert.sent.astimezone(JST),
        sender="",
        areas=(),
        headline="",
        instruction="",
    )


def unmarked(text: str) -> str:
    """Take the marks of a drill off, so that each channel puts its own in the right place."""
    text = text.strip()
    for mark in MARKS.values():
        text = text.removeprefix(mark) if mark else text
    return text.strip()

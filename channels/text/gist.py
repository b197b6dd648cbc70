"""What an alert says, in Japanese, as short facts from which carrier mail, radio and captions build their words.

Owns the reading of an Alert; owns no sentence (``channels.text.sentence``).
"""

import re
from datetime import datetime, timedelta, timezone
from typing import Final

import msgspec

from broker.core.holding import says_nothing
from cap_formats.alert import Alert, Certainty, Info, MsgType, ResponseType, Severity
from cap_formats.drill import MARKS
from cap_formats.jma.grade import INTENSITY_WORDS
from cap_formats.jma.telegram import CORRECTED, CORRECTION
from cap_formats.parameter import (
    AT,
    CONDITION,
    HAZARD,
    INTENSITY,
    KIND_STATUS,
    LALERT_ERRATA_TIME,
    LEVEL,
    LIFELINE_STATE,
    VOLCANO_LEVEL,
)
from channels.text.fact import facts_of
from channels.text.section import own_section

JST: Final = timezone(timedelta(hours=9), "JST")
_WORST_FIRST: Final = tuple(Severity)
_LEVEL_SEVERITY: Final = {5: Severity.EXTREME, 4: Severity.SEVERE, 3: Severity.SEVERE, 2: Severity.MODERATE}
_LIFTED: Final = "解除"
_GOES_ON: Final = "継続"
_UNREPORTED: Final = "未入電"  # how JMA's words for an intensity end that no report has come of
# What only tells more of a tsunami: it ends with the warnings, but nobody lifts it.
_TSUNAMI_NEWS: Final = re.compile("津波.*情報$")
_LOWERED: Final = re.compile("(?P<before>特別警報|危険警報|警報)から(?P<now>危険警報|警報|注意報)")
_LEVEL_NAME: Final = re.compile("^レベル[0-9０-９]")
_STRONGER: Final = {"強風": "暴風", "風雪": "暴風雪"}  # what the warning of such an advisory is called


class Gist(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the alert says. ``level`` is 警戒レベル (0 where it has none); ``areas`` are names as the sender
    wrote them, each once; ``lifts`` says that it no longer holds; ``cancels`` that it was sent by mistake, ``corrects``
    that it puts an earlier message right. ``felt`` is how strong an earthquake was there (震度６強), ``lowers`` the
    graver warning in whose place it came (暴風特別警報), ``rank`` the 噴火警戒レベル (0 where it has none), ``goes_on``
    that it held before; ``state`` is that of a lifeline (発生, 復旧 ...). ``facts`` are sentences of numbers: when a
    tsunami comes and how high, where an earthquake was.
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
    corrects: bool = False
    felt: str = ""
    lowers: str = ""
    rank: int = 0
    goes_on: bool = False
    state: str = ""
    facts: tuple[str, ...] = ()


def gists(alert: Alert) -> tuple[Gist, ...]:
    """Return what the alert says in Japanese, worst first; infos that differ in their areas alone are one.

    A Cancel without infos (CAP allows it) says one thing: that it cancels. Empty where nothing is in Japanese.
    """
    japanese = [info for info in alert.infos if is_japanese(info)]
    infos = [
        info for info in japanese if not says_nothing(info)
    ] or japanese  # （なし） is not announced beside what is
    if not infos and not alert.infos and alert.msg_type is MsgType.CANCEL:
        return (_bare_cancel(alert),)
    infos.sort(key=_worst_first)  # stable: sender's order within
    merged: dict[tuple[object, ...], tuple[Gist, dict[str, None], dict[str, None]]] = {}
    for info in infos:
        gist = _gist(alert, info)
        same = (gist.event, gist.level, gist.hazard, gist.lifts, gist.felt, gist.lowers, gist.rank, gist.goes_on)
        _, areas, facts = merged.setdefault(same, (gist, {}, {}))
        areas.update(dict.fromkeys(gist.areas))
        facts.update(dict.fromkeys(gist.facts))
    return tuple(
        msgspec.structs.replace(first, areas=tuple(areas), facts=tuple(facts))
        for first, areas, facts in merged.values()
    )


def _worst_first(info: Info) -> tuple[float, int, bool]:
    """Sort by severity, of which a level says the least, by level within, and what is new before what goes on; what
    ended comes after all that moves people, and before what does not: 大津波警報の解除 goes before 津波予報, and
    波浪警報 before 大雨特別警報の解除.
    """
    level, worst, goes_on = level_of(info), _WORST_FIRST.index(info.severity), _goes_on(info)
    if is_lifted(info):
        return max(worst, _WORST_FIRST.index(Severity.SEVERE)) + 0.5, -level, goes_on
    return min(worst, _WORST_FIRST.index(_LEVEL_SEVERITY.get(level, Severity.UNKNOWN))), -level, goes_on


def is_lifted(info: Info) -> bool:
    """Whether the info says that something no longer holds."""
    over = ResponseType.ALL_CLEAR in info.response_type or info.parameter(KIND_STATUS) == _LIFTED
    return over and not _TSUNAMI_NEWS.search(info.event)


def is_japanese(info: Info) -> bool:
    """Whether the info is in Japanese (RFC 5646: ja, ja-JP)."""
    return info.language.lower().split("-")[0] == "ja"


def level_of(info: Info) -> int:
    """警戒レベル 1 to 5 of one info, 0 where it names none."""
    value = info.parameter(LEVEL) or ""
    return int(value) if value in {"1", "2", "3", "4", "5"} else 0


def _gist(alert: Alert, info: Info) -> Gist:
    lifts = is_lifted(info)
    event = info.event.strip()
    rank = info.parameter(VOLCANO_LEVEL) or ""
    return Gist(
        event=(event.removesuffix(_LIFTED) or event) if lifts else event,  # nobody lifts a 解除
        level=level_of(info),
        hazard=info.parameter(HAZARD) or "",
        lifts=lifts,
        cancels=alert.msg_type is MsgType.CANCEL,
        sent=alert.sent.astimezone(JST),
        sender=(info.sender_name or "").strip(),
        areas=_names(info),
        headline=unmarked(info.headline or "").removeprefix(CORRECTION),
        instruction=own_section(unmarked(info.instruction or ""), event),
        corrects=_corrects(alert, info),
        felt=_felt(info),
        lowers=_lowers(info, event),
        rank=int(rank) if rank in {"1", "2", "3", "4", "5"} and not lifts else 0,
        goes_on=_goes_on(info),
        state=info.parameter(LIFELINE_STATE) or "",
        facts=() if lifts else facts_of(info),
    )


def _names(info: Info) -> tuple[str, ...]:
    """Return the names of places, each once; the circles of a typhoon (予報円) are drawn, and nobody lives in one."""
    drawn = info.parameter(AT) is not None
    return tuple(dict.fromkeys(area.area_desc.strip() for area in info.areas if area.geocodes or not drawn))


def _goes_on(info: Info) -> bool:
    return info.parameter(KIND_STATUS) == _GOES_ON


def _corrects(alert: Alert, info: Info) -> bool:
    """Tell a 訂正: of JMA by InfoType, of L-Alert an Update with an Errata."""
    errata = info.parameter(LALERT_ERRATA_TIME) is not None
    return alert.note == CORRECTED or (errata and alert.msg_type is MsgType.UPDATE)


def _felt(info: Info) -> str:
    """Return the 震度 that was measured, or JMA's words where no report has come; what is expected is none."""
    words = INTENSITY_WORDS.get(info.parameter(INTENSITY) or "")
    if words and info.certainty is Certainty.OBSERVED:
        return f"震度{words}"
    condition = info.parameter(CONDITION) or ""
    return condition if condition.startswith("震度") and condition.endswith(_UNREPORTED) else ""


def _lowers(info: Info, event: str) -> str:
    """Return the name of the graver warning that this one takes the place of (Kind/Status 特別警報から警報); empty
    where it takes the place of none, or of one whose name is not known.
    """
    step = _LOWERED.fullmatch(info.parameter(KIND_STATUS) or "")
    if step is None or not event.endswith(step["now"]):
        return ""
    hazard = _LEVEL_NAME.sub("", event).removesuffix(step["now"])
    return _STRONGER.get(hazard, hazard) + step["before"] if hazard else ""


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

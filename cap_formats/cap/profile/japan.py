"""A CAP profile for Japan, of our own making and versioned, because none has been published (UNCONFIRMED).

It binds 警戒レベル to CAP's words, says how a lift and a drill are told, and by which codes areas are named. What comes
from JMA or L-Alert and keeps to it is marked with its code where it is written as CAP; a message that is marked so is
checked when it is read.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from cap_formats.alert import Alert, Info, MsgType, ResponseType, Severity, Status, Urgency
from cap_formats.cap.profile.profile import Breach, Profile, ProfileRule, each_area, each_info, each_parameter
from cap_formats.cap.rule import Fault
from cap_formats.drill import MARKS
from cap_formats.parameter import LEVEL, TRAINING

VERSION: Final = "1.0"
CODE: Final = f"profile:noroshi:jp:{VERSION}"
MUNICIPALITY: Final = "JISX0402"
JMA_PREFIX: Final = "JMA_"  # with the name of JMA's table: JMA_AreaTsunami

_MUNICIPALITY: Final = re.compile(r"[0-9]{5,6}")


class Level(NamedTuple):
    """How one 警戒レベル is told in CAP: any of these words, and at least one of the response types."""

    urgency: tuple[Urgency, ...]
    severity: tuple[Severity, ...]
    response_type: tuple[ResponseType, ...]


LEVELS: Final = {
    "5": Level((Urgency.IMMEDIATE,), (Severity.EXTREME,), (ResponseType.SHELTER, ResponseType.EXECUTE)),
    "4": Level((Urgency.IMMEDIATE,), (Severity.SEVERE, Severity.EXTREME), (ResponseType.EVACUATE,)),
    "3": Level(
        (Urgency.IMMEDIATE, Urgency.EXPECTED),
        (Severity.MODERATE, Severity.SEVERE),
        (ResponseType.PREPARE, ResponseType.EVACUATE),
    ),
    "2": Level(tuple(Urgency), (Severity.MINOR, Severity.MODERATE), ()),
    "1": Level(tuple(Urgency), (Severity.MINOR, Severity.MODERATE, Severity.UNKNOWN), ()),
}


def _levels(alert: Alert) -> Iterator[Fault]:
    for steps, value in each_parameter(alert, LEVEL):
        if value not in LEVELS:
            yield Fault(steps, f"{LEVEL} is {value!r}")


def _level_words(alert: Alert) -> Iterator[Fault]:
    if alert.msg_type is MsgType.CANCEL:
        return
    for steps, info in each_info(alert):
        level = LEVELS.get((info.parameter(LEVEL) or "").strip())
        if level is None or ResponseType.ALL_CLEAR in info.response_type:
            continue
        if info.severity not in level.severity:
            yield Fault((*steps, ("severity", 0)), f"level {info.parameter(LEVEL)} is called {info.severity}")
        if info.urgency not in level.urgency:
            yield Fault((*steps, ("urgency", 0)), f"level {info.parameter(LEVEL)} is called {info.urgency}")


def _level_responses(alert: Alert) -> Iterator[Fault]:
    if alert.msg_type is MsgType.CANCEL:
        return
    for steps, info in each_info(alert):
        level = LEVELS.get((info.parameter(LEVEL) or "").strip())
        if level is None or not level.response_type or ResponseType.ALL_CLEAR in info.response_type:
            continue
        if not any(one in info.response_type for one in level.response_type):
            wanted = " or ".join(level.response_type)
            yield Fault((*steps, ("responseType", 0)), f"level {info.parameter(LEVEL)} asks for {wanted}")


def _lifts(alert: Alert) -> Iterator[Fault]:
    if alert.msg_type is MsgType.CANCEL:
        for steps, info in each_info(alert):
            if ResponseType.ALL_CLEAR in info.response_type:
                yield Fault((*steps, ("responseType", 0)), "this Cancel says AllClear")


def _drills(alert: Alert) -> Iterator[Fault]:
    if alert.status is Status.ACTUAL:
        return
    for steps, info in each_info(alert):
        if not _is_marked(info, alert.status):
            yield Fault((*steps, ("headline", 0)), f"status is {alert.status} and the headline does not say so")
        if alert.status is Status.EXERCISE and (info.parameter(TRAINING) or "").strip() != "true":
            yield Fault((*steps, ("parameter", 0)), f"there is no {TRAINING}")


def _is_marked(info: Info, status: Status) -> bool:
    return info.headline is None or info.headline.lstrip().startswith(MARKS[status])


def _places(alert: Alert) -> Iterator[Fault]:
    for steps, area in each_area(alert):
        if not area.geocodes and not area.polygons and not area.circles:
            yield Fault((*steps, ("geocode", 0)), f"{area.area_desc!r} has neither a code nor a shape")
        for number, one in enumerate(area.geocodes, 1):
            if one.value_name == MUNICIPALITY and _MUNICIPALITY.fullmatch(one.value.strip()) is None:
                yield Fault((*steps, ("geocode", number)), f"{MUNICIPALITY} is {one.value!r}")


def _languages(alert: Alert) -> Iterator[Fault]:
    if alert.infos and not any(info.language.lower().startswith("ja") for info in alert.infos):
        yield Fault((("info", 1), ("language", 0)), "no info is in Japanese")


JAPAN: Final = Profile(
    "profile:noroshi:jp",
    VERSION,
    lambda alert: CODE in alert.codes,
    (
        ProfileRule("jp-level", f"{LEVEL} is a number from 1 to 5", _levels, Breach.HELD),
        ProfileRule("jp-level-words", "警戒レベル, severity and urgency say the same", _level_words, Breach.HELD),
        ProfileRule("jp-level-response", "警戒レベル and responseType say the same", _level_responses),
        ProfileRule("jp-lift", "A lift is an Update with AllClear; a Cancel takes back a mistake", _lifts),
        ProfileRule("jp-drill", f"A drill says so in its headlines, 訓練 by {TRAINING} too", _drills),
        ProfileRule("jp-place", f"Areas have a shape, {MUNICIPALITY} or {JMA_PREFIX} and the name of a table", _places),
        ProfileRule("jp-language", "One info is in Japanese", _languages),
    ),
)

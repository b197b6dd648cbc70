"""What an alert must satisfy to be taken in, beyond its own standard: bounds and times. Rules as a table.

Does not ask who sent it (permission) nor what came before it (chain).
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from broker.core import limit
from cap_formats.alert import Alert, Area, MsgType, Status


class Verdict(StrEnum):
    """What becomes of a message that breaks a rule."""

    REJECTED = "rejected"  # its sender is told, and can mend it
    HELD = "held"  # a person must look; its sender is told that nothing went out


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One rule broken: its stable code, a sentence for the sender, and the path at fault."""

    verdict: Verdict
    code: str
    sentence: str
    path: str | None = None
    http_status: int = 422


Rule = Callable[[Alert, datetime], Trouble | None]


def _areas(alert: Alert) -> Iterator[Area]:
    return (area for info in alert.infos for area in info.areas)


def check_names(alert: Alert, _: datetime) -> Trouble | None:
    """Bound the names that keys, chains and logs are made of."""
    for path, text in (("/alert/identifier", alert.identifier), ("/alert/sender", alert.sender)):
        if len(text) > limit.NAME_MAX:
            sentence = f"{path} has {len(text)} characters; at most {limit.NAME_MAX} are taken."
            return Trouble(verdict=Verdict.REJECTED, code="name-too-long", sentence=sentence, path=path)
    return None


def check_years(alert: Alert, _: datetime) -> Trouble | None:
    """Refuse times that no living clock shows: arithmetic with them fails, and somebody's software is broken."""
    times = [("/alert/sent", alert.sent)]
    for i, info in enumerate(alert.infos, 1):
        named = (("effective", info.effective), ("onset", info.onset), ("expires", info.expires))
        times += [(f"/alert/info[{i}]/{name}", time) for name, time in named if time is not None]
    for path, time in times:
        if not limit.YEAR_MIN <= time.year <= limit.YEAR_MAX:
            sentence = f"{path} is in the year {time.year}; times from {limit.YEAR_MIN} to {limit.YEAR_MAX} are taken."
            return Trouble(verdict=Verdict.REJECTED, code="time-out-of-range", sentence=sentence, path=path)
    return None


def check_areas_count(alert: Alert, _: datetime) -> Trouble | None:
    """Bound the areas of one message."""
    count = sum(1 for _ in _areas(alert))
    if count <= limit.AREAS_MAX:
        return None
    sentence = f"The message has {count} areas; at most {limit.AREAS_MAX} are taken."
    return Trouble(verdict=Verdict.REJECTED, code="areas-too-many", sentence=sentence, http_status=413)


def check_polygons(alert: Alert, _: datetime) -> Trouble | None:
    """Bound the polygons of one message and the points of each."""
    count = 0
    for i, info in enumerate(alert.infos, 1):
        for j, area in enumerate(info.areas, 1):
            count += len(area.polygons)
            for k, polygon in enumerate(area.polygons, 1):
                points = polygon.count(",")
                if points > limit.POLYGON_POINTS_MAX:
                    return Trouble(
                        verdict=Verdict.REJECTED,
                        code="polygon-too-many-points",
                        sentence=f"The polygon has {points} points; at most {limit.POLYGON_POINTS_MAX} are taken.",
                        path=f"/alert/info[{i}]/area[{j}]/polygon[{k}]",
                        http_status=413,
                    )
    if count > limit.POLYGONS_MAX:
        sentence = f"The message has {count} polygons; at most {limit.POLYGONS_MAX} are taken."
        return Trouble(verdict=Verdict.REJECTED, code="polygons-too-many", sentence=sentence, http_status=413)
    return None


def check_kind(alert: Alert, _: datetime) -> Trouble | None:
    """Refuse what is not for publication: drafts, and answers between systems."""
    if alert.status is Status.DRAFT:
        sentence = "A Draft is not for publication; send it as Actual, or as Exercise or Test."
        return Trouble(verdict=Verdict.REJECTED, code="status-draft", sentence=sentence, path="/alert/status")
    if alert.msg_type in (MsgType.ACK, MsgType.ERROR):
        sentence = f"msgType {alert.msg_type} answers another system and alerts nobody; send Alert, Update or Cancel."
        code = "msg-type-not-for-publication"
        return Trouble(verdict=Verdict.REJECTED, code=code, sentence=sentence, path="/alert/msgType")
    return None


def check_expired(alert: Alert, now: datetime) -> Trouble | None:
    """Refuse an alert all of whose infos have run out; a late warning that still holds is taken."""
    ends = [info.expires for info in alert.infos]
    if not ends or any(end is None or end > now for end in ends) or alert.msg_type is MsgType.CANCEL:
        return None
    last = max(end for end in ends if end is not None)
    sentence = f"The alert ran out at {last.isoformat()}, and nothing is sent after that; set a later expires."
    return Trouble(verdict=Verdict.REJECTED, code="alert-expired", sentence=sentence, path="/alert/info/expires")


def check_future(alert: Alert, now: datetime) -> Trouble | None:
    """Hold a message from the future: either clock may be wrong, and its chain would order wrongly for ever."""
    if alert.sent <= now + limit.CLOCK_SKEW_MAX:
        return None
    sentence = f"sent is {alert.sent.isoformat()}, later than now ({now.isoformat()}); check the clock of the sender."
    return Trouble(verdict=Verdict.HELD, code="sent-in-the-future", sentence=sentence, path="/alert/sent")


RULES: Final[tuple[Rule, ...]] = (
    check_kind,
    check_names,
    check_years,
    check_areas_count,
    check_polygons,
    check_expired,
    check_future,
)


def check(alert: Alert, now: datetime) -> Trouble | None:
    """Return the first rule broken, or None."""
    return next((trouble for rule in RULES if (trouble := rule(alert, now)) is not None), None)

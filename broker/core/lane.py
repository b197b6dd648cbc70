"""The three lanes, each with its own budget, so that one can never delay another (DESIGN rule 5)."""

from enum import StrEnum

from cap_formats.alert import Alert, ResponseType, Severity, Status, Urgency


class Lane(StrEnum):
    """Which queue a delivery waits in. Drill is everything that is not Actual."""

    URGENT = "urgent"
    NORMAL = "normal"
    DRILL = "drill"


def lane_of(alert: Alert) -> Lane:
    """Place an alert in its lane.

    Urgent is what leaves seconds or minutes (earthquake early warning, tsunami, missile, level 5): Immediate and
    Extreme, in any of its infos. A Cancel or AllClear of such an alert is urgent too, which its codec says by keeping
    urgency and severity of what it takes back.
    """
    if alert.status is not Status.ACTUAL:
        return Lane.DRILL
    for info in alert.infos:
        if info.urgency is Urgency.IMMEDIATE and info.severity is Severity.EXTREME:
            return Lane.URGENT
    return Lane.NORMAL


def is_swift(alert: Alert) -> bool:
    """Whether retries go by the swift ladder: urgent alerts, and everything that moves people."""
    if lane_of(alert) is Lane.URGENT:
        return True
    moving = {ResponseType.EVACUATE, ResponseType.SHELTER, ResponseType.EXECUTE}
    return any(moving & set(info.response_type) for info in alert.infos)

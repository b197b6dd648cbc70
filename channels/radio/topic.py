"""The topics: calls and answers, live and drill in trees of their own.

    radio/33202/live/call/<group>     radio/33202/live/answer/<station>
    radio/33202/drill/call/<group>    radio/33202/drill/answer/<station>

A station listens to the drill tree only where someone has set it up to.
"""

from typing import Final

from cap_formats.alert import Status
from channels.mqtt_broker import ANSWER

CALL: Final = "call"
LIVE: Final = "live"
DRILL: Final = "drill"


def tree_of(status: Status) -> str:
    """Live for Actual, drill for everything else."""
    return LIVE if status is Status.ACTUAL else DRILL


def call_topic(root: str, town: str, tree: str, group: str) -> str:
    """Topic on which a group is called."""
    return f"{root}/{town}/{tree}/{CALL}/{group}"


def answer_topic(root: str, town: str, tree: str, station: str) -> str:
    """Topic on which a station answers."""
    return f"{root}/{town}/{tree}/{ANSWER}/{station}"


def answers_filter(root: str) -> str:
    """Topic filter for all answers."""
    return f"{root}/+/+/{ANSWER}/+"


def station_in(topic: str) -> str:
    """Name of the station in an answer's topic."""
    return topic.rsplit("/", 1)[-1]

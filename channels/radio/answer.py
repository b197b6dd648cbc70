"""What a station answers after a call (アンサーバック), and what it proves.

The field list is general knowledge of outdoor stations, UNCONFIRMED: makers differ, a gateway translates.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from broker.core.delivery import Level, Receipt

TEXT_MAX: Final = 500  # characters of a fact: anyone with a station's password may write it
YEARS: Final = range(2000, 2201)  # a station's clock may be wrong, but outside of these it says nothing
Text = Annotated[str, msgspec.Meta(max_length=TEXT_MAX)]


class State(StrEnum):
    """How far the call came at this station."""

    DELIVERED = "delivered"  # the station has it
    SOUNDED = "sounded"  # it was heard, as far as the amplifier can tell
    FAILED = "failed"  # the station has it and could not sound it
    NO_ANSWER = "no-answer"  # polled by its gateway, it said nothing


LEVELS: Final[dict[State, Level]] = {
    State.DELIVERED: Level.DELIVERED,
    State.SOUNDED: Level.DISPLAYED,
    State.FAILED: Level.ACCEPTED,  # nothing more is proven than that the MQTT broker took it
    State.NO_ANSWER: Level.ACCEPTED,
}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, JSON. ``battery`` in volts, ``ac`` whether mains power is on, ``door`` open or closed, ``speaker`` ok
    or what is wrong with it. ``at`` has an offset and a year within ``YEARS``.
    """

    delivery_id: Text
    state: State
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    battery: float | None = None
    ac: bool | None = None
    door: Text | None = None
    speaker: Text | None = None

    def __post_init__(self) -> None:
        """Refuse times that no calendar of ours can hold in UTC."""
        if self.at.year not in YEARS:
            raise ValueError(f"at must lie in the years {YEARS[0]} to {YEARS[-1]}")


def receipt_of(answer: Answer, station: str) -> Receipt:
    """Return the answer as a receipt from that station."""
    facts = {
        "battery": answer.battery,
        "ac": None if answer.ac is None else ("on" if answer.ac else "off"),
        "door": answer.door,
        "speaker": answer.speaker,
    }
    words = [str(answer.state), *(f"{name}={fact}" for name, fact in facts.items() if fact is not None)]
    return Receipt(
        delivery_id=answer.delivery_id,
        level=LEVELS[answer.state],
        at=answer.at,
        where=station,
        evidence=" ".join(words),
    )


def silence_of(delivery_id: str, station: str, at: datetime) -> Receipt:
    """Return the receipt for a station that did not answer in time: absence is news too."""
    return Receipt(delivery_id=delivery_id, level=Level.ACCEPTED, at=at, where=station, evidence=State.NO_ANSWER)

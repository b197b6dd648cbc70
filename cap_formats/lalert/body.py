"""What each body of L-Alert has: its name, its table of elements, and how it becomes Infos and comes from an Alert."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from cap_formats.alert import Alert, Certainty, Info, ResponseType, Severity, Urgency
from cap_formats.jma.grade import Grade
from cap_formats.lalert.element import TEXT, Element, Group
from cap_formats.lalert.told import Told
from cap_formats.situation import AnySituation

INFORMATION: Final = Grade(Urgency.UNKNOWN, Severity.MINOR, Certainty.OBSERVED, (ResponseType.MONITOR,))
"""What a municipality reports: news for everyone there, never the colour of an order."""
INFORMATION_ENDED: Final = INFORMATION.released()
MAIL: Final = Grade(Urgency.IMMEDIATE, Severity.MODERATE, Certainty.LIKELY, (ResponseType.MONITOR,))
"""An urgent mail, whose words nobody graded and which nobody can take back: urgent, below every order."""

DISASTER: Final = Element("pcx_eb:Disaster/pcx_eb:DisasterName", "disaster", TEXT)


class Body(NamedTuple):
    """One kind of body.

    ``name`` is commons:category and Control/Title, ``tag`` its element, ``title`` Head/Title. ``infos`` and
    ``situation`` are made of what ``content`` reads; ``struct`` makes that again from an Alert.
    """

    name: str
    tag: str
    title: str
    content: Group
    infos: Callable[[Told, Any], tuple[Info, ...]]
    situation: Callable[[Told, Any], AnySituation | None]
    struct: Callable[[Alert], Any]


def no_situation(_: Told, __: object) -> None:
    """Return None: a body that reports no situation."""

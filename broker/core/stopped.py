"""How a message stops on its way in: carried as a Trouble up to where its bytes are kept.

The troubles that are not rules of ``acceptance`` stand here, each with its code and its sentence.
"""

from typing import Final

import msgspec

from broker.core.acceptance import Trouble, Verdict
from broker.core.problem import Problem
from cap_formats.alert import Alert, Status
from cap_formats.problem import FormatError, MessageHeldError, MessageSyntaxError

REFERENCES_UNKNOWN: Final = "references-unknown"
OVERTAKEN: Final = Trouble(
    verdict=Verdict.HELD,
    code="overtaken",
    sentence="A newer message of the same series was taken in since; this one would not be sent. Drop it.",
    http_status=409,
)
CANCEL_OVERTAKEN: Final = Trouble(
    verdict=Verdict.HELD,
    code="cancel-overtaken",
    sentence="A newer message of the same series was taken in before this Cancel; nothing went out. "
    "Cancel the newest one.",
    path="/alert/references",
    http_status=409,
)


class Stopped(Exception):  # noqa: N818
    """Carries a Trouble up to where the bytes are kept."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.code)
        self.trouble = trouble


def taken(seq: int) -> Trouble:
    """Say that there is nothing to send on."""
    sentence = f"The same message was taken in since, as {seq}; there is nothing to send on. Drop this one."
    return Trouble(verdict=Verdict.HELD, code="taken-meanwhile", sentence=sentence, http_status=409)


def fault(error: Exception) -> Trouble:
    """Say that our own code failed on a message: it is for a person to look at, and holds up no other."""
    sentence = f"The message met a fault of this program ({type(error).__name__}); nothing is known to have gone out."
    return Trouble(verdict=Verdict.HELD, code="fault-of-ours", sentence=sentence, http_status=500)


def forbidden(problem: Problem) -> Trouble:
    """Say what the holder of the key may not."""
    return Trouble(
        verdict=Verdict.REJECTED,
        code=problem.code,
        sentence=problem.sentence,
        path=problem.path,
        http_status=problem.status,
    )


def trouble_of(error: FormatError, transport: Status | None = None) -> Trouble:
    """Say what is wrong with a message that cannot be understood, or contradicts itself.

    One that contradicts itself may disagree with its ``transport`` as well; then a person must choose the status
    first of all, or it would go out as it is for another reason.
    """
    if isinstance(error, MessageHeldError) and error.alert is not None and transport not in (None, error.alert.status):
        disagreement = disagrees(error.alert, transport)
        return msgspec.structs.replace(disagreement, sentence=f"{disagreement.sentence} And: {error.sentence}")
    verdict = Verdict.HELD if isinstance(error, MessageHeldError) else Verdict.REJECTED
    return Trouble(
        verdict=verdict, code=error.code, sentence=error.sentence, path=error.path, http_status=_status_of(error)
    )


def disagrees(alert: Alert, transport: Status | None) -> Trouble:
    """Say that the message and the way it came are not of one status."""
    sentence = (
        f"The message says {alert.status} and the way it came is for {transport}; nothing went out, and a person must "
        "say which is right."
    )
    return Trouble(verdict=Verdict.HELD, code="status-disagrees", sentence=sentence, path="/alert/status")


def _status_of(error: FormatError) -> int:
    if error.code == "message-too-large":
        return 413
    return 400 if isinstance(error, MessageSyntaxError) else 422


def reused(alert: Alert) -> Trouble:
    """Say that the name of the message was another's before."""
    sentence = (
        f"{alert.identifier} of {alert.sender} was taken before with other content; nothing went out. "
        "Give the new message an identifier of its own."
    )
    return Trouble(
        verdict=Verdict.HELD, code="identifier-reused", sentence=sentence, path="/alert/identifier", http_status=409
    )


def shapeless(code: str, sentence: str, path: str) -> Trouble:
    """Say that a polygon or a circle cannot be read."""
    return Trouble(verdict=Verdict.REJECTED, code=code, sentence=sentence, path=path)


def nowhere(named: str) -> Trouble:
    """Say that no area could be placed; ``named`` is the first, as its sender wrote it."""
    sentence = (
        f"No area of the message could be placed (the first: {named}); nothing went out, and a person must settle it. "
        "Name municipalities by their code, as in <valueName>JISX0402</valueName><value>332020</value>, or JMA's areas "
        "as JMA_<table>."
    )
    return Trouble(verdict=Verdict.HELD, code="area-unknown", sentence=sentence, path="/alert/info[1]/area[1]")


def voiceless(named: str) -> Trouble:
    """Say that the message speaks in the name of what is no municipality."""
    sentence = f"The message speaks in the name of {named}, which is no municipality; give its JIS X 0402 code."
    return Trouble(verdict=Verdict.REJECTED, code="proxy-unknown", sentence=sentence, path="/alert/sender")


def unfollowed(alert: Alert) -> Trouble:
    """Say that the message refers to what is not known here."""
    sentence = (
        f"This {alert.msg_type} refers to messages that are not known here; nothing went out. "
        "Send it as an Alert of its own if it is to stand alone."
    )
    return Trouble(verdict=Verdict.HELD, code=REFERENCES_UNKNOWN, sentence=sentence, path="/alert/references")

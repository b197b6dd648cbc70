"""Whether the holder of a key may say this, about that area. Does not know who holds which key."""

from collections.abc import Callable, Collection
from typing import Final

import msgspec

from broker.core.holder import Holder, Role
from broker.core.problem import Problem
from cap_formats.alert import Alert, MsgType

FORBIDDEN: Final = 403
NAMED_MAX: Final = 10  # codes named in the sentence; all of them stand in the problem's member ``areas``


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants to say what, where. ``allowed`` is what the holder's areas expand to."""

    holder: Holder
    alert: Alert
    leaf_codes: Collection[str]
    allowed: Collection[str]


def check_role(question: Question) -> Problem | None:
    """Only an issuer issues."""
    if question.holder.role is Role.ISSUER:
        return None
    sentence = (
        f"A key of role {question.holder.role} may not issue alerts; use one made with 'noroshi keys add issuer'."
    )
    return Problem("role-may-not-issue", sentence, status=FORBIDDEN)


def check_status(question: Question) -> Problem | None:
    """Keep a key for drills from saying Actual, and the other way round."""
    holder, status = question.holder, question.alert.status
    if status in holder.statuses:
        return None
    sentence = f"This key may not issue status {status}; it may issue {', '.join(holder.statuses) or 'none'}."
    return Problem("status-not-allowed", sentence, status=FORBIDDEN, path="/alert/status")


def check_event(question: Question) -> Problem | None:
    """Every info/event must contain one of the holder's words."""
    words = question.holder.events
    for i, info in enumerate(question.alert.infos, 1):
        if words and not any(word in info.event for word in words):
            sentence = f"This key may not issue the event {info.event!r}; it may issue {', '.join(words)}."
            return Problem("event-not-allowed", sentence, status=FORBIDDEN, path=f"/alert/info[{i}]/event")
    return None


def check_area(question: Question) -> Problem | None:
    """Every municipality must be one of the holder's; a message that names none at all would speak for everywhere."""
    if not question.holder.areas:
        return None
    alert, allowed = question.alert, frozenset(question.allowed)
    outside = tuple(sorted(set(question.leaf_codes) - allowed))
    if outside:
        more = f" and {len(outside) - NAMED_MAX} more" if len(outside) > NAMED_MAX else ""
        sentence = f"This key may not speak for {', '.join(outside[:NAMED_MAX])}{more}; leave these municipalities out."
        return Problem("area-not-allowed", sentence, status=FORBIDDEN, path="/alert/info/area", areas=outside)
    if alert.infos and not question.leaf_codes and alert.msg_type is not MsgType.CANCEL:
        sentence = "The message covers no municipality, and this key may speak for some only; name the area."
        return Problem("area-not-allowed", sentence, status=FORBIDDEN, path="/alert/info/area", areas=())
    return None


RULES: Final[tuple[Callable[[Question], Problem | None], ...]] = (check_role, check_status, check_event, check_area)


def check(
    holder: Holder, alert: Alert, leaf_codes: Collection[str], allowed_leaf_codes: Collection[str]
) -> Problem | None:
    """Return the first rule that forbids it (HTTP 403), or None.

    ``leaf_codes`` are the 5-digit codes that the alert covers and, for one that takes an earlier one over, those of its
    chain (``Resolution.areas``): else a town could cancel another town's alert. ``allowed_leaf_codes`` are what
    ``holder.areas`` expand to; they count for nothing where the holder has no areas, which means the whole country.
    """
    question = Question(holder=holder, alert=alert, leaf_codes=leaf_codes, allowed=allowed_leaf_codes)
    return next((problem for rule in RULES if (problem := rule(question)) is not None), None)

"""Whether the holder of a key may say this, about that area. Does not know who holds which key."""

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Final

import msgspec

from broker.core.holder import ANYONE, Holder, Role
from broker.core.problem import Problem
from broker.core.voice import ITSELF, Voice
from cap_formats.alert import Alert, MsgType

FORBIDDEN: Final = 403
# How 気象庁, J-Alert and the satellites sign here (cap_formats.jma, jalert, qzss), and addresses of 気象庁's.
_SENDERS: Final = re.compile(r"(?:.*[@./])?jma\.go\.jp|j-alert:.*|qzss:.*", re.DOTALL)
_NAMES: Final = re.compile(r"気象庁.*|.*気象台|内閣官房.*|Japan Meteorological Agency.*", re.DOTALL)
NAMED_MAX: Final = 10  # codes named in the sentence; all of them stand in the problem's member ``areas``


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants to say what, where, in whose name. ``allowed`` is what the holder's areas expand to."""

    holder: Holder
    alert: Alert
    leaf_codes: Collection[str]
    allowed: Collection[str]
    voice: Voice


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
    if question.voice.may_proxy:
        allowed |= question.voice.leaves
    outside = tuple(sorted(set(question.leaf_codes) - allowed))
    if outside:
        more = f" and {len(outside) - NAMED_MAX} more" if len(outside) > NAMED_MAX else ""
        sentence = f"This key may not speak for {', '.join(outside[:NAMED_MAX])}{more}; leave these municipalities out."
        return Problem("area-not-allowed", sentence, status=FORBIDDEN, path="/alert/info/area", areas=outside)
    if not question.leaf_codes and alert.msg_type is not MsgType.CANCEL:
        sentence = "The message covers no municipality, and this key may speak for some only; name the area."
        return Problem("area-not-allowed", sentence, status=FORBIDDEN, path="/alert/info/area", areas=())
    return None


def check_voice(question: Question) -> Problem | None:
    """Nobody speaks in a municipality's name but itself and who may do so in its place (代行), and of it alone."""
    voice = question.voice
    if voice.code is None or voice.is_own:
        return None
    if not voice.may_proxy:
        sentence = (
            f"This message speaks in the name of {voice.code}, and this key may not: it takes a key made with "
            f"--proxy-for {voice.code}, or a sender and words of its own."
        )
        return Problem("proxy-not-allowed", sentence, status=FORBIDDEN, path="/alert/sender")
    if outside := sorted(set(question.leaf_codes) - voice.leaves):
        named = ", ".join(outside[:NAMED_MAX])
        sentence = f"In the place of {voice.code} this key may speak of {voice.code} alone, not of {named}."
        return Problem("area-not-allowed", sentence, status=FORBIDDEN, path="/alert/info/area", areas=tuple(outside))
    return None


def check_sender(holder: Holder, alert: Alert) -> Problem | None:
    """Tell whether the holder may sign so. What it takes over may have been signed by another.

    A key for some areas that names no senders is no key of 気象庁 or J-Alert, not even within its areas: with their
    name goes a trust that a town's own words do not have.
    """
    if ANYONE in holder.senders or alert.sender in holder.senders:
        return None
    if holder.senders:
        sentence = f"This key may not send as {alert.sender}; its sender is {' or '.join(holder.senders)}."
        return Problem("sender-not-allowed", sentence, status=FORBIDDEN, path="/alert/sender")
    if not holder.areas or (said := _national(alert)) is None:
        return None
    name, path = said
    sentence = (
        f"{name} names who speaks for the whole country (気象庁, J-Alert), and this key is for some areas alone: it "
        f"takes one without areas, or with the sender {alert.sender} (noroshi keys add --senders; of a topic or of who "
        "signs files, senders in noroshi.toml)."
    )
    return Problem("sender-not-allowed", sentence, status=FORBIDDEN, path=path)


def _national(alert: Alert) -> tuple[str, str] | None:
    """Return the name by which an alert says that it is of who speaks for the whole country, and where it says so."""
    if _SENDERS.fullmatch(_seen(alert.sender).casefold().rstrip(".")):
        return alert.sender, "/alert/sender"
    for number, info in enumerate(alert.infos, 1):
        if info.sender_name and _NAMES.fullmatch(_seen(info.sender_name)):
            return info.sender_name, f"/alert/info[{number}]/senderName"
    return None


def _seen(name: str) -> str:
    """Return a name as it is read: in plain letters, without blanks around it and what no eye sees (UAX 44, Cf)."""
    plain = unicodedata.normalize("NFKC", name)
    return "".join(letter for letter in plain if unicodedata.category(letter) != "Cf").strip()


RULES: Final[tuple[Callable[[Question], Problem | None], ...]] = (
    check_role,
    check_status,
    check_event,
    check_voice,
    check_area,
)


def check(
    holder: Holder,
    alert: Alert,
    leaf_codes: Collection[str],
    allowed_leaf_codes: Collection[str],
    voice: Voice = ITSELF,
) -> Problem | None:
    """Return the first rule that forbids it (HTTP 403), or None.

    ``leaf_codes`` are the 5-digit codes that the alert covers and, for one that takes an earlier one over, those of its
    chain (``Resolution.areas``): else a town could cancel another town's alert. ``allowed_leaf_codes`` are what
    ``holder.areas`` expand to; they count for nothing where the holder has no areas, which means the whole country.
    ``voice`` is in whose name it speaks.
    """
    question = Question(holder=holder, alert=alert, leaf_codes=leaf_codes, allowed=allowed_leaf_codes, voice=voice)
    return next((problem for rule in RULES if (problem := rule(question)) is not None), None)

"""What stands in the text of CAP 1.2's elements, as values and back: times, lists of words, references."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Final

from cap_formats.alert import Reference
from cap_formats.problem import MessageRuleError

TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[-+][0-9]{2}:[0-9]{2}")

# CAP writes UTC as -00:00 (3.2.1, sent). Where a message says +00:00 its time keeps a name of its own, so that the
# message can be written out again as it came; the two are equal as times.
_PLUS_ZERO: Final = timezone(timedelta(0), "+00:00")
_MIDNIGHT_ENDING: Final = "T24:00:00"

_ANY_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})?"
)
_DECIMAL: Final = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")

_SPACE: Final = " \t\r\n"  # XML's; an ideographic space belongs to its word
_WORD: Final = re.compile(r'"[^"]*"(?![^ \t\r\n])|[^ \t\r\n]+')


def read_time(text: str) -> datetime:
    """Read a CAP time, which carries its offset (``2026-07-01T09:00:00+09:00``).

    Raises MessageRuleError ``cap-time-out-of-range`` where the calendar of XML Schema goes on and ours ends.
    """
    text = text.strip(_SPACE)
    try:
        if _MIDNIGHT_ENDING in text:  # XML Schema's other name for the first instant of the next day
            return read_time(text.replace(_MIDNIGHT_ENDING, "T00:00:00")) + timedelta(days=1)
        time = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise MessageRuleError("cap-time-out-of-range", f"{text} is no time of the years 1 to 9999.") from error
    return time.replace(tzinfo=_PLUS_ZERO) if text.endswith("+00:00") else time


def read_any_time(text: str) -> datetime:
    """Read a time of CAP 1.0 or 1.1, whose schema takes every xs:dateTime; whole seconds are kept.

    Raises MessageRuleError ``cap-time-offset`` where it has no offset, so that it could be off by half a day, and
    ``cap-time-out-of-range``.
    """
    text = text.strip(_SPACE)
    if (found := _ANY_TIME.fullmatch(text)) is None:
        raise MessageRuleError("cap-time-out-of-range", f"{text[:40]} is no time of the years 1 to 9999.")
    seconds, offset = found.groups()
    if offset is None:
        raise MessageRuleError("cap-time-offset", f"{text} does not say its offset from UTC; write 09:00:00+09:00.")
    return read_time(seconds + ("-00:00" if offset == "Z" else offset))


def read_height(text: str) -> str | None:
    """Read an altitude or ceiling of CAP 1.0 or 1.1, which is any text there; None where it is no number."""
    text = text.strip(_SPACE)
    return text if _DECIMAL.fullmatch(text) else None


def write_time(time: datetime) -> str:
    """Write a time in CAP's only form: whole seconds, an offset, UTC as ``-00:00``."""
    text = time.isoformat(timespec="seconds")
    if text.endswith("+00:00") and time.tzinfo is not _PLUS_ZERO:
        return text[:-6] + "-00:00"
    return text


def read_whole_number(text: str) -> int:
    """Read xs:integer. Raises MessageRuleError ``cap-size-range`` where it is no size that a file can have."""
    digits = text.strip(_SPACE)
    if len(digits) > len("+9223372036854775807") or not 0 <= (number := int(digits)) < 1 << 63:
        raise MessageRuleError("cap-size-range", f"A size is a count of bytes, not {digits[:40]}.")
    return number


def read_words(text: str) -> tuple[str, ...]:
    """Split at white space, except inside double quotes (3.2.1, addresses and incidents).

    An element that is there and empty holds one empty word, so that it is written out again.
    """
    words = _WORD.findall(text)
    return tuple(word[1:-1] if word[0] == word[-1] == '"' and len(word) > 1 else word for word in words) or ("",)


def write_words(words: Sequence[str]) -> str:
    """Join words with a space, quoting those that hold white space."""
    if tuple(words) == ("",):
        return ""
    return " ".join(f'"{word}"' if not word or any(space in word for space in _SPACE) else word for word in words)


def read_references(text: str) -> tuple[Reference, ...]:
    """Split ``sender,identifier,sent sender,identifier,sent ...``; what is missing of a triple is left empty."""
    return tuple(Reference(*(*word.split(",", 2), "", "")[:3]) for word in text.split())


def read_any_references(text: str) -> tuple[Reference, ...]:
    """Read references of CAP 1.1, and of 1.0, which has ``identifier/sender`` and no time."""
    return tuple(_any_reference(word) for word in text.split())


def _any_reference(word: str) -> Reference:
    if "," not in word and "/" in word:
        identifier, _, sender = word.partition("/")
        return Reference(sender, identifier, "")
    sender, identifier, sent = (*word.split(",", 2), "", "")[:3]
    try:
        return Reference(sender, identifier, write_time(read_any_time(sent)))
    except MessageRuleError:
        return Reference(sender, identifier, sent)


def write_references(references: Sequence[Reference]) -> str:
    """Join references as CAP has them."""
    return " ".join(f"{one.sender},{one.identifier},{one.sent}" for one in references)


def sent_of(reference: Reference) -> datetime | None:
    """Return when the message that is referred to was sent, or None where that is no CAP time."""
    if TIME.fullmatch(reference.sent) is None:
        return None
    try:
        return read_time(reference.sent)
    except MessageRuleError:
        return None

"""The one strict JSON reader that every format uses: bytes -> the members of one object.

Owns the refusal of what two readers would understand differently (a name that stands twice, NaN), of characters that
cannot be sent on, and of what is too large or nested too deep. Knows nothing of any format.
"""

import json
from typing import Any, Final, NoReturn

import msgspec

from cap_formats.problem import MessageRuleError, MessageSyntaxError
from cap_formats.xml import NO_CHARACTER

BYTES_MAX: Final = 2 << 20  # a report of every municipality has 0.3 MB; empty objects take 30 times their text
_BOM: Final = b"\xef\xbb\xbf"


def is_json(data: bytes) -> bool:
    """Tell whether the bytes begin as a JSON object does; no other format begins so."""
    return data[: 1 << 10].removeprefix(_BOM).lstrip()[:1] == b"{"


def read_json(data: bytes) -> dict[str, Any]:
    """Read one JSON object (RFC 8259), in UTF-8 with or without a byte order mark.

    Raises MessageSyntaxError with code ``message-too-large``, ``json-encoding``, ``json-not-well-formed``,
    ``json-name-twice``, ``json-character`` or ``json-too-deep``.
    """
    if len(data) > BYTES_MAX:
        sentence = f"The message has {len(data)} bytes; at most {BYTES_MAX} of JSON are read."
        raise MessageSyntaxError("message-too-large", sentence)
    try:
        text = data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MessageSyntaxError("json-encoding", "The message is not UTF-8; send JSON in UTF-8.", line=line) from error
    try:
        value = json.loads(text, object_pairs_hook=_members, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        sentence = f"The message is not JSON: {error.msg} (column {error.colno})."
        raise MessageSyntaxError("json-not-well-formed", sentence, line=error.lineno) from error
    except RecursionError as error:
        raise MessageSyntaxError("json-too-deep", "The message is nested deeper than is read.") from error
    except ValueError as error:  # a number of thousands of digits
        raise MessageSyntaxError("json-not-well-formed", f"The message is not JSON that is read: {error}.") from error
    if not isinstance(value, dict):
        raise MessageSyntaxError("json-not-well-formed", "The message is no JSON object; begin it with {.")
    return value


def rule_error(code: str, error: msgspec.ValidationError, root: str = "$") -> MessageRuleError:
    """Say what a struct refused, with the path at fault: ``$.notices[2].state``."""
    sentence, _, path = str(error).partition(" - at ")
    return MessageRuleError(code, f"{sentence}.", path=root + path.strip("`").removeprefix("$"))


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen = set[str]()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]  # add
        sentence = f"The name {twice[:100]!r} stands twice in one object; which of them holds cannot be known."
        raise MessageSyntaxError("json-name-twice", sentence)
    for name, value in pairs:
        _check_characters(name, name)
        _check_characters(name, value)
    return members


def _check_characters(name: str, value: Any) -> None:
    """Refuse what no reader could be sent; the objects in a list were looked at when they were read."""
    if isinstance(value, str):
        if (found := NO_CHARACTER.search(value)) is not None:
            sentence = (
                f"A text of {ascii(name)[:100]} holds U+{ord(found[0]):04X}, which no alert can carry; leave it out."
            )
            raise MessageSyntaxError("json-character", sentence)
    elif isinstance(value, list):
        for one in value:
            _check_characters(name, one)


def _refuse_constant(name: str) -> NoReturn:
    raise MessageSyntaxError("json-not-well-formed", f"{name} is not JSON; leave the member out.")

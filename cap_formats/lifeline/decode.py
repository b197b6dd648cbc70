"""A report in JSON -> one part for each of its notices, so that a bad one does not take the others with it."""

from typing import Any, Final

import msgspec

from cap_formats.json_text import rule_error
from cap_formats.lifeline.alert import alert_of
from cap_formats.lifeline.notice import NOTICES_MAX, VERSION, Head, Notice, words_of
from cap_formats.part import Bad, Good, Part
from cap_formats.problem import FormatError, MessageRuleError

MEMBER: Final = "lifeline"
CODE: Final = "lifeline-invalid"


def decode_lifeline(members: dict[str, Any], raw: bytes) -> tuple[Part, ...]:
    """Read one report. Raises MessageRuleError ``lifeline-version``, ``lifeline-empty``, ``lifeline-too-many`` and
    ``lifeline-invalid`` for what is wrong with the report itself.
    """
    written = dict(members)
    if written.pop(MEMBER) != VERSION:
        sentence = f'What is read here is "lifeline": "{VERSION}".'
        raise MessageRuleError("lifeline-version", sentence, path="$.lifeline")
    notices = written.pop("notices", None)
    head = head_of(written)
    if not isinstance(notices, list) or not notices:
        raise MessageRuleError("lifeline-empty", "notices must be a list with at least one notice.", path="$.notices")
    if len(notices) > NOTICES_MAX:
        sentence = f"The report has {len(notices)} notices; at most {NOTICES_MAX} are read. Send it in several reports."
        raise MessageRuleError("lifeline-too-many", sentence, path="$.notices")
    if len(notices) == 1:
        return (part_of_notice(head, notices[0], raw, "$.notices[0]"),)
    return tuple(
        part_of_notice(head, notice, report_of(written, notice), f"$.notices[{number}]")
        for number, notice in enumerate(notices)
    )


def head_of(written: dict[str, Any]) -> Head:
    """Read who reports. Raises MessageRuleError ``lifeline-invalid``."""
    try:
        return msgspec.convert(written, Head)
    except msgspec.ValidationError as error:
        raise rule_error(CODE, error) from error


def part_of_notice(head: Head, written: Any, raw: bytes, path: str) -> Part:
    """Read one notice; what is wrong with it stays in its part."""
    try:
        return Good(raw, alert_of(head, msgspec.convert(written, Notice), raw))
    except msgspec.ValidationError as error:
        wrong = rule_error(CODE, error, path)
        field = (wrong.path or "").rpartition(".")[2]
        return Bad(raw, MessageRuleError(CODE, wrong.sentence + words_of(field), path=wrong.path))
    except FormatError as error:
        return Bad(raw, error)


def report_of(head: dict[str, Any], notice: Any) -> bytes:
    """Write the report that holds this notice alone: the same notice always gives the same bytes."""
    return msgspec.json.encode({MEMBER: VERSION, **head, "notices": [notice]}, order="deterministic")

"""Bytes of a QZSS receiver -> parts: one for each message, or for each area that a message tells of."""

from datetime import datetime

from cap_formats.part import Part
from cap_formats.problem import MessageRuleError
from cap_formats.qzss.sentence import sentences


def decode_qzss(data: bytes, received_at: datetime | None) -> tuple[Part, ...]:
    """Decode sentences of any form that ``recognise`` knows.

    Raises MessageRuleError ``received-at-missing`` without a time of reception, which DCX's onset (a minute of the
    week) and DCR's time of report (a month and a day) are relative to; MessageSyntaxError as ``sentences`` says.
    """
    if received_at is None:
        raise MessageRuleError(
            "received-at-missing", "The times in QZSS messages are relative to their reception; say when that was."
        )
    from cap_formats.qzss.document import read_document  # noqa: PLC0415 - its tables cost 80 ms, which few pay for

    return read_document(sentences(data), received_at)

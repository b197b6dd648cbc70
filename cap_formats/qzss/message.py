"""One message of the signal L1S, read by azarashi, with what makes it the same message when it is sent again.

A satellite repeats a message every few seconds for as long as it holds. The payload without preamble, checksum and
(in DCX) the mask of satellites is what stays the same: IS-QZSS-DCX-004 4.3, IS-QZSS-DCR-017 4.2.
"""

import hashlib
from datetime import datetime
from functools import cached_property
from typing import Final

import azarashi
from azarashi.reports import Report, dcr, dcx

from cap_formats.problem import MessageRuleError, MessageSyntaxError
from cap_formats.qzss.sentence import Sentence

JAPAN: Final = 111  # A2 (IS-QZSS-DCX-004 Table 4.2-5)
_SHOWN: Final = 16  # hex digits of the key's digest in identifiers


class Message:
    """``report`` is what azarashi made of it; ``received_at`` is what its times are relative to."""

    def __init__(self, sentence: Sentence, report: Report, received_at: datetime) -> None:
        self.sentence = sentence
        self.report = report
        self.received_at = received_at

    @cached_property
    def key(self) -> str:
        """Digest of what stays the same when it is repeated, hexadecimal."""
        return hashlib.sha256(self.report.raw).hexdigest()

    @property
    def short_key(self) -> str:
        """Return the beginning of the key, for identifiers."""
        return self.key[:_SHOWN]

    @property
    def is_null(self) -> bool:
        """Tell whether it is DCX's filler, sent where there is nothing to say."""
        return isinstance(self.report, dcx.NullMsg)

    @property
    def is_foreign(self) -> bool:
        """Tell whether it is DCX of another country."""
        return isinstance(self.report, dcx.OutsideJapan)


def read_message(sentence: Sentence, received_at: datetime) -> Message:
    """Read a sentence. Raises MessageSyntaxError ``qzss-sentence`` where a checksum, length or field is wrong, and
    MessageRuleError ``qzss-not-for-alerts`` for a message of the signal that is neither DCR nor DCX.
    """
    text = sentence.raw.decode("ascii", "replace") if sentence.form != "ublox" else sentence.raw
    try:
        report = azarashi.decode(text, sentence.form, received_at)
    except azarashi.AzarashiDecodeError as error:
        if error.message.startswith("The Message is not DCR"):
            raise MessageRuleError("qzss-not-for-alerts", f"{error.message}: the message carries no alert.") from error
        raise MessageSyntaxError("qzss-sentence", f"The sentence cannot be read: {error.message}.") from error
    except (KeyError, ValueError, OverflowError) as error:  # a code or a time that its tables do not foresee
        raise MessageSyntaxError("qzss-sentence", f"The sentence has a field that is not known: {error}.") from error
    if not isinstance(report, dcx.Base | dcr.Base):
        raise MessageRuleError("qzss-not-for-alerts", "The message is neither DCR nor DCX: it carries no alert.")
    return Message(sentence, report, received_at)

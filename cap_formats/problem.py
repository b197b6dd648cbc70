"""What can be wrong with a message, said so that its sender can mend it.

Owns the errors that every format raises. The reader of such an error is the person or the program that sent the
bytes, so each carries a stable code, one sentence, and the line or path at fault.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cap_formats.alert import Alert

SENTENCE_MAX: Final = 600  # characters; a message of 8 MiB must not come back inside its own refusal
PATH_MAX: Final = 600


class FormatError(Exception):
    """The message cannot be understood.

    Attributes:
        code: stable, lower-case, hyphenated; it never changes its meaning (``xml-not-well-formed``).
        sentence: one English sentence that says what is wrong and what would be right.
        line: 1-based line of the message, or None where no line can be named.
        path: path of the element or field at fault (``/alert/info[1]/area[2]/polygon[1]``), or None.

    """

    def __init__(self, code: str, sentence: str, *, line: int | None = None, path: str | None = None) -> None:
        sentence = _bounded(sentence, SENTENCE_MAX)
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.line = line
        self.path = path if path is None else _bounded(path, PATH_MAX)


def _bounded(text: str, most: int) -> str:
    """Keep beginning and end of what is too long."""
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[-most // 3 :]}"


class MessageSyntaxError(FormatError):
    """The bytes are not a document of any format that we read (not XML, too large, unknown root, wrong encoding)."""


class MessageRuleError(FormatError):
    """The document is well formed and breaks a rule of its own standard (``cap-references-missing``)."""


class MessageHeldError(FormatError):
    """The document can be read but contradicts itself, so a person must decide (two statuses that disagree).

    Attributes:
        alert: what was understood of it, for that person to see and to settle; None where nothing was.

    """

    alert: "Alert | None" = None

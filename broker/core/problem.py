"""A refusal that its reader can act on; the web's edge writes it as RFC 9457 problem+json."""

from typing import Any


class Problem(Exception):  # noqa: N818
    """Refused, with the reason.

    Attributes:
        code: stable, hyphenated (``key-unknown``, ``area-not-allowed``); becomes the problem's ``type``.
        sentence: what is wrong and what to do.
        status: the HTTP status that fits.
        line: line of the message at fault, 1-based.
        path: path of the element or field at fault.
        extra: further members of the problem document.

    """

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        status: int = 400,
        line: int | None = None,
        path: str | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.status = status
        self.line = line
        self.path = path
        self.extra = extra

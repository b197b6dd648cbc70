"""The words that keep a drill from being taken for the real thing (DESIGN rule 6, FORMATS 4.3)."""

from typing import Final

from cap_formats.alert import Status

MARKS: Final[dict[Status, str]] = {
    Status.ACTUAL: "",
    Status.EXERCISE: "【訓練】",
    Status.SYSTEM: "【試験】",
    Status.TEST: "【試験】",
    Status.DRAFT: "【下書き】",
}


def marked(text: str, status: Status) -> str:
    """Return the text with the mark of its status in front, once."""
    mark = MARKS[status]
    return text if text.startswith(mark) else mark + text

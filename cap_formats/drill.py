"""The words that keep a drill from being taken for the real thing (DESIGN rule 6, FORMATS 4.3)."""

from typing import Final

import msgspec

from cap_formats.alert import Alert, Info, Status

MARKS: Final[dict[Status, str]] = {
    Status.ACTUAL: "",
    Status.EXERCISE: "【訓練】",
    Status.SYSTEM: "【試験】",
    Status.TEST: "【試験】",
    Status.DRAFT: "【下書き】",
}
# For those who do not read Japanese; in English, because a mark must be known before it is needed.
_ENGLISH: Final[dict[Status, str]] = {
    Status.ACTUAL: "",
    Status.EXERCISE: "[EXERCISE] ",
    Status.SYSTEM: "[TEST] ",
    Status.TEST: "[TEST] ",
    Status.DRAFT: "[DRAFT] ",
}


def marked(text: str, status: Status) -> str:
    """Return the text with the mark of its status in front, once."""
    mark = MARKS[status]
    return text if text.startswith(mark) else mark + text


def marked_in(text: str, status: Status, language: str) -> str:
    """Return the text with the mark in front, once; one that is not Japanese says it in English too."""
    if language.lower().startswith("ja"):
        return marked(text, status)
    bare = text.removeprefix(MARKS[status])
    english = _ENGLISH[status]
    return MARKS[status] + (bare if bare.startswith(english) else english + bare)


def marked_alert(alert: Alert) -> Alert:
    """Return the alert with the mark of its status before headline, description and instruction of every info."""
    if not MARKS[alert.status]:
        return alert
    return msgspec.structs.replace(alert, infos=tuple(marked_info(info, alert.status) for info in alert.infos))


def marked_info(info: Info, status: Status) -> Info:
    """Return one info with the mark before its texts, in Japanese and in its language."""
    if not MARKS[status]:
        return info

    def mark(text: str | None) -> str | None:
        return None if text is None else marked_in(text, status, info.language)

    return msgspec.structs.replace(
        info, headline=mark(info.headline), description=mark(info.description), instruction=mark(info.instruction)
    )

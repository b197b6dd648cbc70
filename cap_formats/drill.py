"""The words that keep a drill from being taken for the real thing (DESIGN rule 6, FORMATS 4.3)."""

import re
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


# How a text says that it is a drill, as it begins or wherever it stands. 訓練 alone is no such word: a real お知らせ
# announces the drill of tomorrow, and 「訓練ではありません」 says the contrary.
_BEGINNINGS: Final = (
    *(mark for mark in MARKS.values() if mark), *(mark.strip() for mark in _ENGLISH.values() if mark),
    "【テスト】", "【訓練", "〔訓練〕", "［訓練］", "[訓練]", "（訓練）", "(訓練)",
    "＜訓練＞", "≪訓練≫", "《訓練》", "◆訓練◆", "【災害訓練】", "【試験配信】",
)  # fmt: skip
_WORDS: Final = (
    "これは訓練です",
    "これは、訓練です",
    "これは試験です",
    "これはテストです",
    "訓練放送です",
    "訓練配信です",
)
# What is taken off where a person says that it is real: a drill's word in brackets, at the beginning of a line.
_BRACKETED: Final = r"[【〔［\[（(＜<≪《◆][^】〕］\]）)＞>≫》◆\n]{0,4}(?:訓練|試験|テスト|下書き|EXERCISE|TEST|DRAFT)[^】〕］\]）)＞>≫》◆\n]{0,4}[】〕］\]）)＞>≫》◆]"  # noqa: E501 - one pattern
_MARKED_LINE: Final = re.compile(rf"^[ \t\u3000]*(?:{_BRACKETED}[ \t\u3000]*)+", re.MULTILINE)
_STILL: Final = re.compile(rf"{_BRACKETED}|(?:訓練|試験|テスト)(?:放送|配信|電文|通報|送信)?(?:です|でした)")


def calls_itself_drill(text: str | None) -> bool:
    """Tell whether a text says of itself that it is a drill or a test, so that it may not go out as real."""
    if not text:
        return False
    return text.lstrip().startswith(_BEGINNINGS) or any(words in text for words in _WORDS)


def unmarked(text: str) -> str:
    """Return the text without the marks of a drill that its lines begin with."""
    return _MARKED_LINE.sub("", text)


def drill_words(text: str) -> str | None:
    """Return the words by which a text may still be taken for a drill, wherever they stand; None where it has none."""
    found = _STILL.search(text)
    return found[0] if found else None


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

"""One urgent mail (緊急速報メール, エリアメール): title and body, and every rule that it must keep, as a table.

The numbers are those that municipal software keeps; carriers publish none. UNCONFIRMED: later limits of the carriers
(docomo 500 in older comments), Rakuten's. They stand here alone.
"""

import math
import re
from collections.abc import Callable
from typing import Final

import msgspec

from channels.text.character import is_plain, units

TITLE_MAX: Final = 15  # 「一律15」
TOGETHER_MAX: Final = 200  # title and body; the least of docomo 500, au 200, SoftBank 200
NEWLINE_UNITS: Final = 2  # a newline is sent as CR LF
PAGE_UNITS: Final = 41  # UCS-2: 82 octets a page (3GPP TS 23.041)
PAGES_MAX: Final = 15
DRILL_WORDS: Final = ("訓練", "試験", "テスト")

_URL: Final = re.compile(r"https?\s*[:：]|www\.|mailto", re.IGNORECASE)
_MAIL: Final = re.compile(r"[\w.+-]+[@＠][\w-]+\.[\w.]+")
_NUMBER: Final = re.compile(r"[0０][\d()（）\-－‐―ー ]{8,16}\d")
_PHONE_DIGITS: Final = (10, 11)  # national numbers with their leading 0


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """What a handset shows."""

    title: str
    body: str
    drill: bool

    @property
    def text(self) -> str:
        """The cell broadcast message, which has no title of its own."""
        return f"{self.title}\n{self.body}"

    @property
    def length(self) -> int:
        """Units of title and body together, a newline counted twice."""
        return length(self.title) + length(self.body)

    @property
    def pages(self) -> int:
        """Pages of cell broadcast."""
        return math.ceil(units(self.text) / PAGE_UNITS)


class MailError(ValueError):
    """The alert cannot be said in an urgent mail; the message says why."""


class Rule(msgspec.Struct, frozen=True):
    """One rule: a stable code, what it asks, and the check."""

    code: str
    sentence: str
    holds: Callable[[Mail], bool]


def length(text: str) -> int:
    """Count as the strictest of the carriers' entry systems does."""
    return units(text) + text.count("\n") * (NEWLINE_UNITS - 1)


def has_address(text: str) -> bool:
    """Whether a URL, a mail address or a telephone number stands in the text."""
    return bool(_URL.search(text) or _MAIL.search(text) or has_phone(text))


def has_phone(text: str) -> bool:
    """Whether a telephone number stands in the text: 10 or 11 digits with a leading 0, however divided."""
    return any(sum(letter.isdigit() for letter in run) in _PHONE_DIGITS for run in _NUMBER.findall(text))


def _says_drill(mail: Mail) -> bool:
    return not mail.drill or all(any(word in text for word in DRILL_WORDS) for text in (mail.title, mail.body))


RULES: Final[tuple[Rule, ...]] = (
    Rule("mail-title-length", f"the title has 1 to {TITLE_MAX} characters", lambda m: 0 < length(m.title) <= TITLE_MAX),
    Rule("mail-title-line", "the title is one line", lambda m: "\n" not in m.title),
    Rule("mail-body-empty", "the body says something", lambda m: bool(m.body.strip())),
    Rule(
        "mail-length",
        f"title and body have at most {TOGETHER_MAX} characters, a newline counted twice",
        lambda m: m.length <= TOGETHER_MAX,
    ),
    Rule("mail-address", "no URL, mail address or telephone number", lambda m: not has_address(m.text)),
    Rule("mail-character", "no 機種依存文字", lambda m: all(map(is_plain, m.text))),
    Rule("mail-pages", f"at most {PAGES_MAX} pages of {PAGE_UNITS} characters", lambda m: m.pages <= PAGES_MAX),
    Rule("mail-drill", "a drill says 訓練 in title and body", _says_drill),
)


def broken(mail: Mail) -> tuple[Rule, ...]:
    """Return the rules that the mail breaks."""
    return tuple(rule for rule in RULES if not rule.holds(mail))

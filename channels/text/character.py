"""Letters that every device can show: those of JIS X 0208, without the vendors' own (機種依存文字).

Forbidden are the ranges of MS932 that carriers' entry systems refuse, and everything that MS932 does not have at all.
What has a plain spelling is spelled plainly; what has none is refused, never dropped or turned into a question mark.
"""

import re
import unicodedata
from typing import Final

# NEC row 13, NEC selection of IBM extensions, IBM extensions (MS932 code points, both ends included).
VENDOR_RANGES: Final = ((0x8740, 0x879C), (0xED40, 0xEDFC), (0xFA40, 0xFC4C))

# Plain spellings that Unicode's compatibility forms (NFKC) do not know or would spell in half width.
SPELLINGS: Final[dict[str, str]] = {
    "㈱": "（株）",
    "㈲": "（有）",
    "㈹": "（代）",
    "㎡": "平方メートル",
    "㎥": "立方メートル",
    "℡": "電話",
    "№": "No.",
    "髙": "高",
    "﨑": "崎",
    "濵": "浜",
    "德": "徳",
    "瀨": "瀬",
    "𠮷": "吉",
    "栁": "柳",
    "〝": "「",
    "〟": "」",
    "—": "―",
    "–": "―",
    "−": "－",
    "〜": "～",
    "‖": "∥",
    "¥": "￥",
    "\u3099": "゛",
    "\u309a": "゜",
    "\u00a0": " ",
    "\u200b": "",
    "\ufeff": "",
    "\t": " ",
    "\r": "",
}
_HALF_KANA: Final = re.compile("[\uff61-\uff9f]+")
_VARIATION: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


class CharacterError(ValueError):
    """A letter that devices cannot show and that has no plain spelling."""

    def __init__(self, character: str) -> None:
        super().__init__(
            f"the character {character} (U+{ord(character):04X}) cannot be shown by every device; spell it"
        )
        self.character = character


def is_plain(character: str) -> bool:
    """Whether every device can show it."""
    if character == "\n":
        return True
    try:
        code = int.from_bytes(character.encode("cp932"), "big")
    except UnicodeEncodeError:
        return False
    if any(low <= code <= high for low, high in VENDOR_RANGES):
        return False
    return character.isprintable() and not "\uff61" <= character <= "\uff9f"


def plain(text: str) -> str:
    """Spell a text plainly; raises CharacterError for a letter without a plain spelling."""
    text = _VARIATION.sub("", text)
    text = _HALF_KANA.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)
    text = unicodedata.normalize("NFC", text)  # か and a voicing mark of its own are が
    return "".join(_spelled(character) for character in text)


def _spelled(character: str) -> str:
    if character in SPELLINGS:
        return SPELLINGS[character]
    if is_plain(character):
        return character
    spelling = unicodedata.normalize("NFKC", character)
    if spelling != character and all(map(is_plain, spelling)):
        return spelling
    raise CharacterError(character)


def units(text: str) -> int:
    """Length in UTF-16 code units, which is what UCS-2 cell broadcast counts (3GPP TS 23.041)."""
    return len(text.encode("utf-16-le")) // 2

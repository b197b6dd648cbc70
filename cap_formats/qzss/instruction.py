"""A9-A11, the libraries of instructions: their words in Japanese and English, and CAP's responseType of each.

The words of Japan's library are the official pairs of IS-QZSS-DCX-004, as azarashi keeps them; several of them are the
very sentences of J-Alert, so that ``english_of`` finds the English of a J-Alert text too.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from azarashi.definitions.camf.a11_japanese_library import a11_japanese_library_en, a11_japanese_library_ja
from azarashi.reports import dcx

from cap_formats.alert import ResponseType

JAPANESE: Final = 1  # A9: the library of the country, not the international one
NOTHING: Final = 0  # A11 of both libraries: no instruction
TESTS: Final = frozenset({126, 136})
INTERNATIONAL_TESTS: Final = frozenset({29})  # of list A
_LIST_B: Final = 5  # bits of list B, below those of list A

_SHELTER: Final = (ResponseType.SHELTER,)
_EVACUATE: Final = (ResponseType.EVACUATE,)
_OVER: Final = (ResponseType.ALL_CLEAR,)
_JAPANESE: Final[dict[int, tuple[ResponseType, ...]]] = {
    **dict.fromkeys((1, 127, 255), (ResponseType.SHELTER, ResponseType.EXECUTE)),
    **dict.fromkeys((126, 136), (ResponseType.NONE,)),
    **dict.fromkeys((128, 132, 133, 134), _SHELTER),
    **dict.fromkeys((129, 130, 131, 135), _OVER),
    **dict.fromkeys(range(256, 264), _SHELTER),  # 留まれ
    **dict.fromkeys(range(512, 520), _EVACUATE),  # 向かえ
    **dict.fromkeys(range(768, 776), (ResponseType.AVOID,)),  # 離れろ
}
_LIST_A: Final[dict[int, tuple[ResponseType, ...]]] = {
    **dict.fromkeys((1, 2), _EVACUATE),
    **dict.fromkeys((3, 4, 5, 6, 7, 17), _SHELTER),
    **dict.fromkeys((8, 9), (ResponseType.PREPARE,)),
    **dict.fromkeys((10, 14, 15, 18, 19, 20, 22, 23, 24, 25, 26, 27, 28), (ResponseType.AVOID,)),
    29: (ResponseType.NONE,),
    31: _OVER,
}
_SENTENCE_END: Final = re.compile(r"[。\s]+")
_SPELLINGS: Final = (("下さい", "ください"), ("又は", "または"), ("Jアラート", "ジェイアラート"))


class Instruction(NamedTuple):
    """What to do: in Japanese (None where the library has English alone), in English, and in CAP's words."""

    japanese: str | None
    english: str | None
    response_type: tuple[ResponseType, ...]
    test: bool = False


def instruction_of(report: dcx.AlertBase) -> Instruction:
    """Return the instruction of a DCX message; its words are None where there is none."""
    camf = report.camf
    if camf.a11 == NOTHING:
        return Instruction(None, None, ())
    if camf.a9 == JAPANESE:
        japanese, english = report.a11_japanese_library_ja, report.a11_japanese_library
        return Instruction(japanese, english, _JAPANESE.get(camf.a11, ()), camf.a11 in TESTS)
    english = report.a11_international_library or None
    listed = camf.a11 >> _LIST_B
    return Instruction(None, english, _LIST_A.get(listed, ()), listed in INTERNATIONAL_TESTS)


def phrase_in(text: str) -> int | None:
    """Return the code of the phrase of Japan's library that a text says, the longest where it says several.

    Each sentence of the phrase must be the end of a sentence of the text, in the same order: J-Alert says
    「北朝鮮からミサイルが発射されたものとみられます。」 where the library has no country.
    """
    said = _parts(text)
    found = [code for code, phrase in _PHRASES.items() if _says(said, phrase)]
    return max(found, key=lambda code: sum(map(len, _PHRASES[code])), default=None)


def english_of(code: int) -> str:
    """Return the official English of a phrase of Japan's library."""
    return a11_japanese_library_en[code]


def response_of(code: int) -> tuple[ResponseType, ...]:
    """Return CAP's responseType of a phrase of Japan's library; empty for one that is not in the table."""
    return _JAPANESE.get(code, ())


def _parts(text: str) -> list[str]:
    """Split into sentences, spelled in one way."""
    plain = unicodedata.normalize("NFKC", text).replace("、", "").replace(",", "")
    for written, meant in _SPELLINGS:
        plain = plain.replace(written, meant)
    return [part for part in _SENTENCE_END.split(plain) if part]


def _says(said: list[str], phrase: list[str]) -> bool:
    rest = iter(said)
    return all(any(part.endswith(wanted) for part in rest) for wanted in phrase)


# J-Alert's own phrases; what a shelter's sign says (留まれ) is no sentence of an announcement.
_PHRASES: Final = {code: _parts(a11_japanese_library_ja[code]) for code in range(126, 137)}

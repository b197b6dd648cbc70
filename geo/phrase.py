"""What people write where an area's name should be, taken apart: 「箭田及び川辺の一部」, 「阿知1〜3丁目」, 「全域」.

Owns the words around names (lists, brackets, 全域, 一部, ranges of 丁目), in tables. Does not know any place.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

TEXT_MAX: Final = 2_000  # characters; longer ones are no list of names, and stay one piece
PHRASES_MAX: Final = 200  # pieces of one text; what stands behind them stays one piece
CHOME_MAX: Final = 60  # 丁目 of one town; 札幌 has up to 41

_BETWEEN: Final = re.compile(r"[、,;/\s・]+|及び|および|並びに|ならびに|又は|または|(?<=[市区町村県])と")
_BRACKETS: Final = re.compile(r"(?P<before>[^()]*)\((?P<inside>[^()]*)\)(?P<after>[^()]*)")
# Ground that is not meant. In brackets behind a name it is left out of that; anywhere else nobody can tell of what.
_EXCEPT: Final = re.compile(r"除[くきい外]|除(?=[)、,;\s]|$)|のぞ[くきい]|以外|対象外")
_EXCEPT_IN_BRACKETS: Final = re.compile(rf"\([^()]*(?:{_EXCEPT.pattern})[^()]*\)")
_EXCEPTED: Final = "(除く)"  # what such brackets are written as
_KANA: Final = re.compile(r"[ぁ-ゖァ-ヺー\s]+")
_NUMBER: Final = r"(?:\d+|[一二三四五六七八九十]+)"
_CHOME: Final = re.compile(
    rf"(?P<base>[^、,;/()]*?[^\d一二三四五六七八九十、,;/()\s・])"
    rf"(?P<numbers>{_NUMBER}(?:丁目)?(?:\s*(?:[、,・~〜-]|から|及び|および|と)\s*{_NUMBER}(?:丁目)?)+)(?<=丁目)(?:まで)?"
)
_THROUGH: Final = re.compile(r"~|〜|-|から")

# Of what is named, only some ground is meant.
_PARTIAL: Final = (
    re.compile(r"(?:の|のうち)?一部(?:の?(?:地域|区域|地区|世帯))?$"),
    re.compile(r"\(一部\)$"),
    re.compile(r"の[^の]{0,12}(?:警戒区域|想定区域|危険箇所|危険区域)(?:内|等|付近)*(?:全域)?$"),
)
# All of it is meant.
_ALL: Final = re.compile(r"の?(?:内?全域|全体|内?一円|全地域|全地区|全世帯|全区域)$")
# What may stand behind a name without changing the ground.
_KINDS: Final = re.compile(r"(?:の)?(?:地区内?|地域内?|地内|エリア)$|(?<=[市区町村県])内$")
# With nothing before it, the whole of what the words stand in.
WHOLE: Final = frozenset(
    {"", "市", "町", "村", "区", "県", "府", "都", "道"} | {f"{kind}内" for kind in "市町村区県府都道管"} | {"全"}
)
_WHOLE_WORDS: Final = frozenset({"全域", "全体", "全地域", "全地区", "全世帯"})


class Phrase(NamedTuple):
    """One piece: as it was written; the names that it may be, the fullest first; whether only a part is meant.

    ``names`` ends with an empty one where the words say "all of it" and no name. ``group`` tells that the words were
    「…地区」 or 「…地域」, which may stand for many towns. ``less`` tells that ground inside the name is left out, and
    ``excepts`` that what is named may be what is not meant.
    """

    written: str
    names: tuple[str, ...]
    partial: bool = False
    group: bool = False
    less: bool = False
    excepts: bool = False


def whole(text: str) -> Phrase:
    """Take a text as one piece."""
    if len(text) > TEXT_MAX:
        return Phrase(text, (text,), excepts=_excepts(text))
    return _phrase(text, _plain(text))


def pieces(text: str) -> list[Phrase]:
    """Take a text apart where it lists; the pieces in order, one at least, and nothing of the text left out."""
    if len(text) > TEXT_MAX:
        return [Phrase(text, (text,), excepts=_excepts(text))]
    plain = _plain(text)
    if _excepts(plain):
        return [_phrase(text, plain)]
    found = list(_split(_CHOME.sub(_each_chome, plain)))
    if len(found) > PHRASES_MAX:
        found[PHRASES_MAX - 1 :] = ["、".join(found[PHRASES_MAX - 1 :])]
    return [_phrase(piece, piece) for piece in found or [text]]


def _plain(text: str) -> str:
    """Bring signs together, and brackets that leave ground out: 「真備町（箭田を除く）」."""
    return _EXCEPT_IN_BRACKETS.sub(_EXCEPTED, unicodedata.normalize("NFKC", text)).strip()


def _excepts(plain: str) -> bool:
    return _EXCEPT.search(plain.replace(_EXCEPTED, "")) is not None


def _phrase(written: str, text: str) -> Phrase:
    """Strip what stands behind the name, keeping each shorter reading."""
    excepts, less = _excepts(text), _EXCEPTED in text
    text = text.replace(_EXCEPTED, "")
    names, partial, group = [text], less, False
    while True:
        shorter = text
        for pattern in _PARTIAL:
            shorter = pattern.sub("", shorter)
        partial = partial or shorter != text
        shorter = _ALL.sub("", shorter)
        if shorter == text:
            shorter = _KINDS.sub("", text)
            group = group or shorter != text
        if shorter == text:
            break
        text = shorter
        names.append(text)
    if text in WHOLE:
        names.append("")
    return Phrase(written.strip(), tuple(dict.fromkeys(names)), partial, group, less, excepts)


def _split(text: str) -> Iterator[str]:
    """Yield the pieces of a list; 「真備町(箭田、川辺)」 is two in 真備町, and a reading in brackets is none."""
    rest = 0
    for found in _BRACKETS.finditer(text):
        yield from filter(None, _BETWEEN.split(text[rest : found.start()].strip("()")))
        rest = found.end()
        before, inside, after = found["before"], found["inside"].strip(), found["after"]
        *others, last = _BETWEEN.split(before)
        yield from filter(None, others)
        if _KANA.fullmatch(inside) or inside in _WHOLE_WORDS:
            yield from _joined(last, after)
        elif inside == "一部":
            yield from _joined(f"{last}の一部", after)
        elif f"({inside})" == _EXCEPTED:
            yield from _joined(last + _EXCEPTED, after)
        else:
            yield from (last + one for one in _BETWEEN.split(inside) if one)
            yield from filter(None, _BETWEEN.split(after))
    yield from filter(None, _BETWEEN.split(text[rest:].strip("()")))


def _joined(before: str, after: str) -> Iterator[str]:
    yield from filter(None, _BETWEEN.split(before + after))


def _each_chome(found: re.Match[str]) -> str:
    """Write 「阿知1、2丁目」 and 「阿知1〜3丁目」 as a list of full names."""
    base, numbers = found["base"], found["numbers"]
    values: list[int] = []
    joints = re.split(rf"({_NUMBER})(?:丁目)?", numbers)
    for joint, number in zip(joints[0::2], joints[1::2], strict=False):
        value = number_of(number)
        if values and _THROUGH.search(joint):
            values.extend(range(values[-1] + 1, min(value, values[-1] + CHOME_MAX) + 1))
        else:
            values.append(value)
    *before, name = _BETWEEN.split(base)
    return "、".join([*before, *(f"{name}{value}丁目" for value in values)])


def number_of(text: str) -> int:
    """Read digits, or kanji up to 九十九."""
    if text.isdecimal():
        return int(text[:4])
    digits = "〇一二三四五六七八九"
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(digits.index(one)) for one in ones))
    return 10 * (digits.index(tens[-1]) if tens and tens[-1] in digits else 1) + (digits.index(ones[-1]) if ones else 0)

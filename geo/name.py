"""Places by their names, as people write them: kanji, kana, romaji, with or without prefecture and county."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from geo.place import Place

HIRAGANA: Final = {ord(chr(code)): chr(code + 0x60) for code in range(ord("ぁ"), ord("ゖ") + 1)}
VARIANTS: Final = str.maketrans({"ヶ": "ケ", "ヵ": "カ", "ヱ": "エ", "ﾞ": "", "ō": "o", "ū": "u", "ô": "o", "û": "u"})
ROMAJI_TAILS: Final = ("-shi", "-ku", "-cho", "-machi", "-mura", "-son", "-to", "-fu", "-ken")


class NameIndex:
    """Every name of every place, folded so that 「よこはま」, 「ヨコハマ」 and "yokohama" find what they mean."""

    def __init__(self, places: Iterable[Place]) -> None:
        every = list(places)
        prefectures = {place.code: place.name for place in every if place.parent is None}
        self._entries = [(name, place) for place in every for name in _names(place, prefectures[place.code[:2]])]
        self._exact: dict[str, list[Place]] = {}
        for name, place in self._entries:
            held = self._exact.setdefault(name, [])
            if place not in held:
                held.append(place)

    def exact(self, text: str) -> list[Place]:
        """Return the places of today with exactly this name, or those that are gone where there is none of today."""
        found = self._exact.get(fold(text), [])
        return [place for place in found if not place.valid_to] or list(found)

    def find(self, text: str) -> list[Place]:
        """Return places whose name is the text, then those where it begins a name; the ones of today first, by code."""
        wanted = fold(text)
        if not wanted:
            return []
        best: dict[str, tuple[bool, bool, str, Place]] = {}
        for name, place in self._entries:
            if name.startswith(wanted):
                rank = (name != wanted, place.valid_to is not None, place.code, place)
                best[place.code] = min(best.get(place.code, rank), rank, key=lambda one: one[:3])
        return [rank[3] for rank in sorted(best.values(), key=lambda one: one[:3])]


def fold(text: str) -> str:
    """Bring spellings together: width, case, hiragana and katakana, long vowels' marks, spaces, hyphens."""
    text = unicodedata.normalize("NFKC", text).lower().translate(HIRAGANA).translate(VARIANTS)
    return "".join(letter for letter in text if letter not in " 　-'’・,")


def _names(place: Place, prefecture: str) -> Iterator[str]:
    """Yield the folded names of one place, without doubles: 天竜区, 浜松市天竜区, 静岡県浜松市天竜区 ..."""
    written = {place.name, place.full_name, place.full_name.removeprefix(prefecture), place.kana, place.romaji}
    if place.county:
        written |= {place.county + place.name, prefecture + place.county + place.name}
    written |= {place.romaji.removesuffix(tail) for tail in ROMAJI_TAILS if place.romaji.endswith(tail)}
    yield from {fold(name) for name in written if name}

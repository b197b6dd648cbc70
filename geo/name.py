"""Places by their names, as people write them: kanji, kana, romaji, with or without prefecture and county."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from geo.phrase import number_of
from geo.place import Place

HIRAGANA: Final = {ord(chr(code)): chr(code + 0x60) for code in range(ord("ぁ"), ord("ゖ") + 1)}
VARIANTS: Final = str.maketrans({"ヶ": "ケ", "ヵ": "カ", "ヱ": "エ", "ﾞ": "", "ō": "o", "ū": "u", "ô": "o", "û": "u"})
# Old and new forms of one letter, as registers, signboards and senders mix them.
OLD_FORMS: Final = str.maketrans(
    "龍濱澤邊邉齋齊斎嶋嶌櫻廣國萬壽鹽藏瀧髙﨑條淵檜藪蘆礒惠曾榮實圓麴諫祗吞黑靑戶眞奧舊豐禮澁龜與當舘塚德隆溫"
    "靜瀨賴槇槙寬淺橫壹貳參佛聲鐵發稻應鄕廳鷗莊體關寶驛氣總繩彌晝爐燈蘂",
    "竜浜沢辺辺斎斎斎島島桜広国万寿塩蔵滝高崎条渕桧薮芦磯恵曽栄実円麹諌祇呑黒青戸真奥旧豊礼渋亀与当館塚徳隆温"
    "静瀬頼槙槙寛浅横一二三仏声鉄発稲応郷庁鴎荘体関宝駅気総縄弥昼炉灯蕊",
)
SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # which drawing of one and the same letter
KANJI: Final = "[一-龯々]"
GA: Final = re.compile(f"(?<={KANJI})[ケカガ](?={KANJI})")  # 旭ヶ丘, 旭ケ丘, 旭が丘
NUMERAL: Final = re.compile("[一二三四五六七八九十]+(?=丁目|条|番|号|区|線|地割|の割)")
ROMAJI_TAILS: Final = ("-shi", "-ku", "-cho", "-machi", "-mura", "-son", "-to", "-fu", "-ken")


class NameIndex:
    """Every name of every place, folded so that 「よこはま」, 「ヨコハマ」 and "yokohama" find what they mean."""

    def __init__(self, places: Iterable[Place]) -> None:
        every = list(places)
        prefectures = {place.code: place.name for place in every if place.parent is None}
        self._entries = [(name, place) for place in every for name in _names(place, prefectures[place.code[:2]])]
        self._last = frozenset("市区町村都道府県")
        self._exact: dict[str, list[Place]] = {}
        for name, place in self._entries:
            held = self._exact.setdefault(name, [])
            if place not in held:
                held.append(place)
        self._longest = max(map(len, self._exact), default=0)

    def exact(self, text: str) -> list[Place]:
        """Return the places of today with exactly this name, or those that are gone where there is none of today."""
        found = self._exact.get(fold(text), [])
        return [place for place in found if not place.valid_to] or list(found)

    def beginning(self, text: str) -> Place | None:
        """Return the place of the longest name, up to 市, 区, 町 ..., that a text begins with, if it is one place."""
        folded = fold(text)
        for end in range(min(len(folded), self._longest), 1, -1):
            if folded[end - 1] in self._last and (found := self.exact(folded[:end])):
                return found[0] if len(found) == 1 else None
        return None

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
    """Bring spellings together: width, case, hiragana and katakana, long vowels' marks, spaces, hyphens; old forms of
    letters, ヶ and が, 一丁目 and 1丁目. What is folded stays as it is when it is folded again.
    """
    text = unicodedata.normalize("NFKC", SELECTORS.sub("", text)).lower()
    text = text.translate(HIRAGANA).translate(VARIANTS).translate(OLD_FORMS)
    text = "".join(letter for letter in text if letter not in " 　-'’・,")
    return NUMERAL.sub(lambda found: str(number_of(found[0])), GA.sub("ケ", text))


def _names(place: Place, prefecture: str) -> Iterator[str]:
    """Yield the folded names of one place, without doubles: 天竜区, 浜松市天竜区, 静岡県浜松市天竜区 ..."""
    written = {place.name, place.full_name, place.full_name.removeprefix(prefecture), place.kana, place.romaji}
    if place.county:
        written |= {place.county + place.name, prefecture + place.county + place.name}
    written |= {place.romaji.removesuffix(tail) for tail in ROMAJI_TAILS if place.romaji.endswith(tail)}
    yield from {fold(name) for name in written if name}

"""Short Japanese sentences about a gist, and lists of areas that say honestly what they leave out.

Wording after 避難情報に関するガイドライン (2021) and the sample of FORMATS 1.9.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final

from channels.text.gist import Gist

# What a municipality orders (発令); everything else is announced (発表).
ORDERS: Final = ("緊急安全確保", "避難指示", "高齢者等避難", "避難準備", "避難勧告")

# What failed is not announced and lifted: it happens and is repaired. By its state (lifeline:state).
TROUBLES: Final = {
    "発生": "{at}{event}が発生しました。",
    "継続": "{of}{event}は続いています。",
    "見込み": "{at}{event}の見込みです。",
    "復旧": "{of}{event}は復旧しました。",
}
_TROUBLE: Final = ("停電", "停止", "断水", "障害")  # how its events end; 鉄道の運行情報 is announced

ACTIONS: Final[dict[int, str]] = {
    5: "命の危険が迫っています。直ちに身の安全を確保してください。",
    4: "危険な場所から全員速やかに避難してください。",
    3: "危険な場所から、避難に時間のかかる人は避難してください。",
}
# Hazards that name nothing: 「その他に関する」 says less than silence.
_MEASURED: Final = frozenset("０１２３４７強弱")  # how an intensity ends that was measured
UNNAMED: Final = frozenset({"", "その他"})
# What each of ACTIONS says, as stems: a sentence that has all of its level's says the action itself.
_STEMS: Final[dict[int, tuple[str, ...]]] = {
    5: ("命の危険", "身の安全を確保"),
    4: ("危険な場所から", "全員", "避難"),
    3: ("避難に時間のかかる", "避難"),
}
CORRECTION: Final = "先にお知らせした内容を訂正します。"
HEADING_MAX: Final = 8  # characters of a heading that says nothing by itself: ＜概況＞, ＜とるべき措置＞
OWN_ACTION_MAX: Final = 70  # characters; a longer sentence would take the room of the areas in a short message
_SPELLED: Final = str.maketrans("", "", "。、，．！!？? 　\n")
_SENTENCE: Final = re.compile(r"[^。！!？?\n]*[。！!？?][）)」』】]*|[^。！!？?\n]+")
_ENDS: Final = ("。", "！", "!", "？", "?", "）", ")", "」", "』", "】")
_HEADING: Final = re.compile(r"[ 　]*[＜<](?P<words>[^＜＞<>]*)[＞>][ 　]*")


def is_order(gist: Gist) -> bool:
    """Whether it is a municipality's own order."""
    return any(order in gist.event for order in ORDERS)


def is_trouble(gist: Gist) -> bool:
    """Whether it is something that does not work, rather than something that is announced."""
    return bool(gist.state) and gist.event.endswith(_TROUBLE)


def level_words(gist: Gist) -> str:
    """「警戒レベル4」 of an order whose own name does not say it; else empty."""
    return f"警戒レベル{gist.level}" if gist.level and is_order(gist) and "レベル" not in gist.event else ""


def names(gist: Gist) -> str:
    """Name the event with its level, as it is spoken of: 「警戒レベル4避難指示」, 「大雨特別警報」."""
    return level_words(gist) + gist.event


def statement(gist: Gist, areas: str) -> str:
    """Say what holds where; ``areas`` is the list as it is to stand in the sentence."""
    if changed := _change(gist, areas):
        return changed
    place = f"{areas}に" if areas else ""
    verb = "発令" if is_order(gist) else "発表"
    cause = f"{gist.hazard}に関する" if gist.hazard not in UNNAMED and is_order(gist) else ""
    level = f"{words}、" if (words := level_words(gist)) else ""
    rank = f"（噴火警戒レベル{gist.rank}）" if gist.rank else ""
    return f"{place}{cause}{level}{gist.event}{rank}を{verb}しました。"


def _change(gist: Gist, areas: str) -> str:
    """Say what is not simply announced: taken back, failed or repaired, ended, felt, lowered, going on; else empty."""
    at, of = (f"{areas}{particle}" if areas else "" for particle in ("で", "の"))
    measured = gist.felt[-1:] in _MEASURED
    cases = (
        (gist.cancels, f"先にお知らせした{of}{_taken_back(gist)}情報は誤りでした。取り消します。"),
        (is_trouble(gist), TROUBLES.get(gist.state, "").format(at=at, of=of, event=gist.event)),
        (gist.lifts, f"{of}{gist.event}を解除しました。"),
        (gist.felt, f"{at}{gist.felt}を観測しました。" if measured else f"{areas}は{gist.felt}です。"),
        (gist.lowers, f"{of}{gist.lowers}を{gist.event}に切り替えました。"),
        (gist.goes_on, f"{of}{gist.event}は継続しています。"),
    )
    return next((sentence for applies, sentence in cases if applies), "")


def _taken_back(gist: Gist) -> str:
    """Name the kind before 情報, of which it may be one itself: 震度速報の, 津波観測に関する."""
    name = gist.event.removesuffix("情報")
    return name if name != gist.event or not name else f"{name}の"


def action(gist: Gist) -> str:
    """Say what to do, by level; empty where nothing is to be done or no level says it."""
    return "" if gist.cancels or gist.lifts else ACTIONS.get(gist.level, "")


def with_action(gist: Gist, said: Sequence[str]) -> list[str]:
    """Put what to do before the sender's sentences, said once: in the sender's own words where one of the sentences
    says it, else in ours, and then without those sentences that ours repeats.
    """
    stock = action(gist)
    if not stock:
        return list(said)
    stems = _STEMS[gist.level]
    own = next((s for s in said if len(s) <= OWN_ACTION_MAX and all(stem in _spelled(s) for stem in stems)), None)
    first = stock if own is None else own
    return [first, *(sentence for sentence in said if _spelled(sentence) not in _spelled(first))]


def _spelled(text: str) -> str:
    """Spell a sentence so that two that differ in kana and punctuation alone are the same."""
    return text.translate(_SPELLED).replace("直ちに", "ただちに").replace("速やかに", "すみやかに")


def advice(gist: Gist) -> str:
    """Return what the sender says beyond what holds where: what to do or, where it does not say that, its headline (how
    much rain, where, what to keep away from), and its numbers; no headline of what is over, and of an order, whose
    headline is itself.
    """
    if gist.cancels:
        return ""
    said = gist.instruction
    if not said and not gist.lifts and not is_order(gist):
        lines = [_unheaded(line) for line in gist.headline.splitlines()]
        said = "\n".join(line for line in lines if not _repeats(line, gist.event))
    return "\n".join(part for part in (said, *gist.facts) if part)


def _repeats(line: str, event: str) -> bool:
    """Tell a line that names the kind and no more, be it with its place: 埼玉県熱中症警戒アラート, 噴火速報: 阿蘇山."""
    return line in event or line.endswith(event) or line.startswith((f"{event}:", f"{event}："))


def _unheaded(line: str) -> str:
    """Return a heading's words without its brackets; nothing of one that names the part of a text alone."""
    heading = _HEADING.fullmatch(line)
    if heading is None:
        return line.strip()
    return heading["words"].strip() if len(heading["words"]) > HEADING_MAX else ""


def closed(sentence: str) -> str:
    """Return a sentence that another may follow."""
    return sentence if sentence.endswith(_ENDS) else f"{sentence}。"


def sentences(text: str) -> list[str]:
    """Split a sender's text into sentences, so that a short channel leaves out whole ones only."""
    return [found for part in _SENTENCE.findall(text) if (found := part.strip())]


def area_list(areas: Sequence[str], fits: Callable[[str], bool]) -> str | None:
    """Join as many names as fit, with 「ほか」 and the number of those left out; None where not even one fits.

    ``fits`` is of length: with more names a text that leaves some out only gets longer. So a dozen texts are tried for
    all municipalities of the country, and not two thousand.
    """

    def text(count: int) -> str:
        left = len(areas) - count
        return "、".join(areas[:count]) + (f"ほか{left}か所" if left else "")

    if areas and fits(text(len(areas))):
        return text(len(areas))
    most = bisect_left(range(1, len(areas)), True, key=lambda count: not fits(text(count)))
    return text(most) if most else None

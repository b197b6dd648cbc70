"""What a card on the page says of one thing that holds: its colour, its words, and what to do.

The words of the order itself come first; the tables here only speak where the sender said nothing, and in easy
Japanese (FORMATS 7) and English beside it.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from broker.core.holding import holds, level_of
from broker.views.in_force import Holding
from cap_formats.alert import Info, Severity, Status, Urgency
from cap_formats.drill import marked
from channels.map.english import in_english
from channels.map.way import Way, together, way_of
from channels.text.section import own_section

# The level of an order that names none.
ORDERS: Final = (("緊急安全確保", 5), ("避難指示", 4), ("高齢者等避難", 3))
# The colour of what else names no level: as JMA draws it, else by severity.
NAMED_TONES: Final = (
    ("大津波警報", 4),
    ("津波警報", 3),
    ("津波注意報", 2),
    ("津波予報", 1),
)
TONES: Final = {Severity.EXTREME: 4, Severity.SEVERE: 3, Severity.MODERATE: 2, Severity.MINOR: 1, Severity.UNKNOWN: 0}

# The word for a drill must be understood in every language.
ENGLISH_MARKS: Final = {Status.EXERCISE: "EXERCISE ", Status.TEST: "TEST ", Status.SYSTEM: "TEST "}


class Advice(msgspec.Struct, frozen=True):
    """What to do, in Japanese, easy Japanese and English."""

    ja: str
    easy: str
    en: str


BY_LEVEL: Final[dict[int, Advice]] = {
    5: Advice(
        "命の危険。ただちに身の安全を確保してください。",
        "いのちが あぶないです。すぐに いちばん 安全な ところへ いってください。",
        "Life in danger. Get to the safest place you can reach now.",
    ),
    4: Advice(
        "危険な場所から全員避難してください。",
        "危ない 場所から 全員 避難しましょう。",
        "Everyone: leave dangerous places now.",
    ),
    3: Advice(
        "高齢の方など避難に時間のかかる方は、危険な場所から避難してください。ほかの方も準備をしてください。",
        "避難に 時間が かかる 人は 危ない 場所から 避難しましょう。",
        "Older people and all who need time: leave dangerous places now. Others: get ready.",
    ),
    2: Advice(
        "避難する場所と道すじを確かめてください。",
        "どこへ にげるか たしかめましょう。",
        "Check where you would go, and how.",
    ),
    1: Advice("最新の情報に注意してください。", "新しい 情報を 見ましょう。", "Keep watching for news."),
}

# The first word that the event contains decides, so the longer ones stand first; of the sea after JMA's own words.
BY_WORD: Final[tuple[tuple[str, Advice], ...]] = (
    (
        "津波予報",
        Advice(
            "海に入っての作業、釣り、海水浴などでは、海面の変動に注意してください。",
            "海に 入る ときは 気をつけて ください。",
            "The sea may rise and fall a little. Take care in the water and when fishing.",
        ),
    ),
    (
        "津波注意報",
        Advice(
            "海の中にいる人は、ただちに海から上がって、海岸から離れてください。",
            "すぐに 海から あがって、海の そばから はなれて ください。",
            "Get out of the water and leave the shore at once.",
        ),
    ),
    (
        "津波",
        Advice(
            "海岸や川からすぐに離れ、高い場所へ避難してください。",
            "海や 川から はなれて、高い ところへ にげましょう。",
            "Leave the coast and rivers at once. Go to high ground.",
        ),
    ),
    (
        "緊急地震速報",
        Advice(
            "頭を守り、倒れるものや落ちるものから離れてください。",
            "あたまを まもってください。",
            "Protect your head. Keep away from what may fall.",
        ),
    ),
    (
        "ミサイル",
        Advice(
            "建物の中、または地下に避難してください。",
            "たてものの 中か 地下に 入ってください。",
            "Go inside a building or underground.",
        ),
    ),
)


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One card. ``tone`` is the level whose colour it has (0 for none), ``label`` its words, drill mark included.
    ``for_all`` says that the headline is about other areas as well, where something else may hold.
    """

    id: str
    seq: int
    tone: int
    level: int
    label: str
    headline: str
    for_all: bool
    description: str
    instruction: str
    advice: Advice | None
    where: tuple[str, ...]
    since: datetime
    until: datetime | None
    sender: str
    language: str
    codes: tuple[str, ...]
    ways: tuple[tuple[Way, datetime], ...] = ()  # where it was said by two: each, and since when


def notices(held: Iterable[Holding], language: str, for_all: Collection[str] = ()) -> list[Notice]:
    """Return a card for each thing that holds, in the reader's language where it was said in it, worst first: before
    all, what leaves seconds or minutes (a missile has no level, and goes before an order of level 4). ``for_all`` are
    the ids of those whose headline is for all areas of their message.
    """
    worst_first = sorted(in_language(list(held), language), key=lambda h: (not _is_now(h), -tone_of(h), -h.level))
    return [_notice(h, language, also, for_all=id_of(h) in for_all) for h, *also in together(worst_first)]


def _is_now(held: Holding) -> bool:
    swift = held.info.urgency is Urgency.IMMEDIATE and held.info.severity is Severity.EXTREME
    return swift or tone_of(held) == max(level for _, level in ORDERS)


def in_language(held: Sequence[Holding], language: str) -> list[Holding]:
    """Keep, of what one message says in several languages, the reader's; else Japanese; else all of it."""
    spoken: dict[int, set[str]] = {}
    for h in held:
        spoken.setdefault(h.seq, set()).add(_tongue(h.info))
    kept = []
    for h in held:
        wanted = next((tongue for tongue in (language, "ja") if tongue in spoken[h.seq]), None)
        if wanted is None or _tongue(h.info) == wanted:
            kept.append(h)
    return kept


def id_of(held: Holding) -> str:
    """Return the id of its card."""
    return f"n{held.seq}-{held.info_index}"


def tone_of(held: Holding) -> int:
    """Return the level whose colour fits: its own, or the one that its name or its severity stands for."""
    named = _named((*ORDERS, *NAMED_TONES), held.event)
    return held.level or named or TONES[held.info.severity]


def label_of(held: Holding, language: str = "ja") -> str:
    """Name it in words that stand alone: 【訓練】警戒レベル4 避難指示; in English with the Japanese beside it."""
    return label_of_info(held.info, held.status, language)


def label_of_info(info: Info, status: Status, language: str = "ja") -> str:
    """Name an info in words that stand alone, with 解除 where it lifts what it names."""
    level, english = level_of(info), in_english(info.event)
    if language == "en" and english:
        named = f"Level {level} {english}" if level else english
        words = f"{named} {info.event}" if holds(info) else f"{named} {info.event} lifted"
        return f"{ENGLISH_MARKS.get(status, '')}{marked(words, status)}"
    words = f"警戒レベル{level} {info.event}" if level and "レベル" not in info.event else info.event
    return marked(words if holds(info) else f"{words} 解除", status)


def _notice(held: Holding, language: str, also: Sequence[Holding], *, for_all: bool) -> Notice:
    info = held.info

    def say(text: str | None) -> str:
        return marked(text, held.status) if text and held.status is not Status.ACTUAL else text or ""

    headline, description = say(info.headline), say(info.description)
    instruction = say(own_section(info.instruction or "", info.event))
    return Notice(
        id=id_of(held),
        seq=held.seq,
        tone=tone_of(held),
        level=held.level,
        label=label_of(held, language),
        language=held.info.language,
        headline=headline,
        for_all=for_all,
        description="" if _is_said(description, headline, instruction) else description,
        instruction=instruction,
        advice=_advice(held),
        where=tuple(dict.fromkeys(area.area_desc for h in (held, *also) for area in h.info.areas)),
        since=held.since,
        until=held.until,
        sender=info.sender_name or held.sender,
        codes=held.codes,
        ways=tuple((way, h.since) for h in (held, *also) if also and (way := way_of(h))),
    )


def _is_said(description: str, headline: str, instruction: str) -> bool:
    """Tell whether the card says the same in its headline or as what to do."""
    return description == instruction or (bool(headline) and headline.removeprefix("【訓練】") in description)


def _advice(held: Holding) -> Advice | None:
    by_word = next((advice for word, advice in BY_WORD if word in held.event), None)
    return by_word or BY_LEVEL.get(held.level or _named(ORDERS, held.event) or 0)


def _named(table: Iterable[tuple[str, int]], event: str) -> int | None:
    """Return what the first row says whose name the event has, in Japanese or in English."""
    said = event.casefold()
    return next((tone for word, tone in table if word in said or in_english(word).casefold() in said), None)


def _tongue(info: Info) -> str:
    return info.language.partition("-")[0].lower()

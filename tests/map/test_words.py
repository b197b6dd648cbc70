from datetime import UTC, datetime

import msgspec
import pytest

from broker.views.in_force import Holding
from cap_formats import parameter
from cap_formats.alert import Category, Certainty, Info, NamedValue, ResponseType, Severity, Status, Urgency
from channels.map.english import in_english
from channels.map.nation import PLACES_MAX, nation
from channels.map.notice import in_language, label_of, label_of_info, notices, tone_of

NOON = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)


def holding(event: str, level: int = 0, *, seq: int = 1, codes: tuple[str, ...] = ("11229",), **more: str) -> Holding:
    info = Info(
        language=more.get("language", "ja-JP"),
        category=(Category.MET,),
        event=event,
        urgency=Urgency.IMMEDIATE,
        severity=Severity(more.get("severity", "Severe")),
        certainty=Certainty.LIKELY,
        headline=more.get("headline"),
        parameters=(NamedValue(parameter.LEVEL, str(level)),) if level else (),
    )
    return Holding(
        chain=f"c{seq}",
        seq=seq,
        info_index=0,
        identifier="i",
        sender="s",
        status=Status(more.get("status", "Actual")),
        event=event,
        level=level,
        since=NOON,
        until=None,
        info=info,
        codes=codes,
    )


@pytest.mark.parametrize(
    ("event", "english"),
    [
        ("避難指示", "Evacuation order"),
        ("レベル４大雨危険警報", "Heavy rain danger warning"),
        ("大津波警報", "Major tsunami warning"),
        ("津波注意報", "Tsunami advisory"),
        ("暴風雪特別警報", "Snowstorm emergency warning"),
        ("なにか", ""),
    ],
)
def test_events_in_english(event: str, english: str):
    assert in_english(event) == english


@pytest.mark.parametrize(
    ("event", "level", "severity", "tone"),
    [
        ("避難指示", 4, "Severe", 4),
        ("大津波警報", 0, "Extreme", 4),
        ("津波警報", 0, "Extreme", 3),
        ("x", 0, "Minor", 1),
        ("緊急安全確保", 0, "Severe", 5),
        ("避難指示", 0, "Severe", 4),
        ("高齢者等避難", 0, "Severe", 3),
        ("Evacuation Order for Wako", 0, "Severe", 4),
        ("Major Tsunami Warning", 0, "Moderate", 4),
    ],
)
def test_a_colour_stands_for_the_level_or_what_jma_draws(event: str, level: int, severity: str, tone: int):
    assert tone_of(holding(event, level, severity=severity)) == tone


def test_a_label_stands_alone_in_both_languages():
    assert label_of(holding("避難指示", 4)) == "警戒レベル4 避難指示"
    assert label_of(holding("レベル４大雨危険警報", 4)) == "レベル４大雨危険警報"
    assert label_of(holding("避難指示", 4, status="Exercise")) == "【訓練】警戒レベル4 避難指示"
    assert (
        label_of(holding("避難指示", 4, status="Exercise"), "en")
        == "EXERCISE 【訓練】Level 4 Evacuation order 避難指示"
    )
    lifted = msgspec.structs.replace(holding("避難指示", 4).info, response_type=(ResponseType.ALL_CLEAR,))
    assert label_of_info(lifted, Status.ACTUAL) == "警戒レベル4 避難指示 解除"


def test_of_several_languages_the_readers_is_shown_and_none_is_lost():
    both = [
        holding("避難指示", 4),
        holding("Evacuation order", 4, language="en-US"),
        holding("x", seq=2, language="ko"),
    ]
    assert [h.event for h in in_language(both, "en")] == ["Evacuation order", "x"]
    assert [h.event for h in in_language(both, "ja")] == ["避難指示", "x"]


def test_a_drills_every_text_is_marked():
    [card] = notices([holding("避難指示", 4, status="Exercise", headline="逃げて")], "ja")
    assert card.label.startswith("【訓練】")
    assert card.headline == "【訓練】逃げて"


def test_the_list_names_some_and_counts_the_rest():
    codes = tuple(f"11{number}" for number in range(201, 212))
    [group] = nation([holding("避難指示", 4, codes=codes), holding("大雨注意報", 2, seq=2)], "ja", lambda code: code)
    assert (group.code, [line.tone for line in group.lines]) == ("11", [4, 2])
    assert len(group.lines[0].places) == PLACES_MAX
    assert group.lines[0].more == len(codes) - PLACES_MAX


def test_a_missile_goes_before_an_order_of_level_4_and_what_a_card_says_is_said_once():
    text = "ミサイル発射。建物の中、又は地下に避難して下さい。"
    missile = holding("弾道ミサイル情報", seq=2, severity="Extreme", headline="弾道ミサイル情報: ミサイル発射。")
    missile = msgspec.structs.replace(
        missile, info=msgspec.structs.replace(missile.info, description=text, instruction=text)
    )
    held = [holding("避難指示", 4), missile, holding("緊急安全確保", 5, seq=3), holding("高齢者等避難", 3, seq=4)]
    cards = notices(held, "ja")
    assert [card.label for card in cards] == [
        "警戒レベル5 緊急安全確保",
        "弾道ミサイル情報",
        "警戒レベル4 避難指示",
        "警戒レベル3 高齢者等避難",
    ]
    assert (cards[1].description, cards[1].instruction) == ("", text)

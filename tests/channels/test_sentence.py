"""Sentences in short channels: nothing said twice, nothing said of nothing."""

from datetime import UTC, datetime

import pytest
from contracts.channel_case import order

from channels.text.gist import Gist, gists
from channels.text.sentence import ACTIONS, OWN_ACTION_MAX, advice, area_list, sentences, statement, with_action
from receivers.console.order import GRADES, Place
from receivers.console.wording import order_text


def gist(level: int, instruction: str = "", hazard: str = "洪水") -> Gist:
    return Gist(
        event=GRADES[level].event,
        level=level,
        hazard=hazard,
        lifts=False,
        cancels=False,
        sent=datetime(2026, 7, 1, 3, tzinfo=UTC),
        sender="和光市",
        areas=("和光市全域",),
        headline="",
        instruction=instruction,
    )


def said(level: int, instruction: str) -> list[str]:
    return with_action(gist(level, instruction), sentences(instruction))


def test_a_hazard_that_names_nothing_is_left_out():
    assert statement(gist(5, hazard="その他"), "和光市全域") == "和光市全域に警戒レベル5、緊急安全確保を発令しました。"
    assert "洪水に関する" in statement(gist(5), "和光市全域")


def test_what_the_console_proposes_is_said_once():
    whole = (Place(name="全域"),)
    texts = {level: said(level, order_text("和光市", "洪水", level, whole).instruction) for level in GRADES}
    assert [text.count("命の危険") for text in ["".join(texts[5])]] == [1]
    assert texts[5][0] == ACTIONS[5]
    assert texts[5][1].startswith("避難場所への移動が")
    assert texts[4][0] == "和光市全域の方は、速やかに全員、危険な場所から避難を開始してください。"
    assert ACTIONS[4] not in texts[4]
    assert ACTIONS[3] not in texts[3]
    assert len(texts[3]) == 2


@pytest.mark.parametrize("instruction", ["", "川の様子を見に行かないでください。", "全員、帰宅してください。"])
def test_where_the_sender_does_not_say_what_to_do_it_is_said(instruction: str):
    assert said(4, instruction) == [ACTIONS[4], *sentences(instruction)]


def test_the_senders_own_way_to_say_it_wins_where_it_is_short():
    own = "危険な場所から全員、第五小学校へ避難してください。"
    assert said(4, f"雨が強まります。{own}") == [own, "雨が強まります。"]
    long = "白子、" * OWN_ACTION_MAX + own
    assert said(4, long)[0] == ACTIONS[4]


@pytest.mark.parametrize("room", range(40))
@pytest.mark.parametrize(
    "areas", [(), ("真備町",), tuple("一二三四五六七八九十拾"), ("ひと", "", "長い名前の町", "村")]
)
def test_as_many_areas_are_named_as_fit(areas: tuple[str, ...], room: int):
    texts = (
        "、".join(areas[:n]) + (f"ほか{len(areas) - n}か所" if areas[n:] else "") for n in range(len(areas), 0, -1)
    )
    assert area_list(areas, lambda text: len(text) <= room) == next((text for text in texts if len(text) <= room), None)


def test_a_list_of_all_municipalities_is_fitted_in_a_dozen_tries():
    tried: list[str] = []

    def fits(text: str) -> bool:
        tried.append(text)
        return len(text) <= 100

    assert area_list([f"第{n}町" for n in range(1_900)], fits)
    assert len(tried) < 15


@pytest.mark.parametrize(
    "headline", ["熱中症警戒アラート", "埼玉県熱中症警戒アラート", "熱中症警戒アラート: 埼玉県", ""]
)
def test_a_headline_that_names_the_kind_alone_is_not_said(headline: str):
    alert = order(event="熱中症警戒アラート", headline=headline, instruction=None, parameters=()).alert
    assert advice(gists(alert)[0]) == ""

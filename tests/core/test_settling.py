"""What a person chose, put into the alert: status, time, name."""

from datetime import UTC, datetime

import msgspec
import pytest
from core.message import alert, info

from broker.core.settling import (
    HELD,
    REJECTED,
    ROWS,
    UNPLACED,
    UNREADABLE,
    Decision,
    Kind,
    drill_words_of,
    row_of,
    with_name,
    with_sent,
    with_status,
)
from cap_formats import parameter
from cap_formats.alert import NamedValue, Status

DRILL = info(
    headline="【訓練】避難指示",
    description="【訓練】【試験】川があふれます。訓練ではありません。",
    parameters=(NamedValue(parameter.TRAINING, "true"), NamedValue(parameter.VOICE, "【訓練】ひなんしじ")),
)


def test_what_is_real_does_not_call_itself_a_drill():
    real = with_status(alert(note="【訓練】です", infos=(DRILL,)), Status.ACTUAL)
    [said] = real.infos
    assert (real.status, real.note) == (Status.ACTUAL, "です")
    assert (said.headline, said.description) == ("避難指示", "川があふれます。訓練ではありません。")
    assert said.parameters == (NamedValue(parameter.VOICE, "ひなんしじ"),)


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("（訓練）避難指示", "避難指示"),
        ("【訓練】避難指示\n　【訓練】高いところへ", "避難指示\n高いところへ"),
        ("【訓練】[EXERCISE] Evacuate now", "Evacuate now"),
        ("【災害訓練】【試験配信】避難指示", "避難指示"),
        ("（訓練ではありません）避難指示", "（訓練ではありません）避難指示"),
        ("明日は市の訓練の日です", "明日は市の訓練の日です"),
    ],
)
def test_the_marks_of_a_drill_are_taken_off_every_line(text: str, real: str):
    settled = with_status(alert(infos=(info(headline=text),)), Status.ACTUAL)
    assert settled.infos[0].headline == real
    assert drill_words_of(settled) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("避難指示。これは訓練です。", "訓練です"),
        ("川があふれます。（訓練）", "（訓練）"),
        ("これは、Ｊアラートのテストです。", "テストです"),
        ("こちらは訓練放送でした。", "訓練放送でした"),
    ],
)
@pytest.mark.parametrize("where", ["headline", "description", "instruction"])
def test_words_of_a_drill_that_stay_are_found(where: str, text: str, words: str):
    assert drill_words_of(with_status(alert(infos=(info(**{where: text}),)), Status.ACTUAL)) == words


def test_a_drill_keeps_its_words():
    drill = with_status(alert(infos=(DRILL,)), Status.EXERCISE)
    assert (drill.status, drill.infos) == (Status.EXERCISE, (DRILL,))


def test_a_telegram_taken_for_a_test_joins_the_real_series_once_it_is_real():
    doubtful = msgspec.structs.replace(alert(status=Status.TEST), chain="jma:Test:warning:気象庁:33")
    assert with_status(doubtful, Status.ACTUAL).chain == "jma:warning:気象庁:33"


def test_a_message_from_the_future_takes_the_place_of_its_new_time():
    before = alert()
    future_s = int(before.sent.timestamp())
    moved = with_sent(msgspec.structs.replace(before, place=(future_s, 3)), future_s - 3_600)
    assert moved.place == (future_s - 3_600, 3)
    assert moved.sent == datetime.fromtimestamp(future_s - 3_600, UTC)
    assert moved.sent.utcoffset() == before.sent.utcoffset()


def test_a_name_of_its_own_is_a_series_of_its_own():
    named = with_name(alert(), 57)
    assert named.identifier == f"{alert().identifier}.held-57"
    assert named.chain != alert().chain


@pytest.mark.parametrize(
    ("kind", "code", "understood", "row"),
    [
        (Kind.HELD, "area-unknown", True, ROWS["area-unknown"]),
        (Kind.HELD, "area-unknown", False, UNREADABLE),
        (Kind.HELD, "cap-resource-digest", True, HELD),
        (Kind.HELD, "qzss-sentence", False, UNREADABLE),
        (Kind.REJECTED, "area-unknown", True, REJECTED),
        (Kind.UNPLACED, "area-unplaced", True, UNPLACED),
    ],
)
def test_every_trouble_has_a_row(kind: Kind, code: str, *, understood: bool, row: object):
    assert row_of(kind, code, alert() if understood else None) is row


def test_nothing_is_sent_on_that_was_not_understood():
    assert not {Decision.SETTLE, Decision.RELEASE} & {*UNREADABLE.decisions, *REJECTED.decisions}

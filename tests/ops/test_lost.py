"""Reasons of a silent way in, and of what was stopped, in Japanese."""

import re
from pathlib import Path

import pytest

from broker.web.sentence import JA
from ops.dashboard.lost import lost_words

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = re.compile(r'"((?:jalert|qzss|lalert|signature|file|topic)-[a-z-]+)"')


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("nothing heard for 30 s", "30秒間、何も届いていません"),
        ("the peer closed the connection", "相手が接続を切りました"),
        ("port 36000 of 0.0.0.0: Address already in use", "ポート36000（0.0.0.0）で待てません：Address already in use"),
        ("ConnectionRefusedError: [Errno 111] Connection refused", "相手につながりません"),
        ("the server answered 500", "相手がエラーを返しています（HTTP 500）"),
        ("a.xml: the server answered 503", "a.xmlを取りに行くと、相手がエラーを返します（HTTP 503）"),
        ("the server answered 401", "相手がこちらを認めません。利用者名とパスワードを確かめてください"),
        ("no answer within 10 s", "10秒待っても返事がありません"),
        ("OSError: the other side closed it", "相手が接続を切りました"),
        (
            "the answer is no feed: its root is html",
            "電文の一覧ではないものが返ってきます（the answer is no feed: its root is html）",
        ),
        (
            "its posts are refused: The token was made 1200 s ago by the clock here; at most 300 s are allowed.",
            "時計が1200秒ずれているため、届いたものを受け付けていません。相手かこちらの時計を合わせてください",
        ),
        ("something new", "something new"),
    ],
)
def test_a_reason_is_said_in_japanese_and_kept_in_english(reason: str, said: str):
    assert lost_words(reason, "ja") == said
    assert lost_words(reason, "en") == reason


def test_every_code_of_a_way_in_has_its_japanese_sentence():
    found = {code for path in (ROOT / "receivers").rglob("*.py") for code in CODE.findall(path.read_text("utf-8"))}
    assert len(found) > 10
    assert found <= set(JA)

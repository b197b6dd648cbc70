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

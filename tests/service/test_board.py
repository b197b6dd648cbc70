"""What an operator is told of far ends that do not take anything: how many, and each of them."""

import re
import time
from pathlib import Path

import requests

from tests.service.messages import order
from tests.service.serving import Serving

ALERTS = 60


def board(serving: Serving, key: str, word: str) -> str:
    """Return the board, as soon as that stands in it."""
    with requests.Session() as operator:
        token = re.search(r'name="csrf" value="([^"]+)"', operator.get(f"{serving.url}/ops", timeout=10).text)
        assert token
        operator.post(f"{serving.url}/ops/sign-in", data={"key": key, "csrf": token[1]}, timeout=10)
        ends = time.monotonic() + 10
        while word not in (page := operator.get(f"{serving.url}/ops/board", timeout=10).text):
            assert time.monotonic() < ends, page
            time.sleep(0.05)
    return page


def test_all_that_is_stuck_is_counted_and_one_dead_far_end_hides_no_other(tmp_path: Path):
    serving = Serving(tmp_path / "data").start()
    keys = {role: {"Authorization": f"Bearer {serving.key(role, role)}"} for role in ("issuer", "subscriber")}
    operator = serving.key("operator", "operator")

    def subscribe(label: str, url: str) -> None:
        wish = {"channel": "webhook", "label": label, "filter": {}, "contact": {"url": url, "format": "json"}}
        answer = requests.post(f"{serving.url}/api/v1/subscriptions", json=wish, headers=keys["subscriber"], timeout=10)
        assert answer.status_code == 201, answer.text

    def alert(name: str) -> None:
        answer = requests.post(f"{serving.url}/api/v1/alerts", data=order(name), headers=keys["issuer"], timeout=10)
        assert answer.status_code == 202, answer.text

    subscribe("死んだ相手", "http://127.0.0.1:1/")
    for number in range(ALERTS):
        alert(f"stuck-{number}")
    subscribe("もう一つの相手", "http://127.0.0.1:2/")
    alert("stuck-last")
    count = f'とどこおっているもの <span class="num">{ALERTS + 2}</span>'
    page = board(serving, operator, count)
    stuck = page.partition('id="stuck"')[2].partition("</section>")[0]
    assert "もう一つの相手" in stuck
    assert stuck.count("相手につながらない") == 2, "one line for each far end, in the operator's language"
    assert f"ほか{ALERTS}件" in stuck  # of what is dead: the worst, and how many more
    assert "未達 1" in page
    assert serving.stop() == 0


def test_a_drill_in_many_towns_does_not_push_what_is_real_off_the_board(tmp_path: Path):
    serving = Serving(tmp_path / "data").start()
    issuer = serving.key("issuer", "issuer")
    serving.post(issuer, order("real", headline="本物の避難指示です。"))
    for number in range(ALERTS):
        serving.post(issuer, order(f"drill-{number}", status="Exercise", headline="【訓練】です。"))
    page = board(serving, serving.key("operator", "operator"), "【訓練】です。")
    real, _, drills = page.partition('id="alerts"')[2].partition('id="drills"')
    assert "本物の避難指示です。" in real
    assert "【訓練】" not in real
    assert "本物" not in drills
    assert serving.stop() == 0

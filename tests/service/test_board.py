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
    assert "各相手の重いものから 50 件。" in stuck
    assert serving.stop() == 0

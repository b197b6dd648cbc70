"""The demo as a visitor meets it: what it prints can be used, a second one says what is wrong, and Ctrl-C ends it."""

import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from console.desk_house import Officer
from corpus import ROOT
from demo.running import DEMO, ENVIRONMENT, Running

END_WITHIN_S = 3.0
VISITORS_KEY, OPERATORS_KEY = "issuer's key", "operator's key"


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def demo(temporary: Path) -> Iterator[Running]:
    """One at its own speed: the play goes on for as long as these tests look at it."""
    with Running("--port", "0", temporary=temporary) as running:
        running.read_until("受理 accepted")
        yield running


def address(demo: Running) -> str:
    return demo.told("/ map").partition("/map")[0]


def ask(demo: Running, path: str) -> dict:
    headers = {"Authorization": f"Bearer {demo.told(OPERATORS_KEY)}"}
    with urllib.request.urlopen(urllib.request.Request(address(demo) + path, headers=headers)) as response:  # noqa: S310  # our own address
        return msgspec.json.decode(response.read())


async def test_a_visitor_issues_an_order_by_hand_and_it_reaches_every_far_end(demo: Running):
    officer = Officer(SimpleNamespace(url=address(demo)))
    try:
        await officer.sign_in(demo.told(VISITORS_KEY), "drill")
        await officer.issue(await officer.draft(**{"code": "33202", "at-whole": "4"}), "4", "倉敷市")
    finally:
        await officer.close()
    assert officer.path.startswith("/console/orders/"), officer.text
    seq = int(officer.path.rsplit("/", 1)[1])
    alert = ask(demo, f"/api/v1/alerts/{seq}")
    assert b'"Exercise"' in msgspec.json.encode(alert)
    channels = [row["channel"] for row in ask(demo, f"/api/v1/deliveries?alert={seq}")["deliveries"]]
    assert sorted(channels) == ["carrier", "carrier", "feed", "map", "radio", "webhook", "webhook", "webhook"]


async def test_the_visitor_cannot_say_anything_real(demo: Running):
    officer = Officer(SimpleNamespace(url=address(demo)))
    try:
        await officer.get("/console")
        text = await officer.post("/console/sign-in", key=demo.told(VISITORS_KEY), mode="live")
    finally:
        await officer.close()
    assert officer.status == 403
    assert "この鍵では、この区分（本番・訓練）の発信はできません" in text


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("--port", "{port}"), "port-taken", "--port"),
        (("--port", "0", "--data", "{data}"), "data-in-use", "--data"),
        (("--far-ends", "/dev/null/x"), "far-ends-not-writable", "/dev/null/x"),
    ],
)
def test_a_second_demo_says_what_is_wrong(demo: Running, words: tuple[str, ...], code: str, hint: str):
    known = {"port": address(demo).rpartition(":")[2], "data": demo.told("/ data")}
    second = subprocess.run(
        [*DEMO, *(word.format(**known) for word in words)],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.startswith(f"noroshi: {code}: ")
    assert hint in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_ctrl_c_during_the_play_ends_everything(demo: Running, temporary: Path):
    """With somebody at the live stream, whose connection must not hold it up."""
    children = demo.children()
    assert len(children) == 6
    assert list(temporary.glob("noroshi-demo-*"))
    with urllib.request.urlopen(f"{address(demo)}/stream?statuses=Exercise") as stream:  # noqa: S310  # our own address
        assert stream.readline().startswith(b"id:")
        code, after_s = demo.end(signal.SIGINT)
    assert code == 0
    assert after_s < END_WITHIN_S
    assert "Traceback" not in demo.said
    assert [child for child in children if child.exists()] == []
    assert list(temporary.glob("noroshi-demo-*")) == []


def test_ctrl_c_after_the_play_ends_everything_and_leaves_the_data_that_it_was_given(tmp_path: Path):
    data = tmp_path / "data"
    with Running("--port", "0", "--speed", "20", "--data", str(data), temporary=tmp_path) as demo:
        demo.read_until("accounted for")
        children = demo.children()
        code, after_s = demo.end(signal.SIGINT)
    assert (code, "Traceback" in demo.said) == (0, False)
    assert after_s < END_WITHIN_S
    assert [child for child in children if child.exists()] == []
    assert (data / "journal.db").exists()

"""The held list as an operator sees it, in headless Chromium: on a phone and at a desk, in Japanese first."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser.conftest import ARGUMENTS, AXE, QUIET, overflow, violations
from held.desk import NOWHERE, PARTLY, Desk, make_key, order
from held.test_waiving import gone, spoilt
from needed import missing, program
from playwright.sync_api import Browser, Page, expect, sync_playwright
from service.messages import stamp
from service.serving import Serving

from broker.core.holder import Holder, Role

SIZES = {"phone": (390, 844), "desk": (1280, 800)}
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    process = Serving(tmp_path_factory.mktemp("held-page") / "data").start()
    yield process
    assert process.stop() == 0, process.log()[-3000:]


@pytest.fixture(scope="module")
def desk(serving: Serving) -> Desk:
    return Desk(serving)


@pytest.fixture(scope="module")
def proxy(serving: Serving) -> str:
    """A prefecture's key that may issue in the place of its cities."""
    return make_key(serving, Holder(name="岡山県", role=Role.ISSUER, areas=("33",), proxy_for=("33",)))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser of this file alone: as long as Playwright runs, no other test has an event loop of its own."""
    path = os.environ.get("NOROSHI_CHROMIUM") or program("chromium", "google-chrome")
    if not AXE.exists():
        missing("the browser's libraries are missing: run 'make web'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, desk: Desk) -> Iterator[Open]:
    contexts = []
    complaints: list[str] = []

    def open_page(size: tuple[int, int] = (1280, 800), scheme: str = "light") -> Page:
        context = chromium.new_context(
            base_url=desk.serving.url,
            viewport={"width": size[0], "height": size[1]},
            locale="ja-JP",
            color_scheme=scheme,  # type: ignore[arg-type]  # the two words that it knows
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto("/ops")
        page.fill("#key", desk.operator)
        page.click("text=入る")
        page.wait_for_selector("#held-h")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [text for text in complaints if not any(quiet in text for quiet in QUIET)]


def stop(page: Page, desk: Desk, body: bytes, key: str | None = None) -> int:
    """Send what must stop; return its record, once the list has it."""
    headers = {"Authorization": f"Bearer {key or desk.town}"}
    told = page.request.post("/api/v1/alerts", data=body, headers=headers).json()
    seq = int(told.get("record") or told["seq"])
    while page.request.get(f"/api/v1/held/{seq}", headers={"Authorization": f"Bearer {desk.operator}"}).status != 200:
        page.wait_for_timeout(20)
    return seq


def look(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if folder := os.environ.get("NOROSHI_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


KINDS = {
    "areas": lambda name: order(name, area=NOWHERE),
    "status": lambda name: order(name, headline="【訓練】真備町箭田に避難指示を発令しました。"),
    "follows": lambda name: order(name, msg_type="Update", references=f"x,{name}-0,{stamp(-9)}"),
    "future": lambda name: order(name, sent=stamp(60)),
    "unplaced": lambda name: order(name, area=PARTLY),
    "rejected": lambda name: order(name, status="Draft"),
}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("kind", KINDS)
def test_one_of_each_kind_can_be_read_and_reached(open_page: Open, desk: Desk, kind: str, size: tuple[int, int]):
    page = open_page(size)
    seq = stop(page, desk, KINDS[kind](f"page-{kind}-{size[0]}"))
    page.goto(f"/ops/held/{seq}")
    look(page, f"{kind}-{size[0]}")
    assert (overflow(page), violations(page)) == (0, [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_the_list_is_reached_from_the_board(open_page: Open, desk: Desk, size: tuple[int, int], scheme: str):
    page = open_page(size, scheme)
    stop(page, desk, order(f"list-{size[0]}-{scheme}", area=NOWHERE))
    look(page, f"board-{size[0]}-{scheme}")
    assert (overflow(page), violations(page)) == (0, [])
    expect(page.locator("#held-newest li").first).to_contain_text("避難指示")
    assert page.locator("h2:has-text('保留')").count() == 0  # said once, in the section of what waits for a person
    page.click("#held-h a")
    expect(page.locator("#held li").first).to_contain_text("避難指示")
    look(page, f"list-{size[0]}-{scheme}")
    assert (overflow(page), violations(page)) == (0, [])


def test_an_unknown_area_is_settled_on_the_page(open_page: Open, desk: Desk):
    page = open_page(SIZES["phone"])
    seq = stop(page, desk, order("settle-page", area=NOWHERE.replace("339997", "339991")))
    page.goto(f"/ops/held/{seq}")
    page.fill("#place-0", "無い町")
    page.click("text=この区域で送る")
    expect(page.locator("#problem")).to_contain_text("何も送っていません")
    assert page.input_value("#place-0") == "無い町"
    page.fill("#place-0", "倉敷市")
    page.click("text=この区域で送る")
    expect(page.locator("[role=status]")).to_contain_text("補って送った")
    look(page, "settled-390")
    assert (overflow(page), violations(page)) == (0, [])
    page.goto("/ops/held?state=decided")
    expect(page.locator(f"#h{seq}")).to_contain_text("tanaka")


def test_a_doubtful_one_becomes_real_by_a_typed_word_alone(open_page: Open, desk: Desk):
    page = open_page()
    seq = stop(page, desk, order("real-page", headline="【訓練】真備町箭田に避難指示を発令しました。"))
    page.goto(f"/ops/held/{seq}")
    page.fill("#reason-real", "市役所に電話で確かめた")
    page.fill("#confirm", "本物")
    page.click("button:has-text('本番として送る')")
    expect(page.locator("#problem")).to_contain_text("打ち込んでください")
    page.fill("#confirm", "本番")
    page.click("button:has-text('本番として送る')")
    expect(page.locator("[role=status]")).to_contain_text("市役所に電話で確かめた")


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_further_trouble_is_asked_about_and_let_pass(open_page: Open, desk: Desk, size: tuple[int, int]):
    page = open_page(size)
    seq = stop(page, desk, spoilt(f"waive-page-{size[0]}", **gone(f"waive-page-{size[0]}")))
    page.goto(f"/ops/held/{seq}")
    page.fill("#reason-release", "添付は電話で確かめた")
    page.click("button:has-text('そのまま送る')")
    expect(page.locator("#problem")).to_contain_text("もとの情報が見つからない")
    assert page.input_value("#reason-release") == "添付は電話で確かめた"
    page.fill("input[name=waive-references-unknown]", "前の情報は別の経路で出ている")
    look(page, f"waive-{size[0]}")
    assert (overflow(page), violations(page)) == (0, [])
    page.click("button:has-text('そのまま送る')")
    expect(page.locator("[role=status]")).to_contain_text("前の情報は別の経路で出ている")
    look(page, f"waived-{size[0]}")
    assert (overflow(page), violations(page)) == (0, [])


def test_who_comes_second_sees_what_the_first_decided(open_page: Open, desk: Desk):
    page, other = open_page(), open_page(SIZES["phone"])
    seq = stop(page, desk, order("second-page", area=NOWHERE))
    for each in (page, other):
        each.goto(f"/ops/held/{seq}")
        each.fill("#reason-drop", f"{each.viewport_size}")
    other.fill("#areas, #place-0", "倉敷市")
    page.click("button:has-text('送らずに捨てる')")
    expect(page.locator("[role=status]")).to_contain_text("捨てた")
    other.click("button:has-text('この区域で送る')")
    expect(other.locator("#problem")).to_contain_text("すでにほかの人が判断しています")
    expect(other.locator("[role=status]")).to_contain_text("捨てた")
    expect(other.locator("button:has-text('この区域で送る')")).to_have_count(0)
    assert (overflow(other), violations(other)) == (0, [])


def test_all_that_was_refused_is_seen_by_one_press(open_page: Open, desk: Desk):
    page = open_page()
    for number in range(2):
        stop(page, desk, f"<not-an-alert-{number}/>".encode())
    page.goto("/ops/held")
    page.click("text=すべて確認ずみにする")
    expect(page.locator("#rejected .none")).to_be_visible()


def test_a_decision_from_elsewhere_is_not_taken(open_page: Open, desk: Desk):
    page = open_page()
    seq = stop(page, desk, order("csrf-page", area=NOWHERE))
    answer = page.request.post(f"/ops/held/{seq}", form={"decision": "drop", "reason": "x"})
    assert answer.status == 403
    operator = {"Authorization": f"Bearer {desk.operator}"}
    assert page.request.get(f"/api/v1/held/{seq}", headers=operator).json()["held"]["decision"] is None


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_proxy_sees_on_every_page_for_whom_it_speaks(open_page: Open, proxy: str, size: tuple[int, int]):
    page = open_page(size)
    page.goto("/console")
    page.fill("#key", proxy)
    page.click("button[name=mode][value=live]")
    page.click("text=倉敷市に代わって発令する（代行）")
    look(page, f"proxy-desk-{size[0]}")
    expect(page.locator(".mode-proxy")).to_contain_text("倉敷市に代わって発令する画面です")
    assert (overflow(page), violations(page)) == (0, [])
    page.click("text=新しく発令する")
    page.check("input[name=hazard][value='洪水']")
    page.check("input[name='at-whole'][value='4']")
    page.click("text=確かめる画面へ")
    expect(page.locator(".mode-proxy")).to_be_visible()
    look(page, f"proxy-preview-{size[0]}")
    assert (overflow(page), violations(page)) == (0, [])

"""Every page that the other tests do not pass through: nothing serious for axe-core, nothing wider than the window."""

from collections.abc import Callable

import pytest
from browser.conftest import WIDTHS, overflow, sign_in, violations
from playwright.sync_api import Page, expect

Open = Callable[..., Page]


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
@pytest.mark.parametrize("path", ["/map", "/map?places=all", "/map?places=11&lang=en", "/console", "/ops"])
def test_an_open_page(open_page: Open, path: str, width: int):
    page = open_page(width)
    page.goto(path)
    assert (overflow(page), violations(page)) == (0, [])


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk(open_page: Open, issuer: str, width: int, scheme: str):
    page = open_page(width)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(page, issuer, "live")
    assert (overflow(page), violations(page)) == (0, [])
    page.click("text=新しく発令する")
    assert (overflow(page), violations(page)) == (0, [])
    five = page.locator("label:has(input[name='at-whole'][value='5'])").bounding_box()
    assert five is not None
    assert five["x"] + five["width"] <= width, "level 5 must be in reach on every screen"
    assert min(five["width"], five["height"]) >= 44, "a finger in a hurry needs 44 pixels"


def test_an_order_can_be_issued_by_keyboard_alone(open_page: Open, issuer: str):
    page = open_page()
    sign_in(page, issuer, "drill")
    page.goto("/console/compose?code=11229")
    page.focus("input[name=hazard]")
    page.keyboard.press("Space")
    page.focus("input[name='at-whole'][value='']")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.focus("text=確かめる画面へ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/drafts/*")
    page.focus("#level")
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    page.keyboard.type("wako")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/*")
    expect(page.locator("article.card")).to_contain_text("高齢者等避難")


def test_the_operator_reads_the_bytes_of_what_was_refused(open_page: Open, operator: str, issuer: str):
    page = open_page(360)
    page.request.post("/api/v1/alerts", data="<not-an-alert/>", headers={"Authorization": f"Bearer {issuer}"})
    page.goto("/ops")
    page.fill("#key", operator)
    page.click("text=入る")
    page.click("#held-newest a >> nth=0")
    page.click("text=受けたまま >> nth=0")
    expect(page.locator("pre")).to_contain_text("<not-an-alert/>")
    assert (overflow(page), violations(page)) == (0, [])


def test_an_issuers_key_does_not_open_the_operators_page(open_page: Open, issuer: str):
    page = open_page()
    page.goto("/ops")
    page.fill("#key", issuer)
    page.click("text=入る")
    expect(page.locator("[role=alert]")).to_contain_text("この画面は使えません")
    assert page.request.get("/ops/board").status == 403

"""An order from the officer's desk to the public page and the operator's board, changed, lifted, and taken back."""

from collections.abc import Callable

import pytest
from browser.conftest import WIDTHS, compose, issue, overflow, sign_in, violations
from playwright.sync_api import Page, expect

Open = Callable[..., Page]


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_an_order_goes_out_is_seen_raised_lifted_and_another_cancelled(
    open_page: Open, issuer: str, operator: str, width: int
):
    public, desk, board = open_page(width), open_page(width), open_page(width)
    public.goto("/map?code=11229")
    expect(public.locator("#none")).to_be_visible()

    sign_in(desk, issuer, "live")
    compose(desk, 4)
    expect(desk.locator("text=それぞれの経路で出る言葉")).to_be_visible()
    expect(desk.locator("#deaf-h + ul")).to_contain_text("防災行政無線")
    assert (overflow(desk), violations(desk)) == (0, [])
    seq = issue(desk, 4, "わこう")
    expect(desk.locator("#reach")).to_contain_text("届いた 2")
    assert (overflow(desk), violations(desk)) == (0, [])

    # The public page shows it without being asked again: the stream tells it.
    card = public.locator("article.card.l4")
    expect(card).to_contain_text("警戒レベル4 避難指示", timeout=5_000)
    expect(card).to_contain_text("危険な場所から避難を開始してください")
    expect(public.locator("#none")).to_have_count(0)
    assert (overflow(public), violations(public)) == (0, [])

    board.goto("/ops")
    board.fill("#key", operator)
    board.click("text=入る")
    row = board.locator(f"#a{seq}")
    expect(row).to_contain_text("届いた 2")
    row.locator("summary").click()
    expect(row).to_contain_text("地図 /map")
    expect(board.locator("#stages")).to_contain_text("記録")
    assert (overflow(board), violations(board)) == (0, [])

    desk.click("text=レベル・区域を変える")
    expect(desk.locator("input[name='at-whole'][value='4']")).to_be_checked()
    desk.check("input[name='at-whole'][value='5']")
    desk.click("text=確かめる画面へ")
    raised = issue(desk, 5)
    expect(public.locator("article.card.l5")).to_contain_text("緊急安全確保", timeout=5_000)
    expect(public.locator("article.card")).to_have_count(1)
    expect(row.locator("summary")).to_contain_text("避難指示")
    expect(board.locator(f"#a{raised}")).to_contain_text("更新", timeout=6_000)
    assert row.get_attribute("open") is not None, "the board must not close what its reader has opened"

    desk.click("text=解除する")
    expect(desk.locator("article.card")).to_contain_text("解除")
    issue(desk, 0)
    expect(public.locator("#none")).to_be_visible(timeout=5_000)
    expect(public.locator("#ended")).to_contain_text("解除")

    compose(desk, 3, "土砂災害")
    wrong = issue(desk, 3)
    expect(public.locator("article.card.l3")).to_be_visible(timeout=5_000)
    desk.check("input[name=meant]")
    desk.click("text=いま取り消す")
    desk.wait_for_url(lambda url: f"/orders/{wrong}" not in url)
    expect(desk.locator("article.card")).to_contain_text("取り消します")
    expect(public.locator("#none")).to_be_visible(timeout=5_000)
    expect(public.locator("#ended")).to_contain_text("取消（誤り）")


def test_a_drill_stays_a_drill(open_page: Open, issuer: str):
    desk, public, drill = open_page(360), open_page(), open_page()
    sign_in(desk, issuer, "drill")
    assert desk.evaluate("document.documentElement.className") == "drill"
    expect(desk.locator(".mode-drill")).to_contain_text("訓練")
    expect(desk.locator(".mode-live")).to_have_count(0)
    compose(desk, 5)
    assert (overflow(desk), violations(desk)) == (0, [])
    issue(desk, 5)
    expect(desk.locator("article.card")).to_contain_text("【訓練】")

    drill.goto("/map?code=11229&status=Exercise")
    expect(drill.locator("article.card.l5 h2")).to_contain_text("【訓練】警戒レベル5 緊急安全確保")
    expect(drill.locator(".mode-drill")).to_contain_text("本物の情報ではありません")
    assert violations(drill) == []
    public.goto("/map?code=11229")
    expect(public.locator("#none")).to_be_visible()
    expect(public.locator("body")).not_to_contain_text("【訓練】")

    live = open_page()
    sign_in(live, issuer, "live")
    expect(live.locator("#here")).not_to_contain_text("【訓練】")


def test_nothing_goes_out_that_was_not_read_back_and_shown(open_page: Open, issuer: str):
    desk, public = open_page(), open_page()
    sign_in(desk, issuer, "live")
    compose(desk, 4)
    draft = desk.url
    for level, name in (("3", "和光市"), ("4", "朝霞市"), ("", "")):
        desk.fill("#level", level)
        desk.fill("#municipality", name)
        desk.click("button[name=action][value=issue]")
        expect(desk.locator("#problem")).to_contain_text("読み合わせが一致しません")
    desk.fill("#headline-0", "書き直した見出し")
    desk.fill("#level", "4")
    desk.fill("#municipality", "和光")
    desk.click("button[name=action][value=issue]")
    expect(desk.locator("#problem")).to_contain_text("文面が変わりました")
    desk.goto("/console")
    expect(desk.locator("text=下書き（まだ送っていません）")).to_be_visible()
    public.goto("/map?code=11229")
    expect(public.locator("#none")).to_be_visible()

    desk.goto(draft)
    expect(desk.locator("#headline-0")).to_have_value("書き直した見出し")
    issue(desk, 4, "和光")
    expect(desk.locator("article.card")).to_contain_text("書き直した見出し")
    desk.check("input[name=meant]")
    desk.click("text=いま取り消す")
    desk.wait_for_selector("text=取り消します")
    desk.goto(draft)
    assert "/console/orders/" in desk.url, "what was issued is no draft any more"


def test_who_goes_back_is_not_told_that_nothing_was_sent(open_page: Open, issuer: str):
    desk = open_page()
    sign_in(desk, issuer, "drill")
    compose(desk, 3)
    seq = issue(desk, 3)
    desk.go_back()
    desk.wait_for_url(f"**/console/orders/{seq}*")
    expect(desk.locator("text=まだ何も送っていません")).to_have_count(0)
    desk.check("input[name=meant]")
    desk.click("text=いま取り消す")
    desk.wait_for_url(lambda url: f"/orders/{seq}?" not in url)
    desk.go_back()
    expect(desk.locator("text=この発令のあとに、新しい発令があります")).to_be_visible()
    expect(desk.locator("text=いま取り消す")).to_have_count(0)


def test_an_area_is_drawn_on_the_map(open_page: Open, issuer: str):
    desk = open_page(atlas=True)
    sign_in(desk, issuer, "drill")
    desk.click("text=新しく発令する")
    desk.check("input[name=hazard][value='洪水']")
    desk.click("#drawing summary")
    canvas = desk.locator("#sketch canvas")
    expect(canvas).to_be_visible()
    desk.wait_for_timeout(500)
    for x, y in ((300, 100), (400, 100), (400, 200)):
        canvas.click(position={"x": x, "y": y})
    assert len(desk.locator("#drawn_polygon").input_value().split()) == 3
    desk.fill("#drawn_name", "川沿い")
    desk.check("input[name='at-drawn'][value='3']")
    desk.click("text=確かめる画面へ")
    expect(desk.locator("article.card")).to_contain_text("川沿い")

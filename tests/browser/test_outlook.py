"""The officer reads on the desk from when to when 気象庁 expects how great a danger, on a phone and at a desk."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from browser.conftest import WIDTHS, overflow, sign_in, violations
from console.series import telegram
from playwright.sync_api import Page, expect
from service.serving import Serving

STORM = {"土砂災害危険度": ["21", "31", "31", "41", "41", "31", "11", "11"], "風危険度": ["30"] * 8}


@pytest.fixture(scope="module")
def officer(serving: Serving) -> str:
    """The key of 志木市, where a storm is forecast."""
    jma = serving.key("issuer", "気象庁の見通し", "--senders", "jma.go.jp")
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    serving.post(jma, telegram("1122800", STORM, now=now))
    return serving.key("issuer", "志木市役所", "--areas", "11228")


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_hours_of_each_danger(open_page: Callable[..., Page], officer: str, width: int, scheme: str):
    page = open_page(width)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(page, officer, "live")
    panel = page.locator("section[aria-labelledby=outlook-h]")
    expect(panel.locator("h3").first).to_have_text("土砂災害")
    expect(panel.locator("li").first).to_contain_text("いま〜")
    expect(panel.locator(".badge.l4")).to_have_text("警戒レベル４相当")
    assert (overflow(page), violations(page)) == (0, [])

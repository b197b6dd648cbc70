"""An ash forecast of 桜島 on a real server: the words on the card, and where it would fall on the map."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from browser.conftest import WIDTHS, overflow, violations
from map.test_ash import TARUMIZU, forecast
from playwright.sync_api import Page, expect
from service.serving import Serving

Open = Callable[..., Page]


@pytest.fixture(scope="module", autouse=True)
def forecasted(serving: Serving) -> None:
    """The regular forecast, sent four hours ago: the first of its six spans is over, the second has begun."""
    key = serving.key("issuer", "気象庁の降灰予報", "--senders", "jma.go.jp")
    body = forecast(datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=4))
    serving.post(key, body)


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
@pytest.mark.parametrize(
    ("query", "scheme", "said"),
    [("", "light", "もし噴火すれば、"), ("&lang=en", "dark", "If it erupts, this is where")],
)
def test_the_card_says_it_without_any_script(open_page: Open, width: int, query: str, scheme: str, said: str):
    page = open_page(width, script=False)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"/map?code={TARUMIZU}{query}")
    expect(page.locator("dd.ash")).to_have_count(2)
    expect(page.locator("dd.ash").first).to_contain_text(said)
    assert page.locator("dd.ash").first.locator("span.num").count() == 5
    assert overflow(page) == 0


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_the_map_draws_it_with_a_key(open_page: Open, width: int):
    page = open_page(width, atlas=True)
    page.goto(f"/map?code={TARUMIZU}")
    page.wait_for_selector("#map[data-drawn]", timeout=30_000)
    assert int(page.locator("#map").get_attribute("data-falls") or 0) > 0
    expect(page.locator("#ash-key")).to_contain_text("桜島：もし噴火すれば、降灰が予想される範囲")
    expect(page.locator("#ash-key .key-ash")).to_be_visible()
    assert (overflow(page), violations(page)) == (0, [])


def test_who_presses_where_it_falls_is_told_when(open_page: Open):
    page = open_page(atlas=True)
    page.goto(f"/map?code={TARUMIZU}")
    page.wait_for_selector("#map[data-drawn]", timeout=30_000)
    canvas = page.locator("#map canvas")
    box = canvas.bounding_box()
    assert box is not None
    east = {"x": box["width"] / 2 + 60, "y": box["height"] / 2}  # of the middle, where the municipality lies
    canvas.click(position=east, timeout=30_000)  # type: ignore[arg-type]
    said = page.locator(".maplibregl-popup-content")
    expect(said).to_contain_text("もし噴火すれば", timeout=30_000)
    expect(said).to_contain_text("降灰予報（定時） 桜島")


def test_the_screen_of_drills_draws_nothing_of_it(open_page: Open):
    page = open_page(atlas=True)
    page.goto(f"/map?code={TARUMIZU}&status=Exercise")
    page.wait_for_selector("#map[data-drawn]", timeout=30_000)
    assert page.locator("#map").get_attribute("data-falls") == "0"
    expect(page.locator("#ash-key")).to_be_hidden()

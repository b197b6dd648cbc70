"""What a visitor gets: whole in the first answer, without script, on a phone, and when the network is gone."""

import gzip
import re
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from browser.conftest import WIDTHS, overflow, violations
from playwright.sync_api import Page, expect
from service.serving import Serving

Open = Callable[..., Page]
FIRST_ANSWER_MAX = 14 * 1024
KEPT = """async () => {
  const scripts = ["/static/live.js", "/static/atlas.js", "/map/static/map.js", "/map/static/ash.js"];
  const urls = [location.href, "/map", ...scripts];
  return (await Promise.all(urls.map((url) => caches.match(url)))).every(Boolean);
}"""


def is_kept(page: Page) -> None:
    """Wait until the page can do without the network. (wait_for_function would take the promise itself for a yes.)"""
    for _ in range(200):
        if page.evaluate(KEPT):
            return
        page.wait_for_timeout(50)
    pytest.fail("the page was not kept")


@pytest.fixture(scope="module", autouse=True)
def in_force(serving: Serving) -> None:
    """An order in 戸田市, and a drill in 蕨市."""
    key = serving.key("issuer", "埼玉県", "--areas", "11224,11223")
    for code, name, status in (("112241", "戸田市", "Actual"), ("112232", "蕨市", "Exercise")):
        serving.post(key, cap(code, name, status))


def cap(code: str, name: str, status: str) -> bytes:
    mark = "" if status == "Actual" else "【訓練】"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{code}-{status}</identifier><sender>town.{code}</sender>
<sent>2026-07-01T09:00:00+09:00</sent><status>{status}</status><msgType>Alert</msgType><scope>Public</scope><info>
<language>ja-JP</language><category>Met</category><event>避難指示</event><responseType>Evacuate</responseType>
<urgency>Immediate</urgency><severity>Severe</severity><certainty>Likely</certainty><senderName>{name}</senderName>
<headline>{mark}{name}に避難指示&lt;b&gt;</headline><parameter><valueName>jp:level</valueName><value>4</value></parameter>
<area><areaDesc>{name}</areaDesc><geocode><valueName>JISX0402</valueName><value>{code}</value></geocode></area>
</info></alert>""".encode()


def test_the_first_answer_is_whole_and_fits_one_round_trip(serving: Serving):
    request = urllib.request.Request(f"{serving.url}/map?lat=35.8177&lon=139.6780", headers={"Accept-Encoding": "gzip"})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        body = answer.read()
    text = gzip.decompress(body).decode()
    assert len(body) <= FIRST_ANSWER_MAX
    assert "警戒レベル4 避難指示" in text
    assert "避難指示&lt;b&gt;" in text, "what was sent is text, never markup"
    assert 'rel="stylesheet"' not in text, "the style must be in the first answer"


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_the_list_needs_no_script(open_page: Open, width: int):
    page = open_page(width, script=False)
    page.goto("/map")
    expect(page.locator("#nation")).to_contain_text("戸田市")
    expect(page.locator("#atlas")).to_be_hidden()
    expect(page.locator("#locate")).to_be_hidden()
    page.fill("#q", "戸田市")
    page.click("text=見る")
    expect(page.locator("article.card")).to_contain_text("戸田市に避難指示")
    page.click("text=県からえらぶ")
    page.click("nav >> text=埼玉県")
    page.click("nav >> text=戸田市")
    expect(page.locator("h1")).to_contain_text("戸田市")
    assert overflow(page) == 0


def test_three_ways_of_nothing_are_drawn_differently(open_page: Open, issuer: str):
    assert issuer
    page = open_page()
    page.goto("/map?code=11229")
    expect(page.locator("#none")).to_be_visible()
    page.goto("/map?code=26100")
    expect(page.locator("#none")).to_have_count(0)
    expect(page.locator("#uncovered")).to_contain_text("対象外")
    page.goto("/map?lat=95&lon=0")
    expect(page.locator("[role=alert]")).to_contain_text("場所の指定が読めません")
    page.goto("/map?lat=0&lon=0")
    expect(page.locator(".uncovered").first).to_contain_text("対象外の場所です")
    expect(page.locator(".none")).to_have_count(0)


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_the_map_is_drawn_by_our_own_server_alone(open_page: Open, serving: Serving, width: int):
    page = open_page(width, atlas=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/map?code=11224")
    page.wait_for_selector("#map[data-drawn]")
    expect(page.locator("#map canvas")).to_be_visible()
    assert [url for url in asked if not url.startswith((serving.url, "blob:", "data:"))] == []
    assert any(url.endswith("/map/areas.geojson") for url in asked)
    expect(page.locator("#map canvas")).to_have_attribute("aria-label", "地図")
    assert (overflow(page), violations(page)) == (0, [])


def test_where_i_am(open_page: Open):
    page = open_page(360)
    page.goto("/map")
    page.click("#locate")
    expect(page.locator("h1")).to_contain_text("和光市")
    assert "code=" not in page.url
    assert "lat=35.781" in page.url or "lat=35.782" in page.url


def test_where_i_am_needs_nothing_of_the_map(open_page: Open):
    page = open_page(360)
    for name in ("**/static/atlas.js", "**/static/ash.js"):
        page.route(name, lambda route: route.abort())
    page.goto("/map")
    page.click("#locate")
    expect(page.locator("h1")).to_contain_text("和光市")


def test_a_place_that_was_refused_can_be_asked_for_again(open_page: Open):
    page = open_page(360)
    page.context.clear_permissions()
    page.goto("/map?lang=en")
    page.click("#locate")
    expect(page.locator("#locate")).to_contain_text("search by name")
    page.context.grant_permissions(["geolocation"])
    page.click("#locate")
    expect(page.locator("h1")).to_contain_text("Wako")


def test_a_place_that_is_looked_at_keeps_the_language_and_is_followed(open_page: Open):
    page = open_page(360)
    page.goto("/map?lang=en")
    page.context.clear_cookies()
    page.click("#locate")
    expect(page.locator("h1")).to_contain_text("Wako")
    expect(page.locator("#now")).to_have_attribute("data-stream", "/stream?areas=11229")
    page.click("text=日本語")
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    expect(page.locator("h1")).to_contain_text("和光市")


def test_who_reads_no_japanese_finds_a_place_by_its_prefecture(open_page: Open):
    page = open_page(360)
    page.goto("/map?lang=en")
    page.click("text=By prefecture")
    page.click("nav >> text=Saitama")
    expect(page.locator("nav h2")).to_have_text("Prefectures, cities, towns and villages")
    page.click("nav >> text=Wako")
    expect(page.locator("h1")).to_contain_text("Wako")
    assert (overflow(page), violations(page)) == (0, [])


def test_a_drill_is_framed_and_apart(open_page: Open):
    page = open_page(360)
    page.goto("/map?status=Exercise")
    assert page.evaluate("document.documentElement.className") == "drill"
    expect(page.locator("#nation")).to_contain_text("【訓練】")
    expect(page.locator("#nation")).not_to_contain_text("戸田市")
    assert (overflow(page), violations(page)) == (0, [])
    page.goto("/map?code=11223")
    expect(page.locator("#none")).to_be_visible()


def test_english(open_page: Open):
    page = open_page(360)
    page.goto("/map?code=11224")
    page.click("text=English")
    assert page.evaluate("document.documentElement.lang") == "en"
    expect(page.locator("article.card h2")).to_contain_text("Level 4 Evacuation order")
    expect(page.locator("article.card")).to_contain_text("leave dangerous places now")
    expect(page.locator("time[data-as-of]")).to_have_text(re.compile(r"^\d{1,2} [A-Z][a-z]{2} \d\d:\d\d$"))
    assert (overflow(page), violations(page)) == (0, [])


def test_the_last_copy_stays_when_the_network_goes(open_page: Open):
    page = open_page(360)
    page.goto("/map?code=11224")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.reload()
    expect(page.locator("article.card")).to_contain_text("戸田市に避難指示")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("article.card")).to_contain_text("戸田市に避難指示")
    page.clock.install()
    page.context.set_offline(False)


def test_the_very_first_page_stays_when_the_network_goes_and_says_how_old_it_is(open_page: Open):
    page = open_page(360)
    page.goto("/map?code=11224")
    is_kept(page)
    page.context.set_offline(True)
    page.clock.install()
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(hours=3))
    page.reload()
    expect(page.locator("article.card")).to_contain_text("戸田市に避難指示")
    expect(page.locator(".sheet > .old")).to_contain_text("3時間前の情報")
    page.goto("/map?code=11229")  # never seen: what is kept for all of Japan, and how old it is
    expect(page.locator("#nation")).to_contain_text("戸田市")
    expect(page.locator("#none")).to_have_count(0)
    expect(page.locator(".sheet > .old")).to_contain_text("3時間前の情報")
    page.context.set_offline(False)


def test_what_is_old_says_how_old(open_page: Open):
    page = open_page(360)
    page.add_init_script("navigator.serviceWorker.register = async () => {}")  # its own requests would not be stopped
    page.clock.install()
    page.goto("/map?code=11224")
    expect(page.locator("#now + *")).to_be_attached()
    notice = page.locator(".sheet > .old")
    expect(notice).to_be_hidden()
    page.route("**/map/now*", lambda route: route.abort())
    page.route("**/stream*", lambda route: route.abort())
    page.clock.run_for(200_000)
    expect(notice).to_be_visible()
    expect(notice).to_contain_text("分前の情報")
    page.unroute("**/map/now*")
    page.clock.run_for(40_000)
    expect(notice).to_be_hidden()

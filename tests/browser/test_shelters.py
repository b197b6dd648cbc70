"""Where do I go? The shelters of 朝霞市 on the page and on the map, as people see them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from browser.conftest import WIDTHS, overflow, violations
from map.test_refuge import report, shelter, town
from playwright.sync_api import Page, expect
from service.serving import Serving

from cap_formats.alert import Status
from cap_formats.encode import encode

Open = Callable[..., Page]
ASAKA = "11227"
HERE = "lat=35.797&lon=139.594"


@pytest.fixture(scope="module", autouse=True)
def reported(serving: Serving) -> None:
    """What 朝霞市 reports, for real and in a drill."""
    key = serving.key("issuer", "朝霞市", "--areas", ASAKA)
    now = datetime.now(UTC).replace(microsecond=0)
    found = town(
        shelter("第一小学校", circle="35.800,139.594 0"),
        shelter("第二小学校", circle="35.797,139.600 0", crowding="混雑", capacity=300),
        shelter("第三小学校", circle="35.790,139.590 0", crowding="定員一杯"),
        shelter("第四小学校", circle="35.805,139.585 0", crowding=None),
        shelter("中央公民館"),
    )
    for status in (Status.ACTUAL, Status.EXERCISE):
        said = report(msgspec.structs.replace(found, municipality=ASAKA), status=status, code="112275")
        infos = tuple(msgspec.structs.replace(info, expires=now + timedelta(days=1)) for info in said.infos)
        body = encode(msgspec.structs.replace(said, sent=now, infos=infos), "lalert")
        serving.post(key, body)


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
@pytest.mark.parametrize(
    ("query", "scheme"), [(HERE, "light"), (f"code={ASAKA}&lang=en", "dark"), (f"{HERE}&status=Exercise", "light")]
)
def test_the_list_can_be_read_by_everybody(open_page: Open, width: int, query: str, scheme: str):
    page = open_page(width)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"/map?{query}")
    expect(page.locator("#shelters li")).to_have_count(5)
    assert (overflow(page), violations(page)) == (0, [])


def test_the_list_needs_no_script(open_page: Open):
    page = open_page(360, script=False)
    page.goto(f"/map?{HERE}")
    first = page.locator("#shelters li").first
    expect(first).to_contain_text("○")
    expect(first).to_contain_text("第一小学校 空きあり — 北へ約300 m")


def test_where_i_am_brings_the_nearest_and_the_map_shows_them(open_page: Open):
    page = open_page(atlas=True)
    page.goto("/map")
    page.wait_for_selector("#map[data-drawn]", timeout=30_000)
    assert page.locator("#map").get_attribute("data-placed") == "0"
    page.context.set_geolocation({"latitude": 35.797, "longitude": 139.594})
    page.click("#locate")
    expect(page.locator("#shelters h2")).to_contain_text("近くの開いている避難所")
    expect(page.locator("#map")).to_have_attribute("data-placed", "4", timeout=15_000)
    expect(page.locator("#shelter-key")).to_be_visible()
    assert (overflow(page), violations(page)) == (0, [])

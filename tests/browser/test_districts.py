"""An order for districts of 志木市: on the card, and as marks on the map, as people see them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from browser.conftest import WIDTHS, overflow, violations
from map.test_district import order
from playwright.sync_api import Page, expect
from service.serving import Serving

from cap_formats.alert import Area, NamedValue
from cap_formats.cap.encode import encode_cap
from geo.place import District
from geo.registry import open_registry

Open = Callable[..., Page]
SHIKI = "11228"
HERE = "lat=35.837&lon=139.580"


@pytest.fixture(scope="module", autouse=True)
def ordered(serving: Serving) -> None:
    """志木市 has districts loaded, and orders one of them to leave and older people of another."""
    districts = [
        District(code="d1", name="上宗岡一丁目", lat=35.8430, lon=139.5790),
        District(code="d2", name="柏町三丁目", lat=35.8290, lon=139.5640),
    ]
    open_registry(serving.data / "areas.db").add_districts(SHIKI, districts)
    key = serving.key("issuer", "志木市", "--areas", SHIKI)
    now = datetime.now(UTC).replace(microsecond=0)
    for level, event, names in (
        (4, "避難指示", ("上宗岡一丁目", "古地区")),
        (3, "高齢者等避難", ("柏町三丁目の一部",)),
    ):
        said = order(*names, level=level, event=event, identifier=f"shiki-{level}")
        areas = tuple(
            Area(area_desc=f"志木市{name}", geocodes=(NamedValue("JISX0402", "112283"), NamedValue("areaName", name)))
            for name in names
        )
        info = msgspec.structs.replace(
            said.infos[0], sender_name="志木市", areas=areas, expires=now + timedelta(hours=6)
        )
        body = encode_cap(msgspec.structs.replace(said, sender="shiki", sent=now, infos=(info,)))
        serving.post(key, body)


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
@pytest.mark.parametrize(
    ("query", "scheme", "said"),
    [
        (HERE, "light", "上宗岡一丁目（北へ約700 m）"),
        (f"code={SHIKI}&lang=en", "dark", "古地区 (where it lies is not known)"),
    ],
)
def test_the_card_can_be_read_by_everybody(open_page: Open, width: int, query: str, scheme: str, said: str):
    page = open_page(width)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"/map?{query}")
    expect(page.locator("dd.districts")).to_have_count(2)
    expect(page.locator("dd.districts").first).to_contain_text(said)
    assert (overflow(page), violations(page)) == (0, [])


def test_the_map_has_a_mark_for_each_and_says_what_it_is(open_page: Open):
    page = open_page(atlas=True)
    page.goto(f"/map?{HERE}")
    page.wait_for_selector("#map[data-drawn]", timeout=30_000)
    assert page.locator("#map").get_attribute("data-districts") == "2"
    expect(page.locator("#district-key")).to_be_visible()
    assert violations(page) == []

"""A headline for all coasts on the card of one: what holds here is the biggest; the headline is named as what it is."""

import re

import msgspec
import pytest
from corpus import corpus
from jma.telegrams import alert
from map.site import Site

from broker.core.event import ALERTS
from broker.core.headline import headlines_for_all
from broker.core.holder import Holder, Role
from cap_formats.alert import Area, Info
from channels.map import MapChannel

TELEGRAM = "32-39_11_02_250206_VTSE41"
MIYAKO, KUSHIRO, MURORAN, ESASHI = "03202", "01607", "01205", "01361"
SHOUT = "大津波警報・津波警報を発表しました。"


@pytest.fixture
async def warned(site: Site) -> Site:
    """大津波警報 in three prefectures and less elsewhere, as in 2011."""
    raw = corpus("corpus", "jma", f"{TELEGRAM}.xml").read_bytes()
    [taken] = await site.broker.accept(raw, holder=Holder(name="jma", role=Role.ISSUER), via="test")
    await site.broker.projector.reached(ALERTS, taken.seq)
    return site


async def card(site: Site, code: str, query: str = "") -> str:
    [found] = re.findall(r'<article class="card.*?</article>', await site.text(f"/map?code={code}{query}"), re.DOTALL)
    return str(found)


@pytest.mark.parametrize(
    ("code", "event"),
    [(MIYAKO, "大津波警報"), (KUSHIRO, "津波警報"), (MURORAN, "津波注意報"), (ESASHI, "津波予報（若干の海面変動）")],
)
async def test_what_holds_here_is_the_biggest(warned: Site, code: str, event: str):
    text = await card(warned, code)
    assert f"<h2>{event}</h2>" in text
    assert "<strong>" not in text
    before, _, after = text.partition('<p class="small soft for-all">')
    assert SHOUT not in before
    assert after.startswith('全域の見出し（ここだけのものではありません）： <span lang="ja">')
    assert SHOUT in after.partition("</p>")[0]
    assert "Headline for all areas, not for here alone: <span" in await card(warned, code, "&lang=en")


async def test_who_need_not_flee_is_not_told_to(warned: Site):
    told = await card(warned, ESASHI)
    assert "被害の心配はありません" in told
    assert "高い" not in told.partition('<p class="small soft for-all">')[0]
    assert "high ground" not in await card(warned, ESASHI, "&lang=en")
    assert "Get out of the water" in await card(warned, MURORAN, "&lang=en")
    assert "Go to high ground" in await card(warned, MIYAKO, "&lang=en")


def info(event: str, area: str, **more: str) -> Info:
    first = alert(TELEGRAM).infos[0]
    said = {"headline": SHOUT, "language": "ja"} | more
    return msgspec.structs.replace(first, event=event, areas=(Area(area_desc=area),), **said)


def test_a_headline_is_the_cards_own_where_all_is_for_the_same_areas():
    assert headlines_for_all([info("津波警報", "a"), info("津波予報", "b")]) == [True, True]
    assert headlines_for_all([info("大雨警報", "a"), info("洪水警報", "a")]) == [False, False]
    assert headlines_for_all([info("津波警報", "a"), info("津波予報", "b", headline="別の見出し")]) == [False, False]
    assert headlines_for_all([info("津波警報", "a"), info("津波警報", "A", language="en-US")]) == [False, False]
    assert headlines_for_all([info("津波警報", "a", headline=""), info("津波予報", "b", headline="")]) == [False, False]


async def test_the_preview_says_the_same(warned: Site):
    [first] = warned.broker.projector.reader.execute("SELECT DISTINCT seq FROM in_force").fetchall()
    preview = MapChannel(warned.broker.projector).preview(await warned.broker.archive.accepted(first[0]))
    own = "津波予報（若干の海面変動）\n若干の海面変動が予想されますが、被害の心配はありません。\n全域の見出し: "
    assert own in preview
    assert not preview.startswith(f"大津波警報\n{alert(TELEGRAM).infos[0].headline}")

"""The districts that an order names: on the card, as marks on the map, in GeoJSON, and at the API."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import msgspec
import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from map.site import NOON, Site

from broker.web.api import in_force
from broker.web.app import BROKER
from cap_formats import parameter
from cap_formats.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    Scope,
    Severity,
    Status,
    Urgency,
)
from channels.feed.routes import routes as feed_routes
from geo.place import District
from geo.registry import Registry

WAKO = "11229"
SHIRAKO = District(code="d1", name="白子三丁目", lat=35.7800, lon=139.6000)
NIIKURA = District(code="d2", name="新倉一丁目", lat=35.7900, lon=139.6200)


@pytest.fixture(autouse=True)
def loaded(registry: Registry) -> Iterator[None]:
    registry.add_districts(WAKO, [SHIRAKO, NIIKURA])
    yield
    registry.add_districts(WAKO, [])


def order(
    *names: str, level: int = 4, event: str = "避難指示", identifier: str = "o1", status: Status = Status.ACTUAL
) -> Alert:
    """An order of 和光市 for districts; "" is the whole municipality."""
    areas = []
    for name in names:
        inside = (NamedValue("areaName", name),) if name else ()
        areas.append(Area(area_desc=f"和光市{name}", geocodes=(NamedValue("JISX0402", "112291"), *inside)))
    said = Info(
        language="ja-JP",
        category=(Category.MET,),
        event=event,
        urgency=Urgency.IMMEDIATE,
        severity=Severity.SEVERE,
        certainty=Certainty.LIKELY,
        expires=NOON + timedelta(hours=24),
        sender_name="和光市",
        headline="発令しました。",
        parameters=(NamedValue(parameter.LEVEL, str(level)),),
        areas=tuple(areas),
    )
    return Alert(
        identifier=identifier,
        sender="wako",
        sent=NOON,
        status=status,
        msg_type=MsgType.ALERT,
        scope=Scope.PUBLIC,
        infos=(said,),
        source_format="cap-1.2",
        raw_digest="",
        chain="",
        place=(),
    )


def districts_of(text: str) -> str:
    """What a card says of districts, without tags."""
    found = re.search(r'<dd class="districts">(.*?)</dd>', text, re.DOTALL)
    return re.sub(r"<[^>]+>|\n", "", found[1]) if found else ""


async def test_who_stands_in_the_municipality_hears_which_districts_and_where_they_lie(site: Site):
    await site.say(order("白子三丁目", "新倉一丁目の一部", "ないまち"))
    told = districts_of(await site.text("/map?lat=35.7890&lon=139.6200"))
    assert told.startswith("埼玉県和光市のうち、次の地区が対象です。")
    assert "新倉一丁目の一部（北へ約100 m）、白子三丁目（南西へ約2.1 km）" in told  # the nearest first
    assert "ないまち（位置は不明）" in told
    assert "地区の境目ではありません" in told
    assert "対象と考えて行動してください" in told
    assert "外" not in told  # nobody is told that he stands outside
    assert "白子三丁目、新倉一丁目の一部" in districts_of(await site.text(f"/map?code={WAKO}"))
    assert "Only these districts of Wako" in districts_of(await site.text(f"/map?code={WAKO}&lang=en"))


async def test_an_order_for_all_of_it_says_nothing_of_districts(site: Site):
    await site.say(order("", "白子三丁目"))
    assert districts_of(await site.text(f"/map?code={WAKO}")) == ""


async def test_districts_of_which_no_table_knows_are_told_as_such(site: Site):
    await site.say(order("ないまち"))
    assert "次の地区が対象です。ないまち（位置は不明）" in districts_of(await site.text(f"/map?code={WAKO}"))


async def test_marks_stand_where_the_districts_lie_under_the_worst(site: Site):
    await site.say(order("白子三丁目", "新倉一丁目", level=3, event="高齢者等避難"))
    await site.say(order("新倉一丁目の一部", identifier="o2"))
    await site.say(order("白子三丁目", level=5, event="緊急安全確保", identifier="o3", status=Status.EXERCISE))
    marks = json.loads(await site.text("/map/districts.geojson"))["features"]
    told = {mark["properties"]["name"]: (mark["properties"]["tone"], mark["geometry"]["coordinates"]) for mark in marks}
    assert told == {"白子三丁目": (3, [139.6, 35.78]), "新倉一丁目": (4, [139.62, 35.79])}
    [drill] = json.loads(await site.text("/map/districts.geojson?status=Exercise"))["features"]
    assert drill["properties"]["name"] == "【訓練】白子三丁目"
    assert drill["properties"]["label"] == "【訓練】警戒レベル5 緊急安全確保"


async def test_districts_that_are_loaded_later_are_found_then(site: Site, registry: Registry):
    registry.add_districts(WAKO, [SHIRAKO])
    await site.say(order("新倉一丁目"))
    assert json.loads(await site.text("/map/districts.geojson"))["features"] == []
    registry.add_districts(WAKO, [SHIRAKO, NIIKURA])
    await site.say(order("白子三丁目", identifier="o2"))
    assert len(json.loads(await site.text("/map/districts.geojson"))["features"]) == 2


@pytest.fixture
async def http(site: Site) -> AsyncIterator[ClientSession]:
    app = web.Application()
    app[BROKER] = site.broker
    app.add_routes([*in_force.routes(), *feed_routes(site.broker)])
    async with TestServer(app) as server, ClientSession(str(server.make_url(""))) as session:
        yield session


async def test_the_feed_and_the_api_say_where_they_lie_and_draw_the_municipality(site: Site, http: ClientSession):
    await site.say(order("白子三丁目の一部"))
    spot = {"name": "白子三丁目", "municipality": WAKO, "district": "d1", "lat": 35.78, "lon": 139.6, "partial": True}
    async with http.get("/feeds/alerts.geojson") as answer:
        [feature] = msgspec.json.decode(await answer.read())["features"]
    assert feature["properties"]["districts"] == [spot]
    assert (feature["geometry"]["type"], feature["properties"]["drawn"]) == ("MultiPolygon", "by code")
    async with http.get(f"/api/v1/in-force?code={WAKO}") as answer:
        [held] = (await answer.json())["in_force"]
    assert held["districts"] == [spot]
    assert held["event"] == "避難指示"

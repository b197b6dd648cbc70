"""The public page on the worst day: everything is in force everywhere, and the first answer must still fit."""

import gzip
import html
import re
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from map.site import NOON, Site, serving

from broker.core.delivery import Delivered, Delivery, Level
from broker.core.lane import Lane
from cap_formats import parameter
from cap_formats.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    Reference,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)
from channels.map import MapChannel, MapContact
from geo.place import District
from geo.registry import Registry

FIRST_ANSWER_MAX = 14 * 1024
EVENTS = (
    ("緊急安全確保", 5),
    ("レベル５大雨特別警報", 5),
    ("レベル４土砂災害危険警報", 4),
    ("避難指示", 4),
    ("レベル３高潮警報", 3),
    ("大津波警報", 0),
    ("暴風特別警報", 0),
    ("波浪特別警報", 0),
    ("雷注意報", 0),
)


def on_the_worst_day(prefecture: str) -> Alert:
    return Alert(
        identifier=f"worst-{prefecture}",
        sender="jma",
        sent=NOON,
        status=Status.ACTUAL,
        msg_type=MsgType.ALERT,
        scope=Scope.PUBLIC,
        infos=tuple(info(event, level, prefecture) for event, level in EVENTS),
        source_format="cap-1.2",
        raw_digest="",
        chain="",
        place=(),
    )


def info(event: str, level: int, prefecture: str) -> Info:
    return Info(
        language="ja-JP",
        category=(Category.MET,),
        event=event,
        urgency=Urgency.IMMEDIATE,
        severity=Severity.EXTREME,
        certainty=Certainty.OBSERVED,
        expires=NOON + timedelta(hours=24),
        sender_name="気象庁",
        headline=f"{event}を発表しました。" * 3,
        description="これまでに経験したことのないような大雨となっています。" * 6,
        instruction="ただちに命を守る行動をとってください。" * 3,
        parameters=(NamedValue(parameter.LEVEL, str(level)),) if level else (),
        areas=(Area(area_desc=prefecture, geocodes=(NamedValue("JISX0402", prefecture),)),),
    )


async def test_the_first_answer_fits_one_round_trip_on_the_worst_day(site: Site):
    for number in range(1, 48):
        await site.say(on_the_worst_day(f"{number:02}000"))
    for path in ("/map", "/map?code=11229", "/map?lat=35.7815&lon=139.6057&lang=en"):
        status, body, _ = await site.get(path)
        assert status == 200
        assert len(body) <= FIRST_ANSWER_MAX, path
    text = gzip.decompress((await site.get("/map?code=11229"))[1]).decode()
    assert text.count('<article class="card') == len(EVENTS)
    assert text.index("緊急安全確保") < text.index("雷注意報")


async def test_what_holds_is_delivered_once_the_page_shows_it(site: Site):
    channel = MapChannel(site.broker.projector)
    seq = await site.say(on_the_worst_day("11000"))
    accepted = await site.broker.archive.accepted(seq)
    delivery = Delivery(
        id="dlv_1",
        alert_seq=seq,
        chain=accepted.chain,
        subscription_id="sub",
        channel="map",
        lane=Lane.URGENT,
        deadline=NOON + timedelta(hours=1),
        attempt=1,
    )
    outcome = await channel.send(delivery, accepted, MapContact())
    assert isinstance(outcome, Delivered)
    assert outcome.level is Level.DELIVERED
    assert "警戒レベル5 緊急安全確保" in channel.preview(accepted)
    await channel.close()


async def test_levels_tell_the_worst_of_each_municipality_and_what_is_not_covered(site: Site):
    await site.say(on_the_worst_day("11000"))
    _, body, headers = await site.get("/map/levels.json")
    text = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
    assert b'"5":["11101"' in text
    assert b'"13101"' in text.split(b'"uncovered"')[1]
    assert b'"11229"' not in text.split(b'"uncovered"')[1]


async def test_outlines_are_asked_for_once(site: Site):
    status, body, headers = await site.get("/map/areas.geojson")
    assert status == 200
    assert gzip.decompress(body).startswith(b'{"type":"FeatureCollection"')
    status, body, _ = await site.get("/map/areas.geojson", If_None_Match=headers["Etag"])
    assert (status, body) == (304, b"")


async def test_the_page_lets_nothing_in_from_elsewhere(site: Site):
    _, _, headers = await site.get("/map")
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("query", ["code=99999", "code=x", "lat=0&lon=0"])
async def test_a_place_that_is_none_is_not_shown_as_safe(site: Site, query: str):
    _, body, _ = await site.get(f"/map?{query}")
    text = gzip.decompress(body).decode()
    assert "対象外の場所です" in text
    assert "いま、ここに出ている情報はありません" not in text


async def test_a_name_that_is_none_is_said_so_and_stays_said(site: Site):
    text = await site.text("/map?q=ないまち")
    assert "「ないまち」という市区町村は見つかりません" in text
    found = re.search(r'data-live="([^"]+)"', text)
    assert found
    renewed = await site.text(html.unescape(found[1]))
    assert "「ないまち」という市区町村は見つかりません" in renewed
    assert "いま、ここに出ている情報はありません" not in renewed


async def test_a_loaded_district_leads_to_its_municipality(site: Site, registry: Registry):
    registry.add_districts("11229", [District(code="d1", name="白子三丁目", kana="しらこ", lat=35.78, lon=139.6)])
    try:
        for asked in ("白子", "しらこ", "白子三丁目5番"):
            text = await site.text(f"/map?q={asked}")
            assert '<a class="button" href="/map?code=11229">埼玉県和光市 白子三丁目</a>' in text
            assert "見つかりません" not in text
    finally:
        registry.add_districts("11229", [])


@pytest.mark.parametrize("asked", ["和光市白子三丁目", "埼玉県和光市役所", "和光市広沢1-5"])
async def test_an_address_leads_to_its_municipality(site: Site, asked: str):
    text = await site.text(f"/map?q={asked}")
    assert "<h1>埼玉県和光市" in text
    assert "見つかりません" not in text


async def test_where_nothing_of_the_agencys_comes_in_nobody_is_told_that_all_is_quiet(
    tmp_path: Path, registry: Registry
):
    async with serving(tmp_path, registry, national=False) as site:
        for path in ("/map", "/map?code=11229", "/map?code=13101"):
            text = await site.text(path)
            assert 'id="not-national"' in text
            assert "いま、ここに出ている情報はありません" not in text
            assert "どこにも出ていません" not in text
        assert "いま、ここに出ている避難情報はありません" in await site.text("/map?code=11229")
        assert 'id="not-national"' not in await site.text("/map?code=11229&status=Exercise")


async def test_where_it_comes_in_quiet_is_said(site: Site):
    text = await site.text("/map?code=11229")
    assert "いま、ここに出ている情報はありません" in text
    assert 'id="not-national"' not in text


async def test_a_drill_does_not_prove_that_what_is_real_comes_in(site: Site):
    await site.say(msgspec.structs.replace(on_the_worst_day("11000"), status=Status.EXERCISE))
    assert "最後に情報を受けた時刻" not in await site.text("/map")
    assert "最後に情報を受けた時刻" in await site.text("/map?status=Exercise")


async def test_what_ended_is_listed_where_it_was_and_always_with_a_name(site: Site):
    for code in ("11229", "33205"):
        alert = msgspec.structs.replace(
            on_the_worst_day(code), identifier=f"order-{code}", infos=(info("避難指示", 4, code),)
        )
        alert = msgspec.structs.replace(
            alert, infos=(msgspec.structs.replace(alert.infos[0], sender_name=None, onset=NOON),)
        )
        seq = await site.say(alert)
        first = (await site.broker.archive.accepted(seq)).alert
        lift = msgspec.structs.replace(
            alert,
            identifier=f"lift-{code}",
            sent=NOON + timedelta(seconds=1),
            msg_type=MsgType.UPDATE,
            references=(Reference(first.sender, first.identifier, first.sent.isoformat(timespec="seconds")),),
            infos=(msgspec.structs.replace(alert.infos[0], response_type=(ResponseType.ALL_CLEAR,)),),
        )
        await site.say(lift)

    def listed(text: str) -> list[str]:
        part = text.partition('id="ended"')[2]
        return re.findall(r"</time> (.*?) — ", part)

    nationwide = listed(await site.text("/map"))
    assert len(nationwide) == 2
    assert any("埼玉県和光市" in line for line in nationwide)
    here = listed(await site.text("/map?code=11229"))
    assert len(here) == 1
    assert "埼玉県和光市" in here[0]
    assert listed(await site.text("/map?code=13101")) == []

"""Where ash falls: a telegram of 桜島 as sent, its times moved to today, in words and drawn."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from corpus import corpus
from map.site import NOON, Site

from broker.core.event import ALERTS
from broker.core.holder import Holder, Role
from broker.views.in_force import holdings
from cap_formats.alert import NamedValue, Status
from cap_formats.parameter import ASH, ASH_POLYGON
from channels.map.ash import ash
from channels.map.ash import drawn as drawn_at
from geo.shape import ShapeError, read_border

SENT = datetime(2021, 5, 17, 5, 0, tzinfo=UTC)  # it forecasts six times three hours, the first an hour later
TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+09:00)")
KAGOSHIMA, TARUMIZU, MIYAZAKI = "46201", "46214", "45201"


def forecast(sent: datetime, *changes: tuple[str, str]) -> bytes:
    """Return the telegram as if it had been sent then; every change must be there to be made."""
    text = corpus("corpus", "jma", "66_01_01_210517_VFVO53.xml").read_text("utf-8")
    text = TIME.sub(lambda found: (datetime.fromisoformat(found[0]) + (sent - SENT)).isoformat(), text)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


async def say(site: Site, raw: bytes) -> None:
    [taken] = await site.broker.accept(raw, holder=Holder(name="jma", role=Role.ISSUER), via="test")
    await site.broker.projector.reached(ALERTS, taken.seq)


async def drawn(site: Site, query: str = "") -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    told = json.loads(await site.text(f"/map/ash.geojson?{query}"))
    return [feature["properties"] for feature in told["features"]], told["key"]


def cards_of(text: str) -> list[str]:
    """What each card says of ash, without tags."""
    found = re.findall(r'<dd class="ash">(.*?)</dd>', text, re.DOTALL)
    return [re.sub(r"<[^>]+>|\n", "", one) for one in found]


async def test_the_card_says_if_it_erupts_and_until_when_without_any_script(site: Site):
    await say(site, forecast(NOON - timedelta(hours=1)))  # from 12:00 on
    falls, rocks = cards_of(await site.text(f"/map?code={TARUMIZU}"))
    assert falls.startswith("もし噴火すれば、次のとおり降ると予想されます（2日6時まで）。1日12時〜15時 降灰 東")
    assert "1日21時〜24時 降灰 北東（霧島市福山方向） 90km" in falls
    assert "1日12時〜15時 小さな噴石の落下 東 5km" in rocks
    headings = re.findall("<h2>(降灰予報.*?)</h2>", await site.text(f"/map?code={TARUMIZU}"))
    assert headings == ["降灰予報（定時）：もし噴火すれば、降灰", "降灰予報（定時）：もし噴火すれば、小さな噴石の落下"]
    [only] = cards_of(await site.text(f"/map?code={MIYAZAKI}"))  # JMA names it for ash, not for rocks
    assert only == falls
    english, _ = cards_of(await site.text(f"/map?code={KAGOSHIMA}&lang=en"))
    assert english.startswith(
        "If it erupts, this is where it would fall (until 06:00 on 2 July).12:00–15:00 on 1 July ash"
    )
    assert cards_of(await site.text("/map?code=46222")) == []  # 奄美市, which is not named


async def test_each_polygon_is_drawn_with_its_hours_and_a_key_says_what_it_is(site: Site):
    await say(site, forecast(NOON - timedelta(hours=1)))
    told = json.loads(await site.text("/map/ash.geojson"))
    assert len(told["features"]) == 20
    for feature in told["features"]:
        [ring] = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        assert all(130 < lon < 133 and 31 < lat < 33 for lon, lat in ring)
    last = told["features"][-1]["properties"]
    assert (last["condition"], last["now"], last["until"]) == ("もし噴火すれば", True, "2026-07-01T15:00:00+09:00")
    assert last["label"] == "降灰予報（定時） 桜島"
    assert told["key"] == [
        {
            "of": "rocks",
            "words": "桜島：もし噴火すれば、小さな噴石の落下が予想される範囲（2日6時まで）。太い線はいまの時間帯",
        },
        {"of": "ash", "words": "桜島：もし噴火すれば、降灰が予想される範囲（2日6時まで）。太い線はいまの時間帯"},
    ]
    _, english = await drawn(site, "lang=en")
    assert "桜島: if it erupts, where ash fall 降灰 is expected (until 06:00 on 2 July); broad edge: now" in [
        one["words"] for one in english
    ]


async def test_what_is_over_is_neither_drawn_nor_said(site: Site):
    await say(site, forecast(NOON - timedelta(hours=11)))  # from 2:00 to 20:00; it is 12:00
    falls, _ = await drawn(site)
    assert {(fall["from"][11:16], fall["now"]) for fall in falls} == {
        ("11:00", True),
        ("14:00", False),
        ("17:00", False),
    }
    [card, _] = cards_of(await site.text(f"/map?code={TARUMIZU}"))
    assert card.startswith("もし噴火すれば、次のとおり降ると予想されます（1日20時まで）。1日11時〜14時")


async def test_of_a_forecast_whose_hours_are_over_nothing_is_left(site: Site):
    await say(site, forecast(NOON - timedelta(hours=1)))
    held = holdings(site.broker.projector.reader, NOON, [Status.ACTUAL])
    end = NOON + timedelta(hours=18)
    assert len(drawn_at(held, end - timedelta(seconds=1), "ja")["features"]) == 2
    assert drawn_at(held, end, "ja") == {"type": "FeatureCollection", "features": [], "key": []}
    assert [ash(one, end, "ja") for one in held] == [None, None]


async def test_what_has_no_hours_or_no_border_is_left_out_and_does_no_harm(site: Site):
    start, end = "2026-07-01T12:00:00+09:00", "2026-07-01T15:00:00+09:00"
    corners = "31,130 31,131 32,131 31,130"
    values = [
        f"{start} {end} 降灰 31,130 31,131",
        f"{start[:-6]} {end[:-6]} 降灰 {corners}",
        "降灰",
        f"a b 降灰 {corners}",
    ]
    values += [f"{end} {start} 降灰 {corners}", f"{start} {end} 降灰", f"{start} {end} 降灰 {corners}"]
    await say(site, forecast(NOON - timedelta(hours=1)))
    [held, _] = holdings(site.broker.projector.reader, NOON, [Status.ACTUAL])
    wild = tuple(NamedValue(name, value) for name in (ASH, ASH_POLYGON) for value in values)
    held = msgspec.structs.replace(held, info=msgspec.structs.replace(held.info, parameters=wild))
    assert len(drawn_at([held], NOON, "ja")["features"]) == 1
    assert ash(held, NOON, "ja") is not None


async def test_after_an_eruption_nothing_is_said_with_if(site: Site):
    await say(site, forecast(NOON - timedelta(hours=1), ("降灰予報（定時）", "降灰予報（詳細）")))
    falls, key = await drawn(site)
    assert {fall["condition"] for fall in falls} == {""}
    assert not [one for one in key if "もし" in one["words"]]
    assert cards_of(await site.text(f"/map?code={TARUMIZU}"))[0].startswith(
        "次のとおり降ると予想されます（2日6時まで）。"
    )


async def test_a_drill_is_drawn_apart_and_says_so(site: Site):
    await say(site, forecast(NOON - timedelta(hours=1), ("<Status>通常</Status>", "<Status>訓練</Status>")))
    assert await drawn(site) == ([], [])
    falls, key = await drawn(site, "status=Exercise")
    assert len(falls) == 20
    assert all(fall["label"].startswith("【訓練】") for fall in falls)
    assert all(one["words"].startswith("【訓練】") for one in key)


async def test_it_reaches_nobody_but_the_named(site: Site):
    await say(site, forecast(NOON - timedelta(hours=1)))
    tones = json.loads(await site.text("/map/levels.json"))["tones"]
    assert sum(map(len, tones.values())) == 28  # municipalities in the telegram


def test_a_border_is_a_ring_of_geojson_even_where_it_touches_itself():
    clockwise = "31,130 32,130 32,131 31,131 31,130"
    assert read_border(clockwise) == [[130, 31], [131, 31], [131, 32], [130, 32], [130, 31]]
    touching = "31,130 31,131 32,131 31.5,130.5 31,131 31,130 31.5,129.5 31,130"
    assert read_border(touching)
    for broken in ("", "31,130 32,130 31,130", "31,130 32,130 32,131 31,131", "31,130 31,131 31,132 31,130", "a,b"):
        with pytest.raises(ShapeError):
            read_border(broken)

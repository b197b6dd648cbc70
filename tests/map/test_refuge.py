"""Where do I go? What a municipality reports through L-Alert, in the first answer and in words without colour."""

import re
from datetime import timedelta

import msgspec
import pytest
from map.site import NOON, Site
from map.test_page import FIRST_ANSWER_MAX, on_the_worst_day

from broker.core.event import ALERTS
from broker.core.holder import Holder, Role
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
from cap_formats.encode import encode
from cap_formats.situation import (
    AnySituation,
    Damage,
    DamageSituation,
    HeadquartersSituation,
    Shelter,
    ShelterSituation,
)

WAKO = "11229"
HERE = "lat=35.781&lon=139.605"


def shelter(name: str, north_km: float | None = None, **more: object) -> Shelter:
    circle = None if north_km is None else f"{35.781 + north_km / 111.2:.6f},139.605 0"
    words = {"address": f"和光市{name}1-1", "sort": "開設", "type": "避難所", "crowding": "空き"} | more
    return msgspec.convert({"name": name, "circle": circle} | words, Shelter)


def report(situation: AnySituation, number: int = 1, status: Status = Status.ACTUAL, code: str = "112291") -> Alert:
    mark = "" if status is Status.ACTUAL else "【訓練】"
    said = Info(
        language="ja",
        category=(Category.SAFETY,),
        event="避難所",
        urgency=Urgency.UNKNOWN,
        severity=Severity.MINOR,
        certainty=Certainty.OBSERVED,
        expires=NOON + timedelta(days=3),
        sender_name="和光市",
        headline=f"{mark}避難所の情報",
        areas=(Area(area_desc="和光市", geocodes=(NamedValue("JISX0402", code),)),),
    )
    return Alert(
        identifier=f"report-{number}-{status}",
        sender="city.wako.lg.jp",
        sent=NOON + timedelta(seconds=number),
        status=status,
        msg_type=MsgType.ALERT,
        scope=Scope.PUBLIC,
        infos=(said,),
        source_format="",
        raw_digest="",
        chain=f"document-{number}-{status}",
        place=(1,),
        situation=situation,
    )


async def post(site: Site, alert: Alert) -> None:
    """Hand it in as the L-Alert document that it is."""
    holder = Holder(name="lalert", role=Role.ISSUER)
    [taken] = await site.broker.accept(encode(alert, "lalert"), holder=holder, via="lalert")
    await site.broker.projector.reached(ALERTS, taken.seq)


def town(*found: Shelter, note: str | None = None) -> ShelterSituation:
    return ShelterSituation(municipality=WAKO, shelters=found, note=note)


def section(text: str) -> str:
    found = re.search(r'<section class="panel shelters".*?</section>', text, re.DOTALL)
    return found[0] if found else ""


def names(text: str) -> list[str]:
    return re.findall(r"<b>(.*?)</b>", section(text))


NEAR = (
    shelter("遠い小学校", 8),
    shelter("第三小学校", 0.9, crowding="定員一杯"),
    shelter("第四小学校", 1.5, crowding="混雑", capacity=400, people={"head_count": 398}),
    shelter("閉じた小学校", 0.1, sort="閉鎖"),
    shelter("中央公民館", None),
)


async def test_the_nearest_open_ones_are_told_with_distance_direction_and_room(site: Site):
    await post(site, report(town(*NEAR, note="ペットは受付でお知らせください。")))
    text = await site.text(f"/map?{HERE}")
    assert names(text) == ["第四小学校", "遠い小学校", "第三小学校", "中央公民館"]
    found = " ".join(re.sub(r"<[^>]+>", " ", section(text)).split())
    assert "△ 第四小学校 混雑 — 北へ約1.5 km 和光市第四小学校1-1・定員400人・いま398人" in found
    assert "× 第三小学校 定員一杯 — 北へ約900 m" in found
    assert "位置がわからないもの（埼玉県和光市） ○ 中央公民館 空きあり 和光市中央公民館1-1" in found
    assert "ペットは受付でお知らせください。" in found
    assert "閉じた小学校" not in text


async def test_the_same_in_english_beside_the_japanese(site: Site):
    await post(site, report(town(*NEAR)))
    found = " ".join(re.sub(r"<[^>]+>", " ", section(await site.text(f"/map?{HERE}&lang=en"))).split())
    assert "△ 第四小学校 crowded 混雑 — about 1.5 km north" in found
    assert "room for 400, now 398" in found


async def test_of_a_town_that_is_named_its_own_are_listed_and_the_rest_is_a_link(site: Site):
    await post(site, report(town(*(shelter(f"小学校{number}", number) for number in range(8)))))
    text = await site.text(f"/map?code={WAKO}")
    assert len(names(text)) == 5
    more = re.search(r'href="(/map\?code=11229&amp;shelters=all)">.*?\((\d+)\)', section(text))
    assert more
    assert more[2] == "3"
    assert len(names(await site.text(more[1].replace("&amp;", "&")))) == 8


async def test_a_drill_is_shown_in_the_drill_alone_and_says_so(site: Site):
    await post(site, report(town(*NEAR), status=Status.EXERCISE))
    assert section(await site.text(f"/map?{HERE}")) == ""
    drill = await site.text(f"/map?{HERE}&status=Exercise")
    assert "【訓練】近くの開いている避難所" in drill
    assert all(name.startswith("【訓練】") for name in names(drill))
    assert len(names(drill)) == 4
    features = msgspec.json.decode((await site.text(f"/feeds/shelters.geojson?{HERE}&radius_km=20")).encode())
    assert features["features"] == []
    drilled = await site.text(f"/feeds/shelters.geojson?{HERE}&radius_km=20&status=Exercise")
    assert '"name":"【訓練】第四小学校"' in drilled


async def test_a_report_is_no_card_and_colours_nothing_but_an_order_is_and_does(site: Site):
    await post(site, report(town(*NEAR)))
    text = await site.text(f"/map?code={WAKO}")
    assert "<article" not in text
    assert WAKO not in str(msgspec.json.decode((await site.text("/map/levels.json")).encode())["tones"])
    await site.say(on_the_worst_day(WAKO))
    assert "<article" in await site.text(f"/map?code={WAKO}")


async def test_that_no_shelter_is_known_is_said_where_one_must_leave(site: Site):
    assert "no-shelters" not in await site.text(f"/map?code={WAKO}")
    await site.say(on_the_worst_day(WAKO))
    assert "避難所の情報は、ここには届いていません" in await site.text(f"/map?code={WAKO}")


async def test_headquarters_and_damage(site: Site):
    set_up = HeadquartersSituation(municipality=WAKO, type="対策本部", status="設置", name="和光市災害対策本部")
    counted = (
        Damage(group="HumanDamage", item="死者", value=0, unit="人"),
        Damage(group="HouseDamage", item="床上浸水", value=1250, unit="棟"),
    )
    await post(site, report(set_up, 1))
    await post(site, report(DamageSituation(municipality=WAKO, damages=counted), 2))
    text = await site.text(f"/map?code={WAKO}")
    assert "和光市災害対策本部 設置" in text
    assert "<dd>1,250 棟</dd>" in text
    assert "死者" not in text
    dissolved = msgspec.structs.replace(set_up, status="解散")
    await post(site, report(dissolved, 3))
    assert "和光市災害対策本部 設置" not in await site.text(f"/map?code={WAKO}")


async def test_the_first_answer_still_fits_with_shelters_on_the_worst_day(site: Site):
    for number in range(1, 48):
        await site.say(on_the_worst_day(f"{number:02}000"))
    many = [
        shelter(
            f"県立第{number}高等学校体育館及び武道場",
            number / 10,
            name_kana="けんりつこうとうがっこう",
            capacity=450 + number,
        )
        for number in range(120)
    ] + [shelter(f"地区公民館分館{number}") for number in range(40)]
    await post(site, report(town(*many, note="感染症の対策のため、体温計とマスクをお持ちください。" * 4)))
    await post(site, report(HeadquartersSituation(municipality=WAKO, type="対策本部", status="設置"), 2))
    for path in (f"/map?{HERE}", f"/map?code={WAKO}", f"/map?{HERE}&lang=en"):
        status, body, _ = await site.get(path)
        assert status == 200
        assert len(body) <= FIRST_ANSWER_MAX, path
    assert len(names(await site.text(f"/map?{HERE}"))) == 10


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("area=99999", "area-unknown"),
        ("lat=35", "query-invalid"),
        ("radius_km=3", "query-invalid"),
        ("lat=35&lon=139&radius_km=101", "query-invalid"),
        ("lat=35&lon=139&radius_km=nan", "query-invalid"),
        ("status=Actual,Exercise", "query-invalid"),
        ("code=11229", "query-unknown"),
    ],
)
async def test_a_query_that_cannot_be_answered_is_said_so(site: Site, query: str, code: str):
    status, body, _ = await site.get(f"/api/v1/shelters?{query}")
    assert status in {400, 404}
    assert msgspec.json.decode(body)["code"] == code


async def test_the_api_answers_for_an_area_and_around_a_point(site: Site):
    await post(site, report(town(*NEAR)))
    by_area = msgspec.json.decode((await site.text("/api/v1/shelters?area=11")).encode())
    assert [row["shelter"]["name"] for row in by_area["shelters"]][-1] == "閉じた小学校", "what is closed comes last"
    assert by_area["more"] is False
    around = msgspec.json.decode((await site.text(f"/api/v1/shelters?{HERE}&radius_km=2")).encode())
    assert [(row["shelter"]["name"], row["open"]) for row in around["shelters"]] == [
        ("閉じた小学校", False),
        ("第三小学校", True),
        ("第四小学校", True),
    ]
    assert msgspec.json.decode((await site.text("/api/v1/shelters?area=13")).encode())["shelters"] == []


async def test_geojson_has_longitude_first_and_nothing_where_there_is_no_position(site: Site):
    await post(site, report(town(*NEAR)))
    _, _, headers = await site.get(f"/feeds/shelters.geojson?area={WAKO}")
    assert headers["Content-Type"].startswith("application/geo+json")
    found = msgspec.json.decode((await site.text(f"/feeds/shelters.geojson?area={WAKO}")).encode())
    by_name = {one["properties"]["name"]: one for one in found["features"]}
    assert by_name["第四小学校"]["geometry"]["type"] == "Point"
    assert by_name["第四小学校"]["geometry"]["coordinates"] == [139.605, pytest.approx(35.7945, abs=0.001)]
    assert by_name["中央公民館"]["geometry"] is None
    assert len({one["id"] for one in found["features"]}) == 4

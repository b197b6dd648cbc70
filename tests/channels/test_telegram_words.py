"""What a town is told of official telegrams, by its stations and by the mail of its centre: read like a person."""

import json
from pathlib import Path

import msgspec
import pytest
from contracts.channel_case import accepted, delivery_of, order
from corpus import corpus

from broker.core.event import AlertAccepted
from cap_formats.alert import Alert, Area, Certainty, MsgType, NamedValue, ResponseType, Severity, Urgency
from cap_formats.decode import decode
from cap_formats.parameter import KIND_STATUS, LALERT_ERRATA_TIME, LEVEL
from channels.carrier import Regions
from channels.carrier.body import mail_of
from channels.carrier.message_id import ETWS_EARTHQUAKE, ETWS_TSUNAMI, etws_id
from channels.radio import Contact, Settings
from channels.radio.call import Call, call_of
from channels.text.fact import facts_of
from channels.text.gist import gists
from channels.text.headline import with_own_headlines
from channels.text.sentence import sentences, statement
from geo.registry import Registry, open_registry

OVER = "32-39_12_13_250206_VTSE41"  # 大津波警報 ended, with slight changes of the sea in its place; a drill
ADVISORY_OVER = "38-39_02_04_250206_VTSE41"
WARNING, FORECAST = "37_01_02_240613_VXSE43", "36_01_20_240613_VXSE44"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return open_registry(tmp_path_factory.mktemp("areas") / "areas.db")


def telegram(name: str, registry: Registry) -> AlertAccepted:
    [alert] = decode(Path(corpus("corpus", "jma", f"{name}.xml")).read_bytes())
    return placed(alert, registry)


def placed(alert: Alert, registry: Registry) -> AlertAccepted:
    areas = tuple(registry.place(info.areas).municipalities for info in alert.infos)
    return msgspec.structs.replace(accepted(alert), areas=areas, unplaced=())


def call(name: str, town: str, registry: Registry) -> Call:
    """Return the call as the house makes it for a town whose subscription asked for itself."""
    alert, regions = telegram(name, registry), Regions(registry, lambda _: (town,))
    contact = Contact(town=town, callsign="この町")
    is_over = regions.said(alert, "sub") is None
    own = regions.in_town(alert, town)
    return call_of(delivery_of(alert, "radio"), own, contact, Settings(), {}, is_over=is_over)


def spoken(name: str, town: str, registry: Registry) -> str:
    return "".join(line for line in call(name, town, registry).text_voice.split("\n") if "この町" not in line)


def body(name: str, region: str, registry: Registry) -> str:
    said = Regions(registry, lambda _: (region,)).said(telegram(name, registry), "sub")
    assert said is not None
    return mail_of(said).body.partition("\n")[2]


def test_the_end_of_a_tsunami_warning_is_told_by_the_name_of_the_warning(registry: Registry) -> None:
    said = spoken(OVER, "30381", registry)
    assert "和歌山県の大津波警報を解除しました。和歌山県に津波予報（若干の海面変動）を発表しました。" in said
    assert "福島県の津波警報を解除しました。" in spoken(OVER, "07546", registry)
    assert "津波注意報を解除しました。" in spoken(ADVISORY_OVER, "46304", registry)
    assert "解除を解除" not in said + spoken(OVER, "07546", registry) + spoken(ADVISORY_OVER, "46304", registry)


@pytest.mark.parametrize(
    ("name", "alarm"),
    [
        (WARNING, ETWS_EARTHQUAKE),
        (FORECAST, None),
        ("37_01_03_240613_VXSE43", None),  # 取消
        ("32-35_06_09_240613_VXSE61", None),  # 顕著な地震の震源要素更新のお知らせ
        ("74_01_01_200512_VYSE50", None),  # 南海トラフ地震臨時情報
        ("32-39_11_02_250206_VTSE41", ETWS_TSUNAMI),
        ("38-39_03_01_210805_VTSE41", None),  # 取消
        ("38-39_02_05_250206_VTSE51", None),
    ],
)
def test_the_alarm_of_handsets_is_for_what_begins(name: str, alarm: int | None, registry: Registry) -> None:
    assert etws_id(telegram(name, registry).alert) == alarm


def test_the_end_of_a_tsunami_warning_sounds_no_alarm() -> None:
    ended = order(event="津波警報", category=("Geo",), response_type=(ResponseType.ALL_CLEAR,))
    assert etws_id(ended.alert) is None


def test_a_forecast_of_shaking_is_no_great_earthquake(registry: Registry) -> None:
    assert "大地震です" in spoken(WARNING, "38203", registry)
    said = call(FORECAST, "38203", registry)
    assert "大地震です" not in said.text_voice
    assert "愛媛県南予に緊急地震速報（予報）を発表しました。" in said.text_voice


def test_a_town_hears_its_own_name_and_no_list_that_may_leave_it_out(registry: Registry) -> None:
    assert spoken("17_01_01_190529_VXWW50", "40226", registry).startswith("宮若市の土砂災害警戒情報は継続しています。")
    assert (
        spoken("32-39_12_07_250206_VTSE41", "30422", registry)
        .removeprefix("これは、訓練です。")
        .startswith("和歌山県の大津波警報は継続しています。")
    )


def test_a_prefecture_is_not_sent_away_for_two_of_its_towns(registry: Registry) -> None:
    said = body("15_17_01_241226_VPWW56", "32", registry).split("\n")
    assert said[:2] == [
        "雲南市にレベル４土砂災害危険警報を発表しました。",
        "吉賀町のレベル４土砂災害危険警報は継続しています。",
    ]


def test_the_mountain_is_named_beside_the_town(registry: Registry) -> None:
    said = body("45_02_01_200522_VFVO50", "14382", registry)
    assert said.startswith("神奈川県箱根町、箱根山に噴火警報（噴火警戒レベル5）を発表しました。")


def test_a_town_where_nothing_holds_does_not_hear_that_nothing_is_announced(registry: Registry) -> None:
    for name, town in (("17_01_01_190529_VXWW50", "40503"), ("19_01_01_091210_VPHW50", "13361")):
        said = call(name, town, registry)
        assert said.event == "対象地域の変更"
        assert "なし" not in said.text_voice
    whole = telegram("17_01_01_190529_VXWW50", registry).alert
    assert "なし" not in mail_of(whole).body


def test_an_earthquake_is_told_by_its_strength(registry: Registry) -> None:
    assert spoken("32-35_01_01_100806_VXSE51", "22213", registry) == "静岡県西部で震度６弱を観測しました。"
    assert "奥州市で震度６強を観測しました。" in body("32-35_06_03_240613_VXSE53", "03", registry)
    assert "金ケ崎町は震度５弱以上未入電です。" in body("32-35_06_03_240613_VXSE53", "03381", registry)


def test_a_warning_in_the_place_of_a_graver_one_says_so(registry: Registry) -> None:
    said = body("15_09_03_130826_VPWW53", "30382", registry).split("\n")
    assert said == [
        "日高町の波浪特別警報を波浪警報に切り替えました。",
        "日高町の大雨特別警報を解除しました。",
        "日高町の洪水警報を解除しました。",
        "日高町の暴風特別警報を強風注意報に切り替えました。",
    ]


@pytest.mark.parametrize(
    ("event", "status", "said"),
    [
        (
            "レベル３土砂災害警報",
            "危険警報から警報",
            "真備町の土砂災害危険警報をレベル３土砂災害警報に切り替えました。",
        ),
        ("風雪注意報", "警報から注意報", "真備町の暴風雪警報を風雪注意報に切り替えました。"),
        ("雷注意報", "発表", "真備町に雷注意報を発表しました。"),
        ("注意報", "警報から注意報", "真備町に注意報を発表しました。"),
    ],
)
def test_steps_down(event: str, status: str, said: str) -> None:
    alert = order(event=event, parameters=(NamedValue(KIND_STATUS, status),)).alert
    assert statement(gists(alert)[0], "真備町") == said


def test_what_is_worst_is_the_title_whether_it_has_a_level_or_not(registry: Registry) -> None:
    """篠山市 has 暴風特別警報, which has no level, and 大雨注意報, which has level 2."""
    said = Regions(registry, lambda _: ("28221",)).said(telegram("15_10_03_160628_VPWW53", registry), "sub")
    assert said is not None
    assert mail_of(said).title == "暴風特別警報"


def test_a_kind_for_whose_places_there_is_no_room_is_named(registry: Registry) -> None:
    """兵庫県: four 特別警報 of which two fit, three 注意報 and a 洪水警報."""
    said = body("15_10_03_160628_VPWW53", "28", registry)
    assert "高潮特別警報を発表しました。" in said
    assert "暴風特別警報、波浪特別警報" in said.split("\n")[-1]
    assert "直ちに身の安全を確保してください。" in said
    assert "ほかに、" not in body("15_10_03_160628_VPWW53", "28221", registry)


def test_what_ended_comes_after_what_moves_people_and_before_the_rest() -> None:
    first = order(3).alert
    info = msgspec.structs.replace(first.infos[0], parameters=())
    over = {"response_type": (ResponseType.ALL_CLEAR,), "urgency": Urgency.PAST}
    infos = (
        msgspec.structs.replace(info, event="強風注意報", severity=Severity.MINOR),
        msgspec.structs.replace(info, event="大雨特別警報", severity=Severity.EXTREME, **over),
        msgspec.structs.replace(info, event="避難指示", severity=Severity.MINOR, parameters=(NamedValue(LEVEL, "4"),)),
        msgspec.structs.replace(info, event="波浪警報", severity=Severity.SEVERE),
    )
    said = gists(msgspec.structs.replace(first, infos=infos))
    assert [gist.event for gist in said] == ["避難指示", "波浪警報", "大雨特別警報", "強風注意報"]


def test_a_correction_is_told_as_one(registry: Registry) -> None:
    said = spoken("67_01_03_140927_VFVO56", "21203", registry)
    assert said.startswith("先にお知らせした内容を訂正します。")
    assert body("67_01_03_140927_VFVO56", "21203", registry).startswith("先にお知らせした内容を訂正します。\n")
    errata = (NamedValue(LEVEL, "4"), NamedValue(LALERT_ERRATA_TIME, "2018-07-06T22:30:00+09:00"))
    assert gists(order(msg_type=MsgType.UPDATE, parameters=errata).alert)[0].corrects
    assert not gists(order(msg_type=MsgType.UPDATE).alert)[0].corrects


def test_what_the_headline_alone_says_is_said(registry: Registry) -> None:
    said = body("18_03_01_190412_VPOA50", "01391", registry)
    assert said == (
        "後志地方に記録的短時間大雨情報を発表しました。"
        "１９時４０分北海道で記録的短時間大雨。札幌市中央区付近で約１００ミリ。小樽市付近で約９０ミリ。"
    )
    assert "頑丈な建物内に移動するなど、安全確保に努めてください。" in spoken(
        "19_08_04_250630_VPHW51", "11230", registry
    )
    assert "御嶽山で噴火が発生。" in spoken("67_01_01_140927_VFVO56", "21203", registry)


def test_a_coast_hears_when_the_wave_comes_and_how_high(registry: Registry) -> None:
    first, news = "32-39_11_02_250206_VTSE41", "32-39_11_03_250206_VTSE51"
    assert spoken(first, "04211", registry).endswith(
        "宮城県、第１波の到達予想は11日15時00分、予想される高さは巨大です。"
    )
    assert spoken(first, "03211", registry).endswith("岩手県、津波到達中と推測、予想される高さは巨大です。")
    assert "宮城県、第１波の到達予想は11日15時00分、予想される高さは巨大です。" in body(news, "04211", registry)
    assert "岩手県" not in body(news, "04211", registry)


def test_where_an_earthquake_was_is_told_beside_how_strong_it_was(registry: Registry) -> None:
    said = spoken("32-35_06_03_240613_VXSE53", "04213", registry)
    assert said.startswith("栗原市で震度６強を観測しました。")
    assert said.endswith("震源は岩手県内陸南部、深さ10キロ、マグニチュード7.0です。")
    forecast = telegram(FORECAST, registry).alert.infos[0]
    assert facts_of(forecast) == ()  # what is expected has numbers for systems, not for people


def test_how_high_buildings_shook_is_told_beside_the_intensity(registry: Registry) -> None:
    said = spoken("78_01_01_240613_VXSE62", "03303", registry)
    assert said.startswith("岩手県内陸北部で震度５弱を観測しました。岩手県内陸北部で長周期地震動階級1を観測しました。")
    assert "宮城県北部で長周期地震動階級3を観測しました。" in spoken("78_01_01_240613_VXSE62", "04215", registry)


def test_a_circle_on_a_chart_is_no_place(registry: Registry) -> None:
    said = spoken("10_04_07_170916_VPTW60", "45204", registry)
    assert said == "台風解析・予報情報（５日予報）（Ｈ３０）を発表しました。"


def test_a_title_is_cut_at_a_word_of_its_own(registry: Registry) -> None:
    def title(name: str, region: str) -> str:
        said = Regions(registry, lambda _: (region,)).said(telegram(name, registry), "sub")
        assert said is not None
        return mail_of(said).title

    assert title("32-39_11_03_250206_VTSE51", "04211") == "津波到達予想時刻に関する情報"
    assert title("82_01_02_250318_VPBS50", "01545") == "気象防災速報"


def test_a_headline_for_other_kinds_elsewhere_is_not_said(registry: Registry) -> None:
    said = spoken("15_10_03_160628_VPWW53", "28210", registry)  # 加古川市: 暴風特別警報 and 高潮注意報
    assert "大雨、暴風、波浪、高潮" not in said
    infos = telegram("32-39_11_02_250206_VTSE41", registry).alert.infos
    assert {info.headline for info in with_own_headlines(infos)} == {None}


def test_an_order_says_its_own_headline_no_second_time() -> None:
    body = mail_of(order(headline="真備町に避難指示を出しました。", instruction=None).alert).body
    assert "出しました" not in body


@pytest.mark.parametrize(
    ("state", "words", "title"),
    [
        ("発生", "真備町箭田で停電が発生しました。復旧の見込みは21日15時00分です。", "停電"),
        ("継続", "真備町箭田の停電は続いています。復旧の見込みは21日15時00分です。", "停電"),
        ("見込み", "真備町箭田で停電の見込みです。復旧の見込みは21日15時00分です。", "停電"),
        ("復旧", "真備町箭田の停電は復旧しました。", "停電の復旧"),
        ("取消", "先にお知らせした真備町箭田の停電の情報は誤りでした。取り消します。", "取消のお知らせ"),
    ],
)
def test_a_power_cut_happens_and_is_repaired(state: str, words: str, title: str, registry: Registry) -> None:
    notice = {"id": "1", "revision": 1, "sent": "2026-11-21T12:00:00+09:00", "kind": "電気", "title": "倉敷市で停電"}
    notice |= {"state": state, "restoration": "2026-11-21T15:00:00+09:00"}
    notice |= {"areas": [{"municipality": "332020", "name": "真備町箭田", "count": 120}]}
    head = {"lifeline": "1", "status": "Actual", "sender": "power.example.jp", "company": "例電力"}
    [alert] = decode(json.dumps(head | {"notices": [notice]}).encode())
    said = Regions(registry, lambda _: ("33202",)).said(placed(alert, registry), "sub")
    assert said is not None
    mail = mail_of(said)
    assert (mail.title, mail.body.partition("\n")[2]) == (title, words)


def test_a_bracket_stays_with_its_sentence() -> None:
    assert sentences("逃げてください。（窓から離れてください。）急いで") == [
        "逃げてください。",
        "（窓から離れてください。）",
        "急いで",
    ]


def test_what_is_lifted_has_no_level_any_more() -> None:
    lifted = order(4, response_type=(ResponseType.ALL_CLEAR,), certainty=Certainty.OBSERVED)
    contact = Contact(town="33202", callsign="倉敷市")
    assert call_of(delivery_of(lifted, "radio"), lifted, contact, Settings(), {}).level == 0


def test_districts_of_the_town_keep_their_names(registry: Registry) -> None:
    alert = order(areas=("真備町箭田", "真備町川辺"))
    other = Area(area_desc="総社市", geocodes=(NamedValue("JISX0402", "332089"),))
    info = alert.alert.infos[0]
    both = msgspec.structs.replace(
        alert,
        alert=msgspec.structs.replace(alert.alert, infos=(msgspec.structs.replace(info, areas=(*info.areas, other)),)),
        areas=(("33202", "33208"),),
    )
    own = Regions(registry, lambda _: ()).in_town(both, "33202").alert.infos[0]
    assert [area.area_desc for area in own.areas] == ["真備町箭田", "真備町川辺"]

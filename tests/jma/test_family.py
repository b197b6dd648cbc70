"""Tsunami, earthquakes, volcanoes, floods, Nankai, heat and flash bulletins."""

import pytest
from telegrams import alert, codes, decode, edited, first, told

from cap_formats import parameter
from cap_formats.alert import Category, MsgType, NamedValue, ResponseType, Severity, Status, Urgency

GREAT = "32-39_11_02_250206_VTSE41"
SMALL = "38-39_02_01_250206_VTSE41"
OVER = "32-39_12_13_250206_VTSE41"
NEWS = "32-39_12_10_250206_VTSE51"
QUAKE = "32-35_06_03_240613_VXSE53"
FLOOD = "16_02_01_220728_VXKOii"
VOLCANO = "45_02_01_200522_VFVO50"


def test_tsunami_kinds_with_their_coasts_and_regions() -> None:
    infos = alert(GREAT).infos
    assert [info.event for info in infos] == ["大津波警報", "津波警報", "津波注意報", "津波予報（若干の海面変動）"]
    assert [info.severity for info in infos] == [Severity.EXTREME, Severity.EXTREME, Severity.SEVERE, Severity.MINOR]
    assert {info.urgency for info in infos[:3]} == {Urgency.IMMEDIATE}
    assert codes(infos[0]) == {"210", "220", "250", "291"}
    assert "210 巨大" in told(infos[0], parameter.AREA_HEIGHT)
    assert "210 津波到達中と推測" in told(infos[0], parameter.AREA_ARRIVAL)
    assert "220 2011-03-11T15:00:00+09:00" in told(infos[0], parameter.AREA_ARRIVAL)
    assert infos[0].parameter(parameter.MAGNITUDE) == "Ｍ８を超える巨大地震"
    assert "宮城県" in (infos[0].description or "")
    assert "高台" in (infos[0].instruction or "")


def test_new_and_continued_great_warnings_are_one_kind() -> None:
    mixed = decode(edited(GREAT, ("<Code>53</Code>", "<Code>52</Code>")))
    assert codes(mixed.infos[0]) == codes(alert(GREAT).infos[0])
    assert mixed.infos[0].event_codes == (NamedValue("JMA_TsunamiWarning", "52"),)


def test_the_end_of_a_tsunami_warning() -> None:
    report = alert(OVER)
    assert (report.status, report.msg_type) == (Status.EXERCISE, MsgType.UPDATE)
    ended = [info for info in report.infos if info.response_type == (ResponseType.ALL_CLEAR,)]
    assert [(info.event, info.event_codes[0].value) for info in ended] == [
        *(("大津波警報", "73"), ("津波警報", "73"), ("津波警報", "50"), ("大津波警報", "50"), ("津波注意報", "60")),
    ]
    assert all(info.urgency is Urgency.PAST for info in ended)
    assert report.infos[0].severity is Severity.EXTREME
    assert "300 大津波警報" in told(report.infos[0], parameter.AREA_LAST_KIND)


def test_slight_changes_of_the_sea_hold_where_a_warning_ended() -> None:
    report = alert(OVER)
    slight = [info for info in report.infos if info.event == "津波予報（若干の海面変動）"]
    assert all((info.severity, info.urgency) == (Severity.MINOR, Urgency.EXPECTED) for info in slight)
    replaced = [info for info in report.infos if info.event_codes[0].value == "73" and info not in slight]
    assert set().union(*map(codes, slight)) == set().union(*map(codes, replaced))


def test_a_tsunami_telegram_that_is_taken_back_says_what_it_was() -> None:
    (info,) = alert("38-39_03_01_210805_VTSE41").infos
    assert info.event == "津波注意報"
    (news,) = alert("38-39_03_03_210805_VTSE51").infos
    assert news.event == "津波観測に関する情報"


def test_what_is_corrected_says_so_in_its_headline() -> None:
    assert alert("67_01_03_140927_VFVO56").infos[0].headline == "【訂正】＜御嶽山で噴火が発生したもよう＞"


def test_how_strong_it_was_can_be_read() -> None:
    strongest = alert("32-35_06_03_240613_VXSE53").infos[0]
    assert (strongest.description or "").startswith("震度６強\n\n震源　岩手県内陸南部")


def test_the_end_of_a_volcanic_warning_names_the_warning() -> None:
    ended = decode(
        edited(
            "45_02_01_200522_VFVO50",
            ("<Name>噴火警報：避難等", "<Name>噴火予報：警報解除"),
            ("<Code>41<", "<Code>04<"),
            ("<Name>噴火警報<", "<Name>噴火予報：警報解除<"),
            ("<Code>01<", "<Code>04<"),
        )
    )
    assert {info.event for info in ended.infos if ResponseType.ALL_CLEAR in info.response_type} == {"噴火警報"}


def test_tsunami_news_does_not_warn_again() -> None:
    infos = alert(NEWS).infos
    assert {info.event for info in infos} == {"津波観測に関する情報"}
    assert [info.parameter(parameter.CONDITION) for info in infos] == ["大津波警報", "津波警報", "津波注意報"]
    assert all(info.event_codes == () for info in infos)
    assert any(value.startswith("320 三宅島坪田 ３．４ｍ") for value in told(infos[0], parameter.AREA_OBSERVED))
    assert alert(NEWS).chain != alert("32-39_12_07_250206_VTSE41").chain


def test_offshore_news_names_the_coasts_and_not_the_gauges() -> None:
    (info,) = alert("61_11_02_250206_VTSE52").infos
    assert {code.value_name for area in info.areas for code in area.geocodes} == {"JMA_CoastTsunami"}
    assert codes(info) == {"201", "210"}


@pytest.mark.parametrize("name", ["38-39_03_01_210805_VTSE41", "38-39_03_02_210805_VTSE51"])
def test_a_tsunami_cancel(name: str) -> None:
    report = alert(name)
    assert report.msg_type is MsgType.CANCEL
    assert report.infos[0].category == (Category.GEO,)
    assert report.infos[0].urgency is Urgency.IMMEDIATE


def test_shaking_is_told_by_where_one_is() -> None:
    infos = alert(QUAKE).infos
    felt = [info.parameter(parameter.INTENSITY) or info.parameter(parameter.CONDITION) for info in infos]
    assert felt == ["6+", "6-", "5+", "5-", "震度５弱以上未入電", "4", "3", "2", "1"]
    assert {"0321500", "213", "03"} <= codes(infos[0])
    assert infos[4].severity is Severity.SEVERE
    assert infos[-1].severity is Severity.MINOR
    assert "岩手県内陸南部" in (infos[0].description or "")
    assert "津波の心配はありません" in (infos[0].instruction or "")
    placed = [code for info in infos for code in codes(info)]
    assert len(placed) == len(set(placed))


def test_a_hypocentre_alone_has_no_area() -> None:
    (info,) = alert("32-35_01_02_240613_VXSE52").infos
    assert info.areas == ()
    assert info.parameter(parameter.EPICENTRE)
    assert info.headline is not None
    assert info.headline.startswith("【訓練】")


def test_volcano() -> None:
    (info,) = alert(VOLCANO).infos
    assert (info.event, info.severity) == ("噴火警報", Severity.EXTREME)
    assert [code.value for code in info.event_codes] == ["01", "41", "15"]
    assert codes(info) == {"1438200", "315"}
    assert NamedValue("JMA_PointVolcano", "315") in [code for area in info.areas for code in area.geocodes]
    assert info.parameter(parameter.VOLCANO_LEVEL) == "5"
    assert info.parameter(parameter.LEVEL) is None
    assert info.areas[0].circles == ()
    assert (info.instruction or "").startswith("危険な居住地域では")


def test_eruption() -> None:
    (info,) = alert("67_01_01_140927_VFVO56").infos
    assert (info.event, info.urgency) == ("噴火速報", Urgency.IMMEDIATE)
    assert codes(info) == {"2042900", "2043200", "2120300", "2122000", "312"}


def test_flood() -> None:
    (info,) = alert(FLOOD).infos
    assert (info.event, info.parameter(parameter.LEVEL)) == ("氾濫警戒情報", "3")
    assert "【警戒レベル３相当】" in (info.description or "")
    names = {code.value_name for area in info.areas for code in area.geocodes}
    assert names == {
        "JMA_AreaFloodForecast",
        "JMA_AreaRiver",
        "JMA_AreaForecastLocalM",
        "JMA_AreaInformationCity",
    }


def test_gauges_are_no_areas_but_the_municipalities_they_warn_are() -> None:
    (info,) = alert(FLOOD).infos
    assert "12345678901234567" not in codes(info)
    assert "○○県○○市" in {area.area_desc for area in info.areas}


@pytest.mark.parametrize(
    ("code", "name", "level", "over"),
    [
        ("40", "レベル４氾濫危険警報", "4", False),
        ("51", "レベル５氾濫特別警報", "5", False),
        ("20", "氾濫注意情報（警戒情報解除）", "2", False),
        ("10", "レベル２氾濫注意報解除", None, True),
    ],
)
def test_flood_levels(code: str, name: str, level: str | None, over: bool) -> None:  # noqa: FBT001 - a table of cases
    (info,) = decode(edited(FLOOD, ("<Name>氾濫警戒情報", f"<Name>{name}"), ("<Code>30<", f"<Code>{code}<"))).infos
    assert (info.event, info.parameter(parameter.LEVEL)) == (name, level)
    assert (ResponseType.ALL_CLEAR in info.response_type) is over


def test_a_flood_that_has_begun_is_told_to_the_towns_that_it_names() -> None:
    """Its areas have a CityCode and no code of their own; without them all of the prefecture was told of level 5."""
    raw_city, city = "<CityCode>0000000<", "<CityCode>3320200<"
    (info,) = decode(edited("16_04_01_220728_VXKOii", (raw_city, city), ("<Code>990000<", "<Code>330000<"))).infos
    assert info.parameter(parameter.LEVEL) == "5"
    named = {area.geocodes[0] for area in info.areas}
    assert NamedValue("JMA_AreaInformationCity", "3320200") in named


def test_known_rivers() -> None:
    (info,) = alert("91_01_01_241031_VXSUii").infos
    assert (info.event, info.parameter(parameter.LEVEL)) == ("レベル２氾濫注意報", "2")
    assert {"0442101", "0442400", "82018131", "040000"} <= codes(info)


@pytest.mark.parametrize(
    ("name", "keyword", "severity"),
    [
        ("74_01_03_200512_VYSE50", "調査中", Severity.MODERATE),
        ("74_01_04_200512_VYSE50", "巨大地震警戒", Severity.EXTREME),
        ("74_01_05_200512_VYSE50", "巨大地震注意", Severity.SEVERE),
        ("74_01_07_200512_VYSE50", "調査終了", Severity.MINOR),
    ],
)
def test_nankai(name: str, keyword: str, severity: Severity) -> None:
    (info,) = alert(name).infos
    assert info.event == f"南海トラフ地震臨時情報（{keyword}）"
    assert info.severity is severity
    assert len(info.areas) == 29  # 1都2府26県 of 南海トラフ地震防災対策推進地域
    assert {"22", "39"} <= codes(info)
    assert not {"01", "17", "32"} & codes(info)


def test_hokkaido() -> None:
    (info,) = alert("80_01_01_240821_VYSE60").infos
    assert (info.severity, info.event) == (Severity.SEVERE, "北海道・三陸沖後発地震注意情報")
    assert codes(info) == {"01", "02", "03", "04", "07", "08", "12"}


def test_heat_names_its_prefecture() -> None:
    name = "57_03_01_240401_VPFT50"
    (info,) = alert(name).infos
    assert [area.area_desc for area in info.areas] == ["埼玉県"]
    assert info.category == (Category.HEALTH,)
    (worse,) = decode(edited(name, ("<Title>埼玉県熱中症警戒", "<Title>埼玉県熱中症特別警戒"))).infos
    assert worse.severity is Severity.EXTREME


def test_flash_bulletin_is_not_narrowed_to_where_rain_was_measured() -> None:
    whole, measured = alert("82_01_02_250630_VPBS50").infos
    assert whole.event == "気象防災速報（記録的短時間大雨）"
    assert (codes(whole), codes(measured)) == ({"013010"}, {"0154300"})
    assert (whole.severity, whole.urgency) == (Severity.SEVERE, Urgency.IMMEDIATE)
    assert first("82_01_02_250630_VPBS50", whole.event).parameter(parameter.CONDITION) == "記録雨"

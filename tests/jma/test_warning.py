"""Warnings by area: kinds, levels, what goes on, what ends, and where nothing holds."""

import pytest
from telegrams import alert, codes, decode, edited, first, told

from cap_formats import parameter
from cap_formats.alert import NamedValue, ResponseType, Severity, Urgency
from cap_formats.jma import grade as grades

RAIN = "15_16_03_241226_VPWW55"
SHIMANE = "15_17_01_241226_VPWW55"
SURGE = "15_16_02_250630_VPWW57"
SOIL = "17_01_01_190529_VXWW50"


def test_kinds_keep_the_telegrams_names_and_codes() -> None:
    infos = alert(RAIN).infos
    assert [(info.event, info.event_codes[0].value, info.parameter(parameter.LEVEL)) for info in infos] == [
        ("レベル４大雨危険警報", "43", "4"),
        ("レベル３大雨警報", "03", "3"),
        ("レベル２大雨注意報", "10", "2"),
    ]
    assert infos[0].event_codes == (NamedValue("JMA_WeatherWarning", "43"),)
    assert [info.parameter(parameter.KIND_STATUS) for info in infos] == ["発表", "継続", "継続"]
    assert [info.severity for info in infos] == [Severity.SEVERE, Severity.SEVERE, Severity.MODERATE]
    assert [info.urgency for info in infos] == [Urgency.IMMEDIATE, Urgency.EXPECTED, Urgency.EXPECTED]


def test_coarse_areas_stand_with_the_fine_ones_of_their_kind() -> None:
    level_4, level_3, level_2 = alert(RAIN).infos
    assert codes(level_4) == {"0121400", "011000", "011011"}
    assert codes(level_3) == {"0151100"}
    assert {"011012", "011013", "0151200"} <= codes(level_2)


@pytest.mark.parametrize(
    ("code", "name", "level"),
    [
        ("33", "レベル５大雨特別警報", 5), ("38", "レベル５高潮特別警報", 5), ("39", "レベル５土砂災害特別警報", 5),
        ("43", "レベル４大雨危険警報", 4), ("48", "レベル４高潮危険警報", 4), ("49", "レベル４土砂災害危険警報", 4),
        ("03", "レベル３大雨警報", 3), ("08", "高潮警報", 3), ("09", "レベル３土砂災害警報", 3),
        ("10", "大雨注意報", 2), ("19", "レベル２高潮注意報", 2), ("29", "レベル２土砂災害注意報", 2),
        *((code, "", 5) for code in ("33", "38", "39")), *((code, "", 4) for code in ("43", "48", "49")),
        *((code, "", 3) for code in ("03", "08", "09")), *((code, "", 2) for code in ("10", "19", "29")),
        ("77", "レベル４融雪危険警報", 4), ("35", "暴風特別警報", None), ("14", "雷注意報", None),
    ],
)  # fmt: skip
def test_levels_come_from_name_or_code(code: str, name: str, level: int | None) -> None:
    assert grades.weather_level(code, name) == level
    if level is not None:
        assert grades.weather(code, name) == grades.LEVELS[level]


def test_special_warnings_are_extreme_with_and_without_a_level() -> None:
    for code in ("32", "33", "35", "36", "37", "38", "39"):
        assert grades.weather(code, "").severity is Severity.EXTREME
        assert grades.weather(code, "").urgency is Urgency.IMMEDIATE
    assert grades.weather("99", "火山灰特別警報") == grades.SPECIAL
    assert grades.weather("99", "何か") == grades.UNKNOWN


def test_what_ends_keeps_its_severity_and_is_all_clear() -> None:
    (info,) = (i for i in alert(SHIMANE).infos if ResponseType.ALL_CLEAR in i.response_type)
    assert (info.event, info.severity, info.urgency) == ("レベル２大雨注意報", Severity.MODERATE, Urgency.PAST)
    assert codes(info) == {"3252800", "320030"}
    assert info.parameter(parameter.LEVEL) is None
    assert info.parameter(parameter.KIND_STATUS) == "解除"


def test_where_nothing_holds_is_told_apart() -> None:
    info = alert(SHIMANE).infos[-1]
    assert info.response_type == (ResponseType.NONE,)
    assert codes(info) == {"3252500", "3252600", "3252700"}
    assert info.event_codes == ()
    for other in alert(SHIMANE).infos[:-1]:
        assert not codes(other) & codes(info)


def test_a_coarse_area_of_another_status_does_not_leave_its_kind() -> None:
    """The prefecture goes on while its municipalities are new: alone in an Info it would be widened to all of it."""
    table = '<Warning type="気象警報・注意報（府県予報区等）">'
    before, _, after = edited(RAIN).decode().partition(table)
    changed = before + table + after.replace("<Status>発表", "<Status>継続", 1)
    level_4 = [info for info in decode(changed.encode()).infos if info.parameter(parameter.LEVEL) == "4"]
    assert [codes(info) for info in level_4] == [{"0121400", "011000", "011011"}]


def test_a_municipality_that_no_table_names_is_not_warned_and_not_lost() -> None:
    text = edited("15_11_01_150916_VPWW54").decode()
    start = text.index("<MeteorologicalInfos")
    added = text[:start] + text[start:].replace("<Code>3520100</Code>", "<Code>3599900</Code>", 1)
    infos = decode(added.encode()).infos
    (rest,) = (info for info in infos if "3599900" in codes(info))
    assert codes(rest) == {"3599900"}
    assert (rest.event, rest.severity) == ("気象警報・注意報（Ｈ２７）", Severity.MINOR)
    assert rest.event_codes == ()


def test_storm_surge_tells_its_coast() -> None:
    info = first(SURGE, "レベル４高潮危険警報")
    assert NamedValue("JMA_AreaCoastForecast", "26xxxx") in [code for area in info.areas for code in area.geocodes]
    assert {"2620200", "260000"} <= codes(info)


def test_conditions_of_the_older_telegrams_stand_where_they_hold() -> None:
    rain = [info for info in alert("15_17_01_250123_VPWW54").infos if info.event == "大雨警報"]
    assert [told(info, parameter.CONDITION) for info in rain] == [["浸水害"], ["土砂災害、浸水害"]]
    assert {info.event_codes[0].value for info in rain} == {"03"}
    assert not {code for code in codes(rain[0]) if len(code) == 7} & codes(rain[1])


def test_a_notice_of_special_warnings_is_read_from_its_head() -> None:
    info = alert("62_01_01_130412_VPNO50").infos[0]
    assert (info.event, info.severity) == ("大雨特別警報", Severity.EXTREME)
    assert {"2920701", "290000"} <= codes(info)
    over = alert("62_01_05_130412_VPNO50").infos[0]
    assert (over.severity, over.response_type) == (Severity.EXTREME, (ResponseType.ALL_CLEAR,))


def test_landslide() -> None:
    holds, over, nothing = alert(SOIL).infos
    assert holds.event == over.event == "土砂災害警戒情報"
    assert (holds.parameter(parameter.LEVEL), over.parameter(parameter.LEVEL)) == ("4", None)
    assert {"4010000", "400000"} <= codes(holds)
    assert over.response_type == (ResponseType.ALL_CLEAR,)
    assert nothing.response_type == (ResponseType.NONE,)
    assert not codes(holds) & codes(over)


def test_tornado_and_record_rain() -> None:
    tornado = alert("19_08_04_250630_VPHW51").infos[0]
    assert tornado.event_codes == (NamedValue("JMA_HazardousWindWatch", "1"),)
    assert {"1110000", "110011", "110000"} <= codes(tornado)
    assert "1120700" not in codes(tornado)
    rain = alert("18_02_01_111226_VPOA50").infos[0]
    assert rain.event_codes == (NamedValue("JMA_HazardousRain", "1"),)
    assert codes(rain) == {"260000"}


def test_sea() -> None:
    storm, fog = alert("13_04_01_110126_VPCU50").infos
    assert (storm.event, fog.event) == ("海上暴風警報", "海上濃霧警報")
    assert codes(storm) == {"3010", "3020"}
    assert {code.value_name for area in storm.areas for code in area.geocodes} == {"JMA_AreaMarineJ"}


def test_transitional_telegrams_are_marked_since_the_change_only() -> None:
    old = "15_17_01_250123_VPWW54"
    assert alert(old).infos[0].parameter(parameter.TRANSITIONAL) is None
    new = decode(edited(old, ("<ReportDateTime>2024-11-02", "<ReportDateTime>2026-11-02")))
    assert new.infos[0].parameter(parameter.TRANSITIONAL) == "true"

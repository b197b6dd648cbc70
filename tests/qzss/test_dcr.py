"""DCR: the reports of 気象庁 by satellite, as what comes by ground would say it."""

from datetime import UTC, datetime, timedelta

import pytest

from broker.core.lane import Lane, lane_of
from cap_formats import parameter
from cap_formats.alert import Alert, MsgType, NamedValue, ResponseType, Severity, Status, Urgency
from cap_formats.decode import decode, decode_parts
from cap_formats.jma.megaquake import NANKAI
from cap_formats.part import Good
from cap_formats.problem import MessageHeldError, MessageRuleError, MessageSyntaxError
from cap_formats.qzss.region import coded, warned
from geo.registry import Registry, open_registry
from tests.jalert import home
from tests.qzss.bits import Bits, day_time, dcr, early_warning, nankai_page, nmea, tsunami, volcano, weather

NOW = datetime(2026, 11, 21, 3, 0, 30, tzinfo=UTC)
AT = datetime(2026, 11, 21, 2, 59, tzinfo=UTC)


def read(bits: Bits, at: datetime = NOW) -> list[Alert]:
    return list(decode(nmea(bits), at))


@pytest.fixture(scope="module")
def registry() -> Registry:
    return open_registry(home.AREAS[0])


def test_an_early_warning_is_urgent_names_regions_and_hides_magnitude_and_depth(registry: Registry):
    [alert] = read(early_warning(AT, (7, 58)))
    info = alert.infos[0]
    assert lane_of(alert) is Lane.URGENT
    assert (info.event, info.areas[0].area_desc, info.parameter(parameter.INTENSITY)) == (
        "緊急地震速報（警報）",
        "宮城",
        "6+",
    )
    assert info.parameter(parameter.EPICENTRE)
    assert info.parameter(parameter.MAGNITUDE) is None
    assert info.parameter(parameter.DEPTH) is None
    assert alert.sent == AT
    placed = registry.place(info.areas)
    assert placed.unplaced == ()
    assert {code[:2] for code in placed.municipalities} == {"04"}  # the finest of what is named: not all of 東北


def test_a_provisional_hypocentre_is_not_shown():
    [alert] = read(provisional())
    info = alert.infos[0]
    assert info.parameter(parameter.PROVISIONAL) == "true"
    assert info.parameter(parameter.EPICENTRE) is None
    assert info.description == "地震が発生しました。強い揺れに警戒してください。"


def provisional() -> Bits:
    bits = day_time(dcr(1, AT), 80, AT).put(96, 9, 10).put(105, 7, 10).put(112, 10, 288).put(122, 4, 8).put(126, 4, 9)
    return bits.put(130 + 6, 1, 1)


def test_reports_of_one_minute_are_ordered_by_reception_and_repeats_are_the_same():
    first, second = read(early_warning(AT, (7,)))[0], read(early_warning(AT, (7, 6)), NOW + timedelta(seconds=2))[0]
    assert first.chain == second.chain
    assert first.place < second.place
    again = decode(nmea(early_warning(AT, (7,), preamble=0x9A), 56), NOW + timedelta(seconds=8))[0]
    assert (again.identifier, again.raw_digest) == (first.identifier, first.raw_digest)


def test_every_region_of_the_early_warning_is_a_code_of_jma(registry: Registry):
    for number in range(1, 71):
        code = warned(number)
        assert registry.coded(code.value_name, code.value) is not None, number
    assert warned(57) == NamedValue("JMA_AreaForecastEEW", "9910")


def test_tsunami_is_a_series_a_coast(registry: Registry):
    alerts = read(tsunami(AT, 4, (210, 220)))
    assert [alert.chain for alert in alerts] == ["dcr:tsunami:210", "dcr:tsunami:220"]
    assert len({alert.identifier for alert in alerts}) == 2
    info = alerts[0].infos[0]
    assert (info.event, info.severity, info.response_type) == (
        "大津波警報",
        Severity.EXTREME,
        (ResponseType.EVACUATE,),
    )
    assert {each.value for each in info.parameters} >= {"210 2026-11-21T12:30:00+09:00", "210 3m"}
    assert registry.place(info.areas).municipalities
    assert {lane_of(alert) for alert in alerts} == {Lane.URGENT}
    [lifted] = read(tsunami(AT, 2, (210,)))
    assert lifted.chain == alerts[0].chain
    assert lifted.infos[0].response_type == (ResponseType.ALL_CLEAR,)
    assert lifted.infos[0].urgency is Urgency.PAST


def test_weather_goes_by_kind_and_region(registry: Registry):
    alerts = read(weather(AT, ((2, 330000), (23, 11000))))
    assert [alert.infos[0].event for alert in alerts] == ["大雨特別警報", "土砂災害警戒情報"]
    assert [alert.infos[0].parameter(parameter.LEVEL) for alert in alerts] == ["5", "4"]
    assert alerts[1].infos[0].areas[0].geocodes == (NamedValue("JMA_AreaForecastLocalM", "011000"),)
    for alert in alerts:
        assert registry.place(alert.infos[0].areas).unplaced == ()


def test_the_end_of_all_special_warnings_ends_each():
    alerts = read(weather(AT, ((7, 330000),), state=2))
    assert [alert.chain for alert in alerts] == [f"dcr:weather:{kind}:330000" for kind in range(1, 7)]
    assert {alert.infos[0].response_type for alert in alerts} == {(ResponseType.ALL_CLEAR,)}


def test_volcano_by_municipality(registry: Registry):
    alerts = read(volcano(AT, 15, 503, (4321100, 4399999)))
    assert [alert.infos[0].event for alert in alerts] == ["噴火警報"] * 2
    assert alerts[0].infos[0].parameter(parameter.VOLCANO_LEVEL) == "5"
    assert registry.place(alerts[0].infos[0].areas).municipalities == ("43211",)
    assert alerts[1].infos[0].areas[1].geocodes == (NamedValue("JISX0401", "43"),)  # another one of 熊本県
    [eruption] = read(volcano(AT, 52, 503, ()))
    assert eruption.infos[0].event == "噴火速報"


def test_shaking_that_was_felt():
    bits = day_time(dcr(3, AT), 53, AT)
    for number, (felt, prefecture) in enumerate(((6, 4), (3, 3), (1, 13))):
        bits.put(69 + number * 9, 3, felt).put(72 + number * 9, 6, prefecture)
    [alert] = read(bits)
    japanese = [info for info in alert.infos if info.language == "ja"]
    assert [info.parameter(parameter.INTENSITY) for info in japanese] == ["6+", "5-", None]
    assert [info.severity for info in japanese] == [Severity.EXTREME, Severity.SEVERE, Severity.MINOR]
    assert japanese[0].areas[0].geocodes == (NamedValue("JISX0401", "04"),)


def test_flood_marine_ash_typhoon_hypocentre_and_pacific_tsunami():
    flood = dcr(11, AT).put(53, 4, 3).put(57, 40, 10175000100)
    [alert] = read(flood)
    assert (alert.infos[0].event, alert.infos[0].parameter(parameter.LEVEL)) == ("氾濫危険情報", "4")
    assert alert.infos[0].areas[0].geocodes == (NamedValue("JMA_AreaFloodForecast", "010175000100"),)
    marine = dcr(14, AT).put(53, 5, 22).put(58, 14, 1010).put(72, 5, 0).put(77, 14, 1020)
    assert [alert.infos[0].event for alert in read(marine)] == ["海上暴風警報", "海上警報解除"]
    ash = day_time(dcr(9, AT), 53, AT).put(69, 2, 1).put(71, 12, 506)
    ash.put(83, 3, 2).put(86, 3, 3).put(89, 23, 4620100)
    [alert] = read(ash)
    assert alert.infos[0].event == "降灰予報（速報）"
    assert "鹿児島" in alert.infos[0].areas[0].area_desc
    typhoon = day_time(dcr(12, AT), 53, AT).put(69, 3, 1).put(80, 7, 0).put(87, 7, 3).put(103, 7, 26).put(123, 8, 127)
    [alert] = read(typhoon)
    assert (alert.infos[0].event, alert.infos[0].parameter(parameter.COORDINATE)) == ("台風第3号", "+26.00+127.00/")
    hypocentre = day_time(dcr(2, AT), 80, AT).put(96, 9, 40).put(105, 7, 65).put(112, 10, 288)
    hypocentre.put(123, 7, 38).put(143, 8, 142)
    [alert] = read(hypocentre)
    assert alert.infos[0].parameter(parameter.MAGNITUDE) == "6.5"
    assert alert.infos[0].parameter(parameter.DEPTH) == "40"
    pacific = dcr(6, AT).put(53, 3, 2).put(56 + 12, 9, 2).put(56 + 21, 7, 5)
    [alert] = read(pacific)
    assert alert.infos[0].areas == ()
    assert "Busan" in (alert.infos[1].description or "")


def test_drill_correction_and_cancellation():
    [drill] = read(early_warning(AT, (7,), classification=7))
    assert (drill.status, lane_of(drill)) == (Status.EXERCISE, Lane.DRILL)
    assert (drill.infos[0].headline or "").startswith("【訓練】")
    [corrected] = read(early_warning(AT, (7,), information=1))
    assert (corrected.msg_type, corrected.note) == (MsgType.UPDATE, "訂正")
    [cancelled] = read(early_warning(AT, (7,), information=2))
    assert (cancelled.msg_type, cancelled.note) == (MsgType.CANCEL, "取消")
    assert cancelled.infos[0].response_type == (ResponseType.ALL_CLEAR,)
    assert lane_of(cancelled) is Lane.URGENT
    assert cancelled.infos[0].instruction is None


def test_what_is_not_defined_is_held_or_refused():
    with pytest.raises(MessageHeldError, match="status-unknown"):
        read(early_warning(AT, (7,), classification=4))
    with pytest.raises(MessageHeldError, match="qzss-information-type"):
        read(early_warning(AT, (7,), information=3))
    with pytest.raises(MessageRuleError, match="qzss-empty"):
        read(tsunami(AT, 4, ()))
    with pytest.raises(MessageSyntaxError, match="qzss-sentence"):
        read(dcr(13, AT))
    with pytest.raises(MessageSyntaxError, match="qzss-sentence"):
        read(early_warning(AT, (7,)).put(0, 0, 0), datetime(1, 1, 1, tzinfo=UTC))


def test_a_year_is_that_of_reception():
    [alert] = read(early_warning(datetime(2025, 12, 31, 14, 59, tzinfo=UTC), (7,)), datetime(2026, 1, 1, tzinfo=UTC))
    assert alert.sent == datetime(2025, 12, 31, 14, 59, tzinfo=UTC)


def test_the_pages_of_an_announcement():
    text = "南海トラフ沿いの大規模地震".encode()
    pages = [nankai_page(AT, 4, at // 18 + 1, 3, text[at : at + 18]) for at in range(0, 54, 18)]
    [first] = read(pages[1])
    assert (first.infos[0].event, first.infos[0].severity) == (
        "南海トラフ地震臨時情報（巨大地震警戒）",
        Severity.EXTREME,
    )
    [third] = read(pages[2])
    assert (third.identifier, third.raw_digest) == (first.identifier, first.raw_digest)
    [whole] = decode_parts(b"\n".join(nmea(page) for page in reversed(pages)), NOW)
    assert isinstance(whole, Good)
    assert whole.alert.identifier != first.identifier
    assert whole.alert.infos[0].description == text.decode()
    assert whole.alert.chain == first.chain


def test_numbers_are_codes_without_their_zeros():
    assert coded("JMA_AreaInformationCity", 110000) == NamedValue("JMA_AreaInformationCity", "0110000")
    assert coded("JMA_AreaInformationCity", 199999) == NamedValue("JISX0401", "01")
    assert coded("JISX0401", 4) == NamedValue("JISX0401", "04")


def test_the_municipalities_of_a_megaquake_hear_of_it_by_satellite_too():
    [alert] = read(nankai_page(AT, 4, 1, 1, b"x"))
    japanese, english = alert.infos
    assert [area.geocodes for area in japanese.areas] == [area.geocodes for area in NANKAI]
    assert english.areas[0].area_desc == "Ibaraki Prefecture"

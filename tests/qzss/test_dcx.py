"""DCX: L-Alert, J-Alert and local governments by satellite."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from broker.core.lane import Lane, lane_of
from cap_formats.alert import Alert, Area, MsgType, NamedValue, ResponseType, Severity, Status, Urgency
from cap_formats.decode import decode, decode_parts
from cap_formats.part import Bad
from cap_formats.problem import FormatError, MessageHeldError, MessageRuleError, MessageSyntaxError
from cap_formats.qzss.area import municipality
from cap_formats.qzss.hazard import hazard_of
from geo.shape import read_polygon
from tests.qzss.bits import Bits, dcx, hexadecimal, j_alert, l_alert, nmea, null, ublox

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # a Saturday
MISSILE = "ミサイル発射。ミサイル発射。ミサイルが発射されたものとみられます。建物の中、又は地下に避難して下さい。"


def read(bits: Bits, at: datetime = NOW) -> Alert:
    [alert] = decode(nmea(bits), at)
    return alert


def test_a_missile_in_both_languages_in_the_urgent_lane():
    alert = read(j_alert(1))
    japanese, english = alert.infos
    assert lane_of(alert) is Lane.URGENT
    assert (alert.status, alert.msg_type, alert.sender) == (Status.ACTUAL, MsgType.ALERT, "qzss:dcx:111.2")
    assert (japanese.language, japanese.event, japanese.instruction) == ("ja", "弾道ミサイル攻撃", MISSILE)
    assert (english.language, english.event) == ("en", "Missile attack")
    assert (english.instruction or "").startswith("Missile launched")
    assert japanese.severity is Severity.EXTREME  # though A5 is Unknown
    assert japanese.response_type == (ResponseType.SHELTER,)
    assert japanese.areas == (
        Area(area_desc="宮城県", geocodes=(NamedValue("JISX0401", "04"),)),
        Area(area_desc="山形県", geocodes=(NamedValue("JISX0401", "06"),)),
    )
    assert english.areas[0].area_desc == "Miyagi Prefecture"


@pytest.mark.parametrize("form", [nmea, ublox, hexadecimal])
def test_all_forms_say_the_same(form: Callable[[Bits], bytes]):
    [alert] = decode(form(j_alert(1)), NOW)
    assert alert == read(j_alert(1))


def test_a_repeat_by_another_satellite_is_the_same_message():
    first, again = read(j_alert(1)), decode(nmea(j_alert(1, preamble=0xC6, mask=1), 58), NOW + timedelta(minutes=9))[0]
    assert (first.identifier, first.raw_digest) == (again.identifier, again.raw_digest)
    assert first.identifier != read(j_alert(2)).identifier


def test_the_same_payload_a_week_later_is_another_message():
    assert read(j_alert(1)).identifier != read(j_alert(1), NOW + timedelta(days=7)).identifier


@pytest.mark.parametrize(("phrase", "a1"), [(129, 1), (130, 2), (131, 1), (135, 1), (128, 3)])
def test_an_all_clear_ends_the_series_that_it_belongs_to(phrase: int, a1: int):
    alert = read(j_alert(a1, phrase=phrase))
    assert alert.chain == read(j_alert(1)).chain == "dcx:111.2.8"
    assert alert.infos[0].response_type == (ResponseType.ALL_CLEAR,)
    assert (alert.infos[0].urgency, alert.infos[0].severity) == (Urgency.PAST, Severity.EXTREME)
    assert (alert.infos[0].headline or "").startswith("弾道ミサイル攻撃（解除）")


def test_l_alert_names_a_municipality_and_has_a_series_for_each():
    alert = read(l_alert(1, a5=2, a8=1))
    assert alert.chain == "dcx:111.1.68.33202"
    info = alert.infos[0]
    assert (info.event, info.severity, info.areas[0].geocodes) == (
        "洪水",
        Severity.SEVERE,
        (NamedValue("JISX0402", "33202"),),
    )
    assert info.expires == NOW + timedelta(hours=6)


@pytest.mark.parametrize(
    ("code", "geocode", "name"),
    [
        (1000, ("JISX0401", "01"), "北海道"),
        (1100, ("JISX0402", "01100"), "北海道札幌市"),
        (47000, ("JISX0401", "47"), "沖縄県"),
    ],
)
def test_target_areas_have_no_leading_zeros(code: int, geocode: tuple[str, str], name: str):
    area, _ = municipality(code)
    assert (area.area_desc, area.geocodes) == (name, (NamedValue(*geocode),))


def test_onset_is_a_minute_of_the_week_of_reception():
    assert read(l_alert(1)).infos[0].onset is None
    monday = datetime(2026, 11, 16, tzinfo=UTC)
    assert read(l_alert(1, a7=1)).infos[0].onset == monday
    assert read(l_alert(1, a7=10080)).infos[0].onset == monday + timedelta(days=7, minutes=-1)
    ahead = read(l_alert(1, a6=1, a7=1)).infos[0]
    assert ahead.onset == monday + timedelta(days=7)
    assert ahead.urgency is Urgency.EXPECTED


def test_an_ellipse_is_a_polygon_on_the_ground():
    lat, lon = 34.6, 133.7
    a12, a13 = round((lat + 90) / 180 * 0xFFFF), round((lon + 180) / 360 * 0x1FFFF)
    alert = read(dcx(a1=1, a3=1, a4=35, a12=a12, a13=a13, a14=12, a15=10, a16=32, a17=3))
    [area] = alert.infos[0].areas
    shape = read_polygon(area.polygons[0])
    assert shape.is_valid
    assert shape.centroid.distance(shape.envelope.centroid) < 0.001
    assert abs(shape.centroid.y - lat) < 0.01
    assert abs(shape.centroid.x - lon) < 0.01
    assert alert.chain == f"dcx:111.1.35.{a12}-{a13}"


def test_a_local_government_may_say_where_to_go():
    alert = read(dcx(a1=1, a3=4, a4=44, ex1=33202, ex2=1, ex3=90000, ex4=70000, ex5=5, ex6=4, ex7=10, a17=3))
    assert alert.infos[0].sender_name == "地方公共団体"
    assert any(each.value_name == "qzss:evacuationEllipse" for each in alert.infos[0].parameters)


def test_municipalities_in_place_of_prefectures():
    codes = (33202, 33203, 0, 1100)
    ex9 = sum(code << 48 - 16 * at for at, code in enumerate(codes))
    alert = read(dcx(a1=1, a3=2, a4=99, ex8=1, ex9=ex9))
    assert [area.geocodes[0].value for area in alert.infos[0].areas] == ["33202", "33203", "01100"]
    assert lane_of(alert) is Lane.URGENT
    assert alert.chain != read(dcx(a1=1, a3=2, a4=99, ex8=1, ex9=33204 << 48)).chain  # four of them fit in a message


def test_a_test_is_a_test_whatever_it_says():
    alert = read(j_alert(0))
    assert (alert.status, lane_of(alert)) == (Status.TEST, Lane.DRILL)
    for info in alert.infos:
        for text in (info.headline, info.description, info.instruction):
            assert (text or "").startswith("【試験】")


@pytest.mark.parametrize(
    ("bits", "error", "code"),
    [
        (j_alert(1, hazard=113), MessageHeldError, "status-contradiction"),
        (j_alert(1, phrase=136), MessageHeldError, "status-contradiction"),
        (j_alert(1, prefectures=()), MessageHeldError, "qzss-area-missing"),
        (l_alert(1, area=0), MessageHeldError, "qzss-area-missing"),
        (dcx(a1=1, a3=9, a4=8, ex1=33202), MessageHeldError, "qzss-provider"),
        (null(), MessageRuleError, "qzss-null"),
        (Bits(44).put(24, 2, 1).put(26, 9, 10).put(35, 5, 2).put(40, 7, 68), MessageRuleError, "qzss-foreign"),
        (Bits(47), MessageRuleError, "qzss-not-for-alerts"),
    ],
)
def test_what_is_no_alert_for_japan(bits: Bits, error: type[FormatError], code: str):
    with pytest.raises(error, match=code):
        read(bits)


def test_codes_that_nobody_knows_are_told_by_their_number():
    assert hazard_of(0).name == "その他の緊急情報"
    assert hazard_of(120).name == "その他の緊急情報（種別120）"
    assert len({hazard_of(code).name for code in range(1, 114)}) == 112  # guerrillas and special forces share one
    alert = read(l_alert(1, hazard=127, area=65535))
    assert alert.infos[0].areas[0].geocodes[0].value == "65535"


def test_a_log_gives_each_message_once_and_names_what_it_cannot_read():
    good, bad = nmea(j_alert(1)), nmea(l_alert(1)).replace(b"*", b"0*")
    log = b"\r\n".join([b"$GPGGA,,*00", good, nmea(j_alert(1, mask=3), 57), bad, nmea(null()), nmea(l_alert(0))])
    parts = decode_parts(log, NOW)
    assert [part.error.code if isinstance(part, Bad) else part.alert.status for part in parts] == [
        Status.ACTUAL,
        "qzss-sentence",
        "qzss-null",
        Status.TEST,
    ]
    assert [part.raw for part in parts[:2]] == [good, bad]


def test_no_time_of_reception_and_no_sentence_and_too_many():
    with pytest.raises(MessageRuleError, match="received-at-missing"):
        decode(nmea(j_alert(1)), None)
    with pytest.raises(MessageSyntaxError, match="qzss-nothing"):
        decode(b"\xb5\x62\x01\x07\x00\x00\x08\x19", NOW)
    with pytest.raises(MessageSyntaxError, match="qzss-too-many"):
        decode(b"\n".join([nmea(j_alert(1))] * 2_001), NOW)

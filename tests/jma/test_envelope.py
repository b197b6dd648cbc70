"""Control and Head: live or drill, new or replaced, when, and whose."""

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree
from telegrams import CANCELS, alert, decode, edited, raw

from cap_formats import parameter
from cap_formats.alert import MsgType, Status
from cap_formats.jma.envelope import JST, parse_duration, parse_time
from cap_formats.problem import FormatError, MessageHeldError, MessageRuleError, MessageSyntaxError

RAIN = "15_16_03_241226_VPWW55"
TSUNAMI = "38-39_02_01_250206_VTSE41"


def fails(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        decode(data)
    return caught.value


@pytest.mark.parametrize("word", ["", "平常", "通常 訓練", "CCa", "ACA"])
def test_an_unknown_status_is_held(word: str) -> None:
    problem = fails(edited(RAIN, ("<Status>通常", f"<Status>{word}")))
    assert isinstance(problem, MessageHeldError)
    assert (problem.code, problem.path) == ("status-unknown", "/Report/Control/Status")


def test_a_missing_status_is_held() -> None:
    assert fails(edited(RAIN, ("<Status>通常</Status>", ""))).code == "status-unknown"


@pytest.mark.parametrize("word", ["CCA", "RRX", "AAB"])
def test_a_gts_designation_is_live_and_told(word: str) -> None:
    report = decode(edited(RAIN, ("<Status>通常", f"<Status>{word}")))
    assert report.status is Status.ACTUAL
    assert report.infos[0].parameter(parameter.GTS) == word


@pytest.mark.parametrize(
    "change",
    [
        ("<Title>宗谷地方", "<Title>【訓練】宗谷地方"),
        ("<Text>宗谷地方に", "<Text>【訓練】宗谷地方に"),
        ("<Text>宗谷地方に", "<Text>＊＊＊これは訓練です＊＊＊ 宗谷地方に"),
    ],
)
def test_a_live_telegram_that_calls_itself_a_drill_is_held(change: tuple[str, str]) -> None:
    problem = fails(edited(RAIN, change))
    assert isinstance(problem, MessageHeldError)
    assert problem.code == "status-contradiction"


def test_a_live_cancel_whose_body_says_drill_is_held() -> None:
    assert fails(edited("36_01_33_240613_VXSE44", ("先ほどの、", "これは訓練です。"))).code == "status-contradiction"


def test_a_live_bulletin_whose_text_says_drill_is_held() -> None:
    data = edited("57_03_01_240401_VPFT50", ('<Text type="本文">', '<Text type="本文">【訓練】'))
    assert fails(data).code == "status-contradiction"


def test_a_drill_never_shares_a_chain_with_the_real_thing() -> None:
    for name in (RAIN, TSUNAMI, "45_02_01_200522_VFVO50", "17_01_01_190529_VXWW50"):
        drill = decode(edited(name, ("<Status>通常", "<Status>訓練")))
        assert drill.chain != alert(name).chain, name


def test_a_drill_sent_as_live_is_held() -> None:
    assert fails(edited("32-39_12_02_250206_VTSE41", ("<Status>訓練", "<Status>通常"))).code == "status-contradiction"


def test_a_live_telegram_sent_as_a_drill_is_marked() -> None:
    report = decode(edited(RAIN, ("<Status>通常", "<Status>訓練")))
    assert report.status is Status.EXERCISE
    assert all((info.headline or "").startswith("【訓練】") for info in report.infos)


def test_sent_is_the_announcement_and_the_identifier_holds_the_sending() -> None:
    report = alert(TSUNAMI)
    assert report.sent == datetime(2015, 11, 14, 5, 56, tzinfo=JST)
    assert report.sent.utcoffset() == timedelta(hours=9)
    assert report.identifier.startswith("jma-20151113205628-vtse41-20151114055157-0-")
    assert report.sender == "jma.go.jp"
    assert report.infos[0].sender_name == "気象庁"


def test_publishing_offices_are_a_list() -> None:
    assert alert("17_01_01_190529_VXWW50").infos[0].sender_name == "福岡県 福岡管区気象台"


def test_one_time_is_enough_and_none_is_not() -> None:
    no_report = decode(edited(TSUNAMI, ("<ReportDateTime>2015-11-14T05:56:00+09:00", "<ReportDateTime>")))
    assert no_report.sent == datetime(2015, 11, 13, 20, 56, 28, tzinfo=UTC)
    no_control = edited(TSUNAMI, ("<DateTime>2015-11-13T20:56:28Z</DateTime>", ""))
    assert decode(no_control).sent == alert(TSUNAMI).sent
    problem = fails(no_control.replace(b"<ReportDateTime>2015", b"<ReportDateTime>201x"))
    assert isinstance(problem, MessageRuleError)
    assert problem.code == "jma-time-missing"


def test_info_types() -> None:
    assert (alert("15_11_01_150916_VPWW54").msg_type, alert(RAIN).msg_type) == (MsgType.ALERT, MsgType.UPDATE)
    assert alert(RAIN).note is None
    corrected = decode(edited(RAIN, ("<InfoType>発表", "<InfoType>訂正")))
    assert (corrected.msg_type, corrected.note) == (MsgType.UPDATE, "訂正")
    late = decode(edited("37_01_01_240613_VXSE43", ("<InfoType>発表", "<InfoType>遅延")))
    assert (late.msg_type, late.note) == (MsgType.ALERT, "遅延")
    assert {alert(name).msg_type for name in CANCELS} == {MsgType.CANCEL}


def test_the_first_of_a_series_is_an_alert_and_the_next_an_update() -> None:
    assert alert("36_01_01_240613_VXSE44").msg_type is MsgType.ALERT
    assert alert("36_01_02_240613_VXSE44").msg_type is MsgType.UPDATE
    assert alert(TSUNAMI).msg_type is MsgType.ALERT
    assert alert("38-39_02_04_250206_VTSE41").msg_type is MsgType.UPDATE
    assert alert(RAIN).msg_type is MsgType.UPDATE


def test_chains_without_an_event_id() -> None:
    assert alert(RAIN).chain == "jma:vpww55:稚内地方気象台:011000"
    spellings = (("（土砂災害）</Title>", f"{word}</Title>") for word in ("（土砂）", "（土砂災害）"))
    both = [decode(edited("15_17_01_241226_VPWW56", spelling)) for spelling in spellings]
    assert both[0].chain == both[1].chain
    assert both[0].infos[0].event_codes == both[1].infos[0].event_codes


def test_the_later_telegram_of_a_chain_has_the_greater_place() -> None:
    later = decode(edited(RAIN, ("2020-06-22T14:00:00Z", "2020-06-22T14:00:01Z")))
    assert later.chain == alert(RAIN).chain
    assert later.place > alert(RAIN).place


def test_a_series_that_counts_anew_under_the_same_event_id_goes_on() -> None:
    old, new = alert("17_03_08_190529_VXWW50"), "17_03_01_190529_VXWW50"
    again = decode(edited(new, ("<DateTime>20", "<DateTime>21")))
    assert again.chain == old.chain
    assert (again.place[1], again.place > old.place) == (1, True)


@pytest.mark.parametrize("name", ["気象庁の新しい電文", "", "緊急地震速報（仮）"])
def test_an_unknown_kind_is_a_bulletin(name: str) -> None:
    report = decode(edited(RAIN, ("<Title>気象警報・注意報（Ｒ０６）（大雨）</Title>", f"<Title>{name}</Title>")))
    assert report.infos[0].event == (name or "気象警報・注意報")
    assert report.infos[0].severity.value == "Unknown"
    assert report.infos[0].headline == alert(RAIN).infos[0].headline
    assert {area.area_desc for info in report.infos for area in info.areas} >= {"稚内市", "宗谷地方"}


def test_an_unknown_body_is_a_bulletin() -> None:
    new = edited(RAIN, ("jmaxml1/body/meteorology1/", "jmaxml2/body/oceanology9/"))
    report = decode(new)
    assert report.infos[0].event == "レベル４大雨危険警報"  # the Head still tells it
    assert [area.area_desc for area in report.infos[0].areas][:2] == ["稚内市", "宗谷地方"]


def test_without_a_head_there_is_still_an_alert() -> None:
    root = etree.fromstring(raw(TSUNAMI))
    root.remove(root[1])
    report = decode(etree.tostring(root))
    assert report.infos
    assert report.msg_type is MsgType.ALERT


def test_another_root_is_refused() -> None:
    problem = fails(b"<Report><Control/></Report>")
    assert isinstance(problem, MessageSyntaxError)
    assert problem.code == "jma-root"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT72H", 259200), ("P1DT17H", 147600), ("P7D", 604800), ("PT30S", 30), ("P3M", None), ("P", None), ("", None)],
)
def test_durations(text: str, seconds: int | None) -> None:
    assert parse_duration(text) == (None if seconds is None else timedelta(seconds=seconds))


def test_times() -> None:
    assert parse_time("2020-06-22T14:00:00Z") == datetime(2020, 6, 22, 14, tzinfo=UTC)
    assert parse_time("2020-06-22T23:00:00") == datetime(2020, 6, 22, 14, tzinfo=UTC)
    assert parse_time("2020-06-31T00:00:00Z") is None
    assert parse_time("0001-01-01T00:00:00+09:00") is None


def test_validity() -> None:
    assert alert("19_08_04_250630_VPHW51").infos[0].expires == datetime(2015, 7, 17, 10, 30, tzinfo=JST)
    typhoon = alert("10_04_02_170910_VPTW60").infos[0]
    assert (typhoon.onset, typhoon.expires) == (
        datetime(2017, 9, 10, 9, tzinfo=JST),
        datetime(2017, 9, 15, 9, tzinfo=JST),
    )
    assert alert(RAIN).infos[0].expires is None

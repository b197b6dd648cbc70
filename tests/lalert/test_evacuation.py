"""Evacuation orders: what each Detail becomes, from documents written by hand."""

from datetime import datetime

import pytest
from documents import EVACUATION, decoded, document, later, refusal

from broker.core.holding import holds, holds_until, lasts, level_of
from broker.core.lane import Lane, lane_of
from cap_formats import parameter
from cap_formats.alert import (
    Area,
    Category,
    Certainty,
    MsgType,
    NamedValue,
    ResponseType,
    Severity,
    Status,
    Urgency,
)
from cap_formats.lalert.sort import SORTS
from cap_formats.problem import MessageHeldError

CITY = NamedValue("JISX0402", "332020")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


def order(sort: str, issue_or_lift: str = "発令", area: str = "真備町箭田") -> str:
    """Return a body with one Detail."""
    return f"""<pcx_ev:EvacuationOrder xmlns:pcx_ev="http://xml.publiccommons.ne.jp/pcxml1/body/evacuation3">
      <pcx_ev:Detail><pcx_ev:Sort>{sort}</pcx_ev:Sort><pcx_ev:IssueOrLift>{issue_or_lift}</pcx_ev:IssueOrLift>
      <pcx_ev:Areas><pcx_ev:Area><pcx_eb:Location><commons:areaName>{area}</commons:areaName></pcx_eb:Location>
      </pcx_ev:Area></pcx_ev:Areas></pcx_ev:Detail></pcx_ev:EvacuationOrder>"""


def test_the_envelope_names_the_alert():
    alert = decoded(document())
    assert alert.identifier == "city.kurashiki.okayama.jp-0b6a9f0e-5f6f-4f0f-9a41-6d5f3c5a0001"
    assert alert.sender == "city.kurashiki.okayama.jp"
    assert alert.sent == at("2018-07-06T23:52:10")
    assert (alert.status, alert.msg_type) == (Status.ACTUAL, MsgType.ALERT)
    assert alert.chain == "lalert:act-city.kurashiki.okayama.jp-7d1f2c34-0000-4000-8000-00000000000a"
    assert alert.place == (1,)
    assert alert.references == ()
    assert alert.incidents == ("平成30年7月豪雨",)
    assert alert.source is None
    assert alert.source_format == "lalert"


def test_each_detail_is_an_info_of_its_own():
    instruction, advice, lifted = decoded(document()).infos
    assert [info.event for info in (instruction, advice, lifted)] == ["避難指示", "避難勧告", "避難準備"]
    assert [level_of(info) for info in (instruction, advice, lifted)] == [4, 4, 3]
    assert instruction.response_type == (ResponseType.EVACUATE,)
    assert (instruction.urgency, instruction.severity) == (Urgency.IMMEDIATE, Severity.SEVERE)
    assert instruction.certainty is Certainty.LIKELY
    assert instruction.category == (Category.MET,)
    assert instruction.parameter(parameter.HAZARD) == "洪水"  # 堤防が決壊
    assert instruction.language == "ja"
    assert instruction.sender_name == "倉敷市"
    assert instruction.contact == "phone: 086-426-3645; fax: 086-426-4460"
    assert "太郎" not in str(instruction)
    assert instruction.headline == "真備地区に避難指示を発令しました。"
    assert instruction.description == (
        "小田川の堤防が決壊するおそれがあります。\nただちに高いところへ避難してください。"
    )
    assert instruction.effective == at("2018-07-06T23:50:00")
    assert instruction.expires == at("2018-07-13T23:50:00")
    assert instruction.onset == at("2018-07-06T23:45:00")  # the first of its areas
    assert lifted.response_type == (ResponseType.ALL_CLEAR,)
    assert (lifted.urgency, lifted.severity) == (Urgency.EXPECTED, Severity.SEVERE)  # of what it lifts
    assert [holds(info) for info in (instruction, advice, lifted)] == [True, True, False]


def test_areas_are_places_inside_the_municipality_or_all_of_it():
    instruction, advice, lifted = decoded(document()).infos
    assert instruction.areas == (
        Area(area_desc="倉敷市真備町箭田", geocodes=(CITY, NamedValue("areaName", "真備町箭田"))),
        Area(area_desc="倉敷市真備町川辺", geocodes=(CITY, NamedValue("areaName", "真備町川辺"))),
    )
    assert advice.areas == (Area(area_desc="倉敷市全域", geocodes=(CITY,)),)
    assert lifted.areas == (Area(area_desc="倉敷市児島地区", geocodes=(CITY, NamedValue("areaName", "児島地区"))),)


def test_numbers_and_times_of_places_are_kept():
    instruction = decoded(document()).infos[0]
    held = [(p.value_name, p.value) for p in instruction.parameters]
    assert (parameter.HOUSEHOLDS, "8926") in held
    assert (parameter.PERSONS, "22300") in held
    assert (parameter.HOUSEHOLDS_TOTAL, "9100") in held
    assert (parameter.PLACE_TIME, "2 2018-07-07T01:30:00+09:00") in held
    assert (parameter.PLACE_KANA, "1 まびちょうやた") in held
    assert (parameter.PLACE_PERSONS, "1 5200") in held


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("避難準備", 3),
        ("避難準備・高齢者等避難開始", 3),
        ("高齢者等避難", 3),
        ("避難勧告", 4),
        ("避難指示(緊急)", 4),
        ("避難指示（緊急）", 4),
        ("避難指示", 4),
        ("災害発生情報", 5),
        ("緊急安全確保", 5),
        ("警戒区域", 0),
    ],
)
def test_words_of_before_and_after_2021(word: str, level: int):
    (info,) = decoded(document(body=order(word))).infos
    assert info.event == word
    assert level_of(info) == level
    assert holds(info)
    assert lasts(info) is None  # a state: until the next document


def test_level_5_is_urgent_and_so_is_its_end():
    for kind in ("発令", "解除"):
        alert = decoded(document(body=order("緊急安全確保", kind)))
        assert lane_of(alert) is Lane.URGENT
    assert lane_of(decoded(document(body=order("避難指示")))) is Lane.NORMAL


def test_an_entry_ban_has_no_level_and_moves_people():
    (info,) = decoded(document(body=order("警戒区域"))).infos
    assert info.parameter(parameter.LEVEL) is None
    assert info.response_type == (ResponseType.AVOID, ResponseType.EVACUATE)
    assert info.severity is Severity.SEVERE


def test_details_stand_gravest_first_and_what_was_lifted_last():
    words = ["避難準備", "避難指示", "警戒区域", "避難勧告", "緊急安全確保"]
    details = "".join(
        order(word)
        .partition("<pcx_ev:Detail>")[2]
        .partition("</pcx_ev:EvacuationOrder>")[0]
        .join(("<pcx_ev:Detail>", ""))
        for word in words
    )
    body = order("避難指示", "解除").replace("</pcx_ev:EvacuationOrder>", f"{details}</pcx_ev:EvacuationOrder>")
    infos = decoded(document(body=body)).infos
    assert [info.event for info in infos] == [
        "緊急安全確保",
        "警戒区域",
        "避難指示",
        "避難勧告",
        "避難準備",
        "避難指示",
    ]
    assert [holds(info) for info in infos] == [True] * 5 + [False]


def test_a_document_without_a_detail_ends_no_order_by_itself():
    body = '<pcx_ev:EvacuationOrder xmlns:pcx_ev="http://xml.publiccommons.ne.jp/pcxml1/body/evacuation3"/>'
    error = refusal(document("EvacuationOrder", *later(4), body=body))
    assert isinstance(error, MessageHeldError)
    assert error.code == "lalert-detail-missing"


@pytest.mark.parametrize("name", ["全域", "市内全域", "倉敷市", "倉敷市全域", "全市"])
def test_the_whole_municipality(name: str):
    (area,) = decoded(document(body=order("避難指示", area=name))).infos[0].areas
    assert area.geocodes == (CITY,)
    assert area.area_desc.startswith("倉敷市")
    assert area.area_desc.count("倉敷市") == 1


def test_a_place_that_begins_with_the_municipality_is_named_once():
    (area,) = decoded(document(body=order("避難指示", area="倉敷市真備町"))).infos[0].areas
    assert area.area_desc == "倉敷市真備町"
    assert area.geocodes == (CITY, NamedValue("areaName", "倉敷市真備町"))


SECOND = """<commons:targetArea><commons:areaName>総社市</commons:areaName>
    <commons:jisX0402>332089</commons:jisX0402></commons:targetArea>
  <commons:contentObject>"""


@pytest.mark.parametrize(
    ("name", "codes"), [("総社市下原", ["332089"]), ("真備町箭田", ["332020"]), ("倉敷市真備町", ["332020"])]
)
def test_of_several_target_areas_a_place_lies_in_the_one_it_names_or_in_the_publisher_s(name: str, codes: list[str]):
    text = document("EvacuationOrder", ("<commons:contentObject>", SECOND), body=order("避難指示", area=name))
    (area,) = decoded(text).infos[0].areas
    assert [code.value for code in area.geocodes if code.value_name == "JISX0402"] == codes


def test_a_place_that_could_lie_in_several_counts_in_all():
    """A prefecture writes for two towns, as in 2016: nobody there may be left out."""
    text = document("EvacuationOrder", ("<commons:contentObject>", SECOND), body=order("避難指示", area="下原"))
    text = text.replace("<pcx_eb:OrganizationCode>332020", "<pcx_eb:OrganizationCode>330001")
    text = text.replace("ID>332020", "ID>330001")
    (area,) = decoded(text).infos[0].areas
    assert [code.value for code in area.geocodes] == ["332020", "332089", "下原"]


def test_without_a_target_area_the_publisher_s_municipality_counts():
    text = document()
    begin, end = text.index("<commons:targetArea>"), text.index("<commons:contentObject>")
    alert = decoded(text[:begin] + text[end:])
    assert alert.infos[0].areas[0].area_desc == "倉敷市真備町箭田"
    assert alert.infos[0].areas[0].geocodes[0] == CITY


def test_another_office_that_typed_it_in_is_the_source():
    old = """<pcx_eb:OfficeName>総務局防災推進課</pcx_eb:OfficeName>
              <pcx_eb:OrganizationName>倉敷市"""
    new = "<pcx_eb:OfficeName>危機管理課</pcx_eb:OfficeName><pcx_eb:OrganizationName>岡山県"
    alert = decoded(document("EvacuationOrder", (old, new)))
    assert alert.source == "岡山県"
    assert alert.infos[0].sender_name == "倉敷市"


@pytest.mark.parametrize(
    ("texts", "hazard", "category"),
    [
        (("平成30年7月豪雨", "土砂災害"), "土砂災害", Category.GEO),
        (("平成30年7月豪雨", "令和6年能登半島地震"), "地震", Category.GEO),
        (("小田川の堤防が決壊するおそれがあります。", "津波が来ます。"), "津波", Category.GEO),
        (("小田川の堤防が決壊するおそれがあります。", "台風が近づいています。"), None, Category.SAFETY),
    ],
)
def test_the_hazard_where_it_is_named(texts: tuple[str, str], hazard: str | None, category: Category):
    info = decoded(document("EvacuationOrder", texts)).infos[0]
    assert info.parameter(parameter.HAZARD) == hazard
    assert info.category == (category,)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<pcx_ev:Sort>避難指示", "<pcx_ev:Sort>垂直避難", "lalert-sort-unknown"),
        ("<pcx_ev:Sort>避難指示</pcx_ev:Sort>", "", "lalert-sort-unknown"),
        ("<pcx_ev:IssueOrLift>解除", "<pcx_ev:IssueOrLift>継続", "lalert-issue-or-lift"),
    ],
)
def test_what_is_not_known_waits_for_a_person(old: str, new: str, code: str):
    error = refusal(document("EvacuationOrder", (old, new)))
    assert isinstance(error, MessageHeldError)
    assert error.code == code


def test_every_row_of_the_table_is_read():
    for sort in SORTS:
        (info,) = decoded(document(body=order(sort.word))).infos
        assert (info.urgency, info.severity, info.certainty, info.response_type) == sort.grade


def test_a_document_that_ends_is_over_when_it_says():
    info = decoded(document()).infos[0]
    assert holds_until(info, at("2018-07-06T23:52:10")) == at("2018-07-13T23:50:00")


def test_white_space_in_the_document_is_no_part_of_its_words():
    text = EVACUATION.replace("<pcx_ev:Sort>避難指示<", "<pcx_ev:Sort>\n   避難指示\n  <")
    assert decoded(document(body=text)).infos[0].event == "避難指示"

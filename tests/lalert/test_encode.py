"""What we send to L-Alert ourselves: orders of the console and of CAP, situations, and anything else as news."""

import uuid
from datetime import datetime
from itertools import pairwise

import msgspec
import pytest
from corpus import corpus
from documents import by_the_front_door, decoded, document
from edxl import check_envelope
from lxml import etree

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
from cap_formats.cap.encode import encode_cap
from cap_formats.decode import decode
from cap_formats.encode import encode
from cap_formats.lalert.encode import encode_lalert
from cap_formats.lalert.municipality import six_digits
from cap_formats.lalert.name import DocumentName, uuid5
from cap_formats.problem import FormatError, MessageRuleError
from cap_formats.situation import Damage, DamageSituation, HeadquartersSituation, Shelter, ShelterSituation
from receivers.console.order import Order, Part, Place, cancel_alert, order_alert, reference_to
from receivers.console.wording import lift_text, order_text

PCXML = "{http://xml.publiccommons.ne.jp/pcxml1/3}"
SENT = datetime.fromisoformat("2026-07-06T23:45:00+09:00")
MABI = (Place(name="真備町箭田"), Place(name="真備町川辺"))


def part(level: int, places: tuple[Place, ...], *, lifted: bool = False) -> Part:
    words = lift_text if lifted else order_text
    return Part(level=level, places=places, lifted=lifted, text=words("倉敷市", "洪水", level, places))


def console_order(
    *parts: Part, status: Status = Status.ACTUAL, references: tuple[Reference, ...] = (), identifier: str = "a-1"
) -> Alert:
    """Return the order as the broker has it: written as CAP by the console, and read."""
    order = Order(code="332020", municipality="倉敷市", hazard="洪水", parts=parts, status=status)
    (alert,) = decode(encode_cap(order_alert(order, identifier=identifier, sent=SENT, references=references)))
    return alert


def sent_to_lalert(alert: Alert) -> Alert:
    data = encode(alert, "lalert")
    check_envelope(data)
    return by_the_front_door(data)


def news(**changes: object) -> Alert:
    info = Info(
        language="ja",
        category=(Category.MET,),
        event="大雨警報",
        urgency=Urgency.EXPECTED,
        severity=Severity.SEVERE,
        certainty=Certainty.LIKELY,
        headline="倉敷市に大雨警報",
        description="土砂災害に警戒してください。",
        areas=(Area(area_desc="倉敷市", geocodes=(NamedValue("JMA_AreaInformationCity", "3320200"),)),),
    )
    alert = Alert(
        identifier="w-1",
        sender="jma.go.jp",
        sent=SENT,
        status=Status.ACTUAL,
        msg_type=MsgType.ALERT,
        scope=Scope.PUBLIC,
        infos=(info,),
        source_format="jma",
        raw_digest="",
        chain="jma:x",
        place=(1,),
    )
    return msgspec.structs.replace(alert, **changes)


def test_an_order_of_the_console_becomes_an_evacuation_order():
    alert = sent_to_lalert(console_order(part(3, (Place(name="児島"),)), part(4, MABI)))
    order, warning = alert.infos
    assert (order.event, warning.event) == ("避難指示", "高齢者等避難")
    assert [area.area_desc for area in order.areas] == ["倉敷市真備町箭田", "倉敷市真備町川辺"]
    assert order.areas[0].geocodes == (NamedValue("JISX0402", "332020"), NamedValue("areaName", "真備町箭田"))
    assert order.parameter("jp:level") == "4"
    assert order.parameter("jp:hazard") == "洪水"
    assert order.onset == SENT
    assert order.sender_name == "倉敷市"
    assert alert.sent == SENT
    assert alert.place == (1,)
    assert "速やかに全員" in (order.description or "")


def test_what_was_lifted_stands_last_and_names_what_it_lifts():
    alert = sent_to_lalert(console_order(part(5, (Place(name="児島"),), lifted=True), part(3, MABI)))
    assert [(info.event, ResponseType.ALL_CLEAR in info.response_type) for info in alert.infos] == [
        ("高齢者等避難", False),
        ("緊急安全確保", True),
    ]


def test_the_whole_municipality_is_written_so():
    data = encode(console_order(part(4, (Place(name="全域"),))), "lalert")
    names = [e.text for e in etree.fromstring(data).iterfind(".//{*}Detail//{*}areaName")]
    assert names == ["全域"]
    (area,) = by_the_front_door(data).infos[0].areas
    assert area.geocodes == (NamedValue("JISX0402", "332020"),)


def test_a_drill_is_marked_and_its_status_stands_in_both_places():
    data = encode(console_order(part(4, MABI), status=Status.EXERCISE), "lalert")
    root = etree.fromstring(data)
    assert [e.text for e in root.iter("{*}distributionStatus")] == ["Exercise", "Exercise"]
    assert (root.findtext(".//{*}Headline/{*}Text") or "").startswith("【訓練】")
    assert by_the_front_door(data).status is Status.EXERCISE


def test_updates_and_the_cancel_stay_in_the_document():
    first = console_order(part(3, MABI))
    second = console_order(part(4, MABI), references=(reference_to(first),), identifier="a-2")
    mistake = cancel_alert(
        second, identifier="a-3", sent=SENT, references=(reference_to(first), reference_to(second)), note="誤りです。"
    )
    alerts = [sent_to_lalert(alert) for alert in (first, second, mistake)]
    assert len({alert.chain for alert in alerts}) == 1
    assert all(one.place < other.place for one, other in pairwise(alerts))
    assert [alert.msg_type for alert in alerts] == [MsgType.ALERT, MsgType.UPDATE, MsgType.CANCEL]
    assert alerts[2].note == "誤りです。"


def test_a_sender_that_keeps_the_books_names_the_document_itself():
    name = DocumentName(document_id="act-city.kurashiki.okayama.jp-x", revision=7)
    update = console_order(part(4, MABI), references=(Reference("a", "b", "2026-07-06T23:00:00+09:00"),))
    alert = by_the_front_door(encode_lalert(update, document=name))
    assert (alert.chain, alert.place) == ("lalert:act-city.kurashiki.okayama.jp-x", (7,))


def test_the_same_alert_has_the_same_bytes_whenever_it_is_written():
    alert = console_order(part(4, MABI))
    assert encode(alert, "lalert") == encode(Alert.from_json(alert.to_json()), "lalert")
    other = console_order(part(4, MABI), identifier="a-2")
    assert sent_to_lalert(other).identifier != sent_to_lalert(alert).identifier


def test_names_are_uuids_of_version_5():
    for name in ("", "a,b,2026-07-06T23:45:00+09:00", "倉敷"):
        assert uuid5(name) == str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:noroshi:lalert:{name}"))


def test_anything_else_goes_out_as_news():
    alert = sent_to_lalert(news())
    (info,) = alert.infos
    assert info.event == "お知らせ"
    assert info.headline == "倉敷市に大雨警報"
    assert info.description == "倉敷市に大雨警報\n土砂災害に警戒してください。"
    assert info.parameter("jp:level") is None
    assert info.areas == (Area(area_desc="倉敷市", geocodes=(NamedValue("JISX0402", "332020"),)),)


def test_what_is_said_in_several_languages_goes_out_in_japanese():
    english = msgspec.structs.replace(news().infos[0], language="en", headline="Heavy rain", description="Beware")
    alert = sent_to_lalert(news(infos=(english, *news().infos)))
    assert "Heavy" not in str(alert.infos)
    (alone,) = sent_to_lalert(news(infos=(english,))).infos
    assert alone.headline == "Heavy rain"


def test_a_bare_cancel_is_news_of_it():
    references = (Reference("jma.go.jp", "w-0", "2026-07-06T23:00:00+09:00"),)
    cancel = news(msg_type=MsgType.CANCEL, infos=(), note="誤報でした。", references=references)
    alert = sent_to_lalert(cancel)
    assert alert.msg_type is MsgType.CANCEL
    assert alert.note == "誤報でした。"


@pytest.mark.parametrize(
    "situation",
    [
        ShelterSituation(municipality="33202", shelters=(Shelter(name="岡田小学校", sort="開設", capacity=400),)),
        HeadquartersSituation(municipality="33202", type="警戒本部", status="設置"),
        DamageSituation(municipality="33202", damages=(Damage(group="HouseDamage", item="全壊", value=3, unit="棟"),)),
    ],
)
def test_a_situation_has_a_body_of_its_own(situation: ShelterSituation | HeadquartersSituation | DamageSituation):
    assert sent_to_lalert(news(situation=situation)).situation == situation


def test_damage_of_a_group_that_lalert_does_not_have_is_refused():
    situation = DamageSituation(damages=(Damage(group="Pets", item="犬", value=3, unit="頭"),))
    with pytest.raises(MessageRuleError) as caught:
        encode(news(situation=situation), "lalert")
    assert caught.value.code == "lalert-damage-unknown"


def test_long_texts_are_cut_and_show_it():
    info = msgspec.structs.replace(news().infos[0], headline="あ" * 300, description="い" * 9_000)
    (again,) = sent_to_lalert(news(infos=(info,))).infos
    assert again.headline == "あ" * 99 + "…"
    assert len(again.description or "") == 4_000
    assert (again.description or "").endswith("…")


def test_the_name_of_a_place_is_never_cut():
    with pytest.raises(MessageRuleError) as caught:
        encode(console_order(part(4, (Place(name="真" * 101),))), "lalert")
    assert caught.value.code == "lalert-area-name-too-long"


def test_what_came_from_lalert_is_not_cut():
    text = document("EvacuationOrder", ("小田川の", "小" * 9_000))
    assert by_the_front_door(encode(decoded(text), "lalert")).infos == decoded(text).infos


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": Status.DRAFT}, "lalert-not-for-publication"),
        ({"msg_type": MsgType.ACK}, "lalert-not-for-publication"),
        ({"identifier": "a\x01"}, None),
        ({"note": "訂正\x01", "msg_type": MsgType.UPDATE}, "lalert-character"),
    ],
)
def test_what_cannot_be_written_is_a_clear_error(changes: dict[str, object], code: str | None):
    if code is None:
        assert encode(news(**changes), "lalert")  # the name is a UUID of it
        return
    with pytest.raises(MessageRuleError) as caught:
        encode(news(**changes), "lalert")
    assert caught.value.code == code


def test_an_urgent_mail_cannot_be_updated():
    alert = msgspec.structs.replace(decoded(document("UrgentMail")), msg_type=MsgType.UPDATE)
    with pytest.raises(MessageRuleError) as caught:
        encode(alert, "lalert")
    assert caught.value.code == "lalert-urgent-mail-new-only"
    assert "取消のお知らせ" in caught.value.sentence


def test_a_body_that_is_known_by_name_alone_is_not_written():
    alert = decoded(document("WaterLevel", body="<WaterLevel/>"))
    with pytest.raises(MessageRuleError) as caught:
        encode(alert, "lalert")
    assert caught.value.code == "lalert-body-unknown"


@pytest.mark.parametrize(
    ("five", "six"), [("13101", "131016"), ("01100", "011002"), ("22100", "221007"), ("33202", "332020")]
)
def test_the_check_digit(five: str, six: str):
    assert six_digits(five) == six
    assert six_digits(six) == six


def test_the_check_digit_of_every_municipality():
    rows = corpus("tables", "municipalities_abr.csv").read_text("utf-8-sig").splitlines()
    codes = [field for row in rows for field in row.split(",") if field.isdecimal() and len(field) == 6]
    assert len(codes) > 1_800
    assert [code for code in codes if six_digits(code[:5]) != code] == []


def test_official_telegrams_go_out_as_news_and_come_back():
    paths = sorted(corpus("corpus", "jma").glob("*VPWW5[45]*.xml"))[:20]
    assert paths
    for path in paths:
        (alert,) = decode(path.read_bytes())
        try:
            again = sent_to_lalert(alert)
        except FormatError as error:
            pytest.fail(f"{path.name}: {error}")
        assert again.status is alert.status
        assert again.msg_type is alert.msg_type

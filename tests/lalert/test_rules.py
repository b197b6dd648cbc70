"""The rules of the envelope, each broken once; and what may look broken and is not."""

import pytest
from documents import (
    ERRATA,
    PREVIOUS,
    REVISION,
    STATUS,
    TYPE,
    by_the_front_door,
    cancelled,
    decoded,
    document,
    later,
    refusal,
)

from cap_formats.alert import MsgType, Status
from cap_formats.decode import decode_parts
from cap_formats.lalert.rule import DOUBTS, RULES
from cap_formats.part import Good
from cap_formats.problem import MessageHeldError, MessageRuleError, MessageSyntaxError

CONTROL = f"{STATUS}\n            <EditorialOffice>"
CANCEL_MAIL = (TYPE, TYPE.replace("Report", "Cancel"))
HEAD_ID = "00000000000a</commons:documentID>\n            <pcx"
HEAD_REVISION = f"{REVISION}\n            "
SORT = "<pcx_ev:Sort>避難指示</pcx_ev:Sort>"
DESCRIPTION = "<edxlde:contentDescription>"

BROKEN = [
    ((("edxlde:senderID", "edxlde:keyword"),), "lalert-element-missing", MessageRuleError),
    ((("2018-07-06T23:52:10+09:00", "昨夜"),), "lalert-element-missing", MessageRuleError),
    (((STATUS, STATUS.replace("Actual", "Real")),), "status-unknown", MessageHeldError),
    (((TYPE, TYPE.replace("Report", "Request")),), "lalert-type", MessageRuleError),
    (((CONTROL, CONTROL.replace("Actual", "Exercise")),), "status-contradiction", MessageHeldError),
    (((CONTROL, CONTROL.replace("Actual", "Test")),), "status-contradiction", MessageHeldError),
    (((REVISION, ""),), "lalert-document-missing", MessageRuleError),
    (((REVISION, REVISION.replace("1", "一")),), "lalert-document-missing", MessageRuleError),
    (((HEAD_REVISION, HEAD_REVISION.replace("1", "2")),), "lalert-contradiction", MessageHeldError),
    (((HEAD_ID, HEAD_ID.replace("0a", "0b")),), "lalert-contradiction", MessageHeldError),
    ((("<Title>EvacuationOrder", "<Title>Shelter"),), "lalert-contradiction", MessageHeldError),
    ((("<commons:category>EvacuationOrder", "<commons:category>"), ("<Title>EvacuationOrder", "<Title>Shelter")),
     "lalert-contradiction", MessageHeldError),
    (((REVISION, REVISION.replace("1", "3")),), "lalert-revision", MessageRuleError),
    (((TYPE, TYPE.replace("Report", "Update")),), "lalert-revision", MessageRuleError),
    ((*later(3), (PREVIOUS.replace("0", "2"), PREVIOUS)), None, None),
    ((*later(4), (PREVIOUS.replace("0", "3"), PREVIOUS.replace("0", "1"))), "lalert-revision", MessageRuleError),
    (later(2, "Cancel"), "lalert-errata-missing", MessageRuleError),
    ((*later(2, "Cancel"), ("</Control>", "<Errata><pcx_eb:Description> </pcx_eb:Description></Errata></Control>")),
     "lalert-errata-missing", MessageRuleError),
    ((("<commons:documentID>act-", "<commons:documentID>tdv-"),), "lalert-test-document", MessageHeldError),
    ((("<commons:documentID>act-", "<commons:documentID>jdv"),), "lalert-test-document", MessageHeldError),
    ((("真備地区に避難指示", "【訓練】真備地区に避難指示"),), "status-contradiction", MessageHeldError),
    ((("小田川の", "これは訓練です。小田川の"),), "status-contradiction", MessageHeldError),
    ((("<pcx_ib:Title>", "<pcx_ib:Title>（訓練）"),), "status-contradiction", MessageHeldError),
    (((DESCRIPTION, f"{DESCRIPTION}【試験】"),), "status-contradiction", MessageHeldError),
    (((TYPE, TYPE * 2),), "lalert-element-repeated", MessageRuleError),
    (((SORT, SORT * 2),), "lalert-element-repeated", MessageRuleError),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code", "kind"), [row for row in BROKEN if row[1]])
def test_a_rule_that_is_broken_has_its_code(
    changes: tuple[tuple[str, str], ...], code: str, kind: type[MessageRuleError]
):
    error = refusal(document("EvacuationOrder", *changes))
    assert (error.code, type(error)) == (code, kind)


@pytest.mark.parametrize("changes", [row[0] for row in BROKEN if row[1] is None])
def test_a_previous_revision_of_nothing_says_nothing(changes: tuple[tuple[str, str], ...]):
    assert decoded(document("EvacuationOrder", *changes)).place == (3,)


def test_every_rule_is_broken_by_a_document_here():
    broken = {code for _, code, _ in BROKEN} | {"lalert-urgent-mail-new-only"}
    assert {rule.code for rule in RULES} <= broken


@pytest.mark.parametrize("kind", ["Update", "Cancel"])
def test_an_urgent_mail_is_never_updated_or_cancelled(kind: str):
    error = refusal(document("UrgentMail", *later(2, kind), ("</Control>", ERRATA)))
    assert error.code == "lalert-urgent-mail-new-only"
    assert "取消のお知らせ" in error.sentence
    assert error.path == "/EDXLDistribution/distributionType"


def test_the_notice_that_takes_a_mail_back_is_a_new_mail():
    alert = decoded(document("UrgentMail", ("避難指示（緊急）", "取消のお知らせ")))
    assert (alert.msg_type, alert.infos[0].headline) == (MsgType.ALERT, "取消のお知らせ")


def test_revisions_of_one_document_are_one_chain_in_order():
    first, second, last = (
        decoded(document()),
        decoded(document("EvacuationOrder", *later(2))),
        decoded(document("EvacuationOrder", *cancelled(3))),
    )
    assert first.chain == second.chain == last.chain
    assert first.place < second.place < last.place
    assert len({alert.identifier for alert in (first, second, last)}) == 3
    assert [alert.msg_type for alert in (first, second, last)] == [MsgType.ALERT, MsgType.UPDATE, MsgType.CANCEL]


def test_a_correction_is_an_update_that_says_so():
    alert = decoded(document("EvacuationOrder", *later(2), ("</Control>", ERRATA)))
    assert alert.msg_type is MsgType.UPDATE
    assert alert.note == "訂正：誤って全域を対象にしました。"
    assert alert.infos[0].headline == "真備地区に避難指示を発令しました。"


def test_a_cancel_says_so_though_its_body_is_that_of_before():
    alert = decoded(document("EvacuationOrder", *cancelled(2)))
    assert alert.msg_type is MsgType.CANCEL
    assert alert.note == "誤って全域を対象にしました。"
    for info in alert.infos:
        assert info.headline == "【取消】真備地区に避難指示を発令しました。"
        assert (info.description or "").startswith("この発表は取り消されました。誤って全域を対象にしました。\n小田川の")
    assert [info.event for info in alert.infos] == [info.event for info in decoded(document()).infos]


@pytest.mark.parametrize("status", ["Exercise", "System", "Test"])
def test_what_is_not_actual_is_a_drill_and_marked(status: str):
    text = document("EvacuationOrder", (STATUS, STATUS.replace("Actual", status)), ("真備地区に", "【訓練】真備地区に"))
    alert = decoded(text)
    assert alert.status is Status(status)
    assert alert.infos[0].parameter("jp:training") == "true"


def test_test_and_system_are_the_same_to_us():
    text = document("EvacuationOrder", (CONTROL, CONTROL.replace("Actual", "System")))
    text = text.replace(STATUS, STATUS.replace("Actual", "Test"), 1)
    assert decoded(text).status is Status.TEST


def test_a_test_document_may_say_that_it_is_one():
    text = document("EvacuationOrder", (STATUS, STATUS.replace("Actual", "Test")), ("ID>act-", "ID>tdv-"))
    assert decoded(text).status is Status.TEST


def test_news_of_tomorrow_s_drill_is_no_drill():
    alert = decoded(
        document("GeneralInformation", ("真備地区の給水について", "明日は防災訓練です（サイレンが鳴ります）"))
    )
    assert alert.status is Status.ACTUAL


def test_two_centres_deliver_the_same_alert():
    """The normal and the backup node send the same document; one of them indents it otherwise."""
    one, other = document(), document().replace("\n  ", "\n        ")
    first, second = decoded(one), decoded(other)
    assert first.raw_digest != second.raw_digest
    assert (first.sender, first.identifier, first.chain, first.place) == (
        second.sender,
        second.identifier,
        second.chain,
        second.place,
    )


def test_the_front_door_knows_it_from_edxl():
    assert by_the_front_door(document().encode()).source_format == "lalert"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("edxlde:embeddedXMLContent", "edxlde:keyXMLContent", "lalert-content"),
        ("edxlde:xmlContent", "edxlde:nonXMLContent", "lalert-content"),
        ('<Report xmlns="http://xml.publiccommons.ne.jp/pcxml1/3">', "<a/><Report>", "lalert-content"),
        ("Report", "Rapport", "lalert-content"),
    ],
)
def test_an_envelope_without_a_report_is_refused(old: str, new: str, code: str):
    changes = [(old, new)] if old != "Report" else [("<Report", "<Rapport"), ("</Report>", "</Rapport>")]
    error = refusal(document("EvacuationOrder", *changes))
    assert isinstance(error, MessageSyntaxError)
    assert error.code == code
    assert error.line


def test_a_report_without_its_body_is_refused():
    error = refusal(document("EvacuationOrder", body=""))
    assert error.code == "lalert-body-missing"


def test_other_versions_of_the_namespaces_are_read_by_their_names():
    text = document("EvacuationOrder", ("evacuation3", "evacuation4"), ("pcxml1/3", "pcxml1/4"), ("Basis3/", "Basis4/"))
    assert decoded(text).infos == decoded(document()).infos


def test_the_parts_of_one_document_are_one():
    (part,) = decode_parts(document().encode())
    assert isinstance(part, Good)


def test_a_report_of_another_generation_waits_for_a_person():
    error = refusal(document("EvacuationOrder", ("jp/pcxml1/3", "jp/pcxml2/1")))
    assert isinstance(error, MessageHeldError)
    assert error.code == "lalert-version"


@pytest.mark.parametrize("name", ["Type", "Status"])
def test_a_headquarters_without_its_words_is_refused(name: str):
    error = refusal(document("AntidisasterHeadquarter", (f"pcx_ah:{name}>", "pcx_ah:X>")))
    assert error.code == "lalert-element-missing"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ([(CONTROL, CONTROL.replace("Actual", "Exercise"))], Status.ACTUAL),
        ([(f"{STATUS}\n  {TYPE}", f"{STATUS}\n  {TYPE}".replace("Actual", "Exercise"))], Status.EXERCISE),
        ([(STATUS, STATUS.replace("Actual", "Real"))], Status.TEST),
        ([("<commons:documentID>act-", "<commons:documentID>tdv-")], Status.ACTUAL),
        ([("真備地区に避難指示", "【訓練】真備地区に避難指示")], Status.ACTUAL),
    ],
    ids=["Control", "the envelope", "a strange word", "the test node", "the words"],
)
def test_what_may_be_a_drill_comes_with_what_was_understood(changes: list[tuple[str, str]], status: Status):
    """A person who knows which it is chooses, and need not write it again."""
    error = refusal(document("EvacuationOrder", *changes))
    assert isinstance(error, MessageHeldError)
    assert error.code in DOUBTS
    assert error.alert is not None
    assert error.alert.status is status
    assert (error.alert.infos[0].event, error.alert.place) == (decoded(document()).infos[0].event, (1,))


def test_what_contradicts_itself_besides_is_not_offered_to_be_sent():
    changes = ((CONTROL, CONTROL.replace("Actual", "Exercise")), (HEAD_REVISION, HEAD_REVISION.replace("1", "2")))
    error = refusal(document("EvacuationOrder", *changes))
    assert isinstance(error, MessageHeldError)
    assert (error.code, error.alert) == ("status-contradiction", None)

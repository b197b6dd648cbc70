"""国民保護 messages: what kind, whether real, where, and what it says in English."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.lane import Lane, lane_of
from cap_formats.alert import Alert, MsgType, NamedValue, ResponseType, Severity, Status, Urgency
from cap_formats.decode import decode
from cap_formats.jalert.announcement import FIELD, SOUND
from cap_formats.jalert.envelope import Envelope, read_envelope, seal
from cap_formats.jalert.kind import KINDS, STARTS, TYPES, kind_of_text
from cap_formats.jalert.unpack import Member, untar
from cap_formats.parameter import VOICE
from cap_formats.problem import FormatError, MessageHeldError, MessageRuleError
from channels.carrier.body import mail_of
from channels.radio.call import display_text, voice_text
from channels.text.gist import gists
from channels.text.sentence import sentences
from tests.jalert.made import MISSILE, PASSED, TEST, notice, tar

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
HERE = (("33202", "岡山県倉敷市"),)


def read(raw: bytes) -> Alert:
    [alert] = decode(raw, NOW)
    return alert


def sealed(raw: bytes, **known: object) -> bytes:
    return seal([Member("received.tar", raw)], Envelope(**known))  # type: ignore[arg-type]


def test_a_missile_is_urgent_and_says_what_to_do_in_both_languages():
    alert = read(notice(ini="AreaCode=04,06\r\n"))
    japanese, english = alert.infos
    assert lane_of(alert) is Lane.URGENT
    assert (alert.status, alert.msg_type, alert.sent) == (Status.ACTUAL, MsgType.ALERT, NOW)
    assert (japanese.event, japanese.severity, japanese.urgency) == (
        "弾道ミサイル情報",
        Severity.EXTREME,
        Urgency.IMMEDIATE,
    )
    assert japanese.response_type == (ResponseType.SHELTER,)
    assert japanese.description == MISSILE
    assert english.description is not None
    assert english.description.startswith("Missile launched, missile launched.")
    assert [area.geocodes for area in japanese.areas] == [(NamedValue("JISX0401", code),) for code in ("04", "06")]
    assert japanese.parameter(SOUND) == "国民保護サイレン"
    assert japanese.parameter(STARTS) == "true"


def test_an_ini_that_goes_on_after_a_name_without_a_value_is_held_and_not_a_fault_of_ours():
    """The text beside it may be a missile, and nobody sends it again: a person must read it."""
    with pytest.raises(MessageHeldError) as held:
        read(notice(ini="Nazo\n\tmore\n"))
    assert held.value.code == "jalert-ini"
    assert "a person must read what there is" in held.value.sentence


def test_every_field_of_the_ini_goes_along():
    alert = read(notice(ini="AreaCode=04\r\nNazo=なぞ\r\n[Else]\r\nA=1\r\n"))
    told = [each.value for each in alert.infos[0].parameters if each.value_name == FIELD]
    assert told == ["Contents000.TrainingFlg=1", "Contents000.AreaCode=04", "Contents000.Nazo=なぞ", "Else.A=1"]


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("航空攻撃情報。航空攻撃情報。当地域に航空攻撃の可能性があります。", "航空攻撃情報"),
        ("ゲリラ攻撃情報。屋内に避難してください。", "ゲリラ・特殊部隊攻撃情報"),
        ("大規模テロ情報。屋内に避難してください。", "大規模テロ情報"),
        ("国民保護に関する情報です。", "その他の国民保護情報"),
    ],
)
def test_the_five_kinds_of_armed_attack_are_urgent(text: str, event: str):
    alert = read(notice(f"{text}\n対象地域：宮城県"))
    assert alert.infos[0].event == event
    assert lane_of(alert) is Lane.URGENT
    assert len(alert.infos) == 1  # no English is made up


def test_what_has_passed_is_an_all_clear_of_the_same_series():
    launched, passed = read(notice(ini="AreaCode=04\r\n")), read(notice(PASSED, ini="AreaCode=04\r\n"))
    assert passed.chain == launched.chain
    assert passed.msg_type is MsgType.UPDATE
    assert passed.infos[0].response_type == (ResponseType.ALL_CLEAR,)
    assert passed.infos[0].severity is Severity.EXTREME


SHELTER = "建物の中、又は地下に避難して下さい。"


@pytest.mark.parametrize(
    "text",
    [
        "ミサイル通過。ミサイル通過。先程、この地域の上空をミサイルが通過した模様です。不審な物には近寄らないで下さい。",
        "ミサイル通過。先程のミサイルは、０７時２９分頃、太平洋へ通過したものとみられます。",
        "先程のミサイルは、２２時５５分頃、太平洋へ通過したものとみられます。避難の呼びかけを解除します。",
        "先程のミサイルは、我が国の領海外の海域に落下した模様です。",
        "先程のミサイルは、日本海に落下したものとみられます。避難の呼びかけを解除します。",
    ],
)
def test_the_end_is_told_in_other_words_than_the_official_phrases(text: str):
    launched, over = read(sealed(notice(), areas=HERE)), read(sealed(notice(text), areas=HERE))
    (info,) = over.infos  # no English is made up
    assert (over.chain, over.msg_type) == (launched.chain, MsgType.UPDATE)
    assert (info.response_type, info.urgency) == ((ResponseType.ALL_CLEAR,), Urgency.PAST)


@pytest.mark.parametrize(
    "text",
    [
        f"{PASSED}ミサイル発射。{SHELTER}",
        f"ミサイル通過。先程のミサイルは通過したものとみられます。続報を伝達しますので、引き続き屋内に{SHELTER[-7:]}",
        f"先程のミサイルは、日本海に落下したものとみられます。直ちに{SHELTER}",
        "先程のミサイルは、迎撃により破壊されました。ミサイルの破片の落下の可能性があります。続報を伝達します。",
        "ミサイルが、北海道周辺に落下するものとみられます。",
    ],
)
def test_what_still_calls_on_people_is_no_end(text: str):
    alert = read(sealed(notice(text), areas=HERE))
    assert alert.msg_type is MsgType.ALERT
    for info in alert.infos:
        assert info.urgency is Urgency.IMMEDIATE
        assert ResponseType.ALL_CLEAR not in info.response_type
        assert "cancel" not in (info.description or "").lower()


def test_the_end_is_for_where_the_receiver_stands_wherever_it_fell():
    over = read(sealed(notice("先程のミサイルは、北海道の西の海に落下したものとみられます。"), areas=HERE))
    assert [area.area_desc for area in over.infos[0].areas] == ["北海道", "岡山県倉敷市"]


def test_a_mistake_is_taken_back():
    alert = read(notice("先程のミサイル発射情報は誤報です。\n対象地域：宮城県"))
    assert alert.msg_type is MsgType.CANCEL
    assert alert.chain == read(notice(ini="AreaCode=04\r\n")).chain


def test_a_mistake_that_is_not_named_takes_back_every_kind():
    alerts = decode(notice("先程の緊急情報は誤報です。\n対象地域：宮城県"), NOW)
    assert {alert.chain for alert in alerts} == {f"jalert:JALT:{kind.name}" for kind in KINDS if kind.type == "JALT"}
    assert {alert.msg_type for alert in alerts} == {MsgType.CANCEL}
    assert len({alert.identifier for alert in alerts}) == len(alerts) == 5


@pytest.mark.parametrize("text", [MISSILE, PASSED])
def test_it_is_announced_word_for_word(text: str):
    alert = read(sealed(notice(text), areas=HERE))
    assert alert.infos[0].parameter(VOICE) == text
    assert alert.infos[1].parameter(VOICE) is None
    said = gists(alert)
    assert "".join(voice_text(alert, said, "倉敷市", {}).split("\n")[1:-1]) == text
    assert text in display_text(alert, said)
    mail = mail_of(alert)
    assert all(sentence in mail.body for sentence in sentences(text))


def test_places_that_nobody_knows_are_named():
    alert = read(notice(f"{MISSILE}\n対象地域は宮城県、どこか町。"))
    assert [(area.area_desc, len(area.geocodes)) for area in alert.infos[0].areas] == [("宮城県", 1), ("どこか町", 0)]


def test_a_message_without_a_place_is_held_unless_the_receiver_stands_somewhere():
    with pytest.raises(MessageHeldError, match="jalert-area-missing"):
        read(notice())
    alert = read(sealed(notice(), areas=HERE))
    assert [(area.area_desc, area.geocodes[0].value) for area in alert.infos[0].areas] == [("岡山県倉敷市", "33202")]


@pytest.mark.parametrize(
    ("flag", "text", "channel", "status"),
    [
        ("1", MISSILE, None, Status.ACTUAL),
        ("1", MISSILE, Status.ACTUAL, Status.ACTUAL),
        ("0", MISSILE, None, Status.EXERCISE),
        ("0", MISSILE, Status.ACTUAL, Status.EXERCISE),  # the way in then holds it: it was to be real
        ("0", TEST, Status.TEST, Status.TEST),
        ("1", TEST, Status.TEST, Status.TEST),
        ("1", MISSILE, Status.TEST, Status.ACTUAL),  # and here it was not
        (None, MISSILE, Status.ACTUAL, Status.ACTUAL),
        (None, MISSILE, Status.EXERCISE, Status.EXERCISE),
        (None, f"これは訓練です。{MISSILE}", Status.EXERCISE, Status.EXERCISE),
        ("1", TEST, None, "status-contradiction"),
        ("1", TEST, Status.ACTUAL, "status-contradiction"),
        ("1", f"訓練。{MISSILE}", Status.ACTUAL, "status-contradiction"),
        (None, f"訓練。{MISSILE}", Status.ACTUAL, "status-contradiction"),
        (None, MISSILE, None, "status-unknown"),
    ],
)
def test_flag_words_and_channel(flag: str | None, text: str, channel: Status | None, status: Status | str):
    raw = sealed(notice(text, flag=flag, ini="AreaCode=33\r\n"), status=channel)
    if isinstance(status, Status):
        alert = read(raw)
        assert alert.status is status
        assert (alert.infos[0].headline or "").startswith("【") is (status is not Status.ACTUAL)
    else:
        with pytest.raises(MessageHeldError, match=status):
            read(raw)


def test_which_flag_is_a_drill_is_one_setting():
    assert read(sealed(notice(flag="1", ini="AreaCode=33\r\n"), training="1")).status is Status.EXERCISE
    assert read(sealed(notice(flag="0", ini="AreaCode=33\r\n"), training="1")).status is Status.ACTUAL


def test_an_urgent_notice_is_no_attack():
    raw = seal(
        [Member("ifda.txt", "システムの点検について。".encode("cp932"))],
        Envelope(type="IFDA", status=Status.ACTUAL, areas=HERE, time=NOW),
    )
    alert = read(raw)
    assert alert.infos[0].event == "緊急連絡"
    assert lane_of(alert) is Lane.NORMAL


def test_an_envelope_comes_back_as_it_was_and_is_the_same_for_the_same():
    envelope = Envelope(time=NOW, status=Status.TEST, areas=HERE, training="2")
    raw = seal([Member("received.tar", b"x")], envelope)
    assert raw == seal([Member("received.tar", b"x")], envelope)
    assert [read_envelope(each.data) for each in untar(raw) if each.name == "noroshi.ini"] == [envelope]


def test_a_tar_without_text_and_an_ini_that_is_none():
    for files, code in (({"a.ini": b"[A]"}, "jalert-text-missing"), ({"a.ini": b"no", "a.txt": b"text"}, "jalert-ini")):
        with pytest.raises(MessageHeldError, match=code):
            read(tar(files))
        with pytest.raises(MessageRuleError, match=code):
            decode(tar(files), None)


def test_no_time_at_all():
    with pytest.raises(MessageRuleError, match="received-at-missing"):
        decode(notice(ini="AreaCode=33\r\n"), None)


def test_the_table_of_kinds():
    assert len(KINDS) == 24
    assert len({kind.name for kind in KINDS}) == 24
    assert {"EPRQ", "ISSW", "VOLC", "IOEQ", "WRMA", "JALT", "IFDA"} == TYPES
    starting = {kind.name for kind in KINDS if kind.starts}
    assert {
        "弾道ミサイル情報",
        "大津波警報",
        "津波警報",
        "緊急地震速報",
        "特別警報",
        "噴火警報（居住地域）",
    } <= starting
    assert "津波注意報" not in starting
    for kind in KINDS:
        if kind.type == "JALT":
            assert (kind.grade.urgency, kind.grade.severity) == (Urgency.IMMEDIATE, Severity.EXTREME)
        for word in kind.words:
            assert kind_of_text(f"これは{word}です") is kind


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_whatever_stands_in_a_tar_is_read_or_refused(text: bytes, ini: bytes):
    with suppress(FormatError):
        read(tar({"a.txt": text, "a.ini": b"[Contents000]\nTrainingFlg=1\nAreaCode=33\n" + ini}))

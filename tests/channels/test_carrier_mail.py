"""The words of an urgent mail: within the rules for whatever alert, and cut honestly."""

import msgspec
import pytest
from contracts.channel_case import SENT, order
from hypothesis import given
from hypothesis import strategies as st

from cap_formats.alert import Alert, Category, MsgType, ResponseType, Status
from channels.carrier.body import mail_of
from channels.carrier.mail import RULES, TITLE_MAX, TOGETHER_MAX, Mail, MailError, broken
from channels.text.character import is_plain, plain

NAMES = st.text(alphabet="真備町川辺岡田箭田①髙㈱辻𠮷ヶ丘1２ｶﾞ", min_size=1, max_size=12)


def test_an_order_reads_as_a_person_would_write_it() -> None:
    mail = mail_of(order(4, areas=("真備町川辺地区", "真備町岡田地区")).alert)
    assert mail.title == "警戒レベル4避難指示"
    assert mail.body == (
        "7月6日22時00分 倉敷市\n"
        "真備町川辺地区、真備町岡田地区に洪水に関する警戒レベル4、避難指示を発令しました。"
        "危険な場所から全員速やかに避難してください。"
    )
    assert mail.length == 89


def test_a_drill_says_so_in_title_and_body_and_keeps_its_level() -> None:
    mail = mail_of(order(5, status=Status.EXERCISE).alert)
    assert mail.title == "【訓練】レベル5緊急安全確保"
    assert mail.body.startswith("【訓練】これは訓練です。\n")


def test_a_long_list_of_areas_is_cut_between_names_and_says_how_many_it_leaves_out() -> None:
    areas = tuple(f"真備町第{number}地区" for number in range(40))
    mail = mail_of(order(4, areas=areas).alert)
    shown = [name for name in areas if f"{name}、" in mail.body or f"{name}ほか" in mail.body]
    assert f"ほか{40 - len(shown)}か所に" in mail.body
    assert shown == list(areas[: len(shown)])
    assert "危険な場所から全員速やかに避難してください。" in mail.body
    assert mail.length <= TOGETHER_MAX


def test_a_cancel_is_a_notice_of_its_own() -> None:
    mail = mail_of(order(4, msg_type=MsgType.CANCEL, instruction="避難してください。").alert)
    assert mail.title == "取消のお知らせ"
    assert "誤りでした。取り消します。" in mail.body
    assert "避難してください" not in mail.body


def test_a_cancel_without_infos_still_says_that_it_cancels() -> None:
    alert = msgspec.structs.replace(order(4, msg_type=MsgType.CANCEL).alert, infos=())
    assert "取り消します。" in mail_of(alert).body


def test_a_lift_says_what_no_longer_holds() -> None:
    mail = mail_of(order(4, response_type=(ResponseType.ALL_CLEAR,)).alert)
    assert mail.title == "避難指示の解除"
    assert "真備町の避難指示を解除しました。" in mail.body


def test_addresses_in_an_instruction_are_left_out_whole() -> None:
    instruction = "避難所は市民会館です。電話は０８６（４２６）３０３０へ。詳しくは https://example.jp/ へ。②階へ。"
    body = mail_of(order(4, instruction=instruction).alert).body
    assert "避難所は市民会館です。2階へ。" in body
    assert "電話" not in body
    assert "http" not in body


def test_a_letter_without_a_plain_spelling_is_refused_and_named() -> None:
    with pytest.raises(MailError, match=r"U\+1F30A"):
        mail_of(order(4, areas=("🌊地区",)).alert)


def test_an_area_name_that_can_never_fit_is_refused_not_cut() -> None:
    with pytest.raises(MailError, match="shorten"):
        mail_of(order(4, areas=("長" * 200,)).alert)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.SYSTEM])
def test_a_draft_is_never_sent(status: Status) -> None:
    with pytest.raises(MailError):
        mail_of(order(4, status=status).alert)


def test_an_alert_that_is_not_japanese_is_refused() -> None:
    with pytest.raises(MailError, match="Japanese"):
        mail_of(order(4, language="en-US").alert)


def test_an_announcement_that_is_no_order_is_said_to_be_announced() -> None:
    alert = order(5, event="大雨特別警報", sender_name="岡山地方気象台", areas=("倉敷市",)).alert
    mail = mail_of(alert)
    assert mail.title == "大雨特別警報"
    assert "倉敷市に大雨特別警報を発表しました。" in mail.body


def test_a_later_message_of_a_chain_can_be_told_apart() -> None:
    alert = order(4).alert
    assert mail_of(alert, 2).body != mail_of(alert).body
    assert "（第2報）" in mail_of(alert, 2).body


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("①㈱髙﨑", "1（株）高崎"),
        ("ｶﾞｹ崩れ", "ガケ崩れ"),
        ("Ⅳ", "IV"),
        ("㎡", "平方メートル"),
        ("𠮷野", "吉野"),
        ("〜", "～"),
        ("㌔", "キロ"),
        ("辻\U000e0100", "辻"),
    ],
)
def test_letters_of_one_vendor_are_spelled_plainly(written: str, spelled: str) -> None:
    assert plain(written) == spelled
    assert all(map(is_plain, spelled))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_can_be_broken(rule: object) -> None:
    good = Mail(title="避難指示", body="真備町に避難指示", drill=False)
    bad = {
        "mail-title-length": Mail(title="あ" * (TITLE_MAX + 1), body="い", drill=False),
        "mail-title-line": Mail(title="あ\nい", body="い", drill=False),
        "mail-body-empty": Mail(title="あ", body=" ", drill=False),
        "mail-length": Mail(title="あ", body="い" * 198 + "\n", drill=False),
        "mail-address": Mail(title="あ", body="0864263030", drill=False),
        "mail-character": Mail(title="あ", body="①", drill=False),
        "mail-pages": Mail(title="あ", body="い" * 700, drill=False),
        "mail-drill": Mail(title="訓練", body="い", drill=True),
    }[rule.code]
    assert broken(good) == ()
    assert rule in broken(bad)


@given(
    level=st.sampled_from([3, 4, 5]),
    status=st.sampled_from([Status.ACTUAL, Status.EXERCISE, Status.TEST]),
    msg_type=st.sampled_from([MsgType.ALERT, MsgType.UPDATE, MsgType.CANCEL]),
    areas=st.lists(NAMES, min_size=1, max_size=60, unique=True),
    instruction=st.text(alphabet="避難してください。①😀http://a0123-456-789\n", max_size=300),
    event=st.sampled_from(
        [
            "避難指示",
            "緊急安全確保",
            "大雨特別警報",
            "レベル４土砂災害危険警報",
            "とても長い名前の防災気象情報のお知らせ",
        ]
    ),
    ordinal=st.integers(1, 12),
)
def test_whatever_the_alert_the_mail_keeps_every_rule(
    level: int,
    status: Status,
    msg_type: MsgType,
    areas: list[str],
    instruction: str,
    event: str,
    ordinal: int,
) -> None:
    accepted = order(
        level, status=status, msg_type=msg_type, areas=tuple(areas), instruction=instruction, event=event, sent=SENT
    )
    mail = mail_of(accepted.alert, ordinal)
    assert broken(mail) == ()
    assert mail == mail_of(Alert.from_json(accepted.alert.to_json()), ordinal)


def test_a_quake_alert_has_words_too() -> None:
    alert = order(5, event="大津波警報", category=(Category.GEO,), areas=("岡山県",)).alert
    assert mail_of(alert).title == "大津波警報"

"""The other six bodies: what each becomes, from documents written by hand."""

from datetime import datetime

import pytest
from documents import BODIES, GENERAL, HEADQUARTERS, SHELTER, decoded, document

from broker.core.holding import holds, says_nothing
from cap_formats import parameter
from cap_formats.alert import Area, Category, NamedValue, Resource, ResponseType, Severity, Urgency
from cap_formats.situation import (
    Damage,
    DamageSituation,
    HeadquartersSituation,
    People,
    Shelter,
    ShelterSituation,
)
from channels.carrier.body import mail_of
from channels.carrier.mail import TOGETHER_MAX
from channels.map.notice import ORDERS, TONES
from channels.radio.call import display_text, voice_text
from channels.text.gist import gists

INFORMATION = [name for name in BODIES if name != "EvacuationOrder"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


@pytest.mark.parametrize("category", INFORMATION)
def test_information_never_has_the_colour_of_an_order(category: str):
    (info,) = decoded(document(category)).infos
    assert holds(info)
    assert not says_nothing(info)  # so that subscribers hear of it
    assert info.parameter(parameter.LEVEL) is None
    assert not any(word in info.event for word, _ in ORDERS)
    assert TONES[info.severity] < min(level for _, level in ORDERS)


@pytest.mark.parametrize("category", INFORMATION)
def test_it_holds_in_the_target_area(category: str):
    (info,) = decoded(document(category)).infos
    assert info.areas == (
        Area(area_desc="倉敷市", circles=("34.5850,133.7720 0",), geocodes=(NamedValue("JISX0402", "332020"),)),
    )
    assert NamedValue("lalert:body", category) in info.event_codes


def test_a_circle_that_cannot_be_read_does_not_stop_the_news():
    (info,) = decoded(document("Shelter", ("34.5850,133.7720,0", "北緯34度"))).infos
    assert info.areas[0].circles == ()


def test_shelters_are_a_situation():
    alert = decoded(document("Shelter"))
    held = alert.situation
    assert isinstance(held, ShelterSituation)
    assert held.municipality == "33202"
    assert held.disaster == "平成30年7月豪雨"
    assert held.note == "毛布と飲料水を配っています。"
    assert held.total == People(head_count=340, head_count_voluntary=25, households=121)
    assert held.shelters_count == 2
    assert held.shelters[0] == Shelter(
        name="岡田小学校",
        name_kana="おかだしょうがっこう",
        address="倉敷市真備町岡田600",
        circle="34.6377,133.6891 0",
        phone="086-698-0004",
        fax="086-698-9004",
        type="避難所",
        type_detail="体育館",
        sort="開設",
        at=at("2018-07-06T11:30:00"),
        people=People(head_count=310, head_count_voluntary=20, households=108, households_voluntary=7),
        capacity=400,
        crowding="混雑",
        checked_at=at("2018-07-06T23:00:00"),
    )
    assert [shelter.sort for shelter in held.shelters] == ["開設", "開設", "閉鎖"]


def test_and_one_info_says_so():
    (info,) = decoded(document("Shelter")).infos
    assert info.event == "避難所"
    assert info.headline == "避難所 2か所開設、収容 1,600人、避難者 340人、121世帯。"
    assert info.description == (
        "避難所 2か所開設、収容 1,600人、避難者 340人、121世帯。\n岡田小学校、薗小学校\n毛布と飲料水を配っています。"
    )
    assert (info.urgency, info.severity) == (Urgency.UNKNOWN, Severity.MINOR)


def test_when_the_last_shelter_closes_it_is_over():
    (info,) = decoded(document(body=SHELTER.replace("開設", "閉鎖"), category="Shelter")).infos
    assert info.response_type == (ResponseType.ALL_CLEAR,)
    assert not holds(info)
    assert info.headline == "開設中の避難所はありません。"


def test_who_is_responsible_for_a_shelter_or_an_office_is_named_nowhere():
    held = '<pcx_eb:ContactInfo pcx_eb:contactType="fax">086-698-9004</pcx_eb:ContactInfo>'
    person = '<pcx_eb:ContactInfo pcx_eb:contactType="personResponsible">岡田　花子</pcx_eb:ContactInfo>'
    alert = decoded(document("Shelter", (held, held + person)))
    said = alert.to_json().decode()
    assert "086-698-9004" in said
    assert "岡田　花子" not in said
    assert "倉敷　太郎" not in said


def test_many_shelters_are_named_in_part_and_counted_in_whole():
    begin, end = SHELTER.index("<pcx_sh:Information>"), SHELTER.index("</pcx_sh:Informations>")
    one = "<pcx_sh:Information><pcx_sh:Location><commons:areaName>第{}小学校</commons:areaName></pcx_sh:Location>\
<pcx_sh:Sort>開設</pcx_sh:Sort></pcx_sh:Information>"
    many = "".join(one.format(number) for number in range(1, 501))
    alert = decoded(document("Shelter", body=SHELTER[:begin] + many + SHELTER[end:]))
    assert isinstance(alert.situation, ShelterSituation)
    assert len(alert.situation.shelters) == 500
    description = alert.infos[0].description or ""
    assert description.startswith("避難所 500か所開設")
    assert "第30小学校ほか" in description


def test_headquarters():
    alert = decoded(document("AntidisasterHeadquarter"))
    assert alert.situation == HeadquartersSituation(
        municipality="33202",
        disaster="平成30年7月豪雨",
        note="本部長は市長です。",
        type="対策本部",
        status="設置",
        name="倉敷市災害対策本部",
        at=at("2018-07-06T22:20:00"),
    )
    (info,) = alert.infos
    assert info.headline == "倉敷市は倉敷市災害対策本部を設置しました。"
    assert info.onset == at("2018-07-06T22:20:00")
    gone = decoded(document("AntidisasterHeadquarter", body=HEADQUARTERS.replace("設置", "解散")))
    assert not holds(gone.infos[0])


def test_damage_is_counted_by_kind_and_unit():
    alert = decoded(document("DamageInformation"))
    held = alert.situation
    assert isinstance(held, DamageSituation)
    assert held.damages == (
        Damage(group="HumanDamage", item="死者", value=52, unit="人"),
        Damage(group="HumanDamage", item="負傷者_重傷", value=0, unit="人"),
        Damage(group="HouseDamage", item="全壊", value=4646, unit="棟"),
        Damage(group="HouseDamage", item="床上浸水", value=116, unit="世帯"),
        Damage(group="OtherDamage", item="田_流出埋没", value=12.5, unit="ha"),
        Damage(group="OtherDamage", item="電気", value=8000, unit="戸"),
        Damage(group="Sufferer", item="り災世帯数", value=5977, unit="世帯"),
        Damage(group="FacilitiesLosses", item="公共土木施設", value=9_800_000, unit="千円"),
        Damage(group="FacilitiesLosses", item="小計", value=9_800_000, unit="千円"),
        Damage(group="OtherLosses", item="農業被害", value=350_000, unit="千円"),
        Damage(group="Losses", item="被害総計", value=10_150_000, unit="千円"),
        Damage(group="Firefighter", item="消防職員出動延人数", value=410, unit="人"),
        Damage(group="Firefighter", item="消防団員出動延人数", value=1260, unit="人"),
    )
    (info,) = alert.infos
    assert info.headline == "被害の状況（7日23時現在）"
    assert info.description == "死者 52人、全壊 4,646棟、床上浸水 116世帯。\n真備地区の全容は調査中です。"


def test_news_with_markup_a_link_and_a_file():
    (info,) = decoded(document("GeneralInformation")).infos
    assert info.event == "お知らせ"
    assert info.headline == "真備地区の給水について"
    assert info.category == (Category.INFRA,)
    assert info.description == (
        "給水所\n・真備支所\n・岡田小学校\n水位<5mです。\n"
        "くわしくは水道局（https://www.city.kurashiki.okayama.jp/water）へ"
    )
    assert info.web == "https://www.city.kurashiki.okayama.jp/"
    assert info.resources == (
        Resource(
            resource_desc="給水所の地図",
            mime_type="application/pdf",
            uri="https://www.city.kurashiki.okayama.jp/kyusui.pdf",
        ),
    )
    assert NamedValue(parameter.GENERAL_SUB_CATEGORY, "給水") in info.event_codes
    assert info.parameter(parameter.LALERT_INFORMATION_TYPE) == "Disaster"


def test_markup_that_is_not_escaped_is_read_too():
    body = GENERAL[: GENERAL.index("&lt;h2")] + "<h2>給水所</h2>真備支所" + GENERAL[GENERAL.index("</pcx_gi:Desc") :]
    (info,) = decoded(document("GeneralInformation", body=body)).infos
    assert info.description == "給水所\n真備支所"


@pytest.mark.parametrize(
    ("words", "category"),
    [
        (("交通", "鉄道"), Category.TRANSPORT),
        (("ライフライン", "電気"), Category.INFRA),
        (("生活情報", "医療"), Category.HEALTH),
        (("生活情報", "防犯"), Category.SECURITY),
        (("生活情報", "福祉_教育_保育"), Category.SAFETY),
        (("広報", ""), Category.OTHER),
    ],
)
def test_the_category_of_news(words: tuple[str, str], category: Category):
    changes = (("ライフライン", words[0]), (">給水<", f">{words[1]}<"))
    assert decoded(document("GeneralInformation", *changes)).infos[0].category == (category,)


def test_an_event():
    (info,) = decoded(document("Event")).infos
    assert (info.event, info.headline) == ("イベント", "倉敷天領夏祭り")
    assert info.description == "今年は中止します。"
    assert info.parameter(parameter.LALERT_DURATION) == "7月21日 16時から21時"
    assert info.parameter(parameter.LALERT_FEE) == "無料"


def test_an_urgent_mail_keeps_its_title_its_message_and_its_carriers():
    (info,) = decoded(document("UrgentMail")).infos
    assert (info.event, info.headline) == ("緊急速報メール", "避難指示（緊急）")
    assert (info.description or "").startswith("真備地区全域に避難指示。")
    assert [p.value for p in info.parameters if p.value_name == parameter.LALERT_CONSUMER] == ["UMC1", "UMC2"]
    assert (info.urgency, info.severity) == (Urgency.IMMEDIATE, Severity.MODERATE)
    assert info.expires == at("2018-07-13T23:50:00")


def test_an_urgent_mail_goes_out_word_for_word():
    title, message = (
        "避難指示（緊急）",
        "真備地区全域に避難指示。小田川の水位が上がり決壊のおそれ。すぐに高いところへ。",
    )
    alert = decoded(document("UrgentMail"))
    mail = mail_of(alert)
    assert (mail.title, mail.body) == (title, message)
    assert "".join(voice_text(alert, gists(alert), "倉敷市", {}).split("\n")[1:-1]) == message
    assert message in display_text(alert, gists(alert))
    drill = mail_of(decoded(document("UrgentMail", (">Actual<", ">Exercise<"))))
    assert drill.title == f"【訓練】{title}"
    assert drill.body == f"【訓練】これは訓練です。\n{message}"
    long = mail_of(decoded(document("UrgentMail", (message, message * 9))))
    assert long.length <= TOGETHER_MAX
    assert "小田川の水位が上がり決壊のおそれ。" in long.body


def test_a_body_that_is_known_by_name_alone_is_news():
    body = '<pcx_wl:WaterLevel xmlns:pcx_wl="http://xml.publiccommons.ne.jp/pcxml1/body/waterlevel3"><x>1</x></pcx_wl:WaterLevel>'
    alert = decoded(document("WaterLevel", ("<pcx_ib:Text>", "<pcx_ib:Text>小田川の水位"), body=body))
    (info,) = alert.infos
    assert (info.event, info.headline) == ("お知らせ", "小田川の水位")
    assert info.severity is Severity.MINOR
    assert NamedValue("lalert:body", "WaterLevel") in info.event_codes

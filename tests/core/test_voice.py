"""In whose name a message speaks, and what its key is to that municipality."""

import msgspec
import pytest
from core.message import alert, info

from broker.core.holder import ANYONE, Holder, Role
from broker.core.permission import check, check_sender
from broker.core.voice import ITSELF, Voice, spoken_by, voice_of
from cap_formats import parameter
from cap_formats.alert import Alert, NamedValue

CITY = "jisx0402.332020"
LEAVES = {
    "33": frozenset({"33202", "33203"}),
    "33202": frozenset({"33202"}),
    "332020": frozenset({"33202"}),
    "332038": frozenset({"33203"}),
    "33203": frozenset({"33203"}),
}


def holder(*areas: str, proxy_for: tuple[str, ...] = (), senders: tuple[str, ...] = ()) -> Holder:
    return Holder(name="key", role=Role.ISSUER, areas=areas, proxy_for=proxy_for, senders=senders)


def said(**parameters: str) -> Alert:
    names = {"for_": parameter.ON_BEHALF_OF, "by": parameter.ISSUED_BY}
    names |= {"editor": parameter.LALERT_EDITOR_CODE, "office": parameter.LALERT_OFFICE_CODE}
    return alert(infos=(info(parameters=tuple(NamedValue(names[k], v) for k, v in parameters.items())),))


def voice(message: Alert, who: Holder) -> Voice:
    return voice_of(message, who, LEAVES.__getitem__)


@pytest.mark.parametrize(
    ("message", "who", "code", "is_own", "may_proxy"),
    [
        (alert(sender=CITY), holder("33202"), "33202", True, False),
        (alert(sender=CITY), holder("33"), "33202", False, False),
        (alert(sender=CITY), holder("33", proxy_for=("33202",)), "33202", False, True),
        (alert(sender=CITY), holder("33", proxy_for=("33",)), "33202", False, True),
        (alert(sender=CITY), holder("33", proxy_for=("33203",)), "33202", False, False),
        (said(for_="33202"), holder("33203"), "33202", False, False),
        (said(for_="332020"), holder("33202"), "33202", True, False),
        (said(for_="33202"), holder(), "33202", False, True),
        (said(editor="330001", office="332020"), holder("33"), "33202", False, False),
        (said(editor="330001", office="332020"), holder("33", proxy_for=("33",)), "33202", False, True),
    ],
)
def test_who_speaks(message: Alert, who: Holder, code: str, *, is_own: bool, may_proxy: bool):
    found = voice(message, who)
    assert (found.code, found.is_own, found.may_proxy) == (code, is_own, may_proxy)
    problem = check(who, message, {"33202"}, LEAVES["33"], found)
    assert (problem is None) is (is_own or may_proxy)


@pytest.mark.parametrize(
    ("message", "who"),
    [
        (alert(sender="pref.okayama"), holder("33")),
        (alert(sender=CITY), holder()),
        (alert(sender=CITY), holder("33", senders=(CITY,))),
        (said(editor="332020", office="332020"), holder("33")),
        (said(office="332020"), holder("33")),
        (said(editor="010006", office="330001"), holder("33")),
    ],
)
def test_what_speaks_for_itself(message: Alert, who: Holder):
    assert voice(message, who) is ITSELF


def test_a_code_that_is_no_place_speaks_for_nobody():
    with pytest.raises(KeyError):
        voice(said(for_="999999"), holder("33"))


def test_a_proxy_speaks_of_that_municipality_alone():
    who = holder("33", proxy_for=("33",))
    message = alert(sender=CITY)
    problem = check(who, message, {"33202", "33203"}, LEAVES["33"], voice(message, who))
    assert problem is not None
    assert problem.extra["areas"] == ("33203",)


def test_a_proxy_needs_no_area_beside_it():
    who = holder("33203", proxy_for=("33202",))
    message = alert(sender=CITY)
    assert check(who, message, {"33202"}, LEAVES["33203"], voice(message, who)) is None


def both(*messages: Alert) -> Alert:
    """Return one message with the infos of all, under the name of the first."""
    return msgspec.structs.replace(messages[0], infos=tuple(info for each in messages for info in each.infos))


@pytest.mark.parametrize(
    "message",
    [
        both(said(for_="33202"), said(for_="33203")),
        both(said(for_="33202"), alert(), said(editor="332020", office="332038")),
        msgspec.structs.replace(said(for_="33202"), sender="jisx0402.33203"),
        alert(infos=(info(parameters=tuple(NamedValue(parameter.ON_BEHALF_OF, c) for c in ("33202", "33203"))),)),
    ],
    ids=["two infos", "two infos of two formats", "the sender is another", "twice in one info"],
)
def test_a_second_name_is_asked_about_as_the_first_is(message: Alert):
    """What is a town's own in one place of a message lets it use nobody's name in another place."""
    town = holder("33202")
    problem = check(town, message, {"33202"}, LEAVES["33202"], voice(message, town))
    assert problem is not None
    assert problem.code == "proxy-not-allowed"
    assert "33203" in problem.sentence


def test_in_the_place_of_two_it_may_speak_of_neither_alone():
    pref = holder("33", proxy_for=("33",))
    message = both(said(for_="33202"), said(for_="33203"))
    problem = check(pref, message, {"33203"}, LEAVES["33"], voice(message, pref))
    assert problem is not None
    assert problem.code == "area-not-allowed"


def test_a_name_of_its_own_beside_the_proxy_is_no_second_one():
    town = holder("33203", proxy_for=("33202",))
    message = msgspec.structs.replace(said(for_="332020"), sender="jisx0402.33203")
    assert voice(message, town).code == "33202"
    assert check(town, message, {"33202"}, LEAVES["33203"], voice(message, town)) is None


def test_a_bound_key_signs_as_it_may():
    assert check_sender(holder(senders=("a", "b")), alert(sender="b")) is None
    assert check_sender(holder(), alert(sender="anybody")) is None
    problem = check_sender(holder(senders=("a", "b")), alert(sender="c"))
    assert problem is not None
    assert problem.code == "sender-not-allowed"


NATIONAL = (
    "jma.go.jp", "JMA.go.jp", "xml@jma.go.jp", "www.data.jma.go.jp", "j-alert:cas", "qzss:dcx:111.2",
    "ｊｍａ.go.jp", "jma\u200b.go.jp", "jma.go.jp.",
)  # fmt: skip


@pytest.mark.parametrize("sender", NATIONAL)
def test_a_key_for_some_areas_is_not_the_agency(sender: str):
    town = holder("33202")
    problem = check_sender(town, alert(sender=sender))
    assert problem is not None
    assert (problem.code, problem.path) == ("sender-not-allowed", "/alert/sender")
    assert "--senders" in problem.sentence
    assert check_sender(holder(), alert(sender=sender)) is None  # a relay for the whole country
    assert check_sender(holder("33202", senders=(sender,)), alert(sender=sender)) is None
    assert check_sender(holder("33202", senders=(ANYONE,)), alert(sender=sender)) is None


@pytest.mark.parametrize("sender", ["notjma.go.jp", "jma.go.jp.example", "bousai@city.kurashiki.example.jp"])
def test_whose_name_only_looks_like_it_may_send(sender: str):
    assert check_sender(holder("33202"), alert(sender=sender)) is None


def test_a_joint_name_is_not_said_to_be_one_for_the_whole_country():
    """土砂災害警戒情報 is issued by a prefecture with its observatory; a key for it names its own sender."""
    [info] = alert().infos
    message = alert(infos=(msgspec.structs.replace(info, sender_name="岡山県 岡山地方気象台"),))
    problem = check_sender(holder("33"), message)
    assert problem is not None
    assert problem.sentence.startswith("岡山県 岡山地方気象台 names who speaks for the whole country (気象庁, J-Alert)")
    assert check_sender(holder("33", senders=(message.sender,)), message) is None


@pytest.mark.parametrize(
    ("name", "free"),
    [
        ("気象庁", False),
        ("\u200b気象庁", False),
        ("　岡山地方気象台 ", False),
        ("倉敷市消防局", True),
    ],
)
def test_nor_does_it_say_so_where_people_read_it(name: str, *, free: bool):
    [info] = alert().infos
    message = alert(infos=(msgspec.structs.replace(info, sender_name=name),))
    assert (check_sender(holder("33202"), message) is None) is free


def test_who_wrote_it_is_said_by_the_message():
    assert spoken_by(said(for_="33202", by="岡山県")) == "岡山県"
    assert spoken_by(alert(source="岡山県")) == "岡山県"
    assert spoken_by(alert()) is None

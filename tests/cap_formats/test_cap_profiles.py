"""Profiles: what claims one is checked against it, and a test that calls itself Actual never goes out."""

import msgspec
import pytest
from cap_document import corpus_document, document
from corpus import corpus
from lxml import etree

from cap_formats.alert import Alert
from cap_formats.cap.profile import PROFILES
from cap_formats.cap.profile.japan import CODE
from cap_formats.cap.profile.profile import Breach
from cap_formats.cap.profile.trial import CANADIAN_TESTS, SAME_TESTS
from cap_formats.decode import decode, decode_parts
from cap_formats.encode import encode
from cap_formats.part import Good
from cap_formats.problem import MessageHeldError

Change = tuple[str, str]

IPAWS: Change = ("</scope>", "</scope><code>IPAWSv1.0</code>")
CAP_CP: Change = ("</scope>", "</scope><code>profile:CAP-CP:0.4</code>")
JP: Change = ("</scope>", f"</scope><code>{CODE}</code>")
JP_DOCUMENT = (JP, ("<urgency>", "<responseType>Evacuate</responseType><urgency>"))
EXERCISE: Change = ("<status>Actual", "<status>Exercise")


def event_code(name: str, value: str) -> Change:
    return (
        "<effective>",
        f"<eventCode><valueName>{name}</valueName><value>{value}</value></eventCode><effective>",
    )


def parameter(name: str, value: str) -> Change:
    return ("<parameter>", f"<parameter><valueName>{name}</valueName><value>{value}</value></parameter><parameter>")


def geocode(name: str, value: str) -> Change:
    return ("<geocode>", f"<geocode><valueName>{name}</valueName><value>{value}</value></geocode><geocode>")


def codes(*changes: Change) -> list[str]:
    (part,) = decode_parts(document(*changes))
    assert isinstance(part, Good)
    return [note.code for note in part.notes]


def held(*changes: Change) -> MessageHeldError:
    with pytest.raises(MessageHeldError) as caught:
        decode(document(*changes))
    assert caught.value.alert is not None
    return caught.value


TESTS = [
    *(event_code("SAME", code) for code in SAME_TESTS),
    event_code("SAME", " rmt "),
    *(event_code("profile:CAP-CP:Event:0.4", code) for code in CANADIAN_TESTS),
    parameter("VTEC", "/T.NEW.KTFX.FF.A.0003.000000T0000Z-100830T1800Z/"),
    parameter("WEAHandling", "WEA Test"),
    ("<event>大雨", "<event>RMT"),
    ("<event>大雨", "<event> required weekly test "),
]


@pytest.mark.parametrize("change", TESTS)
@pytest.mark.parametrize("claim", [None, IPAWS, CAP_CP])
def test_a_test_that_is_called_actual_is_held(change: Change, claim: Change | None):
    changes = (change,) if claim is None else (change, claim)
    assert held(*changes).code == "event-code-test"


@pytest.mark.parametrize("change", TESTS)
def test_the_same_test_called_an_exercise_is_taken(change: Change):
    assert "event-code-test" not in codes(EXERCISE, change)


@pytest.mark.parametrize(
    "change",
    [
        event_code("SAME", "TOR"),
        event_code("SAME", "CEM"),
        event_code("local", "RMT"),
        parameter("VTEC", "/O.NEW.KTFX.FF.A.0003.000000T0000Z-100830T1800Z/"),
        parameter("WEAHandling", "Imminent Threat"),
    ],
)
def test_an_alert_is_no_test(change: Change):
    assert codes(change) == []


def test_a_test_names_its_line_and_element():
    error = held(event_code("SAME", "RMT"))
    assert error.path == "/alert/info/eventCode"
    assert error.line is not None
    assert "Required Monthly Test" in error.sentence


# A document that keeps to a profile, and each of its rules broken once.
KEPT: dict[str, tuple[Change, ...]] = {
    "IPAWS": (IPAWS, event_code("SAME", "CEM"), parameter("EAS-ORG", "CIV"), geocode("SAME", "006109")),
    "CAP-CP": (
        CAP_CP,
        event_code("profile:CAP-CP:Event:0.4", "flood"),
        geocode("profile:CAP-CP:Location:0.3", "3537064"),
        ("</info>", "</info><!--2-->"),
    ),
    "profile:noroshi:jp": JP_DOCUMENT,
}
BROKEN: list[tuple[str, str, tuple[Change, ...]]] = [
    ("IPAWS", "ipaws-event", (("<value>CEM", "<value>civil"),)),
    ("IPAWS", "ipaws-event", (event_code("SAME", "TOR"),)),
    ("IPAWS", "ipaws-expires", (("<expires>2026-07-01T21:00:00+09:00</expires>", ""),)),
    ("IPAWS", "ipaws-location", (("<value>006109", "<value>6109"),)),
    ("IPAWS", "ipaws-originator", (("<value>CIV", "<value>ME"),)),
    ("IPAWS", "ipaws-block-channel", (parameter("BLOCKCHANNEL", "TV"),)),
    ("IPAWS", "ipaws-handling", (parameter("WEAHandling", "Loud"),)),
    ("IPAWS", "ipaws-text", (parameter("CMAMtext", "x" * 91),)),
    ("IPAWS", "ipaws-text", (parameter("CMAMlongtext", "x" * 361),)),
    ("CAP-CP", "cap-cp-version", (("CAP-CP:0.4</code>", "CAP-CP:1.0</code>"),)),
    ("CAP-CP", "cap-cp-event", (("profile:CAP-CP:Event:0.4", "SAME"),)),
    ("CAP-CP", "cap-cp-location", (("profile:CAP-CP:Location:0.3", "FIPS6"),)),
    ("CAP-CP", "cap-cp-immediate", (parameter("layer:SOREM:1.0:Broadcast_Immediately", "yes"),)),
    ("profile:noroshi:jp", "jp-level", (("<value>4</value>", "<value>6</value>"),)),
    ("profile:noroshi:jp", "jp-level", (("<value>4</value>", "<value>四</value>"),)),
    ("profile:noroshi:jp", "jp-level-words", (("<severity>Severe", "<severity>Minor"),)),
    ("profile:noroshi:jp", "jp-level-words", (("<urgency>Immediate", "<urgency>Future"),)),
    ("profile:noroshi:jp", "jp-level-response", (("<responseType>Evacuate", "<responseType>Monitor"),)),
    (
        "profile:noroshi:jp",
        "jp-lift",
        (
            ("<msgType>Alert", "<msgType>Cancel"),
            (f"{CODE}</code>", f"{CODE}</code><references>a,b,2026-06-30T09:00:00+09:00</references>"),
            ("<responseType>Evacuate", "<responseType>AllClear"),
        ),
    ),
    ("profile:noroshi:jp", "jp-drill", (EXERCISE, parameter("jp:training", "true"))),
    ("profile:noroshi:jp", "jp-drill", (EXERCISE, ("<headline>", "<headline>【訓練】"))),
    ("profile:noroshi:jp", "jp-place", (("<value>332097", "<value>高梁市"),)),
    ("profile:noroshi:jp", "jp-language", (("<language>ja", "<language>en"),)),
]  # fmt: skip
# An English text alone breaks the Canadian profile, and there is no second info in the document of these tests.
ENGLISH_ALONE = "cap-cp-language"


@pytest.mark.parametrize("profile", KEPT)
def test_a_document_that_keeps_to_its_profile_has_no_note(profile: str):
    found = codes(*KEPT[profile])
    assert found == ([ENGLISH_ALONE] if profile == "CAP-CP" else [])


@pytest.mark.parametrize(("profile", "code", "changes"), BROKEN)
def test_a_broken_rule_is_noted_or_held_as_the_table_says(profile: str, code: str, changes: tuple[Change, ...]):
    rules = {rule.code: rule for one in PROFILES for rule in one.rules}
    if rules[code].breach is Breach.HELD:
        assert held(*KEPT[profile], *changes).code == code
    else:
        assert code in codes(*KEPT[profile], *changes)


def test_every_rule_is_broken_by_a_test():
    tried = {code for _, code, _ in BROKEN} | {"event-code-test", ENGLISH_ALONE}
    assert {rule.code for profile in PROFILES for rule in profile.rules} == tried


def test_without_its_mark_a_profile_is_not_asked_for():
    assert codes(("<severity>Severe", "<severity>Minor"), ("<value>332097", "<value>高梁市")) == []


@pytest.mark.parametrize("name", ["canada.cap", "canada_signed.cap"])
def test_real_canadian_alerts_keep_to_their_profile(name: str):
    (part,) = decode_parts(corpus_document(name))
    assert isinstance(part, Good)
    assert any(code.startswith("profile:CAP-CP:") for code in part.alert.codes)
    assert part.notes == ()


def codes_of(data: bytes) -> tuple[str, ...]:
    return decode(data)[0].codes


@pytest.mark.parametrize("name", ["37_01_01_240613_VXSE43.xml", "32-39_11_02_250206_VTSE41.xml"])
def test_what_we_write_of_jma_says_that_it_keeps_to_the_profile(name: str):
    (alert,) = decode(corpus("corpus", "jma", name).read_bytes())
    written = encode(alert, "cap")
    assert codes_of(written) == (*alert.codes, CODE)
    (part,) = decode_parts(written)
    assert isinstance(part, Good)
    assert part.notes == ()


def test_what_was_read_as_cap_is_not_marked():
    assert codes_of(encode(decode(document())[0], "cap")) == ()


def test_a_lift_and_a_cancel_are_free_of_the_words_of_their_level():
    lift = ("<responseType>Evacuate", "<responseType>AllClear")
    assert codes(*JP_DOCUMENT, lift, ("<severity>Severe", "<severity>Minor")) == []


def test_a_message_that_says_so_already_says_it_once():
    alert: Alert = decode(document(*JP_DOCUMENT))[0]
    written = encode(msgspec.structs.replace(alert, source_format="cap-1.2"), "cap")
    assert [one.text for one in etree.fromstring(written).findall("{*}code")] == [CODE]

"""Feeds and envelopes: each alert comes out with its own bytes, and a wrapper that says otherwise is held."""

import base64
import hashlib

import pytest
from cap_document import corpus_document, document
from corpus import corpus
from lxml import etree

from cap_formats.alert import Status
from cap_formats.decode import decode, decode_parts
from cap_formats.encode import encode
from cap_formats.part import Bad, Good
from cap_formats.problem import FormatError, MessageHeldError, MessageRuleError, MessageSyntaxError
from cap_formats.wrapper.edxlde import MSG_TYPES, NAMESPACE
from cap_formats.wrapper.embedded import ELEMENTS_MAX, ENTRIES_MAX

ALERT = document().split(b"?>", 1)[1].decode()
SECOND = ALERT.replace("abc-1", "abc-2")
LINK = "<uri>http://example.jp/</uri>"
JMA = "37_01_01_240613_VXSE43.xml"


def atom(*contents: str, extra: str = "") -> bytes:
    entries = "".join(f'<entry>{extra}<content type="text/xml">{one}</content></entry>' for one in contents)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:x" xmlns:g="urn:g">{entries}</feed>'.encode()


def rss(*items: str) -> bytes:
    inner = "".join(f"<item><link>http://example.jp/{n}</link>{one}</item>" for n, one in enumerate(items))
    return f'<rss version="2.0"><channel>{inner}</channel></rss>'.encode()


def edxl(*contents: str, status: str = "Actual", kind: str = "Report") -> bytes:
    objects = "".join(f"<contentObject>{one}</contentObject>" for one in contents)
    return (
        f'<EDXLDistribution xmlns="{NAMESPACE}"><distributionID>a</distributionID><senderID>b@c</senderID>'
        f"<dateTimeSent>2026-07-01T09:00:00+09:00</dateTimeSent><distributionStatus>{status}</distributionStatus>"
        f"<distributionType>{kind}</distributionType><combinedConfidentiality>x</combinedConfidentiality>"
        f"{objects}</EDXLDistribution>"
    ).encode()


def xml(inner: str = ALERT) -> str:
    return f"<xmlContent><embeddedXMLContent>{inner}</embeddedXMLContent></xmlContent>"


def file(data: bytes, digest: str = "") -> str:
    return (
        f"<nonXMLContent><mimeType>application/cap+xml</mimeType>{digest}"
        f"<contentData>{base64.encodebytes(data).decode()}</contentData></nonXMLContent>"
    )


def codes(data: bytes) -> list[str]:
    return [part.error.code if isinstance(part, Bad) else part.alert.identifier for part in decode_parts(data)]


def refusal(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        decode_parts(data)
    return caught.value


@pytest.mark.parametrize(
    "data",
    [atom(ALERT, SECOND), rss(ALERT, SECOND), edxl(xml(), xml(SECOND)), edxl(xml(ALERT + SECOND))],
    ids=["Atom", "RSS", "EDXL-DE", "EDXL-DE, one content"],
)
def test_every_alert_has_its_own_bytes(data: bytes):
    parts = decode_parts(data)
    assert [part.alert.identifier for part in parts if isinstance(part, Good)] == ["abc-1", "abc-2"]
    for part in parts:
        assert isinstance(part, Good)
        assert b"urn:x" not in part.raw  # what only the wrapper declares stays with it
        (alone,) = decode(part.raw)
        assert alone == part.alert


def test_what_we_write_as_an_entry_is_read_again():
    (alert,) = decode(document())
    (part,) = decode_parts(encode(alert, "atom"))
    assert isinstance(part, Good)
    assert part.alert.infos == alert.infos


@pytest.mark.parametrize(
    "data",
    [atom(ALERT, ALERT.replace("Immediate", "Soon"), SECOND), edxl(xml(), xml(ALERT.replace("Immediate", "Soon")))],
    ids=["Atom", "EDXL-DE"],
)
def test_a_bad_alert_does_not_take_the_others_with_it(data: bytes):
    found = codes(data)
    assert found[:2] == ["abc-1", "cap-value"]


def test_entries_without_an_alert_are_told_beside_those_with_one():
    assert codes(rss(ALERT, "<title>x</title>")) == ["abc-1", "entry-without-alert"]
    bad = decode_parts(rss(ALERT, "<title>x</title>"))[1]
    assert isinstance(bad, Bad)
    assert "http://example.jp/1" in bad.error.sentence
    assert b"<title>x</title>" in bad.raw


def test_an_alert_beside_the_content_is_found():
    assert codes(atom("", extra=ALERT)) == ["abc-1"]


def test_a_wrapper_is_not_opened_inside_another():
    assert refusal(atom(atom(ALERT).decode())).code == "feed-without-alerts"
    assert codes(edxl(xml(edxl(xml()).decode()))) == ["edxl-content-unknown", "wrapper-message-misplaced"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (atom(), "feed-empty"),
        (rss(), "feed-empty"),
        (b'<rss version="2.0"/>', "feed-empty"),
        (atom("words"), "feed-without-alerts"),
        (edxl(), "edxl-empty"),
        (edxl(xml(), status="Draft"), "edxl-status"),
        (edxl(xml(), status=""), "edxl-status"),
        (edxl(xml(), kind="Request"), "edxl-type"),
        (edxl(xml(), kind="SensorStatus"), "edxl-type"),
        (edxl(xml()).replace(b"distributionStatus", b"x"), "edxl-status"),
    ],
)
def test_a_wrapper_without_an_alert_is_refused_as_a_whole(data: bytes, code: str):
    error = refusal(data)
    assert isinstance(error, MessageRuleError)
    assert error.code == code


def test_an_envelope_that_calls_an_exercise_actual_is_held_and_the_other_way_round():
    drill = ALERT.replace("<status>Actual", "<status>Exercise")
    for inner, status in ((drill, "Actual"), (ALERT, "Exercise"), (ALERT, "Test")):
        (part,) = decode_parts(edxl(xml(inner), status=status))
        assert isinstance(part, Bad)
        assert isinstance(part.error, MessageHeldError)
        assert (part.error.code, part.error.path) == ("status-contradiction", "/EDXLDistribution/distributionStatus")
        assert part.error.alert is not None
    assert codes(edxl(xml(drill), status="Exercise")) == ["abc-1"]


@pytest.mark.parametrize(
    ("kind", "msg_type", "taken"),
    [
        ("Report", "Alert", True), ("Report", "Update", True), ("Report", "Cancel", True),
        ("Update", "Alert", True), ("Update", "Update", True), ("Update", "Cancel", False),
        ("Cancel", "Cancel", True), ("Cancel", "Alert", False), ("Cancel", "Update", False),
        ("Ack", "Alert", False), ("Error", "Alert", False), ("Ack", "Ack", True), ("Error", "Error", True),
    ],
)  # fmt: skip
def test_what_the_envelope_calls_new_or_cancelled_must_be_so(kind: str, msg_type: str, taken: bool):  # noqa: FBT001
    references = "</scope><references>a,b,2026-06-30T09:00:00+09:00</references>"
    inner = ALERT.replace("<msgType>Alert", f"<msgType>{msg_type}").replace("</scope>", references)
    (part,) = decode_parts(edxl(xml(inner), kind=kind))
    if taken:
        assert isinstance(part, Good)
        assert [note.code for note in part.notes] == (
            ["edxl-type-report"] if kind == "Report" and msg_type != "Alert" else []
        )
    else:
        assert isinstance(part, Bad)
        assert (part.error.code, isinstance(part.error, MessageHeldError)) == ("type-contradiction", True)


def test_the_types_are_those_of_the_standard():
    schema = etree.parse(corpus("corpus", "cap", "schema", "edxlde-1_0.xsd"))
    values = schema.xpath('//*[@name="typeValues"]//@value')
    assert set(MSG_TYPES) < set(values)


def test_the_envelopes_here_follow_the_standards_schema():
    schema = etree.XMLSchema(etree.parse(corpus("corpus", "cap", "schema", "edxlde-1_0.xsd")))
    for data in (edxl(xml()), edxl(file(document()), xml(SECOND))):
        assert schema.validate(etree.fromstring(data)), schema.error_log


def test_an_alert_in_base64_is_opened_and_keeps_its_bytes():
    data = document()
    digest = f"<digest>{hashlib.sha1(data, usedforsecurity=False).hexdigest().upper()}</digest>"
    for content in (file(data), file(data, digest)):
        (part,) = decode_parts(edxl(content))
        assert isinstance(part, Good)
        assert part.raw == data


def test_an_envelope_for_a_drill_around_a_real_alert_with_another_trouble_is_held_for_that():
    """A person who lets the other trouble pass would otherwise send out a drill as real."""
    file_in_it = (
        "<resource><resourceDesc>x</resourceDesc><mimeType>a/b</mimeType><derefUri>YQ==</derefUri>"
        f"<digest>{'0' * 40}</digest></resource><area>"
    )
    spoilt = xml(ALERT.replace("<area>", file_in_it, 1))
    assert codes(edxl(spoilt)) == ["cap-resource-digest"]
    (part,) = decode_parts(edxl(spoilt, status="Exercise"))
    assert isinstance(part, Bad)
    assert isinstance(part.error, MessageHeldError)
    assert (part.error.code, part.error.alert is not None) == ("status-contradiction", True)
    assert "digest" in part.error.sentence


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (file(document(), f"<digest>{'0' * 40}</digest>"), "edxl-digest"),
        (file(document()).replace("<contentData>", "<contentData>*"), "edxl-base64"),
        (file(b"%PDF-1.7"), "edxl-content-unknown"),
        (file(b"<html/>"), "edxl-content-unknown"),
        (
            "<nonXMLContent><mimeType>a/b</mimeType><uri>http://example.jp/</uri></nonXMLContent>",
            "edxl-content-unknown",
        ),
        (xml("<x xmlns=''/>"), "edxl-content-unknown"),
    ],
)
def test_content_that_is_no_alert_is_told_beside_the_alert(content: str, code: str):
    assert codes(edxl(content, xml())) == [code, "abc-1"]


def test_a_jma_telegram_in_an_envelope_is_jmas_own_alert():
    telegram = corpus("corpus", "jma", JMA).read_bytes()
    (alone,) = decode(telegram)
    inner = telegram.decode().split("?>", 1)[1]
    (part,) = decode_parts(edxl(xml(inner), status=alone.status.value))
    assert isinstance(part, Good)
    assert (part.alert.source_format, part.alert.infos) == ("jma", alone.infos)
    other = "Exercise" if alone.status is Status.ACTUAL else "Actual"
    (held,) = decode_parts(edxl(xml(inner), status=other))
    assert isinstance(held, Bad)
    assert held.error.code == "status-contradiction"


EMPTY = "<c:alert xmlns:c='urn:oasis:names:tc:emergency:cap:1.2'/>"


@pytest.mark.parametrize(
    "data",
    [
        rss(*("",) * (ENTRIES_MAX + 1)),
        atom(*("<x/>" * 9,) * (ELEMENTS_MAX // 10)),
        edxl(*(xml("<x xmlns=''/>"),) * (ELEMENTS_MAX // 3)),
        atom(EMPTY * (ENTRIES_MAX + 1)),
        atom("", EMPTY * ENTRIES_MAX, EMPTY),
        edxl(xml(EMPTY * (ENTRIES_MAX + 1))),
        edxl(xml(EMPTY * ENTRIES_MAX), xml(EMPTY)),
    ],
    ids=[
        "entries",
        "elements of a feed",
        "elements of an envelope",
        "alerts of an entry",
        "alerts of a feed",
        "alerts of a content",
        "alerts of an envelope",
    ],
)
def test_a_wrapper_has_a_bound(data: bytes):
    error = refusal(data)
    assert (error.code, isinstance(error, MessageSyntaxError)) == ("wrapper-too-large", True)


def test_the_real_envelope_keeps_what_its_alerts_say():
    parts = decode_parts(corpus_document("bushfire_valid.edxlde"))
    assert len({part.alert.identifier for part in parts if isinstance(part, Good)}) == 7
    assert all(decode(part.raw) == (part.alert,) for part in parts if isinstance(part, Good))


@pytest.mark.parametrize(
    "data",
    [
        edxl(xml()).replace(b"<combined", SECOND.encode() + b"<combined"),
        edxl(xml(f'{ALERT}<x xmlns="urn:x">{SECOND}</x>')),
        edxl(xml().replace("<embedded", f"<keyXMLContent>{SECOND}</keyXMLContent><embedded")),
        atom(ALERT).replace(b"<entry>", SECOND.encode() + b"<entry>"),
        atom(ALERT, extra=f'<x xmlns="urn:x">{SECOND}</x>'),
        rss(ALERT).replace(b"<item>", SECOND.encode() + b"<item>"),
    ],
    ids=["in the envelope", "in another element", "as a key", "in the feed", "in an entry", "in the channel"],
)
def test_a_message_where_none_belongs_is_not_passed_over_in_silence(data: bytes):
    assert codes(data) == ["abc-1", "wrapper-message-misplaced"]
    stray = decode_parts(data)[-1]
    assert isinstance(stray, Bad)
    assert b"abc-2" in stray.raw

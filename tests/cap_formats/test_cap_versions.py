"""CAP 1.0 and 1.1: the verdict of their own schemas, and what is told in the words of 1.2 with a note."""

import functools

import msgspec
import pytest
from cap_document import corpus_document
from corpus import corpus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from mutation import SIGNATURE, mutate

from cap_formats.alert import Alert, Category, Certainty, MsgType, NamedValue, Reference
from cap_formats.cap.decode import decode_cap_part
from cap_formats.cap.older import DIFFERENCES
from cap_formats.cap.schema import check_schema
from cap_formats.cap.version import CAP_10, CAP_11, CAP_12, Version
from cap_formats.decode import decode
from cap_formats.encode import encode
from cap_formats.part import Good
from cap_formats.problem import FormatError, MessageHeldError, MessageRuleError
from cap_formats.xml import XmlElement, read_xml

CAP_10_TEXT = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="http://www.incident.com/cap/1.0">
  <identifier>TRI13970876.1</identifier>
  <sender>trinet@example.edu</sender>
  <sent>2003-06-11T20:56:00-07:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <password>open sesame</password>
  <scope>Public</scope>
  <references>TRI13970876.0/trinet@example.edu</references>
  <incidents>13970876</incidents>
  <info>
    <language>en-US</language>
    <category>Geo</category>
    <event>Earthquake</event>
    <urgency>Past</urgency>
    <severity>Minor</severity>
    <certainty>Very Likely</certainty>
    <eventCode>SAME=EQW</eventCode>
    <expires>2003-06-12T20:56:00-07:00</expires>
    <parameter>Magnitude=3.4 Ml</parameter>
    <parameter>a=b=c</parameter>
    <resource><resourceDesc>map</resourceDesc><uri>http://example.edu/map.gif</uri></resource>
    <area>
      <areaDesc>1 mi. WSW of Brawley, CA</areaDesc>
      <polygon>38.47,-120.14 38.34,-119.95 38.52,-119.74 38.47,-120.14</polygon>
      <circle>32.9525,-115.5527 0</circle>
      <geocode>FIPS6=006109</geocode>
      <altitude>300</altitude>
    </area>
  </info>
</alert>
"""
CAP_11_TEXT = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1">
  <identifier>a-1</identifier>
  <sender>a@example.com</sender>
  <sent>2009-06-11T20:56:00-07:00</sent>
  <status>Exercise</status>
  <msgType>Update</msgType>
  <scope>Public</scope>
  <references>a@example.com,a-0,2009-06-10T20:56:00Z</references>
  <info>
    <category>CBRNE</category>
    <event>Leak</event>
    <responseType>Shelter</responseType>
    <urgency>Past</urgency>
    <severity>Minor</severity>
    <certainty>Observed</certainty>
    <eventCode><valueName>SAME</valueName><value>CEM</value></eventCode>
    <expires>2009-06-12T20:56:00-07:00</expires>
    <resource><resourceDesc>map</resourceDesc><size>12</size></resource>
    <area>
      <areaDesc>Town</areaDesc>
      <geocode><valueName>FIPS6</valueName><value>006109</value></geocode>
      <altitude>300</altitude>
    </area>
  </info>
</alert>
"""
TEXTS = {CAP_10.source_format: CAP_10_TEXT, CAP_11.source_format: CAP_11_TEXT}
OLDER = {"weather.cap", "earthquake.cap", "earthquake_signed.cap", "no_optional_fields.cap", "noaa_errors.cap"}


@functools.cache
def schema_of(version: Version) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(corpus("corpus", "cap", "schema", f"{version.source_format}.xsd")))


def verdict(root: XmlElement) -> bool:
    try:
        check_schema(root)
    except MessageRuleError:
        return False
    return True


def standards_verdict(root: XmlElement, version: Version) -> bool:
    """The standard's verdict on the document without what stands in the namespace of signatures after all but infos:
    libxml2 lets what may end a sequence stand between the elements before it that repeat.
    """
    bare = read_xml(etree.tostring(root))
    for child in reversed(bare):
        if etree.QName(child).namespace == SIGNATURE and not (child.tail or "").strip():
            bare.remove(child)
        elif child.tag != f"{{{version.namespace}}}info":
            break
    return bool(schema_of(version).validate(bare))


def part(version: Version, *changes: tuple[str, str]) -> Good:
    text = TEXTS[version.source_format]
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    data = text.encode()
    return decode_cap_part(read_xml(data), data)


def without_references(alert: Alert) -> Alert:
    return msgspec.structs.replace(alert, references=(), msg_type=MsgType.ALERT)


def codes(of: Good) -> list[str]:
    return [note.code for note in of.notes]


@pytest.mark.parametrize("version", [CAP_10, CAP_11], ids=lambda version: version.source_format)
def test_the_documents_here_are_valid_by_both(version: Version):
    root = read_xml(TEXTS[version.source_format].encode())
    assert verdict(root)
    assert schema_of(version).validate(root)


@pytest.mark.parametrize("name", sorted(OLDER))
def test_corpus_verdicts_are_the_standards(name: str):
    root = read_xml(corpus_document(name))
    assert verdict(root) == standards_verdict(root, CAP_11)


@pytest.mark.parametrize("version", [CAP_10, CAP_11], ids=lambda version: version.source_format)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_broken_documents_get_the_verdict_of_their_own_standard(version: Version, data: st.DataObject):
    root = read_xml(TEXTS[version.source_format].encode())
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(root, data, version.namespace)
    root = read_xml(etree.tostring(root))
    assert verdict(root) == standards_verdict(root, version), etree.tostring(root, encoding="unicode")


def test_1_0_is_told_in_the_words_of_1_2():
    taken = part(CAP_10)
    alert = taken.alert
    assert alert.source_format == "cap10"
    assert alert.references == (Reference("trinet@example.edu", "TRI13970876.0", ""),)
    assert alert.incidents == ("13970876",)
    [info] = alert.infos
    assert info.certainty is Certainty.LIKELY
    assert info.event_codes == (NamedValue("SAME", "EQW"),)
    assert info.parameters == (NamedValue("Magnitude", "3.4 Ml"), NamedValue("a", "b=c"))
    assert info.areas[0].geocodes == (NamedValue("FIPS6", "006109"),)
    assert info.areas[0].altitude == "300"
    assert info.resources[0].mime_type is None
    assert codes(taken) == ["cap-password-ignored", "cap-very-likely"]
    assert b"sesame" not in alert.to_json()


def test_1_1_is_told_in_the_words_of_1_2():
    taken = part(CAP_11)
    assert taken.alert.source_format == "cap11"
    assert taken.alert.references == (Reference("a@example.com", "a-0", "2009-06-10T20:56:00-00:00"),)
    assert taken.alert.infos[0].category == (Category.CBRNE,)
    assert taken.notes == ()


@pytest.mark.parametrize("version", [CAP_10, CAP_11], ids=lambda version: version.source_format)
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("20:56:00-07:00</sent>", "20:56:00.25-07:00</sent>"), "cap-time-form"),
        (("20:56:00-07:00</sent>", "20:56:00Z</sent>"), "cap-time-form"),
        (("<altitude>300", "<altitude>300 ft"), "cap-height-unreadable"),
    ],
)
def test_what_cannot_mislead_is_noted(version: Version, change: tuple[str, str], code: str):
    taken = part(version, change)
    assert code in codes(taken)
    assert taken.alert.sent.microsecond == 0
    again = decode(encode(without_references(taken.alert), "cap"))[0]
    assert again.sent == taken.alert.sent


def test_what_only_1_0_may_do_is_noted():
    assert "cap-pair-unnamed" in codes(part(CAP_10, ("Magnitude=3.4 Ml", "3.4 Ml")))
    taken = part(CAP_10, ("<category>Geo</category>", ""))
    assert "cap-category-missing" in codes(taken)
    assert taken.alert.infos[0].category == (Category.OTHER,)


def test_every_difference_is_shown_by_a_test():
    shown = {"cap-time-form", "cap-height-unreadable", "cap-pair-unnamed", "cap-category-missing"}
    assert {one.code for one in DIFFERENCES} == shown | set(codes(part(CAP_10)))


@pytest.mark.parametrize("version", [CAP_10, CAP_11], ids=lambda version: version.source_format)
@pytest.mark.parametrize(
    ("text", "code"), [("2003-06-11T20:56:00", "cap-time-offset"), ("-0003-06-11T20:56:00Z", "cap-time-out-of-range")]
)
def test_a_time_that_could_mislead_is_refused(version: Version, text: str, code: str):
    root = read_xml(TEXTS[version.source_format].encode())
    root.find("{*}sent").text = text
    assert schema_of(version).validate(root)
    with pytest.raises(MessageRuleError) as caught:
        decode(etree.tostring(root))
    assert (caught.value.code, caught.value.path) == (code, "/alert/sent")


def test_1_0_without_a_scope_is_held():
    with pytest.raises(MessageHeldError) as caught:
        part(CAP_10, ("<scope>Public</scope>", ""))
    assert caught.value.code == "cap-scope-missing"


@pytest.mark.parametrize(
    ("version", "change", "code"),
    [
        (CAP_11, ("<certainty>Observed", "<certainty>Very Likely"), "cap-value"),
        (CAP_11, ("<responseType>Shelter", "<responseType>AllClear"), "cap-value"),
        (CAP_11, ("</scope>", "</scope><password/>"), "cap-element"),
        (CAP_10, ("<category>Geo", "<category>CBRNE"), "cap-value"),
        (CAP_10, ("<status>Actual", "<status>Draft"), "cap-value"),
        (CAP_10, ("<urgency>", "<responseType>None</responseType><urgency>"), "cap-element"),
        (CAP_11, ("a-1", "a 1"), "cap-id"),
        (CAP_11, ("a@example.com,a-0,2009-06-10T20:56:00Z", "a-0"), "cap-references-malformed"),
    ],
)
def test_what_a_version_does_not_have_is_refused_in_its_name(version: Version, change: tuple[str, str], code: str):
    with pytest.raises(FormatError) as caught:
        part(version, change)
    assert caught.value.code == code
    assert code == "cap-id" or "1.2" not in caught.value.sentence


@pytest.mark.parametrize("version", [CAP_10, CAP_11], ids=lambda version: version.source_format)
def test_what_is_written_of_it_is_1_2(version: Version):
    alert = without_references(part(version).alert)
    written = encode(alert, "cap")
    assert schema_of(CAP_12).validate(etree.fromstring(written))
    again: Alert = decode(written)[0]
    assert again.source_format == "cap12"
    assert again.infos[0].parameters == alert.infos[0].parameters
    assert again.infos[0].areas == alert.infos[0].areas


def test_references_of_1_0_cannot_be_written_since_they_have_no_time():
    with pytest.raises(MessageRuleError) as caught:
        encode(part(CAP_10).alert, "cap")
    assert caught.value.code == "cap-reference-time"

"""The schema made from our table gives the verdict of the standard's own schema, on real and on broken documents."""

import pytest
from cap_document import CORPUS, NAMESPACE, VALID, corpus_document, document, standard_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from mutation import TEXTS, mutate

from cap_formats.cap.schema import check_schema
from cap_formats.problem import MessageRuleError
from cap_formats.xml import XmlElement, read_xml

FULL = VALID.replace(
    "<area>",
    "<resource><resourceDesc>map</resourceDesc><mimeType>image/png</mimeType><size>12</size>"
    "<uri>http://example.jp/</uri></resource><area>",
).replace("</geocode>\n", "</geocode><altitude>10</altitude><ceiling>20.5</ceiling>\n")


def verdict(root: XmlElement) -> bool:
    try:
        check_schema(root)
    except MessageRuleError:
        return False
    return True


@pytest.mark.parametrize("name", CORPUS)
def test_corpus_verdicts_are_the_standards(name: str):
    root = read_xml(corpus_document(name))
    assert verdict(root) == standard_schema().validate(root)


def test_the_full_document_is_valid_by_both():
    root = read_xml(FULL.encode())
    assert verdict(root)
    assert standard_schema().validate(root)


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_broken_documents_get_the_standards_verdict(data: st.DataObject):
    root = read_xml(FULL.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(root, data)
    root = read_xml(etree.tostring(root))
    assert verdict(root) == standard_schema().validate(root), etree.tostring(root, encoding="unicode")


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "name", ["sent", "status", "language", "category", "web", "size", "uri", "altitude", "expires", "note", "value"]
)
def test_every_odd_text_in_every_type(name: str, text: str):
    root = read_xml(FULL.encode())
    found = root.find(f".//{{{NAMESPACE}}}{name}")
    if found is None:
        anchor = "headline" if name == "web" else "scope"
        found = etree.Element(f"{{{NAMESPACE}}}{name}")
        root.find(f".//{{{NAMESPACE}}}{anchor}").addnext(found)
    found.text = text
    assert verdict(root) == standard_schema().validate(root)


@pytest.mark.parametrize(
    ("change", "code", "line", "path"),
    [
        (("<scope>Public</scope>", ""), "cap-element", 9, "/alert/info"),
        (("<status>Actual</status>", "<status>Live</status>"), "cap-value", 6, "/alert/status"),
        (("<status>", '<status id="1">'), "cap-attribute", 6, "/alert/status"),
        (("2026-07-01T09:00:00+09:00</sent>", "2026-07-01T00:00:00Z</sent>"), "cap-time", 5, "/alert/sent"),
        (("2026-07-01T21:00:00+09:00", "2026-07-01T21:00:00.000+09:00"), "cap-time", 17, "/alert/info/expires"),
        (("<event>大雨</event>", "<event>大<b/>雨</event>"), "cap-element", 12, "/alert/info/event"),
        (("<info>", "<info>words"), "cap-element", 9, "/alert/info"),
        (("<urgency>Immediate</urgency>", "<urgency></urgency>"), "cap-value", 13, "/alert/info/urgency"),
        (("</alert>", '<x xmlns="urn:x"/></alert>'), "cap-element", 27, "/alert/x"),
    ],
)
def test_a_fault_has_a_code_a_line_and_a_path(change: tuple[str, str], code: str, line: int, path: str):
    with pytest.raises(MessageRuleError) as caught:
        check_schema(read_xml(document(change)))
    assert (caught.value.code, caught.value.line, caught.value.path) == (code, line, path)


def test_a_fault_is_found_where_the_document_uses_a_prefix_and_inside_another_document():
    prefixed = document().replace(b"<", b"<c:").replace(b"<c:/", b"</c:").replace(b"<c:?", b"<?")
    prefixed = prefixed.replace(b"xmlns=", b"xmlns:c=").replace(b"<c:severity>Severe", b"<c:severity>severe")
    wrapped = b"<box><other/>" + prefixed.split(b"?>")[1] + b"</box>"
    for root in (read_xml(prefixed), read_xml(wrapped)):
        with pytest.raises(MessageRuleError) as caught:
            check_schema(root if root.tag != "box" else root[1])
        assert caught.value.path.endswith("alert/info/severity")

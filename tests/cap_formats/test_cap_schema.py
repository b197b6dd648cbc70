"""The schema made from our table gives the verdict of the standard's own schema, on real and on broken documents."""

import copy

import pytest
from cap_document import CORPUS, NAMESPACE, SIGNATURE, VALID, corpus_document, document, standard_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from cap_formats.cap.schema import check_schema
from cap_formats.problem import MessageRuleError
from cap_formats.xml import XmlElement, read_xml

TEXTS = (
    "", " ", "Actual", " Actual", "Update", "None", "Met", "ja", "en_US", " en-US ", "x-klingon", "i-navajo", "a" * 9,
    "2026-07-01T09:00:00+09:00", " 2026-07-01T09:00:00-00:00\n", "2026-07-01T09:00:00Z", "2026-07-01T09:00:00.5+09:00",
    "2026-07-01T24:00:00+09:00", "2026-02-30T00:00:00+09:00", "0000-01-01T00:00:00+00:00", "2026-07-01T09:00:60+09:00",
    "2026-07-01T09:00:00+15:00", "2026-07-01T09:00:00,09:00", "12", "+012", "-3", "1.5", " 7 ", "1e3", ".5", "5.", "９",
    "http://example.jp/a b", "http://[", "日本", "a:b:c", "%zz", "http://example.jp/日本", ":", "://", "\u3000",
    "999999999999999999999999999999", "\t\n",
)  # fmt: skip
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ATTRIBUTES = (
    ("id", "1"), (f"{{{XSI}}}nil", "true"), (f"{{{XSI}}}nil", "false"), (f"{{{XSI}}}schemaLocation", "a b"),
    (f"{{{XSI}}}type", "x"), ("{urn:x}y", "z"), ("{http://www.w3.org/XML/1998/namespace}lang", "ja"),
)  # fmt: skip
NAMES = (
    "identifier", "note", "info", "area", "value", "valueName", "language", "size", "altitude", "ceiling", "web",
    "resource", "uri", "parameter", "alert", "circle", "unknown",
)  # fmt: skip
NAMESPACES = (NAMESPACE, "urn:oasis:names:tc:emergency:cap:1.1", "", SIGNATURE)

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


def name_of(data: st.DataObject) -> str:
    namespace, name = data.draw(st.sampled_from(NAMESPACES)), data.draw(st.sampled_from(NAMES))
    return f"{{{namespace}}}{name}" if namespace else name


def mutate(root: XmlElement, data: st.DataObject) -> None:
    """Break, or not, one thing of a document."""
    nodes = list(root.iter())
    node = data.draw(st.sampled_from(nodes))
    kind = data.draw(st.sampled_from(["text", "tail", "drop", "twin", "move", "name", "child", "attribute", "sign"]))
    if kind == "text":
        node.text = data.draw(st.sampled_from(TEXTS))
    elif kind == "tail" and node is not root:
        node.tail = data.draw(st.sampled_from(("x", " ", "&")))
    elif kind == "drop" and node is not root:
        node.getparent().remove(node)
    elif kind == "twin" and node is not root:
        node.addnext(copy.deepcopy(node))
    elif kind == "move" and node is not root:
        data.draw(st.sampled_from([one for one in nodes if node not in {one, *one.iterancestors()}])).append(node)
    elif kind == "name" and node is not root:
        node.tag = name_of(data)
    elif kind == "child":
        etree.SubElement(node, name_of(data)).text = data.draw(st.sampled_from(TEXTS))
    elif kind == "attribute":
        node.set(*data.draw(st.sampled_from(ATTRIBUTES)))
    elif kind == "sign":
        signature = etree.SubElement(root, f"{{{SIGNATURE}}}Signature")
        etree.SubElement(signature, name_of(data)).text = data.draw(st.sampled_from(TEXTS))


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

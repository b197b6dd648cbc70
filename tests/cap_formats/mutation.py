"""Breaks CAP documents, or not: one random change at a time, for the tests that compare verdicts on the result."""

import copy

from cap_document import NAMESPACE, SIGNATURE
from hypothesis import strategies as st
from lxml import etree

from cap_formats.xml import XmlElement

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
    "resource", "uri", "parameter", "alert", "circle", "unknown", "password", "category", "responseType",
    "geocode", "derefUri",
)  # fmt: skip
NAMESPACES = ("urn:oasis:names:tc:emergency:cap:1.1", "", SIGNATURE)


def name_of(data: st.DataObject, own: str) -> str:
    namespace, name = data.draw(st.sampled_from((own, *NAMESPACES))), data.draw(st.sampled_from(NAMES))
    return f"{{{namespace}}}{name}" if namespace else name


def mutate(root: XmlElement, data: st.DataObject, own: str = NAMESPACE) -> None:
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
        node.tag = name_of(data, own)
    elif kind == "child":
        etree.SubElement(node, name_of(data, own)).text = data.draw(st.sampled_from(TEXTS))
    elif kind == "attribute":
        node.set(*data.draw(st.sampled_from(ATTRIBUTES)))
    elif kind == "sign":
        signature = etree.SubElement(root, f"{{{SIGNATURE}}}Signature")
        etree.SubElement(signature, name_of(data, own)).text = data.draw(st.sampled_from(TEXTS))

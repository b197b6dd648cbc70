"""CAP documents for the tests: a small valid one with parts replaced, and the comparison of two documents as XML."""

import copy
import functools

from corpus import corpus
from lxml import etree

from cap_formats.xml import XmlElement

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"

VALID = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>abc-1</identifier>
  <sender>bousai@city.example.jp</sender>
  <sent>2026-07-01T09:00:00+09:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <language>ja</language>
    <category>Met</category>
    <event>大雨</event>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    <effective>2026-07-01T09:00:00+09:00</effective>
    <expires>2026-07-01T21:00:00+09:00</expires>
    <headline>避難指示</headline>
    <parameter><valueName>jp:level</valueName><value>4</value></parameter>
    <area>
      <areaDesc>高梁市</areaDesc>
      <polygon>34.7,133.5 34.8,133.5 34.8,133.7 34.7,133.5</polygon>
      <circle>34.79,133.61 2.5</circle>
      <geocode><valueName>JISX0402</valueName><value>332097</value></geocode>
    </area>
  </info>
</alert>
"""

# Which documents of the corpus are CAP 1.2, and which of them follow its schema.
CORPUS = (
    "australia.cap",
    "canada.cap",
    "canada_errors.cap",
    "canada_signed.cap",
    "earthquake-iso8859-1.cap",
    "invalid.cap",
    "wcatwc-warning.cap",
)
DECODED = tuple(name for name in CORPUS if name not in {"canada_errors.cap", "invalid.cap"})


def document(*changes: tuple[str, str]) -> bytes:
    """Return the valid document with texts replaced; each must be there, so that no test changes nothing."""
    text = VALID
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def corpus_document(name: str) -> bytes:
    return corpus("corpus", "cap", name).read_bytes()


@functools.cache
def standard_schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(corpus("corpus", "cap", "schema", "cap12.xsd")))


# Elements whose white space XML Schema collapses, and CAP's lists of words.
COLLAPSED = frozenset(
    (
        "sent", "effective", "onset", "expires", "language", "web", "uri", "size", "altitude", "ceiling",
        "references", "addresses", "incidents",
    )
)  # fmt: skip


def canonical(data: bytes) -> bytes:
    """Return a document as canonical XML without signatures, comments and white space between elements."""
    root = copy.deepcopy(etree.fromstring(data, etree.XMLParser(remove_comments=True, remove_pis=True)))
    for signature in root.findall(f"{{{SIGNATURE}}}*"):
        root.remove(signature)
    plain = etree.Element(root.tag)
    _copy(root, plain)
    return etree.tostring(plain, method="c14n")


def _copy(source: XmlElement, target: XmlElement) -> None:
    """Copy without prefixes: which prefix a document uses says nothing."""
    if len(source) == 0:
        text = source.text or ""
        target.text = " ".join(text.split()) if etree.QName(source).localname in COLLAPSED else text
    for child in source:
        _copy(child, etree.SubElement(target, child.tag))

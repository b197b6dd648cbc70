"""What was decoded is encoded as the same document, through the canonical JSON too."""

import pytest
from cap_document import DECODED, canonical, corpus_document, document, standard_schema
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from cap_formats.alert import Alert
from cap_formats.decode import decode
from cap_formats.encode import encode

REFERENCES = "a,b,2026-06-30T00:00:00+00:00\n c,d,2026-06-30T00:00:00-00:00"
KEPT = [
    (("+09:00", "-00:00"),),
    (("+09:00", "+00:00"),),
    (("+09:00", "-14:00"),),
    (("<language>ja</language>", ""),),
    (("<language>ja", "<language>en-US"),),
    (("避難指示", "  避難\n指示  "),),
    (("避難指示", "\n  <![CDATA[ <b>&amp;</b> ]]>  "),),
    (("避難指示", "a<!-- no -->b"),),
    (("避難指示", "&#13;&#10;&#9;&#x1F6A8;\u3000"),),
    (("避難指示", ""),),
    (("</scope>", "</scope><restriction/><addresses/><code/><note/><incidents/>"),),
    (("</scope>", '</scope><addresses>"Fire Dept" b@example.jp 消防\u3000署</addresses>'),),
    (("</scope>", f"</scope><references>{REFERENCES}</references>"),),
    (("34.7,133.5 34.8,133.5", "34.70,133.5\n\t+34.8,133.5"),),
    (("</geocode>", "</geocode><altitude>+010.50</altitude><ceiling>20</ceiling>"),),
    (("<area>", "<resource><resourceDesc/><mimeType> a/b</mimeType><size>12</size></resource><area>"),),
    (("<headline>", "<senderName> 高梁市 </senderName><headline>"),),
    (("<value>4</value>", "<value/>"),),
    (("<info>", "<info>\n\n"), ("<alert", "<!-- x --><?y z?><alert")),
]


@pytest.mark.parametrize("name", DECODED)
def test_documents_of_the_corpus_come_out_as_they_came(name: str):
    data = corpus_document(name)
    (alert,) = decode(data)
    assert canonical(encode(alert, "cap")) == canonical(data)


@pytest.mark.parametrize("name", ["australia.cap", "canada.cap", "canada_signed.cap", "wcatwc-warning.cap"])
def test_they_do_so_through_the_canonical_json(name: str):
    data = corpus_document(name)
    alert = Alert.from_json(decode(data)[0].to_json())
    assert canonical(encode(alert, "cap")) == canonical(data)


@pytest.mark.parametrize("changes", KEPT)
def test_what_is_said_is_kept_to_the_letter(changes: tuple[tuple[str, str], ...]):
    data = document(*changes)
    (alert,) = decode(data)
    encoded = encode(alert, "cap")
    assert canonical(encoded) == canonical(data)
    assert standard_schema().validate(etree.fromstring(encoded))
    (again,) = decode(encoded)
    assert again.infos == alert.infos


def test_a_plain_prefix_does_not_matter():
    data = document().replace(b"<", b"<c:").replace(b"<c:/", b"</c:").replace(b"<c:?", b"<?")
    data = data.replace(b"xmlns=", b"xmlns:c=")
    assert decode(data)[0].infos == decode(document())[0].infos


xml_text = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n", exclude_characters="\ufffe\uffff")
)


@settings(max_examples=150, deadline=None)
@given(xml_text, xml_text)
def test_any_text_survives(headline: str, value: str):
    root = etree.fromstring(document())
    for name, text in (("headline", headline), ("value", value)):
        root.find(".//{*}" + name).text = text
    data = etree.tostring(root, encoding="UTF-8")
    (alert,) = decode(data)
    assert alert.infos[0].headline == headline
    assert canonical(encode(alert, "cap")) == canonical(data)

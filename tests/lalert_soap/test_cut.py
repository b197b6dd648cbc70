"""The message is cut out of its envelope byte for byte, and a signature in it stays good."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from lalert_soap.posting import SOAP, TNS, edxl, envelope
from lxml import etree
from signxml import SignatureConfiguration, XMLSigner, XMLVerifier
from signxml.algorithms import CanonicalizationMethod

from cap_formats.xml import read_xml
from receivers.lalert.charset import declared
from receivers.lalert.cut import cut
from receivers.lalert.envelope import read_envelope


def cut_out(body: bytes) -> bytes:
    [message] = read_envelope(body).messages
    return cut(body, message)


@cache
def signer() -> tuple[bytes, bytes]:
    key = rsa.generate_private_key(65_537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "town")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem, certificate.public_bytes(serialization.Encoding.PEM)


ODD = edxl(
    b"<!-- a </edxlde:EDXLDistribution> of no meaning --><x a='&quot;1&quot;'   b=\"2\">\xe7\xae\xad\xe7\x94\xb0"
    b"<![CDATA[<y/>]]>&#13;&lt;</x><?pi </edxlde:EDXLDistribution>?>"
)


def test_the_bytes_are_the_senders_own():
    assert cut_out(envelope(ODD)) == ODD


@pytest.mark.parametrize("method", list(CanonicalizationMethod)[:6])
def test_a_signature_within_stays_good(method: CanonicalizationMethod):
    key, certificate = signer()
    root = etree.fromstring(edxl("<x>気</x>".encode()))
    signed = etree.tostring(XMLSigner(c14n_algorithm=method).sign(root, key=key, cert=certificate))
    kept = cut_out(envelope(signed))
    assert kept == signed
    XMLVerifier().verify(kept, x509_cert=certificate, expect_config=SignatureConfiguration(require_x509=True))


def test_what_leans_on_the_envelope_is_written_so_that_it_stands_alone():
    body = envelope(b"<pcsoap:EDXLDistribution><S:x/><plain>1</plain></pcsoap:EDXLDistribution>")
    kept = cut_out(body)
    alone = read_xml(kept)
    assert alone.tag == f"{{{TNS}}}EDXLDistribution"
    assert [child.tag for child in alone] == [f"{{{SOAP}}}x", "plain"]


def test_a_default_namespace_of_the_envelope_is_not_lost():
    publish = f'<publish xmlns="{TNS}"><message><b><c/></b></message></publish>'
    body = f'<Envelope xmlns="{SOAP}"><Body>{publish}</Body></Envelope>'.encode()
    assert [one.tag for one in read_xml(cut_out(body)).iter()] == [f"{{{TNS}}}b", f"{{{TNS}}}c"]


def test_a_name_that_stands_elsewhere_too_does_not_mislead():
    message = b"<m><m>1</m></m>"
    header = "<m>no</m><!-- <m> -->"
    body = envelope(message, header).replace(b"</S:Envelope>", b"<!-- </m> --></S:Envelope>")
    assert etree.tostring(read_xml(cut_out(body)), method="c14n", exclusive=True) == message


@pytest.mark.parametrize("encoding", ["Shift_JIS", "EUC-JP", "UTF-16", "ISO-2022-JP", "CP932"])
def test_other_encodings(encoding: str):
    text = envelope(edxl("<x>真備町箭田で表示・ソ能</x>".encode())).decode().replace("UTF-8", encoding, 1)
    kept = cut_out(text.encode(encoding))
    assert read_xml(kept).findtext(".//{*}x") == "真備町箭田で表示・ソ能"
    if encoding in {"Shift_JIS", "EUC-JP"}:
        assert edxl("<x>真備町箭田で表示・ソ能</x>".encode()).decode().encode(encoding).split(b"<x>")[1] in kept


def test_the_encoding_of_the_transport_holds_where_the_document_names_none():
    text = envelope(edxl("<x>箭田</x>".encode()), head='<?xml version="1.0"?>').decode().encode("shift_jis")
    assert read_xml(cut_out(declared(text, "Shift_JIS"))).findtext(".//{*}x") == "箭田"
    assert declared(b"<a/>", None) == b"<a/>"
    assert declared(b"<a/>", '"><!DOCTYPE') == b"<a/>"
    own = b'<?xml version="1.0" encoding="utf-8"?><a/>'
    assert declared(own, "shift_jis") == own


NAMES = st.sampled_from(["a", "b", "p:a", "q:b", "EDXLDistribution"])
TEXTS = st.text("a<&\"' 箭\n\t>", max_size=8)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> str:
    name = draw(NAMES)
    spaces = draw(
        st.lists(
            st.sampled_from(['xmlns="urn:1"', 'xmlns:p="urn:2"', 'xmlns:q="urn:3"', 'xmlns=""']),
            unique_by=lambda text: text.split("=")[0],
            max_size=3,
        )
    )
    inner = "".join(draw(st.lists(trees(depth - 1), max_size=3))) if depth else ""
    text = draw(TEXTS).replace("&", "&amp;").replace("<", "&lt;")
    noise = draw(st.sampled_from(["", "<!-- </a> -->", "<![CDATA[<a>]]>", "<?x <b?>"]))
    return f"<{' '.join((name, *spaces))}>{noise}{text}{inner}</{name}>"


@given(trees())
def test_whatever_is_cut_says_what_it_said_inside(tree: str):
    body = envelope(tree.encode()).replace(
        b"<S:Envelope", b'<S:Envelope xmlns="urn:0" xmlns:p="urn:p" xmlns:q="urn:q"', 1
    )
    [message] = read_envelope(body).messages
    alone = read_xml(cut(body, message))
    assert etree.tostring(alone, method="c14n", exclusive=True) == etree.tostring(
        message, method="c14n", exclusive=True, with_tail=False
    )

"""Signatures: real ones and our own, what breaks them, and what a policy makes of each."""

import base64
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cap_document import SIGNATURE, corpus_document, document, standard_schema
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signing import DS, NOW, authority, certified, city, new_key, signed, states, trusting, under_authority

from cap_formats.decode import decode, decode_parts
from cap_formats.encode import encode
from cap_formats.signature.sign import KeyUnusableError, SigningKey, read_key, sign_cap
from cap_formats.signature.signature import Policy, Signature, State, trouble_of
from cap_formats.signature.verify import SIGNATURES_MAX, verify_signatures

# --- real ones ---


@cache
def canadian_certificates() -> tuple[x509.Certificate, ...]:
    names = ("naads_x509_cert.pem", "environment_canada_x509_cert.pem")
    return tuple(x509.load_pem_x509_certificate(corpus_document(name)) for name in names)


THEN = datetime(2013, 1, 25, tzinfo=UTC)


@pytest.mark.parametrize("name", ["canada_signed.cap", "canada_signed.atom"])
@pytest.mark.parametrize(
    ("policy_sha1", "at", "state"),
    [
        (False, THEN, State.WEAK),  # both are by RSA and SHA-1
        (True, THEN, State.TRUSTED),
        (True, NOW, State.EXPIRED),  # the certificates ended in 2015 and 2018
    ],
)
def test_both_signatures_of_a_canadian_alert_fit(name: str, policy_sha1: bool, at: datetime, state: State):  # noqa: FBT001
    """Each signed the bare alert, one after the other: by the letter, each would cover the other's signature too."""
    (part,) = decode_parts(corpus_document(name))
    policy = Policy(trusted=canadian_certificates(), allow_sha1=policy_sha1)
    found = verify_signatures(part.raw, policy, at)
    assert [one.state for one in found] == [state, state]
    assert [one.algorithm for one in found] == ["rsa-sha1", "rsa-sha1"]
    assert "dss1.pelmorex.com" in str(found[0].signer)
    assert "Environment Canada" in str(found[1].signer)


def test_an_earthquake_is_signed_by_a_bare_key_of_nobody():
    data = corpus_document("earthquake_signed.cap")
    (found,) = verify_signatures(data, Policy(allow_sha1=True), NOW)
    assert (found.state, found.signer, found.algorithm) == (State.UNTRUSTED, None, "rsa-sha1")
    assert states(data) == [State.WEAK]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("canada_signed.cap", b"snowfall warning", b"snowfall Warning"),
        ("earthquake_signed.cap", b"EQ 1.3", b"EQ 7.3"),
        ("canada_signed.cap", b"<status>Actual</status>\n", b"<status>Actual</status>"),
    ],
)
def test_a_real_message_that_was_changed_is_found_out(name: str, old: bytes, new: bytes):
    data = corpus_document(name)
    assert old in data
    found = verify_signatures(data.replace(old, new), Policy(trusted=canadian_certificates(), allow_sha1=True), THEN)
    assert {one.state for one in found} == {State.BROKEN}


# --- our own ---


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_what_we_sign_fits_and_is_cap(kind: str):
    data = signed(city(kind))
    (found,) = verify_signatures(data, trusting(city(kind)), NOW)
    assert (found.state, found.signer) == (State.TRUSTED, "CN=bousai.city.example.jp")
    assert states(data) == [State.UNTRUSTED]
    assert standard_schema().validate(etree.fromstring(data))
    assert decode(data)[0].infos == decode(document())[0].infos


def test_a_signer_is_trusted_through_who_issued_its_certificate():
    data = signed(under_authority())
    assert states(data, trusting(authority())) == [State.TRUSTED]
    assert states(data, trusting(under_authority())) == [State.TRUSTED]
    assert states(data, trusting(city())) == [State.UNTRUSTED]


def test_a_certificate_holds_in_its_time():
    for at in (NOW - timedelta(days=181), NOW + timedelta(days=181)):
        assert states(signed(), trusting(city()), at) == [State.EXPIRED]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "shift_jis"])
def test_the_encoding_does_not_matter(encoding: str):
    text = signed().decode().replace("encoding='UTF-8'", f"encoding='{encoding}'")
    assert states(text.encode(encoding), trusting(city())) == [State.TRUSTED]


def test_comments_are_not_signed_and_instructions_are():
    data = signed()
    assert states(data.replace(b"<scope>", b"<!-- x --><scope>"), trusting(city())) == [State.TRUSTED]
    assert states(data.replace(b"<alert", b"<?evil now?><alert"), trusting(city())) == [State.BROKEN]


def test_an_unsigned_message_has_no_signature():
    assert verify_signatures(document(), Policy(), NOW) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<status>Actual", b"<status>Exercise"),
        ("高梁市".encode(), "高松市".encode()),
        (b"332097", b"332098"),
        (b"<identifier>abc-1", b"<identifier>abc-2"),
        (b"</scope>", b"</scope><note>x</note>"),
        (b"</info>", b"</info><info/>"),
    ],
)
def test_any_change_breaks_it(old: bytes, new: bytes):
    data = signed()
    assert old in data
    assert states(data.replace(old, new), trusting(city())) == [State.BROKEN]


def test_another_certificate_in_its_place_breaks_it():
    root = etree.fromstring(signed())
    other = certified(new_key("rsa"), "evil.example.com").certificate
    der = other.public_bytes(serialization.Encoding.DER)
    root.find(f".//{DS}X509Certificate").text = base64.b64encode(der).decode()
    assert states(etree.tostring(root), trusting(city())) == [State.BROKEN]


# --- signature wrapping ---


def test_a_signed_alert_hidden_in_the_signature_signs_nothing_else():
    """The signature fits what it refers to, an alert inside its Object; the alert that is read is another."""
    root = etree.fromstring(signed())
    signature = root.find(f"{DS}Signature")
    evil = etree.fromstring(document(("避難指示", "evil")))
    reference = signature.find(f".//{DS}Reference")
    reference.set("URI", "#good")
    holder = etree.SubElement(signature, f"{DS}Object", Id="good")
    root.remove(signature)
    holder.append(root)
    evil.append(signature)
    assert states(etree.tostring(evil), trusting(city())) == [State.BROKEN]


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.find(f".//{DS}Reference").set("URI", "#x"),
        lambda one: one.find(f".//{DS}Reference").set("URI", "http://example.com/"),
        lambda one: one.find(f".//{DS}Reference").attrib.pop("URI"),
        lambda one: one.find(f".//{DS}Transforms")[0].set("Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116"),
        lambda one: one.find(f".//{DS}Transforms").remove(one.find(f".//{DS}Transforms")[0]),
        lambda one: one.find(f"{DS}SignedInfo").append(etree.fromstring(etree.tostring(one.find(f".//{DS}Reference")))),
        lambda one: one.append(etree.fromstring(etree.tostring(one.find(f"{DS}SignedInfo")))),
        lambda one: one.insert(0, etree.fromstring(etree.tostring(one.find(f"{DS}SignedInfo")))),
        lambda one: one.remove(one.find(f"{DS}SignatureValue")),
        lambda one: one.remove(one.find(f"{DS}SignedInfo")),
        lambda one: setattr(one.find(f"{DS}SignatureValue"), "text", "*"),
        lambda one: setattr(one.find(f"{DS}SignatureValue"), "text", None),
        lambda one: setattr(one.find(f".//{DS}DigestValue"), "text", "日本"),
        lambda one: setattr(one.find(f".//{DS}X509Certificate"), "text", "日本"),
        lambda one: setattr(one.find(f".//{DS}X509Certificate"), "text", "AAAA"),
        lambda one: one.clear(),
    ],
)
def test_a_signature_in_another_form_is_broken(change: object):
    root = etree.fromstring(signed())
    assert callable(change)
    change(root.find(f"{DS}Signature"))
    assert states(etree.tostring(root), trusting(city())) == [State.BROKEN]


def test_too_many_signatures_are_not_looked_at():
    data = document()
    for _ in range(SIGNATURES_MAX + 1):
        data = data.replace(b"</alert>", f'<Signature xmlns="{SIGNATURE}"/></alert>'.encode())
    assert states(data) == [State.BROKEN]


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.remove(one.find(f"{DS}KeyInfo")),
        lambda one: one.find(f".//{DS}SignatureMethod").set("Algorithm", "urn:x:new"),
        lambda one: one.find(f".//{DS}SignatureMethod").set("Algorithm", f"{SIGNATURE}hmac-sha1"),
        lambda one: one.find(f".//{DS}DigestMethod").set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#md5"),
    ],
)
def test_what_is_not_known_here_cannot_be_checked(change: object):
    root = etree.fromstring(signed())
    assert callable(change)
    change(root.find(f"{DS}Signature"))
    assert states(etree.tostring(root)) == [State.UNVERIFIABLE]


def test_a_signature_without_its_key_fits_a_trusted_one():
    root = etree.fromstring(signed())
    signature = root.find(f"{DS}Signature")
    signature.remove(signature.find(f"{DS}KeyInfo"))
    assert states(etree.tostring(root), trusting(authority(), city())) == [State.TRUSTED]
    assert states(etree.tostring(root), trusting(authority())) == [State.UNVERIFIABLE]


# --- keys and policy ---


@pytest.mark.parametrize(
    ("key", "certificate"),
    [
        (b"x", city().certificate_pem),
        (city().key_pem, b"x"),
        (city().key_pem, city("ec").certificate_pem),
    ],
)
def test_a_key_that_cannot_sign_is_refused(key: bytes, certificate: bytes):
    with pytest.raises(KeyUnusableError):
        read_key(key, certificate)


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(public_exponent=65537, key_size=1024),  # noqa: S505 - too weak is what is tested
        ec.generate_private_key(ec.SECP192R1()),
    ],
    ids=["RSA 1024", "P-192"],
)
def test_a_weak_key_is_refused(key: SigningKey):
    weak = certified(key, "weak.example.jp")
    with pytest.raises(KeyUnusableError):
        read_key(weak.key_pem, weak.certificate_pem)


def test_a_key_and_its_certificate_are_read():
    key, certificates = read_key(city().key_pem, city().certificate_pem)
    assert states(sign_cap(encode(decode(document())[0], "cap"), key, certificates), trusting(city())) == [
        State.TRUSTED
    ]


def found_as(*of: State) -> tuple[Signature, ...]:
    return tuple(Signature(state=state, sentence="s.") for state in of)


@pytest.mark.parametrize(
    ("found", "noted", "required"),
    [
        ((), None, "signature-missing"),
        ((State.TRUSTED,), None, None),
        ((State.UNTRUSTED,), None, "signature-untrusted"),
        ((State.EXPIRED,), None, "signature-expired"),
        ((State.WEAK,), None, "signature-weak"),
        ((State.UNVERIFIABLE,), None, "signature-unverifiable"),
        ((State.BROKEN,), "signature-broken", "signature-broken"),
        ((State.WEAK, State.TRUSTED), None, None),
        ((State.TRUSTED, State.BROKEN), "signature-broken", "signature-broken"),
    ],
)
def test_what_a_policy_makes_of_it(found: tuple[State, ...], noted: str | None, required: str | None):
    for policy, own, code in (
        (Policy(), False, noted),
        (Policy(require_trusted=True), False, required),
        (Policy(require_trusted=True), True, noted),
    ):
        trouble = trouble_of(found_as(*found), policy, own=own)
        assert (trouble.code if trouble else None) == code

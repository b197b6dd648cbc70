"""xmlsec1 takes what we sign, and we take what it signs."""

import subprocess
from pathlib import Path

import pytest
from cap_document import SIGNATURE, VALID
from lxml import etree
from needed import program
from signing import Signer, authority, city, signed, states, trusting, under_authority

from cap_formats.decode import decode_parts
from cap_formats.signature.sign import sign_cap
from cap_formats.signature.signature import State

TEMPLATE = """<Signature xmlns="{ns}"><SignedInfo><CanonicalizationMethod Algorithm="{c14n}"/>
<SignatureMethod Algorithm="{method}"/><Reference URI=""><Transforms><Transform Algorithm="{ns}enveloped-signature"/>
{transform}</Transforms><DigestMethod Algorithm="{digest}"/><DigestValue/></Reference></SignedInfo><SignatureValue/>
<KeyInfo>{key}</KeyInfo></Signature>"""
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def run(*words: str) -> None:
    done = subprocess.run([program("xmlsec1"), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def signed_by_xmlsec(folder: Path, text: str, signer: Signer, **values: str) -> bytes:
    fields = {"ns": SIGNATURE, "c14n": INCLUSIVE, "transform": "", "digest": SHA256, "key": "<X509Data/>"} | values
    template = folder / "template.xml"
    template.write_text(text.replace("</alert>", TEMPLATE.format(**fields) + "</alert>"))
    (folder / "key.pem").write_bytes(signer.key_pem)
    (folder / "certificate.pem").write_bytes(signer.certificate_pem)
    out = folder / "signed.xml"
    run(
        "--sign", "--privkey-pem", f"{folder / 'key.pem'},{folder / 'certificate.pem'}", "--output", str(out),
        str(template),
    )  # fmt: skip
    return out.read_bytes()


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_xmlsec1_takes_what_we_sign(tmp_path: Path, kind: str):
    (tmp_path / "signed.xml").write_bytes(signed(city(kind)))
    (tmp_path / "trusted.pem").write_bytes(city(kind).certificate_pem)
    verify = ("--verify", "--trusted-pem", str(tmp_path / "trusted.pem"), "--verification-time", "2026-07-01 00:00:00")
    run(*verify, str(tmp_path / "signed.xml"))


@pytest.mark.parametrize(
    "text",
    [
        VALID,
        VALID.replace("<alert", '<?xml-stylesheet href="x.xsl"?>\n<!-- x --><alert', 1),
        VALID.replace("<alert", '<alert xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"', 1),
        VALID.replace("大雨", "大<!-- - -->雨"),
        VALID.replace("避難指示", "<![CDATA[<避難>]]> &amp; &#13;"),
    ],
    ids=["plain", "stylesheet", "unused prefix", "comment", "CDATA"],
)
@pytest.mark.parametrize("c14n", [INCLUSIVE, EXCLUSIVE, INCLUSIVE + "#WithComments"])
@pytest.mark.parametrize("named", [False, True], ids=["default c14n", "c14n named"])
def test_we_take_what_xmlsec1_signs(tmp_path: Path, text: str, c14n: str, named: bool):  # noqa: FBT001
    transform = f'<Transform Algorithm="{c14n.removesuffix("#WithComments")}"/>' if named else ""
    data = signed_by_xmlsec(tmp_path, text, city(), method=f"{MORE}rsa-sha256", c14n=c14n, transform=transform)
    assert states(data, trusting(city())) == [State.TRUSTED]
    assert states(data.replace(b"Severe", b"Minor"), trusting(city())) == [State.BROKEN]


@pytest.mark.parametrize(
    ("kind", "method", "key", "state"),
    [
        ("ec", f"{MORE}ecdsa-sha256", "<X509Data/>", State.TRUSTED),
        ("rsa", f"{MORE}rsa-sha512", "<X509Data/>", State.TRUSTED),
        ("rsa", f"{MORE}rsa-sha256", "<KeyValue/>", State.TRUSTED),  # a bare key, which is that of the certificate
        ("rsa", f"{SIGNATURE}rsa-sha1", "<X509Data/>", State.WEAK),
    ],
)
def test_we_take_its_algorithms_and_keys(tmp_path: Path, kind: str, method: str, key: str, state: State):
    data = signed_by_xmlsec(tmp_path, VALID, city(kind), method=method, key=key)
    assert states(data, trusting(city(kind))) == [state]


def test_two_sign_one_after_the_other(tmp_path: Path):
    first = signed_by_xmlsec(tmp_path, VALID, city(), method=f"{MORE}rsa-sha256").decode()
    root = etree.fromstring(first.encode())
    both = sign_cap(etree.tostring(root), under_authority().key, [under_authority().certificate])
    found = states(both, trusting(city(), authority()))
    assert found == [State.TRUSTED, State.TRUSTED]
    assert set(states(both.replace(b"Severe", b"Minor"), trusting(city(), authority()))) == {State.BROKEN}


def test_a_signature_inside_a_feed_still_fits(tmp_path: Path):
    data = signed_by_xmlsec(tmp_path, VALID, city(), method=f"{MORE}rsa-sha256")
    feed = b'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:x"><entry><content type="text/xml">\n'
    wrapped = feed + data.split(b"?>", 1)[1].strip() + b"\n</content></entry></feed>"
    (part,) = decode_parts(wrapped)
    assert states(part.raw, trusting(city())) == [State.TRUSTED]

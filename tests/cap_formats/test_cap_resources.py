"""A file inside a message is the one that its digest names."""

import base64
import hashlib

import pytest
from cap_document import document

from cap_formats.decode import decode, decode_parts
from cap_formats.part import Good
from cap_formats.problem import FormatError, MessageHeldError, MessageRuleError

FILE = bytes(range(256)) * 10
HEX = hashlib.sha1(FILE, usedforsecurity=False).hexdigest()
BASE64 = base64.b64encode(bytes.fromhex(HEX)).decode()
PATH = "/alert/info/resource"


def with_resource(*, data: str | None = None, digest: str = "", size: str = "") -> bytes:
    data = base64.encodebytes(FILE).decode() if data is None else data
    parts = "".join(
        f"<{name}>{text}</{name}>" for name, text in (("size", size), ("derefUri", data), ("digest", digest)) if text
    )
    resource = f"<resource><resourceDesc>図</resourceDesc><mimeType>image/png</mimeType>{parts}</resource>"
    return document(("<area>", resource + "<area>"))


def notes(data: bytes) -> list[tuple[str, str | None]]:
    (part,) = decode_parts(data)
    assert isinstance(part, Good)
    return [(note.code, note.path) for note in part.notes]


@pytest.mark.parametrize("digest", ["", HEX, HEX.upper(), f"\n {HEX} ", BASE64])
@pytest.mark.parametrize("size", ["", str(len(FILE))])
def test_the_file_that_the_digest_names_is_taken(digest: str, size: str):
    assert notes(with_resource(digest=digest, size=size)) == []


@pytest.mark.parametrize("digest", [HEX[:-1] + ("0" if HEX[-1] != "0" else "1"), "0" * 40, "A" * 27 + "="])
def test_another_file_is_held(digest: str):
    with pytest.raises(MessageHeldError) as caught:
        decode(with_resource(digest=digest))
    error = caught.value
    assert (error.code, error.path) == ("cap-resource-digest", f"{PATH}/digest")
    assert error.line is not None
    assert error.alert is not None
    assert error.alert.identifier == "abc-1"


def test_a_doubt_whether_it_is_real_comes_first():
    """A person who lets the file pass would otherwise send out a test as real."""
    spoilt = with_resource(digest="0" * 40).replace("<event>大雨".encode(), b"<event>RMT")
    with pytest.raises(MessageHeldError) as caught:
        decode(spoilt)
    assert (caught.value.code, caught.value.alert is not None) == ("event-code-test", True)


@pytest.mark.parametrize("data", ["*", "AAAAA", "=AAA", "ＡＡＡＡ", "http://example.jp/map.png"])
def test_what_is_no_base64_is_refused(data: str):
    with pytest.raises(FormatError) as caught:
        decode(with_resource(data=data))
    assert isinstance(caught.value, MessageRuleError)
    assert (caught.value.code, caught.value.path) == ("cap-resource-base64", f"{PATH}/derefUri")


def test_another_size_is_noted_since_a_size_is_approximate():
    assert notes(with_resource(size="2500")) == [("cap-resource-size", f"{PATH}/size")]


@pytest.mark.parametrize("digest", ["x", "ab" * 32, "SHA-1:" + HEX])
def test_a_digest_in_another_form_is_noted(digest: str):
    assert notes(with_resource(digest=digest)) == [("cap-resource-digest-form", f"{PATH}/digest")]


def test_what_is_not_inside_is_not_judged():
    resource = (
        f"<resource><resourceDesc/><mimeType/><size>1</size><uri>http://x.jp/</uri><digest>{HEX}</digest></resource>"
    )
    assert notes(document(("<area>", resource + "<area>"))) == []


def test_the_largest_file_that_fits_into_a_message_is_checked():
    data = base64.b64encode(bytes(5 << 20)).decode()
    with pytest.raises(MessageHeldError):
        decode(with_resource(data=data, digest=HEX))

"""Real documents with bytes changed: what comes of them is alerts or a FormatError, and a signature is judged."""

import functools

import pytest
from corpus import corpus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from signing import NOW, states

from cap_formats.alert import Alert
from cap_formats.decode import decode_parts
from cap_formats.part import Good
from cap_formats.problem import FormatError
from cap_formats.signature.signature import State

SNIPPETS = (
    b"", b"<", b">", b"&", b"&#0;", b"&#xD800;", b'"', b"\x00", b"\xff\xfe", b"]]>", b"<!--", b"<?x?>", b"<alert>",
    b"</alert>", b"<info/>", b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>', b"xmlns=''", b"Actual",
    b"Exercise", b"<derefUri>*</derefUri>", b"<digest>x</digest>", b"9" * 400, b"-", b" ", b"nan,nan", b"\xe3\x80\x90",
)  # fmt: skip


@functools.cache
def documents() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(corpus("corpus", "cap").iterdir()) if path.is_file())


@st.composite
def changed(draw: st.DrawFn) -> bytes:
    """Cut, repeat, overwrite or insert in up to four places."""
    data = draw(st.sampled_from(documents()))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.sampled_from((0, 1, 2, 8, 60, 400))))
        kind = draw(st.sampled_from(("cut", "repeat", "put", "flip")))
        if kind == "cut":
            data = data[:at] + data[end:]
        elif kind == "repeat":
            data = data[:end] + data[at:end] + data[end:]
        elif kind == "put":
            data = data[:at] + draw(st.sampled_from(SNIPPETS)) + data[at:]
        elif data[at:]:
            data = data[:at] + bytes([data[at] ^ draw(st.integers(1, 255))]) + data[at + 1 :]
    return data


@settings(max_examples=800, deadline=None, suppress_health_check=list(HealthCheck))
@given(changed())
def test_changed_documents_become_alerts_or_errors(data: bytes):
    try:
        parts = decode_parts(data)
    except FormatError as error:
        parts = ()
        _ = (error.code, error.sentence, error.line, error.path)
    for part in parts:
        if isinstance(part, Good):
            assert Alert.from_json(part.alert.to_json()) == part.alert
            assert set(states(part.raw)) <= set(State)
        else:
            assert part.error.code


@pytest.mark.parametrize("size", [1, 100, 1000])
def test_the_beginning_of_a_document_is_no_document(size: int):
    for data in documents():
        if data.startswith(b"<"):
            with pytest.raises(FormatError):
                decode_parts(data[:size] if size < len(data) else data[:-20])


def canonical(data: bytes) -> bytes:
    return etree.tostring(etree.fromstring(data), method="c14n")


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_changed_signed_message_is_never_trusted_again(data: st.DataObject):
    """Of what can be read at all: one changed character of the alert breaks the signature."""
    signed = next(one for one in documents() if b"f2c83f5f" in one and one.startswith(b"<?xml") and b"<feed" not in one)
    start, end = signed.index(b"<identifier>"), signed.index(b"<Signature")
    at = data.draw(st.integers(start, end - 1))
    new = data.draw(st.sampled_from((b"0", b"x", b" ", b"\n", b"9")))
    mutated = signed[:at] + new + signed[at + 1 :]
    try:
        decode_parts(mutated)
    except FormatError:
        return
    if canonical(mutated) == canonical(signed):  # white space inside a tag says nothing
        return
    assert set(states(mutated, at=NOW)) == {State.BROKEN}

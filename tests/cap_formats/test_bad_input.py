"""What must never be parsed, or cannot be read: each is refused with a code and a line, and only with FormatErrors."""

import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest
from cap_document import CORPUS, VALID, corpus_document, document
from corpus import corpus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cap_formats.alert import Alert
from cap_formats.decode import decode
from cap_formats.problem import FormatError, MessageRuleError, MessageSyntaxError
from cap_formats.xml import DEPTH_MAX, ELEMENTS_MAX, MESSAGE_BYTES_MAX, read_xml

DOCTYPE = b'<!DOCTYPE alert [%s]><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">%s</alert>'
BOMB = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 12))
NESTED = b"<a>" * 257 + b"</a>" * 257


def in_japanese(encoding: str) -> bytes:
    return VALID.replace("UTF-8", encoding).encode(encoding)


REFUSED = [
    (b"", "message-empty", None),
    (b" \r\n\t", "message-empty", None),
    (b"not XML at all", "format-unknown", None),
    (b"\x00\x01\x02\xff", "format-unknown", None),
    (b"<?xml version='1.0'?>", "xml-not-well-formed", 1),
    (b"<alert>\n<a></alert>", "xml-not-well-formed", 2),
    (b"<alert>\n&nbsp;</alert>", "xml-entities", 2),
    (b"<alert/><alert/>", "xml-not-well-formed", 1),
    (b"PK\x03\x04", "format-unknown", None),
    (document().replace("大雨".encode(), b"\xed\xa0\x80"), "xml-encoding", 12),  # a lone surrogate, as CESU-8 has it
    (document(("大雨", "&#xD800;")), "xml-not-well-formed", 12),
    (document(("大雨", "&#0;")), "xml-not-well-formed", 12),
    (document(("大雨", "&#xFFFE;")), "xml-not-well-formed", 12),
    (document(("大雨", "\x01")), "xml-not-well-formed", 12),
    (document().replace("大雨".encode(), b"a\x00b"), "xml-not-well-formed", 12),
    (VALID.encode("cp932"), "xml-encoding", 12),  # says UTF-8
    (document(("UTF-8", "UTF-99")), "xml-encoding", 1),
    (document(("UTF-8", "UTF-7")), "xml-encoding", 1),
    (document(("UTF-8", "JAVA")), "xml-encoding", 1),
    (VALID.encode("utf-16")[:-1], None, None),
    (VALID.replace("大雨", "\ud800").encode("utf-16", "surrogatepass"), None, None),
    (b"<a>" * 256 + b"<a/>" + b"</a>" * 256, "xml-too-deep", 1),
    (NESTED, "xml-too-deep", 1),
    (b"<a>" * 300 + b"</a>" * 300, "xml-too-deep", 1),
    (b"<a>" * 100_000, "xml-too-deep", 1),
    (DOCTYPE % (b"", b""), "xml-entities", 1),
    (DOCTYPE % (b'<!ENTITY x "y">', b"&x;"), "xml-entities", 1),
    (DOCTYPE % (b'<!ENTITY x SYSTEM "file:///etc/passwd">', b"&x;"), "xml-entities", 1),
    (DOCTYPE % (b'<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;', b""), "xml-entities", 1),
    (b'<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/x.dtd"><alert/>', "xml-entities", 1),
]  # fmt: skip


def refusal(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        decode(data)
    return caught.value


@pytest.mark.parametrize(("data", "code", "line"), REFUSED)
def test_what_cannot_be_read_is_refused(data: bytes, code: str | None, line: int | None):
    error = refusal(data)
    assert isinstance(error, MessageSyntaxError)
    assert error.sentence.endswith(".")
    if code is not None:
        assert (error.code, error.line) == (code, line)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "shift_jis", "euc-jp", "iso-2022-jp"])
def test_the_encodings_of_japan_are_read(encoding: str):
    (alert,) = decode(in_japanese(encoding))
    assert alert.infos[0].event == "大雨"


def test_a_byte_order_mark_is_no_fault():
    assert decode(b"\xef\xbb\xbf" + document())


@pytest.mark.parametrize(
    ("data", "root"),
    [
        (b"<html/>", "html"),
        (document((":cap:1.2", ":cap:1.3")), "cap:1.3}alert"),
        (b'<feed xmlns="http://purl.org/atom/ns#"/>', "atom/ns#}feed"),
        (document(("<alert", "<c:alert xmlns:c='urn:x'"), ("</alert", "</c:alert")), "{urn:x}alert"),
    ],
)
def test_a_format_that_is_not_read_is_named(data: bytes, root: str):
    error = refusal(data)
    assert isinstance(error, MessageSyntaxError)
    assert error.code == "format-unknown"
    assert root in error.sentence
    assert "CAP 1.2" in error.sentence
    assert error.line is not None
    assert error.path == f"/{root.rsplit('}', maxsplit=1)[-1]}"


def test_hostile_documents_of_the_corpus_are_refused_at_once():
    for name in ("xee.cap", "xee.atom"):
        started = time.thread_time()
        assert refusal(corpus_document(name)).code == "xml-entities"
        assert time.thread_time() - started < 1


@pytest.mark.parametrize("place", [b"&e11;", b"<info a='&e11;'/>"])
def test_an_entity_bomb_does_not_go_off(place: bytes):
    data = DOCTYPE % (b'<!ENTITY e0 "boom">' + BOMB, place)
    tracemalloc.start()
    started = time.thread_time()
    error = refusal(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.code == "xml-entities"
    assert time.thread_time() - started < 2
    assert peak < 1 << 20


MEMORY = """
import resource, sys
from cap_formats.decode import decode
from cap_formats.problem import FormatError
data = {data}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decode(data)
except FormatError as error:
    print(error.code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def refused_in_a_process(data: str) -> tuple[str, int]:
    """Return the code of the refusal and by how many kB the process grew, the parser's own memory included."""
    root = Path(__file__).resolve().parents[2]
    made = subprocess.run(
        [sys.executable, "-c", MEMORY.format(data=data)], cwd=root, check=True, capture_output=True, text=True
    )
    code, grown = made.stdout.split()
    return code, int(grown)


def test_nine_mebibytes_are_refused_without_being_parsed():
    code, grown_kb = refused_in_a_process("b'<a>' + b'<b/>' * (9 << 18) + b'</a>'")
    assert code == "message-too-large"
    assert grown_kb < 1024


def test_an_entity_bomb_takes_no_memory_outside_python_either():
    data = DOCTYPE % (b'<!ENTITY e0 "boom">' + BOMB, b"&e11;")
    code, grown_kb = refused_in_a_process(repr(data))
    assert code == "xml-entities"
    assert grown_kb < 8 * 1024


def test_the_bound_is_the_bound():
    padding = b" " * (MESSAGE_BYTES_MAX - len(document()))
    assert decode(document() + padding)
    error = refusal(document() + padding + b" ")
    assert error.code == "message-too-large"
    assert str(MESSAGE_BYTES_MAX) in error.sentence


def test_depth_up_to_the_bound_is_read():
    assert read_xml(b"<a>" * DEPTH_MAX + b"</a>" * DEPTH_MAX).tag == "a"


def test_a_huge_attribute_is_refused_by_its_place():
    error = refusal(document(("<event>", f'<event a="{"x" * 5_000_000}">')))
    assert isinstance(error, MessageRuleError)
    assert (error.code, error.path) == ("cap-attribute", "/alert/info/event")
    assert len(error.sentence) < 500


def test_a_huge_value_is_refused_in_few_words():
    for old in ("Actual", "2026-07-01T09:00:00+09:00", "abc-1", "34.7,133.5 34.8,133.5 34.8,133.7 34.7,133.5"):
        error = refusal(document((old, "a b" * 1_000_000)))
        assert isinstance(error, MessageRuleError)
        assert len(error.sentence) < 1000


def test_a_huge_name_is_refused_in_few_words():
    for data in (b"<%s/>" % (b"x" * 5_000_000), document(("event>", "x" * 1_000_000 + ">"))):
        error = refusal(data)
        assert len(error.sentence) < 1000
        assert len(error.path or "") < 1000


def test_a_message_of_more_elements_than_memory_should_hold_is_not_parsed():
    assert refusal(b"<a>" + b"<b/>" * (ELEMENTS_MAX + 1) + b"</a>").code == "message-too-large"


@pytest.mark.parametrize("many", ["<info/>", "<c:info/>", "<x/>", "<code>1</code>"])
def test_a_message_of_nothing_but_elements_is_refused_soon(many: str):
    count = min(ELEMENTS_MAX - 100, (MESSAGE_BYTES_MAX - 2000) // len(many))
    prefix = ("<alert ", "<alert xmlns:c='urn:oasis:names:tc:emergency:cap:1.2' ")
    started = time.thread_time()
    error = refusal(document(prefix, ("<info>", many * count + "<info>")))
    assert (error.code, error.path) == ("cap-too-many-elements", "/alert")
    assert time.thread_time() - started < 5


@pytest.mark.parametrize(
    "text",
    ["34.7,133.5 " * 700_000 + "x", "1" * 8_000_000, "1.," * 2_000_000, "1,1 " * 2_000_000 + ",", " " * 8_000_000],
)
@pytest.mark.parametrize("shape", ["34.7,133.5 34.8,133.5 34.8,133.7 34.7,133.5", "34.79,133.61 2.5"])
def test_a_hostile_shape_is_refused_soon(shape: str, text: str):
    started = time.thread_time()
    assert refusal(document((shape, text))).code in {"cap-polygon", "cap-circle"}
    assert time.thread_time() - started < 10


def test_a_whole_number_of_any_length_is_refused_not_computed():
    size = "<resource><resourceDesc/><mimeType/><size>{}</size></resource><area>"
    for digits in ("9" * 5000, "-1", str(1 << 63)):
        error = refusal(document(("<area>", size.format(digits))))
        assert (error.code, error.path) == ("cap-size-range", "/alert/info/resource/size")


ODD = st.sampled_from(
    [b"", b"<", b">", b"&", b'"', b"\x00", b"\xff", b"\xed\xa0\x80", b"]]>", b"<!--", b"<![CDATA[", b"&#xD800;",
     b"&#9;", b"<!DOCTYPE a>", b"24:00:00", b"9999-12-31T23:59:59-14:00", b"0001-01-01T00:00:00+14:00", b"9" * 20,
     b"encoding='UTF-16'", b"<info/>", b"<references>,,</references>", b"<Signature/>", b",", b" ", b"nan", b"1e999"]
)  # fmt: skip


def seeds() -> list[bytes]:
    jma = ("32-39_12_05_250206_VTSE52.xml", "15_12_01_161130_VPWW53.xml", "32-35_08_08_240613_VXSE53.xml")
    return [document(), *map(corpus_document, CORPUS), *(corpus("corpus", "jma", name).read_bytes() for name in jma)]


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_only_format_errors_leave_the_decoder(data: st.DataObject):
    message = data.draw(st.sampled_from(seeds()))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(message)))
        length = data.draw(st.sampled_from([0, 0, 1, 2, 5, 20, 300]))
        put = data.draw(st.one_of(ODD, st.binary(max_size=8), st.just(message[start : start + length] * 2)))
        message = message[:start] + put + message[start + length :]
    try:
        alerts = decode(message)
    except FormatError:
        return
    assert all(Alert.from_json(alert.to_json()) == alert for alert in alerts)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_nor_from_any_bytes(message: bytes):
    with pytest.raises(FormatError):
        decode(message)

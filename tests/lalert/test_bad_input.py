"""Documents that are cut off, in another encoding, or spoilt: a FormatError or an alert, nothing else, and soon."""

import time
import tracemalloc
from contextlib import suppress

import pytest
from documents import BODIES, decoded, document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from cap_formats.alert import Alert
from cap_formats.cap.encode import encode_cap
from cap_formats.decode import decode_parts
from cap_formats.encode import encode
from cap_formats.part import Good
from cap_formats.problem import FormatError
from cap_formats.xml import ELEMENTS_MAX, MESSAGE_BYTES_MAX

WORDS = [
    "",
    "Actual",
    "Cancel",
    "Report",
    "0",
    "1",
    "-1",
    "９",
    "9" * 400,
    "2018-07-06T24:00:00",
    "解除",
    "&#xE000;",
    "<a/>",
]


def taken(data: bytes) -> Alert | None:
    try:
        (part,) = decode_parts(data)
    except FormatError:
        return None
    return part.alert if isinstance(part, Good) else None


@pytest.mark.parametrize("encoding", ["shift_jis", "euc-jp", "iso-2022-jp", "utf-16"])
@pytest.mark.parametrize("category", BODIES)
def test_the_encodings_of_japan_are_read(encoding: str, category: str):
    text = document(category)
    alert = taken(text.replace("UTF-8", encoding).encode(encoding))
    assert alert is not None
    assert alert.infos == decoded(text).infos
    assert alert.situation == decoded(text).situation


def test_shift_jis_that_says_utf_8_is_refused():
    with pytest.raises(FormatError) as caught:
        decode_parts(document().encode("shift_jis"))
    assert caught.value.code == "xml-encoding"


def test_a_document_that_was_cut_off_is_refused():
    raw = document().encode()
    for end in range(0, len(raw.rstrip()), 97):
        assert taken(raw[:end]) is None


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """Return a document with some elements taken out, doubled, moved, emptied, or with other words in them."""
    root = etree.fromstring(document(draw(st.sampled_from(sorted(BODIES)))).encode())
    for _ in range(draw(st.integers(1, 4))):
        elements = list(root.iter())
        element = draw(st.sampled_from(elements))
        parent = element.getparent()
        match draw(st.integers(0, 5)):
            case 0 if parent is not None:
                parent.remove(element)
            case 1 if parent is not None:
                parent.append(etree.fromstring(etree.tostring(element, with_tail=False)))
            case 2:
                other = draw(st.sampled_from(elements))
                if other not in element.iterancestors() and other is not element:
                    element.append(other)
            case 3:
                element.text = draw(st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=("Cs", "Cc"))))
            case 4:
                element.tag = draw(st.sampled_from(elements)).tag
            case _:
                element.attrib.clear()
    return etree.tostring(root)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spoilt())
def test_spoilt_documents_raise_format_errors_alone(data: bytes):
    alert = taken(data)
    if alert is None:
        return
    assert Alert.from_json(alert.to_json()) == alert
    for form in ("lalert", "cap"):
        with suppress(FormatError):
            encode(alert, form)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(BODIES)), st.data())
def test_spoilt_bytes_raise_format_errors_alone(category: str, data: st.DataObject):
    raw = bytearray(document(category).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    taken(bytes(raw))


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ("<pcx_ev:Detail/>", "lalert-too-many"),
        ("<commons:areaName>真備町</commons:areaName>", None),
        ("<x/>", "lalert-detail-missing"),
    ],
)
def test_a_document_of_very_many_elements_is_read_or_refused_at_once(element: str, code: str | None):
    count = min((MESSAGE_BYTES_MAX - 20_000) // len(element.encode()), ELEMENTS_MAX - 1_000)
    body = '<pcx_ev:EvacuationOrder xmlns:pcx_ev="http://xml.publiccommons.ne.jp/pcxml1/body/evacuation3">'
    raw = document(body=body + element * count + "</pcx_ev:EvacuationOrder>").encode()
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(FormatError) as caught:
        decode_parts(raw)
    print(f"{count} x {element}: {time.perf_counter() - began:.2f} s, {tracemalloc.get_traced_memory()[1] >> 20} MB")
    assert tracemalloc.get_traced_memory()[1] < 200 << 20
    tracemalloc.stop()
    assert caught.value.code == code or code is None


def test_whatever_is_read_can_be_written_as_cap():
    for category in BODIES:
        assert encode_cap(decoded(document(category)))

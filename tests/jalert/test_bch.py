"""The header of the Agency's messages, and what is packed behind it."""

import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cap_formats.jalert.bch import XmlType, read_bch
from cap_formats.jalert.unpack import Member, gunzip, is_tar, untar, unzip
from cap_formats.problem import FormatError, MessageSyntaxError
from cap_formats.xml import MESSAGE_BYTES_MAX
from tests.jalert.made import bch, gzipped, tar, telegram


def test_a_header_is_read_and_taken_off():
    read = read_bch(bch(b"<Report/>", heading=b"VTSE41 RJTD 210300\n"), "BI")
    assert (read.version, read.length, read.xml_type, read.heading) == (4, 20, XmlType.PLAIN, 19)
    assert read.body == b"<Report/>"


def test_a_wrong_checksum_is_said_unless_nobody_wants_to_know():
    wrong = bch(b"<Report/>", wrong=1)
    with pytest.raises(MessageSyntaxError, match="jalert-checksum"):
        read_bch(wrong, "BI")
    assert read_bch(wrong, "BI", check=False).body == b"<Report/>"


def test_version_1_carries_no_checksum():
    assert read_bch(bch(b"x", version=1, wrong=1), "BI").version == 1


def test_the_heading_of_an_an_message_is_found_by_its_form():
    body = "訓練ではありません".encode("cp932")
    read = read_bch(bch(b"\nVPWW53 RJTD 210300 CCA\n\x02\n" + body), "AN")
    assert read.body == body


@pytest.mark.parametrize("data", [b"", b"\x45" * 19, b"\x4f" + bytes(30), b"\x44" + bytes(40)])
def test_what_is_no_header(data: bytes):
    with pytest.raises(MessageSyntaxError, match="jalert-bch"):
        read_bch(data, "BI", check=False)


def test_a_heading_that_ends_beyond_the_message():
    data = bytearray(bch(b"ab"))
    data[9] = 200
    with pytest.raises(MessageSyntaxError, match="beyond the message"):
        read_bch(bytes(data), "BI", check=False)


def test_gzip_and_zip():
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("message.xml", telegram())
    assert unzip(packed.getvalue()) == telegram()
    assert gunzip(gzipped(telegram())) == telegram()
    assert gunzip(gzipped(b"one") + gzipped(b"two")) == b"onetwo"


def test_bombs_are_not_set_off():
    zeros = bytes(MESSAGE_BYTES_MAX + 1)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(200 << 20))
    for opener, bomb in ((gunzip, gzipped(zeros)), (gunzip, gzipped(bytes(200 << 20))), (unzip, packed.getvalue())):
        with pytest.raises(MessageSyntaxError, match="message-too-large"):
            opener(bomb)
    with pytest.raises(MessageSyntaxError, match="message-too-large"):
        untar(tar({str(number): b"x" for number in range(33)}))


def test_a_gzip_that_ends_too_early():
    with pytest.raises(MessageSyntaxError, match="gzip-invalid"):
        gunzip(gzipped(telegram())[:-9])


def test_a_tar_keeps_files_and_forgets_where_they_stood():
    packed = tar({"../../etc/kokumin.txt": b"text", "a/kokumin.ini": b"ini"})
    assert is_tar(packed)
    assert untar(packed) == [Member("kokumin.txt", b"text"), Member("kokumin.ini", b"ini")]


whole = (tar({"a.txt": b"text" * 100, "a.ini": b"[A]\nb=1\n"}), gzipped(telegram()), bch(telegram()))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(whole), st.data())
def test_what_is_damaged_is_a_format_error_or_read(data: bytes, draw: st.DataObject):
    damaged = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 6))):
        damaged[draw.draw(st.integers(0, len(damaged) - 1))] = draw.draw(st.integers(0, 255))
    cut = bytes(damaged[: draw.draw(st.integers(0, len(damaged)))])
    for opener in (untar, gunzip, unzip, lambda each: read_bch(each, "BI"), lambda each: read_bch(each, "AN")):
        with suppress(FormatError):
            opener(cut)

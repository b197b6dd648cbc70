"""The bytes of a line, cut anywhere and damaged anywhere."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cap_formats.decode import decode_parts
from cap_formats.part import Bad
from cap_formats.problem import FormatError
from cap_formats.qzss.sentence import Sentence, recognise
from cap_formats.qzss.stream import Damaged, Event, Other, Stream
from receivers.qzss.heard import HEARD_MAX, WINDOW, Heard
from tests.qzss.bits import Bits, dcx, early_warning, hexadecimal, j_alert, l_alert, nmea, tsunami, ublox

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
GGA = b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47"
UBX_OTHER = b"\xb5\x62\x01\x07\x00\x00\x08\x19"


def read(*chunks: bytes) -> list[Event]:
    stream = Stream()
    return [event for chunk in chunks for event in stream.feed(chunk)]


def test_sentences_between_others_of_both_protocols():
    missile = j_alert(1)
    data = b"torn,end*00\r\n" + GGA + b"\r\n" + nmea(missile) + b"\r\n" + UBX_OTHER + ublox(missile) + GGA + b"\n"
    assert read(data) == [
        Other(),
        Sentence(nmea(missile), "nmea"),
        Other(),
        Sentence(ublox(missile), "ublox"),
        Other(),
    ]


def test_damage_is_told_of_sentences_that_matter_alone():
    damaged = nmea(j_alert(1)).replace(b"A", b"B", 1)
    assert read(damaged + b"\n" + GGA.replace(b"0.9", b"0.8") + b"\n" + GGA + b"\n") == [Damaged(damaged), Other()]


def test_a_sentence_that_stops_is_not_the_end_of_the_next():
    half, whole = nmea(j_alert(1))[:40], nmea(l_alert(1))
    assert read(half + whole + b"\r\n") == [Damaged(half), Sentence(whole, "nmea")]


def test_a_line_without_end_does_not_fill_the_memory():
    stream = Stream()
    for _ in range(100):
        assert list(stream.feed(b"$" + b"x" * 10_000)) == []
    assert list(stream.feed(b"\n" + GGA + b"\n")) == [Other()]


pieces = st.one_of(
    st.sampled_from((GGA + b"\r\n", nmea(j_alert(1)) + b"\r\n", ublox(l_alert(1)), UBX_OTHER, b"$", b"\xb5", b"\n")),
    st.binary(max_size=30),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=10).map(b"".join), st.lists(st.integers(0, 600), max_size=12))
def test_how_the_bytes_are_cut_makes_no_difference(data: bytes, cuts: list[int]):
    places = sorted({min(cut, len(data)) for cut in cuts})
    chunks = [data[begin:end] for begin, end in zip([0, *places], [*places, len(data)], strict=True)]
    assert read(*chunks) == read(data)


whole = tuple(
    form(bits)
    for form in (nmea, ublox, hexadecimal)
    for bits in (j_alert(1), l_alert(2), early_warning(NOW, (7,)), tsunami(NOW, 4, (210,)))
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(whole), st.lists(st.tuples(st.integers(0, 75), st.integers(0, 255)), max_size=4))
def test_a_damaged_sentence_is_refused_or_read(data: bytes, changes: list[tuple[int, int]]):
    damaged = bytearray(data)
    for at, byte in changes:
        damaged[at % len(damaged)] = byte
    with suppress(FormatError):
        decode_parts(bytes(damaged), NOW)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, (1 << 212) - 1), st.sampled_from((43, 44)), st.datetimes(timezones=st.just(UTC)))
def test_any_message_with_a_right_checksum_is_an_alert_or_a_format_error(value: int, kind: int, at: datetime):
    bits = Bits(kind).put(14, 212, value)
    assert recognise(nmea(bits))
    for part in decode_parts(nmea(bits), at):
        if not isinstance(part, Bad):
            assert part.alert.identifier
            assert len(part.alert.to_json()) < 200_000


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 3), st.integers(1, 4), st.integers(0, 127), st.integers(0, 1023), st.integers(0, 1), st.integers(0)
)
def test_any_dcx_for_japan_is_an_alert_or_a_format_error(a1: int, a3: int, a4: int, a11: int, a9: int, rest: int):
    fields = {"a1": a1, "a3": a3, "a4": a4, "a11": a11, "a9": a9, "a5": rest % 4, "a8": rest % 3, "a7": rest % 16384}
    for part in decode_parts(nmea(dcx(**fields, ex1=rest % 65536)), NOW):
        if not isinstance(part, Bad):
            assert part.alert.infos[0].headline


def test_what_was_heard_lately_is_bounded_and_ends():
    heard = Heard()
    heard.note("a", NOW)
    assert heard.again("a", NOW + WINDOW)
    assert heard.again("a", NOW + 2 * WINDOW)  # it was heard in between: it still holds
    assert not heard.again("a", NOW + 3 * WINDOW + timedelta(seconds=1))
    for number in range(HEARD_MAX + 10):
        heard.note(str(number), NOW)
    assert len(heard) == HEARD_MAX
    assert not heard.again("a", NOW)

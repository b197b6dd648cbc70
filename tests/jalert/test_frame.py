"""JMAソケット as pure state: whatever the packets, the frames are the same, and what is no frame is told once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cap_formats.jalert.frame import (
    ALIVE,
    DATA_BYTES_MAX,
    FRAME_BYTES_MAX,
    Broken,
    Checked,
    Control,
    Event,
    Frames,
    Message,
)
from tests.jalert.made import frame

TYPES = ("AN", "BI", "FX", "JL", "aN", "bI", "fX")


def read(*chunks: bytes) -> list[Event]:
    frames = Frames()
    events = [event for chunk in chunks for event in frames.feed(chunk)]
    rest = frames.end()
    return events if rest is None else [*events, rest]


def test_a_message_and_its_checkpoint():
    raw = frame("bI", b"0123456789012345678901234567890")
    [message] = read(raw)
    assert isinstance(message, Message)
    assert (message.type, message.data, message.raw) == ("BI", raw[10:], raw)
    assert message.answer == b"00000033ENACK" + raw[:30]


def test_a_short_message_is_acknowledged_with_what_there_is():
    [message] = read(frame("aN", b"ab"))
    assert isinstance(message, Message)
    assert message.answer == b"00000015ENACK00000002aNab"


@pytest.mark.parametrize("kind", ["AN", "BI", "FX", "JL"])
def test_no_checkpoint_no_answer(kind: str):
    [message] = read(frame(kind, b"x"))
    assert isinstance(message, Message)
    assert message.answer == b""
    assert message.type == kind


def test_the_health_check():
    assert read(frame("EN", b"chk"), frame("EN", b"ACK12"), ALIVE) == [Checked(), Control(b"ACK12"), Control(b"CHK")]


def test_garbage_between_frames_is_told_and_passed():
    events = read(frame("AN", b"one") + b"\r\nnoise 123" + frame("AN", b"two"))
    assert [type(event) for event in events] == [Message, Broken, Message]
    assert isinstance(events[1], Broken)
    assert (events[1].raw, events[1].code, events[1].fatal) == (b"\r\nnoise 123", "jalert-frame-garbage", False)


def test_a_length_that_is_too_small_costs_the_rest_of_one_message_only():
    events = read(b"00000003AN" + b"abcdefgh" + frame("AN", b"two"))
    assert [event.data for event in events if isinstance(event, Message)] == [b"abc", b"two"]
    assert [event.raw for event in events if isinstance(event, Broken)] == [b"defgh"]


def test_a_length_beyond_the_longest_frame_is_no_header():
    events = read(b"99999999AN" + frame("AN", b"two"))
    assert [event.data for event in events if isinstance(event, Message)] == [b"two"]
    assert [event.raw for event in events if isinstance(event, Broken)] == [b"99999999AN"]


def test_a_torn_frame_is_told_at_the_end():
    [broken] = read(b"00000100AN" + b"half")
    assert isinstance(broken, Broken)
    assert (broken.code, broken.raw, broken.fatal) == ("jalert-frame-torn", b"00000100ANhalf", True)


def test_the_longest_frame_passes():
    [message] = read(frame("BI", bytes(DATA_BYTES_MAX)))
    assert isinstance(message, Message)
    assert len(message.raw) == FRAME_BYTES_MAX


def test_noise_without_end_closes_the_connection_and_memory_stays_bounded():
    frames = Frames()
    events = []
    for _ in range(200):
        events += list(frames.feed(b"x" * 10_000))
        if frames.is_over:
            break
    [broken] = events
    assert isinstance(broken, Broken)
    assert (broken.code, len(broken.raw), broken.fatal) == ("jalert-no-frame", FRAME_BYTES_MAX, True)
    assert list(frames.feed(frame("AN", b"x"))) == []
    assert frames.end() is None


def test_headers_that_are_none_one_after_the_other():
    noise = b"99999999AN" * 50_000
    events = read(noise + frame("AN", b"x"))
    assert isinstance(events[-1], Message)
    assert b"".join(event.raw for event in events if isinstance(event, Broken)) == noise


pieces = st.one_of(
    st.builds(frame, st.sampled_from(TYPES), st.binary(max_size=60)),
    st.just(frame("EN", b"chk")),
    st.binary(max_size=40),
    st.text("0123456789ANBIchk", max_size=20).map(str.encode),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=12).map(b"".join), st.lists(st.integers(0, 400), max_size=12))
def test_how_the_bytes_are_cut_makes_no_difference(data: bytes, cuts: list[int]):
    places = sorted({min(cut, len(data)) for cut in cuts})
    chunks = [data[begin:end] for begin, end in zip([0, *places], [*places, len(data)], strict=True)]
    assert read(*chunks) == read(data)


@settings(max_examples=200, deadline=None)
@given(st.lists(pieces, max_size=12).map(b"".join))
def test_no_byte_is_lost(data: bytes):
    told = b""
    for event in read(data):
        match event:
            case Checked():
                told += frame("EN", b"chk")
            case Control(inner):
                told += frame("EN", inner)
            case _:
                told += event.raw
    assert told == data

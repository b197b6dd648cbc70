"""A report of 気象庁防災情報XML in a コモンズEDXL envelope is JMA's own alert, and the envelope must agree with it."""

from pathlib import Path

import pytest
from corpus import corpus
from documents import STATUS, TYPE, by_the_front_door, document
from edxl import check_envelope
from lxml import etree

from cap_formats.alert import MsgType, Status
from cap_formats.decode import decode, decode_parts
from cap_formats.encode import encode
from cap_formats.problem import FormatError, MessageHeldError

JMA_STATUS = {"通常": "Actual", "訓練": "Exercise", "試験": "Test"}


def telegrams(pattern: str) -> list[Path]:
    paths = sorted(corpus("corpus", "jma").glob(pattern))
    assert paths, pattern
    return paths


def wrapped(telegram: bytes, *changes: tuple[str, str]) -> bytes:
    """Put a telegram where the Report of PCXML stands in the envelope written by hand."""
    text = document("EvacuationOrder")
    begin, end = text.index("<Report"), text.index("</Report>") + len("</Report>")
    inner = etree.tostring(etree.fromstring(telegram), encoding="unicode")
    text = text[:begin] + inner + text[end:]
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()


def status_of(telegram: bytes) -> str:
    return JMA_STATUS[etree.fromstring(telegram).findtext(".//{*}Control/{*}Status") or ""]


def test_it_is_the_alert_that_jma_sent():
    for path in telegrams("*.xml")[::25]:
        raw = path.read_bytes()
        changes = [(STATUS, STATUS.replace("Actual", status_of(raw)))]
        alone, inside = decode(raw)[0], by_the_front_door(wrapped(raw, *changes))
        assert inside.source_format == "jma"
        assert (inside.sender, inside.chain, inside.place) == (alone.sender, alone.chain, alone.place), path.name
        assert inside.infos == alone.infos, path.name
        assert inside.sent == alone.sent
        assert inside.msg_type is alone.msg_type
        check_envelope(wrapped(raw, *changes))


def test_its_name_does_not_depend_on_the_envelope():
    raw = telegrams("*VPWW54*.xml")[0].read_bytes()
    changes = [(STATUS, STATUS.replace("Actual", status_of(raw)))]
    one = by_the_front_door(wrapped(raw, *changes))
    other = by_the_front_door(wrapped(raw, *changes, ("2018-07-06T23:52:10", "2018-07-06T23:53:10")))
    assert one.identifier == other.identifier
    assert one.raw_digest != other.raw_digest


@pytest.mark.parametrize("claimed", ["Actual", "Exercise", "System", "Test"])
@pytest.mark.parametrize("said", ["通常", "訓練", "試験"])
def test_the_envelope_agrees_or_it_waits(claimed: str, said: str):
    raw = telegrams("*VPWW54*.xml")[0].read_text("utf-8")
    raw = raw.replace(f"<Status>{etree.fromstring(raw.encode()).findtext('.//{*}Status')}<", f"<Status>{said}<")
    text = wrapped(raw.encode(), (STATUS, STATUS.replace("Actual", claimed)))
    meant = JMA_STATUS[said]
    if claimed == meant or (claimed, meant) == ("System", "Test"):
        assert by_the_front_door(text).status is Status(meant)
        return
    with pytest.raises(MessageHeldError) as caught:
        decode_parts(text)
    assert caught.value.code == "status-contradiction"
    assert caught.value.alert is not None
    assert caught.value.alert.status is Status(meant)


def test_a_cancel_around_a_telegram_that_takes_nothing_back_waits():
    raw = telegrams("*VPWW54*.xml")[0].read_bytes()
    with pytest.raises(MessageHeldError) as caught:
        decode_parts(
            wrapped(raw, (STATUS, STATUS.replace("Actual", status_of(raw))), (TYPE, TYPE.replace("Report", "Cancel")))
        )
    assert caught.value.code == "lalert-contradiction"


def test_jma_s_own_cancel_is_a_cancel_whatever_the_envelope_is():
    for path in telegrams("*VTSE41*.xml"):
        raw = path.read_bytes()
        if decode(raw)[0].msg_type is MsgType.CANCEL:
            alert = by_the_front_door(wrapped(raw, (STATUS, STATUS.replace("Actual", status_of(raw)))))
            assert alert.msg_type is MsgType.CANCEL
            return
    pytest.skip("the corpus has no such telegram")


def test_it_goes_out_again_as_news():
    raw = telegrams("*VPWW54*.xml")[0].read_bytes()
    alert = by_the_front_door(wrapped(raw, (STATUS, STATUS.replace("Actual", status_of(raw)))))
    assert by_the_front_door(encode(alert, "lalert")).source_format == "lalert"


def test_a_telegram_without_a_time_is_refused_as_jma_s():
    text = wrapped(
        b'<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Status>\xe9\x80\x9a\xe5\xb8\xb8</Status></Control></Report>'
    )
    with pytest.raises(FormatError) as caught:
        decode_parts(text)
    assert caught.value.code == "jma-time-missing"

"""What came as JMA is fetched as CAP that names what it took over."""

from datetime import UTC, datetime

from cap_formats.alert import MsgType
from cap_formats.cap.encode import encode_cap
from cap_formats.decode import decode
from channels.feed.cap import linked
from tests.corpus import corpus


def test_an_update_of_jmas_names_what_it_took_over_and_passes_our_own_rules():
    [first] = decode(corpus("corpus", "jma", "36_01_01_240613_VXSE44.xml").read_bytes())
    [update] = decode(corpus("corpus", "jma", "36_01_02_240613_VXSE44.xml").read_bytes())
    [read_back] = decode(encode_cap(linked(update, [first])))
    assert read_back.msg_type is MsgType.UPDATE
    [reference] = read_back.references
    assert (reference.identifier, reference.sender) == (first.identifier, first.sender)
    assert datetime.fromisoformat(reference.sent).astimezone(UTC) == first.sent.astimezone(UTC)


def test_an_update_that_took_nothing_over_stands_alone():
    [update] = decode(corpus("corpus", "jma", "36_01_02_240613_VXSE44.xml").read_bytes())
    [read_back] = decode(encode_cap(linked(update, [])))
    assert read_back.msg_type is MsgType.ALERT

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import pytest

from broker.core.lane import Lane, lane_of
from broker.web.page import JST
from cap_formats import parameter
from cap_formats.alert import Alert, MsgType, NamedValue, Reference, ResponseType, Severity, Status, Urgency
from cap_formats.cap.encode import encode_cap
from cap_formats.decode import decode
from receivers.console.form import picture
from receivers.console.order import GRADES, WHOLE, Order, Place, cancel_alert, order_alert, order_of, reference_to

SENT = datetime(2026, 7, 1, 9, 0, tzinfo=JST)
SHIRAKO = Place(name="白子", polygons=("35.8,139.6 35.8,139.7 35.9,139.7 35.8,139.6",))


def an_order(at: dict[int, tuple[Place, ...]], status: Status = Status.ACTUAL, before: Order | None = None) -> Order:
    return picture(code="112291", municipality="和光市", hazard="洪水", status=status, at=at, before=before)


def through_cap(order: Order, references: Sequence[Reference] = ()) -> Alert:
    alert = order_alert(order, identifier=f"o{len(references) + 1}", sent=SENT, references=references)
    [decoded] = decode(encode_cap(alert))
    return decoded


@pytest.mark.parametrize(
    ("level", "response", "urgency", "severity", "lane"),
    [
        (5, {ResponseType.SHELTER, ResponseType.EXECUTE}, Urgency.IMMEDIATE, Severity.EXTREME, Lane.URGENT),
        (4, {ResponseType.EVACUATE}, Urgency.IMMEDIATE, Severity.SEVERE, Lane.NORMAL),
        (3, {ResponseType.PREPARE, ResponseType.EVACUATE}, Urgency.EXPECTED, Severity.SEVERE, Lane.NORMAL),
    ],
)
def test_a_level_becomes_what_the_table_says(
    level: int, response: set[ResponseType], urgency: Urgency, severity: Severity, lane: Lane
):
    alert = through_cap(an_order({level: (Place(name=WHOLE),)}))
    [info] = alert.infos
    assert (set(info.response_type), info.urgency, info.severity) == (response, urgency, severity)
    assert info.parameter(parameter.LEVEL) == str(level)
    assert info.parameter(parameter.HAZARD) == "洪水"
    assert info.event == GRADES[level].event
    assert f"警戒レベル{level}、{GRADES[level].event}" in (info.headline or "")
    assert info.areas[0].geocodes == (NamedValue("JISX0402", "112291"),)
    assert info.areas[0].area_desc == "和光市全域"
    assert info.expires == SENT + timedelta(hours=24)
    assert lane_of(alert) is lane
    assert alert.msg_type is MsgType.ALERT


def test_every_word_of_a_drill_says_so():
    alert = through_cap(an_order({5: (Place(name=WHOLE),)}, Status.EXERCISE))
    [info] = alert.infos
    assert alert.status is Status.EXERCISE
    for text in (info.headline, info.description, info.instruction, info.parameter(parameter.VOICE)):
        assert text is not None
        assert text.startswith("【訓練】")
    assert info.parameter(parameter.TRAINING) == "true"
    assert lane_of(alert) is Lane.DRILL


def test_an_update_is_the_whole_picture_with_what_was_lifted():
    before = an_order({3: (SHIRAKO, Place(name="本町"), Place(name="新倉"))})
    first = through_cap(before)
    after = an_order({4: (SHIRAKO,), 3: (Place(name="本町"),)}, before=before)
    update = through_cap(after, references=[reference_to(first)])
    assert update.msg_type is MsgType.UPDATE
    assert update.chain == first.chain
    said = [
        (i.parameter(parameter.LEVEL), ResponseType.ALL_CLEAR in i.response_type, len(i.areas)) for i in update.infos
    ]
    assert said == [("4", False, 1), ("3", False, 1), ("3", True, 1)]
    assert update.infos[2].areas[0].area_desc == "和光市新倉"
    assert "解除しました" in (update.infos[2].headline or "")
    assert update.infos[0].areas[0].polygons == SHIRAKO.polygons


def test_a_downgrade_names_the_lower_level_and_lifts_nothing():
    before = an_order({4: (Place(name=WHOLE),)})
    after = an_order({3: (Place(name=WHOLE),)}, before=before)
    assert [(part.level, part.lifted) for part in after.parts] == [(3, False)]


def test_a_lift_keeps_the_lane_of_what_it_lifts():
    before = an_order({5: (Place(name=WHOLE),)})
    lifted = an_order({}, before=before)
    assert lifted.top == 0
    alert = through_cap(lifted, references=[reference_to(through_cap(before))])
    assert alert.infos[0].response_type == (ResponseType.ALL_CLEAR,)
    assert lane_of(alert) is Lane.URGENT


def test_an_order_reads_back_from_its_alert():
    drawn = Place(name="川の東", drawn=True, polygons=SHIRAKO.polygons)
    order = an_order({4: (SHIRAKO, drawn, Place(name="本町")), 3: (Place(name=WHOLE),)})
    read = order_of(through_cap(order))
    assert read == order


def test_a_cancel_says_in_every_text_that_it_was_a_mistake():
    first = through_cap(an_order({4: (Place(name=WHOLE),)}))
    sent = SENT + timedelta(minutes=1)
    references = [reference_to(first)]
    cancel = cancel_alert(first, identifier="x", sent=sent, references=references, note="誤って発信しました。")
    [decoded] = decode(encode_cap(cancel))
    assert decoded.msg_type is MsgType.CANCEL
    assert decoded.note == "誤って発信しました。"
    assert decoded.references == (reference_to(first),)
    for text in (decoded.infos[0].headline, decoded.infos[0].description, decoded.infos[0].parameter(parameter.VOICE)):
        assert "取り消" in (text or "")


def test_what_is_no_order_is_not_read_as_one():
    alert = through_cap(an_order({4: (Place(name=WHOLE),)}))
    [info] = alert.infos
    warning = msgspec.structs.replace(alert, infos=(msgspec.structs.replace(info, event="大雨警報"),))
    assert order_of(alert) is not None
    assert order_of(warning) is None
    assert order_of(msgspec.structs.replace(alert, infos=())) is None


def test_an_order_of_l_alert_reads_back_with_its_districts():
    alert = through_cap(an_order({4: (Place(name="白子"),)}))
    [info] = alert.infos
    [area] = info.areas
    full = msgspec.structs.replace(area, geocodes=(area.geocodes[0], NamedValue("areaName", "和光市白子")))
    read = order_of(msgspec.structs.replace(alert, infos=(msgspec.structs.replace(info, areas=(full,)),)))
    assert read is not None
    assert [place.name for place in read.parts[0].places] == ["白子"]

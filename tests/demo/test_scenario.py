"""The drill's scenario: every message is one that the broker takes, and every one is a drill."""

from datetime import UTC, datetime

import pytest

from cap_formats.alert import Alert, MsgType, Status
from cap_formats.decode import decode
from channels.carrier.body import mail_of
from ops.demo.account import _troubles
from ops.demo.scenario import Step, Who, scenario
from ops.demo.town import DISTRICTS, ORDERS, STATIONS, subscriptions

START = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)
STEPS = scenario(START)


def alert_of(step: Step) -> Alert:
    (alert,) = decode(step.body)
    return alert


def test_it_plays_in_about_a_minute_and_in_order() -> None:
    offsets = [step.offset_s for step in STEPS]
    assert offsets == sorted(offsets)
    assert 45 <= offsets[-1] <= 75
    assert scenario(START, speed=2)[-1].offset_s == offsets[-1] / 2


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_every_message_is_a_drill_and_says_so(step: Step) -> None:
    alert = alert_of(step)
    assert alert.status is Status.EXERCISE
    assert all((info.headline or "").startswith("【訓練】") for info in alert.infos if info.headline)
    assert any(info.headline for info in alert.infos)


def test_times_go_with_the_play_and_every_reference_is_to_an_earlier_message() -> None:
    seen = set()
    for step in STEPS:
        alert = alert_of(step)
        assert abs((alert.sent - START).total_seconds() - step.offset_s) <= 1
        assert {(r.sender, r.identifier) for r in alert.references} <= seen
        seen.add((alert.sender, alert.identifier))


def test_the_levels_rise_and_everything_is_lifted_or_taken_back_at_the_end() -> None:
    town = [alert_of(step) for step in STEPS if step.who is Who.TOWN]
    levels = [int(alert.infos[0].parameter("jp:level") or 0) for alert in town]
    assert levels == [3, 4, 4, 4, 5, 5]
    assert [alert.msg_type for alert in town].count(MsgType.CANCEL) == 1
    assert "AllClear" in town[-1].infos[0].response_type


@pytest.mark.parametrize("step", [s for s in STEPS if s.who is Who.TOWN], ids=lambda step: step.title)
def test_every_order_can_be_said_by_urgent_mail(step: Step) -> None:
    mail = mail_of(alert_of(step))
    assert mail.title.startswith("【訓練】")
    assert mail.length <= 200


def test_stations_stand_where_the_districts_are() -> None:
    groups = {district.group for district in DISTRICTS}
    assert {station.group for station in STATIONS} == groups
    for district in DISTRICTS:
        lats, lons = zip(*district.outline, strict=True)
        for station in STATIONS:
            if station.group == district.group:
                assert min(lats) - 0.01 <= station.lat <= max(lats) + 0.01
                assert min(lons) - 0.01 <= station.lon <= max(lons) + 0.01


def test_every_wish_asks_for_drills_alone() -> None:
    wishes = subscriptions({"放送局": ("http://127.0.0.1:1/", "whsec_x")}, {"docomo": "http://127.0.0.1:2"})
    assert [wish["channel"] for wish in wishes] == ["webhook", "carrier", "radio"]
    assert all(wish["filter"]["statuses"] == ["Exercise"] for wish in wishes)
    events = {alert_of(step).infos[0].event for step in STEPS if step.who is Who.TOWN}
    assert events == set(ORDERS)


@pytest.mark.parametrize(
    ("row", "kept", "words"),
    [
        ({"state": "open", "reason": "timeout"}, [], "is open: timeout"),
        ({"state": "refused", "reason": "410"}, [], "is refused"),
        ({"state": "delivered"}, [], "no newsroom has it"),
        ({"state": "delivered"}, [{"id": "d1", "altered": True}], "different content"),
        ({"state": "delivered", "channel": "radio", "receipts": 0}, [], "no station answered"),
    ],
)
def test_the_account_finds_what_does_not_add_up(row: dict, kept: list, words: str) -> None:
    full = {"id": "d1", "channel": "webhook", "reason": "", "receipts": 0} | row
    assert any(words in trouble for trouble in _troubles([full], kept))


def test_nobody_owed_is_a_trouble_too() -> None:
    assert list(_troubles([], [])) == ["nobody was owed anything"]

"""What is due, in which order, and how everything owed comes to an end."""

from datetime import datetime, timedelta

import msgspec
import pytest
from core.desk import Desk
from core.message import NOW, routed, subscription

from broker.core.delivery import Deferred, Delivered, Delivery, Level, Refused
from broker.core.dispatch import Dispatch
from broker.core.dispatch_state import WentOut
from broker.core.event import (
    AlertRouted,
    DeliveryDeferred,
    DeliveryDelivered,
    DeliveryExpired,
    DeliveryRefused,
    DeliverySuperseded,
    ReceiptReceived,
    SubscriptionPut,
    SubscriptionRemoved,
)
from broker.core.lane import Lane
from broker.core.stuck import Why, stuck


def superseded(delivery_id: str, by_seq: int | None = None, reason: str = "newer") -> DeliverySuperseded:
    return DeliverySuperseded(delivery_id=delivery_id, reason=reason, by_seq=by_seq)


def test_what_is_owed_is_due_once_with_all_that_a_channel_needs(desk: Desk) -> None:
    desk.feed(routed(1, "a", "b", chain="cap:x", lane=Lane.URGENT))
    first, second = desk.due()
    assert first == Delivery(
        id="1>a",
        alert_seq=1,
        chain="cap:x",
        subscription_id="a",
        channel="webhook",
        lane=Lane.URGENT,
        deadline=NOW + timedelta(hours=1),
        attempt=1,
    )
    assert second.subscription_id == "b"
    assert desk.ids() == []


def test_outcomes_become_events(desk: Desk) -> None:
    desk.feed(routed(1, "a", "b", "c"))
    a, b, c = desk.due()
    assert desk.answer(a, Delivered(level=Level.DISPLAYED, evidence="ok", first_byte_s=0.05)) == DeliveryDelivered(
        delivery_id="1>a", attempt=1, level=Level.DISPLAYED, evidence="ok", first_byte_s=0.05, outcome_s=0.1
    )
    assert desk.answer(b, Refused(reason="413")) == DeliveryRefused(
        delivery_id="1>b", attempt=1, reason="413", outcome_s=0.1
    )
    deferred = desk.answer(c, Deferred(reason="503"))
    assert isinstance(deferred, DeliveryDeferred)
    assert (deferred.delivery_id, deferred.attempt, deferred.reason) == ("1>c", 1, "503")
    assert 0 < (deferred.retry_at - NOW).total_seconds() <= 1.0
    assert sum(desk.dispatch.open_count().values()) == 1
    assert (desk.dispatch.is_open("1>c"), desk.dispatch.is_open("1>a")) == (True, False)


def test_a_deferred_one_is_due_again_at_its_time_with_the_next_attempt(desk: Desk) -> None:
    desk.feed(routed(1, "a"))
    [first] = desk.due()
    event = desk.answer(first, Deferred(reason="503", retry_after_s=20))
    assert isinstance(event, DeliveryDeferred)
    assert event.retry_at == NOW + timedelta(seconds=20)
    assert desk.dispatch.next_at(desk.now) == event.retry_at
    desk.pass_s(19.9)
    assert desk.ids() == []
    desk.pass_s(0.1)
    [again] = desk.due()
    assert (again.id, again.attempt) == ("1>a", 2)


def test_swift_alerts_climb_the_swift_ladder(desk: Desk) -> None:
    desk.feed(routed(1, "a", swift=True), routed(2, "b", swift=False))
    delays = {}
    for delivery in desk.due():
        event = desk.answer(delivery, Deferred(reason="503"))
        assert isinstance(event, DeliveryDeferred)
        delays[delivery.id] = (event.retry_at - NOW).total_seconds()
    assert delays["1>a"] <= 0.2
    assert delays["2>b"] <= 1.0


def test_release_gives_an_abandoned_attempt_back(desk: Desk) -> None:
    desk.feed(routed(1, "a"))
    [first] = desk.due()
    desk.dispatch.release("1>a")
    assert desk.due() == [first]
    assert desk.dispatch.in_flight_count()[Lane.NORMAL] == 1
    desk.dispatch.release("unknown")


def test_a_record_taken_in_twice_changes_nothing(desk: Desk) -> None:
    desk.feed(routed(1, "a"))
    [first] = desk.due()
    event = desk.answer(first, Deferred(reason="503"))
    desk.pass_s(10)
    assert [delivery.attempt for delivery in desk.due()] == [2]
    desk.dispatch.apply(1, event)
    desk.dispatch.apply(1, desk.alerts[0])
    assert desk.ids() == []
    assert desk.dispatch.in_flight_count()[Lane.NORMAL] == 1


# --- order and what takes over what


def test_an_older_one_that_has_not_gone_out_is_superseded_and_the_newer_goes(desk: Desk) -> None:
    desk.feed(routed(1, "a", "b"), routed(2, "a", "b", references=(1,)))
    assert desk.ids() == []
    assert desk.judge() == [superseded("1>a", 2), superseded("1>b", 2)]
    assert desk.ids() == ["2>a", "2>b"]


def test_a_newer_one_waits_for_the_attempt_under_way(desk: Desk) -> None:
    desk.feed(routed(1, "a", "b"))
    a, b = desk.due()
    desk.feed(routed(2, "a", "b", references=(1,)))
    assert (desk.judge(), desk.ids()) == ([], [])
    desk.answer(a, Delivered())
    assert (desk.judge(), desk.ids()) == ([], ["2>a"])
    desk.answer(b, Deferred(reason="503"))
    assert desk.judge() == [superseded("1>b", 2)]
    assert desk.ids() == ["2>b"]


def test_a_newer_one_follows_a_refused_and_an_expired_one(desk: Desk) -> None:
    desk.feed(routed(1, "a"), routed(2, "b", deadline=NOW + timedelta(seconds=1)))
    [a, _] = desk.due()
    desk.answer(a, Refused(reason="413"))
    desk.dispatch.release("2>b")
    desk.pass_s(2)
    assert desk.judge() == [DeliveryExpired(delivery_id="2>b")]
    desk.feed(routed(3, "a", references=(1,)), routed(4, "b", references=(2,)))
    assert sorted(desk.ids()) == ["3>a", "4>b"]


def test_the_newest_of_several_takes_over_all_before(desk: Desk) -> None:
    desk.feed(routed(1, "a"), routed(2, "a", references=(1,)), routed(3, "a", references=(1, 2)))
    assert desk.judge() == [superseded("1>a", 3), superseded("2>a", 3)]
    assert desk.ids() == ["3>a"]


def test_a_newer_one_that_is_owed_to_nobody_still_ends_the_older(desk: Desk) -> None:
    desk.feed(routed(1, "a"), routed(2, references=(1,)))
    assert desk.judge() == [superseded("1>a", 2)]


def test_other_chains_and_other_subscribers_do_not_wait(desk: Desk) -> None:
    desk.feed(routed(1, "a", "b"))
    [a, b] = desk.due()
    desk.feed(routed(2, "a", "c"), routed(3, "b", "c", references=(1,)))
    assert sorted(desk.ids()) == ["2>a", "2>c", "3>c"]
    desk.answer(a, Delivered())
    desk.answer(b, Delivered())
    assert desk.ids() == ["3>b"]


def test_one_that_takes_over_two_waits_for_both(desk: Desk) -> None:
    desk.feed(routed(1, "a", chain="x"), routed(2, "a", chain="y"))
    [one, two] = desk.due()
    desk.feed(routed(3, "a", references=(1, 2)))
    desk.answer(one, Delivered())
    assert desk.ids() == []
    desk.answer(two, Delivered())
    assert desk.ids() == ["3>a"]


def test_a_verdict_that_could_not_be_written_is_handed_out_again(desk: Desk) -> None:
    desk.feed(routed(1, "a"), routed(2, "a", references=(1,)))
    first = desk.dispatch.verdicts(desk.now)
    assert desk.dispatch.verdicts(desk.now) == []
    desk.dispatch.release("1>a")
    assert desk.ids() == []
    assert desk.judge() == first


# --- deadlines


def test_nothing_is_sent_at_its_deadline_or_after(desk: Desk) -> None:
    desk.feed(routed(1, "a", deadline=NOW + timedelta(seconds=10)))
    assert desk.dispatch.next_at(desk.now) == desk.now
    desk.pass_s(10)
    assert desk.ids() == []
    assert desk.judge() == [DeliveryExpired(delivery_id="1>a")]
    assert desk.dispatch.next_at(desk.now) is None


def test_an_attempt_under_way_at_the_deadline_is_waited_for(desk: Desk) -> None:
    deadline = NOW + timedelta(seconds=10)
    desk.feed(routed(1, "a", "b", deadline=deadline))
    a, b = desk.due()
    desk.pass_s(11)
    assert desk.judge() == []
    desk.answer(a, Delivered())
    event = desk.answer(b, Deferred(reason="503"))
    assert isinstance(event, DeliveryDeferred)
    assert event.retry_at == deadline
    assert (desk.judge(), desk.ids()) == ([DeliveryExpired(delivery_id="1>b")], [])


def test_it_wakes_for_the_deadline_of_what_waits_for_a_late_retry(desk: Desk) -> None:
    deadline = NOW + timedelta(seconds=5)
    desk.feed(routed(1, "a", deadline=deadline))
    [a] = desk.due()
    desk.answer(a, Deferred(reason="503", retry_after_s=600))
    assert desk.dispatch.next_at(desk.now) == deadline


# --- cancels, and the public


def test_a_cancel_goes_out_even_where_the_alert_never_did(desk: Desk) -> None:
    desk.feed(routed(1, "a"), routed(2, "a", references=(1,), cancels=True))
    assert desk.judge() == [superseded("1>a", 2)]
    assert desk.ids() == ["2>a"]


def test_the_public_is_not_told_that_what_it_never_heard_is_over(desk: Desk) -> None:
    desk.feed(routed(1, "radio"), routed(2, "radio", "radio2", references=(1,), cancels=True))
    moot = [superseded("2>radio2", None, "nothing-to-cancel"), superseded("2>radio", None, "nothing-to-cancel")]
    assert sorted(desk.judge(), key=str) == sorted([superseded("1>radio", 2), moot[0]], key=str)
    assert desk.judge() == [moot[1]]
    assert desk.ids() == []


@pytest.mark.parametrize(
    ("reason", "is_sent"),
    [
        ("timeout", True),
        ("timeout: 5 s", True),
        ("no answer within 5 s", True),
        ("connection lost: reset", True),
        ("unanswered", True),
        ("timeout while connecting", False),
        ("connection refused: 10.0.0.1", False),
        ("503 Service Unavailable", False),
    ],
)
def test_to_the_public_what_was_not_answered_may_have_gone_out(desk: Desk, reason: str, *, is_sent: bool) -> None:
    desk.feed(routed(1, "radio"))
    [first] = desk.due()
    desk.feed(routed(2, "radio", references=(1,), cancels=True))
    desk.answer(first, Deferred(reason=reason))
    assert desk.judge() == [superseded("1>radio", 2)]
    verdicts = [] if is_sent else [superseded("2>radio", None, "nothing-to-cancel")]
    assert (desk.judge(), desk.ids()) == (verdicts, ["2>radio"] if is_sent else [])


def test_the_public_is_told_that_what_it_heard_is_over(desk: Desk) -> None:
    desk.feed(routed(1, "radio"))
    [first] = desk.due()
    desk.answer(first, Delivered())
    desk.feed(routed(2, "radio", references=(1,)), routed(3, "radio", references=(1, 2), cancels=True))
    assert desk.judge() == [superseded("2>radio", 3)]
    assert desk.ids() == ["3>radio"]


def test_a_receipt_proves_that_the_public_heard(desk: Desk) -> None:
    desk.feed(routed(1, "radio"))
    [first] = desk.due()
    desk.answer(first, Deferred(reason="503"))
    desk.feed(ReceiptReceived(delivery_id="1>radio", level=Level.DISPLAYED, where="", evidence="", at=NOW))
    desk.feed(routed(2, "radio", references=(1,), cancels=True))
    desk.judge()
    assert desk.ids() == ["2>radio"]


def test_after_a_crash_what_may_have_been_sent_to_the_public_is_in_doubt(desk: Desk) -> None:
    desk.feed(routed(1, "radio1", "radio2", "a"), routed(2, "radio3", "radio4"))
    flying = {delivery.id: delivery for delivery in desk.due()}
    desk.answer(flying["1>radio2"], Deferred(reason="503", retry_after_s=60))
    desk.feed(routed(3, "radio3", references=(2,)))
    desk.dispatch = desk.rebuilt()
    doubts = desk.dispatch.doubts(desk.now)
    assert {(d.delivery_id, d.attempt, d.reason) for d in doubts if isinstance(d, DeliveryDeferred)} == {
        ("1>radio1", 1, "unanswered"),
        ("2>radio3", 1, "unanswered"),
        ("2>radio4", 1, "unanswered"),
    }
    desk.feed(*doubts)
    desk.feed(routed(4, "radio1", "radio2", references=(1,), cancels=True))
    desk.judge()
    desk.judge()
    assert [name for name in desk.ids() if name.startswith("4")] == ["4>radio1"]


def test_the_memory_of_what_went_out_keeps_the_newest_in_any_order() -> None:
    pairs = [(seq, name) for seq in range(1, 6) for name in ("x", "y")]
    forward, backward = WentOut(4), WentOut(4)
    for pair in pairs:
        forward.add(*pair)
    for pair in reversed(pairs):
        backward.add(*pair)
        backward.add(*pair)
    assert forward.pairs() == backward.pairs() == tuple(pairs[-4:])
    assert forward.holds((1, 4), "x")
    assert not forward.holds((1, 2, 3), "x")


# --- subscriptions


def test_a_paused_subscriber_keeps_what_is_open_until_it_goes_on(desk: Desk) -> None:
    desk.feed(routed(1, "a", "b"), SubscriptionPut(subscription=subscription("a", paused=True)))
    assert desk.ids() == ["1>b"]
    assert [(one.delivery_id, one.why) for one in stuck(desk.dispatch)] == [("1>a", Why.PAUSED)]
    assert desk.dispatch.next_at(desk.now) == NOW + timedelta(hours=1)
    desk.feed(SubscriptionPut(subscription=subscription("a")))
    assert desk.dispatch.next_at(desk.now) == desk.now
    assert desk.ids() == ["1>a"]


def test_what_is_open_for_a_removed_subscriber_ends(desk: Desk) -> None:
    desk.feed(routed(1, "a"), routed(2, "a"))
    [first, second] = desk.due()
    desk.dispatch.release(second.id)
    desk.feed(SubscriptionRemoved(subscription_id="a"))
    assert desk.judge() == [superseded("2>a", None, "subscription-removed")]
    desk.answer(first, Deferred(reason="503"))
    assert desk.judge() == [superseded("1>a", None, "subscription-removed")]
    desk.feed(routed(3, "a"))
    assert (desk.ids(), desk.judge()) == ([], [superseded("3>a", None, "subscription-removed")])
    desk.feed(SubscriptionPut(subscription=subscription("a")), routed(4, "a"))
    assert desk.ids() == ["4>a"]


def test_a_checkpoint_of_another_kind_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        Dispatch.restore(b"\x93abc")
    with pytest.raises(msgspec.DecodeError):
        Dispatch.restore(msgspec.msgpack.encode({"alerts_seq": 1}))


def test_idle_there_is_nothing_to_wake_for() -> None:
    dispatch = Dispatch()
    assert dispatch.next_at(NOW) is None
    assert (dispatch.due(NOW, 10), dispatch.verdicts(NOW)) == ([], [])


def test_nothing_is_left_behind_when_all_has_ended(desk: Desk) -> None:
    when: datetime = desk.now
    for round_ in range(30):
        desk.feed(routed(2 * round_ + 1, *(f"s{n}" for n in range(20)), deadline=when + timedelta(seconds=30)))
        desk.feed(routed(2 * round_ + 2, *(f"s{n}" for n in range(10)), references=(2 * round_ + 1,)))
    for _ in range(60):
        desk.judge()
        for delivery in desk.due():
            desk.answer(delivery, Delivered() if delivery.alert_seq % 3 else Deferred(reason="503"))
        desk.pass_s(90)
    dispatch = desk.dispatch
    assert dispatch.next_at(desk.now) is None
    assert (dispatch._open, dispatch._by_alert, dispatch._by_subscription) == ({}, {}, {})
    assert (dispatch._deadlines, list(dispatch._endings)) == ([], [])
    for lane in dispatch._lanes.values():
        assert (lane.flying, list(lane._ring), lane._lines, lane._retries, lane._ready_since) == (0, [], {}, [], {})


def test_the_owed_of_one_alert_is_opened_in_one_go() -> None:
    desk = Desk()
    event: AlertRouted = routed(1, *(f"s{n}" for n in range(5_000)))
    desk.feed(event)
    assert desk.dispatch.open_count()[Lane.NORMAL] == 5_000

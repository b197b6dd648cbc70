"""A far end that takes something is there again: what waits for it goes at once."""

from datetime import timedelta

import pytest
from core.desk import PUBLIC, Desk
from core.message import routed

from broker.core.delivery import Deferred, Delivered
from broker.core.dispatch import Dispatch
from broker.core.lane import Lane
from broker.core.limit import IN_FLIGHT_PER_SUBSCRIPTION_MAX


def fail(desk: Desk, times: int, retry_after_s: float | None = None) -> None:
    """Let all that is due fail, time after time, each time when it is due again."""
    for _ in range(times):
        for delivery in desk.due():
            desk.answer(delivery, Deferred(reason="connection refused", retry_after_s=retry_after_s))
        desk.pass_s(60)


def test_a_success_wakes_what_waits_for_the_same_far_end_and_nobody_else(desk: Desk) -> None:
    ends = desk.now + timedelta(hours=3)
    desk.feed(*(routed(seq, "dead", "other", swift=True, deadline=ends) for seq in (1, 2)))
    fail(desk, 12)
    for delivery in desk.due():
        desk.answer(delivery, Deferred(reason="connection refused"))
    assert desk.due() == []
    desk.feed(routed(3, "dead", lane=Lane.URGENT, swift=True, deadline=ends))
    [fresh] = desk.due()
    desk.answer(fresh, Delivered(evidence="200"))
    assert sorted(desk.ids()) == ["1>dead", "2>dead"]
    assert desk.dispatch.snapshot() == desk.rebuilt().snapshot()


def test_who_asked_to_be_left_alone_is(desk: Desk) -> None:
    desk.feed(routed(1, "busy", deadline=desk.now + timedelta(hours=3)))
    [first] = desk.due()
    desk.answer(first, Deferred(reason="429", retry_after_s=300))
    desk.feed(routed(2, "busy"))
    [second] = desk.due()
    desk.answer(second, Delivered(evidence="200"))
    assert desk.due() == []
    desk.pass_s(300)
    assert desk.ids() == ["1>busy"]


def test_what_was_woken_is_so_after_a_restart_too(desk: Desk) -> None:
    desk.feed(routed(1, "a"), routed(2, "a"))
    for delivery in desk.due():
        desk.answer(delivery, Deferred(reason="503") if delivery.id == "1>a" else Delivered(evidence="200"))
    restored = Dispatch.restore(desk.dispatch.checkpoint(), PUBLIC)
    assert [delivery.attempt for delivery in restored.due(desk.now, 10)] == [2]


def test_a_restart_still_wakes_what_waits(desk: Desk) -> None:
    desk.feed(routed(1, "a"))
    [first] = desk.due()
    desk.answer(first, Deferred(reason="503"))
    desk.dispatch = Dispatch.restore(desk.dispatch.checkpoint(), PUBLIC)
    desk.feed(routed(2, "a"))
    [second] = desk.due()
    desk.answer(second, Delivered(evidence="200"))
    assert desk.ids() == ["1>a"]


def test_a_far_end_that_takes_one_thing_and_not_another_is_not_asked_for_all_of_it_each_time(desk: Desk) -> None:
    """Forty alerts that it never takes: a success brings two of them forward, and the next alert stands behind two."""
    ends = desk.now + timedelta(hours=3)
    desk.feed(*(routed(seq, "picky", swift=True, deadline=ends) for seq in range(1, 41)))
    fail(desk, 12)
    for _ in range(60):
        for delivery in desk.due():
            desk.answer(delivery, Deferred(reason="500"))
    attempts = 0
    for seq in range(41, 141):
        desk.feed(routed(seq, "picky", swift=True, deadline=ends))
        waves = 0
        while due := desk.due():
            waves += 1
            attempts += len(due)
            for delivery in due:
                is_new = delivery.alert_seq > 40
                desk.answer(delivery, Delivered(evidence="200") if is_new else Deferred(reason="500"))
        assert waves <= 3
    assert attempts <= 3 * 100
    assert desk.dispatch.snapshot() == desk.rebuilt().snapshot()


@pytest.mark.parametrize("woken_in", [Lane.URGENT, Lane.NORMAL])
def test_what_is_real_does_not_wait_behind_drills_for_its_waking(desk: Desk, woken_in: Lane) -> None:
    ends = desk.now + timedelta(hours=3)
    desk.feed(*(routed(seq, "town", lane=Lane.DRILL, deadline=ends) for seq in range(1, 9)))
    desk.feed(routed(9, "town", lane=woken_in, deadline=ends))
    fail(desk, 12)
    while due := desk.due():
        for delivery in due:
            desk.answer(delivery, Deferred(reason="503"))
    desk.feed(routed(10, "town", lane=Lane.URGENT, deadline=ends))
    [fresh] = desk.due()
    desk.answer(fresh, Delivered(evidence="200"))
    assert "9>town" in desk.ids()


def test_a_far_end_that_is_back_has_all_of_it_at_once(desk: Desk) -> None:
    ends = desk.now + timedelta(hours=3)
    desk.feed(*(routed(seq, "back", swift=True, deadline=ends) for seq in range(1, 101)))
    fail(desk, 12)
    while due := desk.due():
        for delivery in due:
            desk.answer(delivery, Deferred(reason="connection refused"))
    desk.feed(routed(101, "back", lane=Lane.URGENT, deadline=ends))
    rounds = 0
    while due := desk.due():
        rounds += 1
        for delivery in due:
            desk.answer(delivery, Delivered(evidence="200"))
    assert not any(desk.dispatch.open_count().values())
    assert rounds <= 101 / IN_FLIGHT_PER_SUBSCRIPTION_MAX[Lane.NORMAL] + 3


def test_a_short_wish_is_kept_where_the_ladder_waits_longer(desk: Desk) -> None:
    """It asked for a second: a success does not shorten that to nothing."""
    desk.feed(routed(1, "busy", deadline=desk.now + timedelta(hours=3)))
    fail(desk, 8, retry_after_s=0.5)
    for delivery in desk.due():
        desk.answer(delivery, Deferred(reason="429", retry_after_s=0.5))
    desk.feed(routed(2, "busy"))
    [second] = desk.due()
    desk.answer(second, Delivered(evidence="200"))
    assert desk.due() == []


def test_who_never_comes_back_is_not_remembered_for_each_attempt(desk: Desk) -> None:
    ends = desk.now + timedelta(hours=20)
    desk.feed(*(routed(seq, "dead", deadline=ends) for seq in range(1, 4)))
    fail(desk, 900)
    kept = desk.dispatch._waiting._heaps
    assert sum(map(len, kept.values())) <= 2 * 3
    desk.pass_s(20 * 3_600)
    desk.judge()
    assert kept == {}

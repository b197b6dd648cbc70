"""A far end that takes something is there again: what waits for it goes at once."""

from datetime import timedelta

from core.desk import PUBLIC, Desk
from core.message import routed

from broker.core.delivery import Deferred, Delivered
from broker.core.dispatch import Dispatch
from broker.core.lane import Lane


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

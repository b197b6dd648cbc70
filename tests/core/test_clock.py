"""A clock that is set back must not stop what waits for its retry."""

from datetime import timedelta

from core.desk import Desk
from core.message import routed

from broker.core.delivery import Deferred
from broker.core.lane import Lane


def test_a_retry_does_not_wait_for_the_hour_that_the_clock_was_set_back(desk: Desk) -> None:
    desk.feed(routed(1, "s", lane=Lane.URGENT, deadline=desk.now + timedelta(hours=3)))
    [delivery] = desk.due()
    desk.answer(delivery, Deferred(reason="connection refused"))
    desk.now -= timedelta(hours=1)
    assert [d.id for d in desk.due()] == [delivery.id]


def test_a_small_step_back_changes_nothing(desk: Desk) -> None:
    desk.feed(routed(1, "s", lane=Lane.URGENT, deadline=desk.now + timedelta(hours=3)))
    [delivery] = desk.due()
    desk.answer(delivery, Deferred(reason="connection refused", retry_after_s=30))
    desk.now -= timedelta(milliseconds=100)
    assert desk.due() == []

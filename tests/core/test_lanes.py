"""Budgets of lanes and subscribers, fairness among them, and what an operator sees of what waits."""

import sys
from collections.abc import Callable
from datetime import timedelta
from types import FrameType
from typing import Any

import pytest
from core.desk import Desk
from core.message import NOW, routed

from broker.core.delivery import Deferred, Delivered
from broker.core.lane import Lane
from broker.core.limit import (
    DRILL_BURST,
    DRILL_PER_S_BESIDE_LIVE,
    IN_FLIGHT_MAX,
    IN_FLIGHT_PER_SUBSCRIPTION_MAX,
)
from broker.core.stuck import Why, stuck

# --- lanes, budgets, fairness


def fill(desk: Desk, lane: Lane, subscribers: int, first_seq: int, alerts: int = 1) -> None:
    for seq in range(first_seq, first_seq + alerts):
        desk.feed(routed(seq, *(f"s{n}" for n in range(subscribers)), lane=lane))


def test_each_lane_has_its_own_budget_and_the_urgent_one_comes_first(desk: Desk) -> None:
    fill(desk, Lane.DRILL, 1_000, 1)
    fill(desk, Lane.NORMAL, 1_000, 2)
    fill(desk, Lane.URGENT, 1_000, 3)
    lanes = [delivery.lane for delivery in desk.due(10_000)]
    trickle = int(DRILL_BURST.total_seconds() * DRILL_PER_S_BESIDE_LIVE)
    assert (
        lanes
        == [lane for lane in (Lane.URGENT, Lane.NORMAL) for _ in range(IN_FLIGHT_MAX[lane])] + [Lane.DRILL] * trickle
    )
    assert desk.dispatch.next_at(desk.now) == NOW + timedelta(seconds=1) / DRILL_PER_S_BESIDE_LIVE


def test_drills_alone_fill_their_own_budget(desk: Desk) -> None:
    fill(desk, Lane.DRILL, 1_000, 1)
    assert len(desk.due(10_000)) == IN_FLIGHT_MAX[Lane.DRILL]
    assert desk.dispatch.next_at(desk.now) == NOW + timedelta(hours=1)


def test_a_limit_takes_the_urgent_first(desk: Desk) -> None:
    fill(desk, Lane.NORMAL, 5, 1)
    fill(desk, Lane.URGENT, 5, 2)
    assert [delivery.lane for delivery in desk.due(7)] == [Lane.URGENT] * 5 + [Lane.NORMAL] * 2
    assert desk.dispatch.next_at(desk.now) == desk.now


@pytest.mark.parametrize("lane", Lane)
def test_one_subscriber_has_only_so_many_at_once(desk: Desk, lane: Lane) -> None:
    fill(desk, lane, 1, 1, alerts=20)
    size = IN_FLIGHT_PER_SUBSCRIPTION_MAX[lane]
    taken = desk.due()
    assert [delivery.alert_seq for delivery in taken] == list(range(1, size + 1))
    assert {one.why for one in stuck(desk.dispatch)} == {Why.BUDGET}
    desk.answer(taken[0], Delivered())
    assert [delivery.alert_seq for delivery in desk.due()] == [size + 1]


def test_subscribers_take_turns(desk: Desk) -> None:
    for seq in range(1, 51):
        desk.feed(routed(seq, "many"))
    desk.feed(routed(51, "x"), routed(52, "y"))
    assert desk.ids(3) == ["1>many", "51>x", "52>y"]


def test_a_dead_subscriber_holds_back_nobody(desk: Desk) -> None:
    for seq in range(1, 301):
        desk.feed(routed(seq, "dead", lane=Lane.NORMAL))
    for _ in range(100):
        for delivery in desk.due():
            desk.answer(delivery, Deferred(reason="connection refused"))
    desk.feed(routed(301, "alive", "dead"), routed(302, "dead", lane=Lane.URGENT))
    assert {"301>alive", "302>dead"} <= set(desk.ids())


def test_how_long_the_oldest_has_waited_for_room(desk: Desk) -> None:
    desk.due()
    fill(desk, Lane.DRILL, 1, 1, alerts=10)
    taken = desk.due()
    desk.pass_s(30)
    assert desk.dispatch.oldest_due_s(desk.now) == {Lane.URGENT: 0, Lane.NORMAL: 0, Lane.DRILL: 30}
    assert desk.dispatch.open_count()[Lane.DRILL] == 10
    while taken:
        for delivery in taken:
            desk.answer(delivery, Delivered())
        taken = desk.due()
    assert desk.dispatch.oldest_due_s(desk.now)[Lane.DRILL] == 0


def test_what_waits_says_for_what(desk: Desk) -> None:
    desk.feed(routed(1, "a", "b"))
    a, b = desk.due()
    desk.answer(b, Deferred(reason="503 busy"))
    desk.feed(routed(2, "a", references=(1,)))
    by_id = {one.delivery_id: one for one in stuck(desk.dispatch)}
    assert by_id.keys() == {"2>a"}, "1>a is under way, 1>b is superseded"
    assert by_id["2>a"].why is Why.ORDER
    desk.answer(a, Deferred(reason="503 busy"))
    desk.feed(routed(3, "c"))
    [c] = desk.due()
    desk.answer(c, Deferred(reason="502"))
    [one] = [one for one in stuck(desk.dispatch) if one.why is Why.RETRY]
    assert (one.delivery_id, one.reason, one.attempts) == ("3>c", "502", 1)
    assert one.retry_at is not None
    assert len(stuck(desk.dispatch, limit=1)) == 1


def test_twenty_thousand_drill_deliveries_cost_an_urgent_one_nothing() -> None:
    """Counted, not timed: the steps of Python that one urgent delivery takes, beside a full drill lane and without."""

    def steps(drills: int) -> int:
        desk = Desk()
        fill(desk, Lane.DRILL, drills, 1)
        desk.due()
        return counted_steps(lambda: go(desk))

    def go(desk: Desk) -> None:
        desk.feed(routed(2, "urgent", lane=Lane.URGENT))
        [delivery] = desk.due()
        desk.judge()
        desk.dispatch.next_at(desk.now)
        desk.answer(delivery, Delivered())

    assert steps(20_000) <= steps(200) + 20


def counted_steps(work: Callable[[], None]) -> int:
    """Count the lines of Python that are run."""
    count = 0

    def trace(_frame: FrameType, _event: str, _arg: object) -> Callable[..., Any]:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count

"""The real core under crashes, late messages and bad far ends: every seed keeps every rule."""

from collections import Counter

import pytest
from sim.house import Parts
from sim.referee import Referee
from sim.simulation import Simulation

from broker.core.lane import Lane
from broker.core.limit import IN_FLIGHT_MAX, IN_FLIGHT_PER_SUBSCRIPTION_MAX


@pytest.fixture(autouse=True)
def narrow_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make budgets small enough for a small town to fill them."""
    for lane, size in {Lane.URGENT: 4, Lane.NORMAL: 3, Lane.DRILL: 2}.items():
        monkeypatch.setitem(IN_FLIGHT_MAX, lane, size)
        monkeypatch.setitem(IN_FLIGHT_PER_SUBSCRIPTION_MAX, lane, max(1, size // 2))


def test_every_seed_keeps_every_rule(request: pytest.FixtureRequest) -> None:
    first = request.config.getoption("--seed", 0)
    count = request.config.getoption("--seeds", 2_000)
    for seed in range(first, first + count):
        faults = Referee(Simulation(seed, Parts()).run()).faults()
        assert not faults, f"seed {seed}: {faults[:5]}"


def test_the_world_is_eventful() -> None:
    """Silence proves something only where all that can happen does happen."""
    seen = Counter[str]()
    for seed in range(150):
        referee = Referee(Simulation(seed, Parts()).run())
        seen["crash"] += referee.run.crashes
        seen["late"] += sum(accepted.late for accepted in referee.accepted.values())
        seen["paused"] += sum(len(routed.skipped) for routed in referee.routed.values())
        seen["added"] += sum(
            bool(referee.routed[seq].owed) for seq, accepted in referee.accepted.items() if accepted.adds_to is not None
        )
        seen["twice"] += len(referee.run.arrivals) - len({arrival.delivery_id for arrival in referee.run.arrivals})
        for [end] in referee.ends.values():
            seen[type(end).__name__] += 1
            seen[getattr(end, "reason", "")] += 1
    wanted = (
        "crash",
        "late",
        "paused",
        "twice",
        "added",
        "DeliveryDelivered",
        "DeliveryRefused",
        "DeliveryExpired",
        "newer",
        "nothing-to-cancel",
        "subscription-removed",
    )
    assert {what: seen[what] for what in wanted if seen[what] < 3} == {}

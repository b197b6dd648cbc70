"""The ladder of retries."""

from datetime import timedelta
from itertools import pairwise

import pytest
from core.message import NOW
from hypothesis import given
from hypothesis import strategies as st

from broker.core.limit import RETRY_AFTER_GENTLE_MAX_S, RETRY_GENTLE_S, RETRY_LEAST_S, RETRY_SWIFT_S
from broker.core.retry import next_delay_s, retry_at

LATER = NOW + timedelta(days=1)


@given(attempt=st.integers(1, 10_000), swift=st.booleans(), seed=st.text(max_size=20))
def test_every_delay_is_within_its_step(attempt: int, swift: bool, seed: str) -> None:  # noqa: FBT001
    ladder = RETRY_SWIFT_S if swift else RETRY_GENTLE_S
    step = ladder[min(attempt, len(ladder)) - 1]
    delay_s = next_delay_s(attempt, swift=swift, seed=seed)
    assert RETRY_LEAST_S <= delay_s <= step
    assert delay_s == next_delay_s(attempt, swift=swift, seed=seed)


@pytest.mark.parametrize("swift", [True, False])
def test_far_ends_that_failed_together_do_not_return_together(swift: bool) -> None:  # noqa: FBT001
    delays = {round(next_delay_s(20, swift=swift, seed=str(n))) for n in range(1_000)}
    assert delays == set(range(61)) or delays == set(range(60))


@pytest.mark.parametrize("swift", [True, False])
def test_a_dead_far_end_costs_a_few_lines_an_hour_and_nobody_waits_a_minute_longer(swift: bool) -> None:  # noqa: FBT001
    """What moves people is tried often in the first minute; a day of a dead address is some 3,000 lines."""
    tried, at_s = [], 0.0
    while at_s < 86_400:
        tried.append(at_s)
        at_s += next_delay_s(len(tried), swift=swift, seed="dlv_1")
    assert len(tried) < 3_200
    assert max(after - before for before, after in pairwise(tried)) <= 60
    assert sum(at_s <= 10 for at_s in tried) >= (5 if swift else 3)


@pytest.mark.parametrize(
    ("wish_s", "low_s", "high_s", "asked"),
    [
        (None, 0, 1, False),
        (0.01, 0, 1, False),
        (-3.0, 0, 1, False),
        (float("nan"), 0, 1, False),
        (20.0, 20, 20, True),
        (1e12, RETRY_AFTER_GENTLE_MAX_S, RETRY_AFTER_GENTLE_MAX_S, True),
        (float("inf"), RETRY_AFTER_GENTLE_MAX_S, RETRY_AFTER_GENTLE_MAX_S, True),
    ],
)
def test_the_far_ends_wish_can_only_lengthen_and_is_bounded(
    wish_s: float | None,
    low_s: float,
    high_s: float,
    asked: bool,  # noqa: FBT001
) -> None:
    retry = retry_at(1, NOW, swift=False, seed="x", retry_after_s=wish_s, deadline=LATER)
    assert low_s < (retry.at - NOW).total_seconds() <= high_s or retry.at == NOW + timedelta(seconds=high_s)
    assert retry.asked is asked


def test_nothing_is_put_off_past_its_deadline() -> None:
    deadline = NOW + timedelta(seconds=0.01)
    assert retry_at(9, NOW, swift=False, seed="x", retry_after_s=None, deadline=deadline).at == deadline

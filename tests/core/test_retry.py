"""The ladder of retries."""

from datetime import timedelta

import pytest
from core.message import NOW
from hypothesis import given
from hypothesis import strategies as st

from broker.core.limit import RETRY_AFTER_GENTLE_MAX_S, RETRY_GENTLE_S, RETRY_JITTER, RETRY_SWIFT_S
from broker.core.retry import next_delay_s, retry_at

LATER = NOW + timedelta(days=1)


@given(attempt=st.integers(1, 10_000), swift=st.booleans(), seed=st.text(max_size=20))
def test_every_delay_is_its_step_give_or_take_the_jitter(attempt: int, swift: bool, seed: str) -> None:  # noqa: FBT001
    ladder = RETRY_SWIFT_S if swift else RETRY_GENTLE_S
    step = ladder[min(attempt, len(ladder)) - 1]
    delay_s = next_delay_s(attempt, swift=swift, seed=seed)
    assert abs(delay_s - step) <= RETRY_JITTER * step
    assert delay_s == next_delay_s(attempt, swift=swift, seed=seed)


def test_far_ends_that_failed_together_do_not_return_together() -> None:
    delays = {round(next_delay_s(6, swift=False, seed=str(n)), 1) for n in range(1_000)}
    assert len(delays) > 100
    assert max(delays) - min(delays) > 60 * RETRY_JITTER * 1.9


@pytest.mark.parametrize(
    ("wish_s", "low_s", "high_s"),
    [
        (None, 0.9, 1.1),
        (0.5, 0.9, 1.1),
        (-3.0, 0.9, 1.1),
        (float("nan"), 0.9, 1.1),
        (20.0, 20, 20),
        (1e12, RETRY_AFTER_GENTLE_MAX_S, RETRY_AFTER_GENTLE_MAX_S),
        (float("inf"), RETRY_AFTER_GENTLE_MAX_S, RETRY_AFTER_GENTLE_MAX_S),
    ],
)
def test_the_far_ends_wish_can_only_lengthen_and_is_bounded(wish_s: float | None, low_s: float, high_s: float) -> None:
    at = retry_at(1, NOW, swift=False, seed="x", retry_after_s=wish_s, deadline=LATER)
    assert low_s <= (at - NOW).total_seconds() <= high_s


def test_nothing_is_put_off_past_its_deadline() -> None:
    deadline = NOW + timedelta(seconds=3)
    assert retry_at(9, NOW, swift=False, seed="x", retry_after_s=None, deadline=deadline) == deadline

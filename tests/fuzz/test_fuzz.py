"""A short walk of what ``make fuzz`` does for longer: every seed, and some changes of each, hold what must hold."""

import random

import pytest

from tests.fuzz.target import TARGETS

CHANGED = 3  # of each seed; the same ones in every run


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_changed_messages_are_understood_or_refused(name: str):
    target = TARGETS[name]
    understood = 0
    for number, data in enumerate(target.seeds()):
        understood += target.attempt(data)
        rng = random.Random(number)  # noqa: S311 - repeatable, not secret
        for _ in range(CHANGED):
            target.attempt(target.change(data, rng, 1 << 16))
    assert understood > 0, "the seeds themselves must be understood, or nothing is tried"

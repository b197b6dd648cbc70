"""A short walk of what ``make fuzz`` does for longer: every seed, and some changes of each, hold what must hold."""

import random

import pytest
from mutation import mutate
from oracle import try_bytes
from seeds import FOLDERS, seeds

CHANGED = 3  # of each seed; the same ones in every run


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_changed_messages_are_understood_or_refused(name: str):
    understood = 0
    for number, (_, data) in enumerate(seeds(name)):
        understood += try_bytes(data)
        rng = random.Random(number)  # noqa: S311 - repeatable, not secret
        for _ in range(CHANGED):
            try_bytes(mutate(data, rng))
    assert understood > 0, "the seeds themselves must be understood, or nothing is tried"

"""A world in which time passes only when everything has been done: tasks are generators that yield what they wait for.

A task yields seconds to sleep, or a Pause. Tasks of the broker die with it; tasks of the world go on.
"""

import heapq
import itertools
import random
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

BEGINNING = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)


class Signal:
    """Something that tasks wait for, and that stays set until one looks."""

    def __init__(self) -> None:
        self.is_set = False
        self.waiting: list[tuple[Task, int]] = []


class Pause(NamedTuple):
    """Wait for the signal, at most so many seconds."""

    signal: Signal
    at_most_s: float


Steps = Generator[float | Pause, None, Any]


class Task:
    """One generator, the life of the broker that it belongs to (None: the world's), and how often it waited."""

    __slots__ = ("life", "steps", "turn")

    def __init__(self, steps: Steps, life: int | None) -> None:
        self.steps = steps
        self.life = life
        self.turn = 0


class World:
    """The clock, chance, and all tasks. ``crash_chance`` is per step of the broker."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - chance by seed is the purpose
        self.time_s = 0.0
        self.life = 0
        self.crash_chance = 0.0
        self.on_crash: Any = None
        self._due: list[tuple[float, int, Task, int]] = []
        self._tie = itertools.count()

    @property
    def now(self) -> datetime:
        return BEGINNING + timedelta(seconds=self.time_s)

    def start(self, steps: Steps, *, of_broker: bool, after_s: float = 0.0) -> None:
        task = Task(steps, self.life if of_broker else None)
        self._wake(task, after_s)

    def set(self, signal: Signal) -> None:
        signal.is_set = True
        for task, turn in signal.waiting:
            if task.turn == turn:
                self._wake(task, 0.0)
        signal.waiting.clear()

    def run(self, until_s: float) -> None:
        while self._due and self._due[0][0] <= until_s:
            self.time_s, _, task, turn = heapq.heappop(self._due)
            if task.turn != turn or (task.life is not None and task.life != self.life):
                continue
            if task.life is not None and self.random.random() < self.crash_chance:
                self.life += 1
                self.on_crash()
                continue
            self._step(task)
        self.time_s = until_s

    def _step(self, task: Task) -> None:
        task.turn += 1
        try:
            wish = next(task.steps)
        except StopIteration:
            return
        if isinstance(wish, Pause):
            if wish.signal.is_set:
                self._wake(task, 0.0)
            else:
                wish.signal.waiting.append((task, task.turn))
                self._wake(task, wish.at_most_s)
        else:
            self._wake(task, wish)

    def _wake(self, task: Task, after_s: float) -> None:
        heapq.heappush(self._due, (self.time_s + after_s, next(self._tie), task, task.turn))

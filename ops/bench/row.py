"""One line of the table: what was measured, beside what, against which target; and what the figures say."""

from enum import StrEnum
from statistics import median

import msgspec


class Goal(StrEnum):
    """What the target bounds."""

    RATIO_AT_MOST = "x at most"  # ours divided by the peer's
    RATIO_AT_LEAST = "x at least"
    OURS_AT_MOST = "at most"  # ours, in the row's unit; the peer is there to compare


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """``ours`` and ``peers`` are one figure a round, in ``unit``; rounds alternated."""

    work: str
    unit: str
    ours: tuple[float, ...]
    peers: tuple[float, ...] = ()
    peer: str = ""
    goal: Goal
    target: float
    note: str = ""
    judged: bool = True  # False: the run was too small for a verdict

    @property
    def our_median(self) -> float:
        """Median over the rounds."""
        return median(self.ours)

    @property
    def peer_median(self) -> float | None:
        """Median over the rounds, None without a peer."""
        return median(self.peers) if self.peers else None

    @property
    def ratio(self) -> float | None:
        """Median of ours divided by median of the peer's, None without a peer."""
        return None if not self.peer_median else self.our_median / self.peer_median

    @property
    def reached(self) -> bool:
        """Whether the target is met."""
        if self.goal is Goal.OURS_AT_MOST:
            return self.our_median <= self.target
        ratio = self.ratio
        assert ratio is not None, self.work  # noqa: S101 - a ratio needs a peer
        return ratio <= self.target if self.goal is Goal.RATIO_AT_MOST else ratio >= self.target

    @property
    def verdict(self) -> str:
        """In words."""
        if not self.judged:
            return "not judged"
        return "reached" if self.reached else "FALLS SHORT"


class Skip(Exception):  # noqa: N818
    """This benchmark cannot be run here, and why."""


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """How much to run: ``rounds`` alternations; ``quick`` for a tenth of the load, which proves that it runs."""

    rounds: int = 5
    quick: bool = False

    def of(self, full: int, quick: int) -> int:
        """Return the size of a load."""
        return quick if self.quick else full

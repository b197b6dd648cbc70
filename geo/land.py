"""What lies where on a day: the municipality at a point, and those that a shape reaches.

Reads the outlines from the registry's file, and again (``read``) when borders were imported or their day has come.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Final

import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo import store
from geo.outline import Levels, OutlineIndex
from geo.square import SquareTable

OFF_COAST_KM: Final = 1.0  # measured: 95 % of the coastal shelters that no border holds are within 0.4 km of one
TEXTS_KEPT: Final = 64  # shapes whose municipalities are remembered: an alert in many languages says each many times
TEXT_KEPT_MAX: Final = 16_384  # characters


class Land:
    """The outlines and the squares."""

    def __init__(self, path: Path, today: Callable[[], str]) -> None:
        self._path, self._today = path, today
        self._seen: object = None  # the file and the day, when it was looked at
        self._edition: object = None  # of the outlines that are held
        self._held: tuple[OutlineIndex, dict[str, tuple[str, ...]]]  # both are another at once
        self.read()

    def read(self) -> bool:
        """Read the outlines of today where others hold now than were read; tell whether that was so.

        May run in a thread of its own: whoever asks meanwhile is answered by those that were read before.
        """
        day = self._today()
        seen = (store.stamp(self._path), day)
        if seen == self._seen or (seen[0] is None and self._seen):  # a file that was taken away stops nothing
            return False
        with store.connect(self._path) as connection:
            edition = connection.execute(store.BORDERS_EDITION, (day,)).fetchone()
            fresh = bool(edition != self._edition)
            if fresh:
                codes, *levels = zip(*connection.execute(store.BORDERS_ON, (day,)), strict=True)
                outlines = OutlineIndex(codes, Levels(*map(shapely.from_wkb, map(list, levels))))
                self._held = outlines, {}
        self._edition, self._seen = edition, seen
        return fresh

    @property
    def outlines(self) -> OutlineIndex:
        """The outlines that hold."""
        return self._held[0]

    @cached_property
    def squares(self) -> SquareTable:
        """The table of squares, read when it is first asked for."""
        with store.connect(self._path) as connection:
            return SquareTable.from_bytes(*connection.execute("SELECT * FROM squares").fetchone())

    def at(self, lat: float, lon: float) -> str | None:
        """Return the municipality at a point; see ``Registry.at``."""
        outlines = self.outlines
        return outlines.holding(lat, lon) or self.squares.at(lat, lon) or outlines.nearest(lat, lon, OFF_COAST_KM)

    def reached(self, text: str, read: Callable[[str], BaseGeometry]) -> tuple[str, ...]:
        """Return the municipalities of a shape in CAP's words; see ``Registry.reached``."""
        outlines, texts = self._held
        known = texts.get(text)
        if known is None:
            shape = read(text)
            if isinstance(shape, Point):
                known = tuple(filter(None, [self.at(shape.y, shape.x)]))
            else:
                known = tuple(outlines.touching(shape) or outlines.near(shape, OFF_COAST_KM))
            if len(text) <= TEXT_KEPT_MAX:
                if len(texts) >= TEXTS_KEPT:
                    texts.clear()
                texts[text] = known
        return known

    def neighbours(self, codes: Iterable[str]) -> set[str]:
        """Return the municipalities whose borders meet those of any of some."""
        return set().union(*map(self.outlines.neighbours, codes))

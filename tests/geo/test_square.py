"""The table of squares, against the borders that it was drawn from."""

from typing import Any

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.registry import Registry
from geo.square import COLUMNS, ROWS, Run, SquareTable

RIGHT_MIN = 0.988
POINTS = 300_000  # of which one in twenty falls on land


def points_on_land(borders: dict[str, Any], seed: int) -> list[tuple[float, float, str]]:
    """Return (lat, lon, code) of points spread evenly over the ground of Japan."""
    chance = np.random.default_rng(seed)
    lon = chance.uniform(122.9, 149, POINTS)
    low, high = np.sin(np.radians([24.0, 45.6]))
    lat = np.degrees(np.arcsin(chance.uniform(low, high, POINTS)))
    codes = list(borders)
    tree = shapely.STRtree(list(borders.values()))
    points, held = tree.query(shapely.points(lon, lat), predicate="within")
    return [(lat[at], lon[at], codes[code]) for at, code in zip(points, held, strict=True)]


def test_squares_place_land_points_rightly(registry: Registry, borders: dict[str, Any]):
    points = points_on_land(borders, seed=20240101)
    assert len(points) > 10_000
    right = sum(registry.squares.at(lat, lon) == code for lat, lon, code in points)
    assert right / len(points) >= RIGHT_MIN


def test_the_registry_places_them_better_still(registry: Registry, borders: dict[str, Any]):
    points = points_on_land(borders, seed=7)
    right = sum((place := registry.at(lat, lon)) is not None and place.code == code for lat, lon, code in points)
    assert right / len(points) >= 0.998


def test_outside_the_table_there_is_nothing(registry: Registry):
    for lat, lon in [(51.5, -0.1), (19.9, 136), (46.1, 142), (35, 121.9), (30, 150), (-35, 135)]:
        assert registry.squares.at(lat, lon) is None


@st.composite
def runs(draw: st.DrawFn) -> list[Run]:
    made: list[Run] = []
    for row in draw(st.sets(st.integers(0, ROWS - 1), max_size=5)):
        column = 0
        for gap, length, code in draw(
            st.lists(
                st.tuples(st.integers(0, 300), st.integers(1, 300), st.sampled_from(["01101", "33202", "47382"])),
                max_size=8,
            )
        ):
            column += gap
            made.append(Run(row, column, length, code))
            column += length
    return made


@given(runs())
def test_the_text_says_what_the_table_says(made: list[Run]):
    table = SquareTable.of(made)
    if not made:
        return
    read = SquareTable.from_text(table.to_text())
    assert read.to_bytes() == table.to_bytes()
    assert SquareTable.from_bytes(*table.to_bytes()).to_text() == table.to_text()
    for run in made:
        for column in (run.column, run.column + run.length - 1):
            lat, lon = 20 + (run.row + 0.5) / 480, 122 + (column + 0.5) / 320
            assert read.at(lat, lon) == run.code
    ends = {(run.row, run.column + run.length) for run in made} - {(run.row, run.column) for run in made}
    for row, column in ends:
        assert column < COLUMNS
        assert read.at(20 + (row + 0.5) / 480, 122 + (column + 0.5) / 320) is None

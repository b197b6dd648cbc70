"""The table of squares, drawn from the borders.

A square belongs to the municipality at its centre. A square of the coast whose centre is off land goes to the
municipality that has most of its ground.
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import shapely

from geo.square import COLUMNS, COLUMNS_PER_DEGREE, ROWS, ROWS_PER_DEGREE, SOUTH, WEST, Run, SquareTable

SEA: Final = -1
STEP: Final = 0.0004  # degrees between the points at which the coast is looked at; an eighth of a square


def draw(borders: Mapping[str, Any]) -> SquareTable:
    """Draw all squares; some seconds of work and some hundred megabytes."""
    codes = list(borders)
    ground = np.full((ROWS, COLUMNS), SEA, dtype=np.int16)
    for index, shape in enumerate(borders.values()):
        shapely.prepare(shape)
        for part in shapely.get_parts(shape):
            _fill(ground, index, part)
    _fill_coast(ground, np.array(list(borders.values()), dtype=object))
    return SquareTable.of(_runs(ground, codes))


def _fill(ground: Any, index: int, part: Any) -> None:
    """Give the squares whose centres lie in one polygon to its municipality."""
    west, south, east, north = part.bounds
    rows = np.arange(int((south - SOUTH) * ROWS_PER_DEGREE), int((north - SOUTH) * ROWS_PER_DEGREE) + 1)
    columns = np.arange(int((west - WEST) * COLUMNS_PER_DEGREE), int((east - WEST) * COLUMNS_PER_DEGREE) + 1)
    y = SOUTH + (rows + 0.5) / ROWS_PER_DEGREE
    x = WEST + (columns + 0.5) / COLUMNS_PER_DEGREE
    shapely.prepare(part)
    inside = shapely.contains_xy(part, *np.meshgrid(x, y))
    block = ground[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    block[inside] = index


def _fill_coast(ground: Any, shapes: Any) -> None:
    """Give squares that the coast crosses, and that are still sea, to the municipality with most of their ground."""
    coast = shapely.union_all(shapes).boundary
    points = shapely.get_coordinates(shapely.segmentize(coast, STEP))
    row = ((points[:, 1] - SOUTH) * ROWS_PER_DEGREE).astype(int)
    column = ((points[:, 0] - WEST) * COLUMNS_PER_DEGREE).astype(int)
    crossed = np.unique(row * COLUMNS + column)
    rows, columns = crossed // COLUMNS, crossed % COLUMNS
    empty = ground[rows, columns] == SEA
    rows, columns = rows[empty], columns[empty]
    south, west = SOUTH + rows / ROWS_PER_DEGREE, WEST + columns / COLUMNS_PER_DEGREE
    boxes = shapely.box(west, south, west + 1 / COLUMNS_PER_DEGREE, south + 1 / ROWS_PER_DEGREE)
    squares, municipalities = shapely.STRtree(shapes).query(boxes, predicate="intersects")
    shares = shapely.area(shapely.intersection(boxes[squares], shapes[municipalities]))
    for at in np.argsort(shares, kind="stable"):  # the largest share is written last
        ground[rows[squares[at]], columns[squares[at]]] = municipalities[at]


def _runs(ground: Any, codes: list[str]) -> Iterator[Run]:
    """Cut each row where the municipality changes."""
    for row in np.flatnonzero((ground != SEA).any(axis=1)):
        line = ground[row]
        cuts = np.concatenate([[0], np.flatnonzero(np.diff(line)) + 1, [len(line)]])
        for start, end in itertools.pairwise(cuts):
            if line[start] != SEA:
                yield Run(int(row), int(start), int(end - start), codes[line[start]])

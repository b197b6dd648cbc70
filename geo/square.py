"""The nation in squares of about 250 m: which municipality has the ground at a point.

The squares are those of JIS X 0410, a quarter of the side of a third-order mesh (基準地域メッシュ halved twice): 7.5
seconds of latitude by 11.25 seconds of longitude. A row of squares is written as runs of one municipality. In the text,
the first line holds the codes; every further line is one row of squares from south to north: its number, then runs from
west to east as ``gap,length,code`` where gap is the squares of sea since the run before (from the western edge for the
first) and code an index into the first line.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Self

import numpy as np

ROWS_PER_DEGREE: Final = 480
COLUMNS_PER_DEGREE: Final = 320
SOUTH: Final = 20  # degrees; 沖ノ鳥島 lies at 20.4
WEST: Final = 122  # degrees; 与那国島 lies at 122.9
ROWS: Final = 26 * ROWS_PER_DEGREE  # to 46 north; 択捉島 ends at 45.6
COLUMNS: Final = 1 << 14  # more than the 32 degrees to 154 east (南鳥島) need, so that a key is row and column in bits


class Run(NamedTuple):
    """Squares side by side in one row that belong to one municipality."""

    row: int
    column: int
    length: int
    code: str


class SquareTable:
    """All runs, ordered by row and column, in three arrays of numbers."""

    def __init__(
        self,
        codes: Sequence[str],
        starts: np.typing.NDArray[np.int32],
        lengths: np.typing.NDArray[np.uint16],
        indices: np.typing.NDArray[np.uint16],
    ) -> None:
        self._codes = tuple(codes)
        self._starts, self._lengths, self._indices = starts, lengths, indices
        self._ends = starts + lengths

    @classmethod
    def of(cls, runs: Iterable[Run]) -> Self:
        """Take runs in any order."""
        ordered = sorted(runs)
        codes = sorted({run.code for run in ordered})
        index = {code: number for number, code in enumerate(codes)}
        return cls(
            codes,
            np.array([run.row * COLUMNS + run.column for run in ordered], dtype=np.int32),
            np.array([run.length for run in ordered], dtype=np.uint16),
            np.array([index[run.code] for run in ordered], dtype=np.uint16),
        )

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read the text that ships."""
        first, *lines = text.splitlines()
        starts, lengths, indices = [], [], []
        for line in lines:
            row, *runs = line.split(" ")
            key = int(row) * COLUMNS
            for run in runs:
                gap, length, index = run.split(",")
                key += int(gap or 0)
                starts.append(key)
                key += int(length)
                lengths.append(int(length))
                indices.append(int(index))
        return cls(
            first.split(" "),
            np.array(starts, dtype=np.int32),
            np.array(lengths, dtype=np.uint16),
            np.array(indices, dtype=np.uint16),
        )

    def to_text(self) -> str:
        """Write the text that ships."""
        lines, row, key = [" ".join(self._codes)], -1, 0
        for start, length, index in zip(self._starts, self._lengths, self._indices, strict=True):
            if start // COLUMNS != row:
                row = int(start) // COLUMNS
                key = row * COLUMNS
                lines.append(str(row))
            lines[-1] += f" {start - key or ''},{length},{index}"
            key = int(start) + int(length)
        return "\n".join(lines) + "\n"

    @classmethod
    def from_bytes(cls, codes: str, starts: bytes, lengths: bytes, indices: bytes) -> Self:
        """Read what ``to_bytes`` wrote."""
        return cls(
            codes.split(" "),
            np.frombuffer(starts, dtype="<i4"),
            np.frombuffer(lengths, dtype="<u2"),
            np.frombuffer(indices, dtype="<u2"),
        )

    def to_bytes(self) -> tuple[str, bytes, bytes, bytes]:
        """Write the arrays, little-endian, for a quick start."""
        return (
            " ".join(self._codes),
            self._starts.astype("<i4").tobytes(),
            self._lengths.astype("<u2").tobytes(),
            self._indices.astype("<u2").tobytes(),
        )

    def __len__(self) -> int:
        return len(self._starts)

    def at(self, latitude: float, longitude: float) -> str | None:
        """Return the municipality of the square that holds the point; None at sea and outside Japan."""
        key = _key(latitude, longitude)
        if key is None:
            return None
        found = int(np.searchsorted(self._starts, np.int32(key), side="right")) - 1
        return self._codes[self._indices[found]] if found >= 0 and key < self._ends[found] else None


def _key(latitude: float, longitude: float) -> int | None:
    """Return the number of the square that holds a point, or None outside the table."""
    row = math.floor((latitude - SOUTH) * ROWS_PER_DEGREE)
    column = math.floor((longitude - WEST) * COLUMNS_PER_DEGREE)
    return row * COLUMNS + column if 0 <= row < ROWS and 0 <= column < COLUMNS else None

"""index.csv of a J-Alert receiver: which messages it has. Read row by row; what is half written is not read yet.

MS932, four columns: time (yyyy/MM/dd HH:mm:ss, Japan's), type, text file, data file. Source: FORMATS 2.6 a.
"""

import csv
import re
from datetime import datetime, timedelta, timezone
from typing import Final, NamedTuple

from cap_formats.jalert.kind import TYPES

ENCODING: Final = "cp932"
COLUMNS: Final = 4
_JST: Final = timezone(timedelta(hours=9))
_FILE: Final = re.compile(r"\w[\w.\-]{0,200}")  # no folders: it is asked for beside the index


class Row(NamedTuple):
    """One message. ``line`` is the row as it stands; ``data`` may be empty."""

    line: bytes
    time: datetime
    type: str
    text: str
    data: str


class BadRow(NamedTuple):
    """A whole row that cannot be read, and why."""

    line: bytes
    reason: str


def read_rows(index: bytes) -> tuple[list[Row | BadRow], bool]:
    """Return the rows, and whether the last one ends; one that does not is still being written and left out."""
    lines = index.split(b"\n")
    rest = lines.pop()
    rows = [_row(line.rstrip(b"\r")) for line in lines if line.strip()]
    return rows, not rest.strip()


def _row(line: bytes) -> Row | BadRow:
    try:
        columns = [column.strip() for column in next(csv.reader([line.decode(ENCODING)], strict=True))]
    except (UnicodeDecodeError, csv.Error, StopIteration) as error:
        return BadRow(line, f"it cannot be read as {ENCODING}: {error}")
    if len(columns) < COLUMNS:
        return BadRow(line, f"it has {len(columns)} columns, not {COLUMNS}")
    time, kind, text, data = columns[:COLUMNS]
    try:
        at = datetime.strptime(time, "%Y/%m/%d %H:%M:%S").replace(tzinfo=_JST)
    except ValueError:
        return BadRow(line, f"{time!r} is no time as yyyy/MM/dd HH:mm:ss")
    if kind not in TYPES:
        return BadRow(line, f"{kind!r} is no type that is known")
    for name in (text, data):
        if name and not _FILE.fullmatch(name):
            return BadRow(line, f"{name!r} is no name of a file")
    return Row(line, at, kind, text, data)

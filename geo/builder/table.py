"""Reading and writing the CSV files that the build takes and makes."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path


def read_rows(path: Path) -> list[list[str]]:
    """Read a table that has no header row (気象庁のコード表)."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [[cell.strip() for cell in row] for row in csv.reader(lines) if row]


def read_records(path: Path) -> list[dict[str, str]]:
    """Read a table whose first row names its columns."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table, the same bytes for the same rows on every machine."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())

"""The borders of municipalities, read from 国土数値情報 N03 in whatever file they come."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import shapely

from geo.builder.column import ColumnMap
from geo.builder.problem import SourceError
from geo.builder.source import Tell, Wanted, mend, polygonal, read_source
from geo.code import plain

CODE_COLUMNS: Final = ("code", "N03_007", "N03_08_007")  # ours; N03's name for it; N03 of 2025 and later
NAME_COLUMNS: Final = ("name", "N03_004")
CODES: Final = Wanted("市区町村コード（--code-column）", "codes (--code-column)")


class Borders(NamedTuple):
    """{code: polygon or multipolygon}, and what there is to say about the file."""

    shapes: dict[str, Any]
    notes: list[str]


def read_borders(
    path: Path,
    successors: Mapping[str, tuple[str, ...]],
    columns: ColumnMap = ColumnMap(),  # noqa: B008  # frozen
    tell: Tell | None = None,
) -> Borders:
    """Read the border of each code; a code that is gone gives its ground to its successor.

    Rows without a code (所属未定地) are left out and told, and so is the ground of a code that was divided, with those
    among which it was: which part is whose, the file does not say. Raises SourceError where there is no polygon with
    a code.
    """
    name, frame, notes = source = read_source(path, columns, tell)
    codes = source.column(columns.code, CODE_COLUMNS, CODES)
    names = next((one for one in (columns.name, *NAME_COLUMNS) if one in frame.columns), None)
    labels = [_label(row) for row in zip(frame[codes], frame[names] if names else frame[codes], strict=True)]
    shapes = mend(frame, labels, notes, tell)
    parts: dict[str, list[Any]] = {}
    without: set[str] = set()
    divided: set[str] = set()
    torn: set[str] = set()
    for text, label, shape in zip(frame[codes], labels, shapes, strict=True):
        code = plain(_digits(text))
        if code is None:
            without.add(label)
        elif len(heirs := successors.get(code, (code,))) > 1:
            divided.update([code, *heirs])
        elif shape is None or shape.is_empty:
            torn.add(heirs[0])
        else:
            parts.setdefault(heirs[0], []).append(shape)
    if lost := sorted(torn & parts.keys()):  # a border without one of its rows is no border
        notes.append(
            f"一部の図形がないため今の境界のまま {len(lost)} left as they are, for some is missing: {', '.join(lost)}"
        )
    if without:
        names = ", ".join(sorted(without)[:20])
        notes.append(f"市区町村コードがないため除外 {len(without)} without a municipality's code, left out: {names}")
    if divided:
        notes.append(
            f"分割された区域は今の境界のまま {len(divided)} left as they are, for one was divided among the others: "
            f"{', '.join(sorted(divided))}"
        )
    joined = _joined({code: same for code, same in parts.items() if code not in divided | torn}, tell)
    if not joined:
        raise SourceError(
            f"{name} に、列 {codes} に市区町村コードのある面（ポリゴン）がありません。5桁か、"
            "検査数字の合う6桁で書いてください。",
            f"{name} holds no polygon with a municipality code in column {codes}.",
        )
    if bare := sorted(parts.keys() - joined.keys() - divided - torn):
        notes.append(f"面でない（線や点の）ため除外 {len(bare)} without ground, left out: {', '.join(bare)}")
    return Borders(joined, notes)


def _joined(parts: Mapping[str, list[Any]], tell: Tell | None) -> dict[str, Any]:
    """Return {code: its ground in one}, without those that have none."""
    joined = {}
    for number, (code, same) in enumerate(sorted(parts.items()), 1):
        if tell:
            tell("joining", number, len(parts))
        if not (ground := polygonal(shapely.union_all(same) if len(same) > 1 else same[0])).is_empty:
            joined[code] = ground
    return joined


def _digits(code: object) -> str:
    """Return a code as text; numbers have lost their leading zero."""
    text = "" if code is None else str(code).strip()
    text = text.removesuffix(".0")
    return text.zfill(5) if text.isdecimal() and len(text) == 4 else text  # noqa: PLR2004  # 1100 is 01100


def _label(row: tuple[object, object]) -> str:
    code, name = (one if isinstance(one, str) else "" for one in row)
    return f"{code} {name}".strip() if name != code else code or "(no code)"

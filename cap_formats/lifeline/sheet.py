"""A report as CSV (RFC 4180): one row for each area of each notice, under a header in Japanese or English.

UTF-8 with or without a byte order mark, or the code page that Japanese spreadsheets save in (cp932). A time without an
offset is Japan's. What is wrong is told by row and column, as a person finds it in the spreadsheet.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any, Final, NamedTuple, NoReturn

import msgspec

from cap_formats.lifeline.alert import alert_of
from cap_formats.lifeline.kind import KINDS, STATES
from cap_formats.lifeline.notice import NOTICES_MAX, Head, Notice, Place, words_of
from cap_formats.part import Bad, Good, Part
from cap_formats.problem import FormatError, MessageRuleError, MessageSyntaxError
from cap_formats.xml import MESSAGE_BYTES_MAX, NO_CHARACTER

ROWS_MAX: Final = 20_000  # as many areas as one message may have in the house
_JST: Final = timezone(timedelta(hours=9))
_TIME: Final = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})[T ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_HEAD_BYTES: Final = 4 << 10  # a header row has 400
_KNOWN_MIN: Final = 3  # so many known column names make a CSV a report


class Column(NamedTuple):
    """One column: its field, the names that a header may give it, which struct's it is, whether it must be there."""

    field: str
    names: tuple[str, ...]
    struct: type[msgspec.Struct]
    required: bool = False


COLUMNS: Final = (
    Column("status", ("情報区分", "status"), Head, required=True),
    Column("sender", ("発信者", "sender"), Head, required=True),
    Column("company", ("事業者名", "事業者", "company"), Head, required=True),
    Column("id", ("管理番号", "id"), Notice, required=True),
    Column("revision", ("版", "版数", "revision"), Notice, required=True),
    Column("sent", ("発信日時", "sent"), Notice, required=True),
    Column("kind", ("種類", "種別", "kind"), Notice, required=True),
    Column("state", ("状況", "状態", "state"), Notice, required=True),
    Column("title", ("件名", "タイトル", "title"), Notice, required=True),
    Column("description", ("内容", "本文", "description"), Notice),
    Column("municipality", ("市町村コード", "団体コード", "municipality"), Place),
    Column("municipality_name", ("市町村名", "市町村", "municipality_name"), Place),
    Column("name", ("地区名", "地区", "name"), Place),
    Column("count", ("戸数", "count"), Place),
    Column("since", ("発生日時", "since"), Notice),
    Column("restoration", ("復旧見込み日時", "復旧見込み", "復旧見込", "restoration"), Notice),
    Column("expires", ("有効期限", "expires"), Notice),
    Column("url", ("URL", "url"), Notice),
    Column("contact", ("連絡先", "問い合わせ先", "contact"), Notice),
)
STATUSES: Final = {"通常": "Actual", "訓練": "Exercise", "試験": "Test"}
_WORDS: Final[dict[str, dict[str, str]]] = {
    "status": STATUSES,
    "kind": {row.english: kind for kind, row in KINDS.items()},
    "state": {row.english: state for state, row in STATES.items()},
}
_BY_NAME: Final = {name: column for column in COLUMNS for name in column.names}
_BY_FIELD: Final = {column.field: column for column in COLUMNS}
_TIMES: Final = frozenset({"sent", "since", "restoration", "expires"})
_NUMBERS: Final = frozenset({"revision", "count"})


class _Row(NamedTuple):
    """One row of the sheet: its number there (the header is row 1), its line in the file, its values by field."""

    number: int
    line: int
    values: dict[str, Any]
    cells: list[str]


def is_sheet(data: bytes) -> bool:
    """Tell whether the first line is the header of such a sheet."""
    if data.startswith((b"<", b"{")):
        return False
    first = data[:_HEAD_BYTES].splitlines()[:1]
    if not first:
        return False
    try:
        names = next(csv.reader([_text(first[0])]), [])
    except (UnicodeDecodeError, csv.Error):
        return False
    return sum(_name(name) in _BY_NAME for name in names) >= _KNOWN_MIN


def decode_sheet(data: bytes, _: datetime | None = None) -> tuple[Part, ...]:
    """Read one sheet; rows of one id and revision are one notice with several areas.

    Raises MessageSyntaxError ``message-too-large``, ``csv-encoding``, ``csv-character`` or ``csv-not-well-formed``, and
    MessageRuleError ``csv-column``, ``lifeline-empty`` or ``lifeline-too-many``, for what is wrong with the sheet.
    """
    header, rows = _read(data)
    fields = _fields(header)
    notices: dict[tuple[str, ...], list[_Row]] = {}
    for number, (line, cells) in enumerate(rows, 2):
        if not any(cell.strip() for cell in cells):
            continue
        values = dict(zip(fields, (cell.strip() for cell in cells), strict=False))
        row = _Row(number, line, {field: value for field, value in values.items() if value}, cells)
        notices.setdefault(tuple(values.get(key, "") for key in ("status", "sender", "id", "revision")), []).append(row)
    if not notices:
        raise MessageRuleError("lifeline-empty", "The sheet has a header and no row.", line=1)
    if len(notices) > NOTICES_MAX:
        sentence = f"The sheet has {len(notices)} notices; at most {NOTICES_MAX} are read. Send it in several sheets."
        raise MessageRuleError("lifeline-too-many", sentence)
    if len(notices) == 1:
        return (_part(fields, next(iter(notices.values())), data),)
    return tuple(_part(fields, rows, _write(header, rows)) for rows in notices.values())


def _read(data: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header, and each row with the line of the file that it begins on."""
    if len(data) > MESSAGE_BYTES_MAX:
        sentence = f"The message has {len(data)} bytes; at most {MESSAGE_BYTES_MAX} are read."
        raise MessageSyntaxError("message-too-large", sentence)
    try:
        text = _text(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MessageSyntaxError("csv-encoding", "The sheet is neither UTF-8 nor cp932.", line=line) from error
    if (found := NO_CHARACTER.search(text)) is not None:
        sentence = f"The sheet holds U+{ord(found[0]):04X}, which no alert can carry; leave it out."
        raise MessageSyntaxError("csv-character", sentence, line=text.count("\n", 0, found.start()) + 1)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        header = next(reader)
        line = reader.line_num + 1
        for cells in reader:
            if len(rows) == ROWS_MAX:
                sentence = f"The sheet has more than {ROWS_MAX} rows; send it in several sheets."
                raise MessageRuleError("lifeline-too-many", sentence, line=line)
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        sentence = f"The sheet is not well-formed CSV: {error}."
        raise MessageSyntaxError("csv-not-well-formed", sentence, line=reader.line_num) from error
    return header, rows


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932")


def _name(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().strip("*※")


def _fields(header: list[str]) -> list[str]:
    """Return the field of each column. Raises MessageRuleError ``csv-column``."""
    fields: list[str] = []
    for number, cell in enumerate(header, 1):
        column = _BY_NAME.get(_name(cell))
        if column is None:
            known = ", ".join(column.names[0] for column in COLUMNS)
            _refuse_column(f"Column {number} is named {cell[:60]!r}; the columns are {known}.", number)
        if column.field in fields:
            _refuse_column(f"Column {number} ({cell[:60]}) stands twice.", number)
        fields.append(column.field)
    missing = [column.names[0] for column in COLUMNS if column.required and column.field not in fields]
    if missing:
        _refuse_column(f"The header lacks {', '.join(missing)}.", None)
    return fields


def _refuse_column(sentence: str, number: int | None) -> NoReturn:
    path = "row 1" if number is None else f"row 1, column {number}"
    raise MessageRuleError("csv-column", sentence, line=1, path=path)


def _part(fields: list[str], rows: list[_Row], raw: bytes) -> Part:
    try:
        for row in rows:
            _check_width(fields, row)
        first = rows[0]
        head, notice = _struct(first, Head), _struct(first, Notice, areas=[{"name": "-"}])
        for row in rows[1:]:
            _same(first, row)
        areas = tuple(_struct(row, Place) for row in rows)
        return Good(raw, alert_of(head, msgspec.structs.replace(notice, areas=areas), raw))
    except FormatError as error:
        return Bad(raw, error)


def _check_width(fields: list[str], row: _Row) -> None:
    if len(row.cells) > len(fields):
        sentence = (
            f"The row has {len(row.cells)} columns and the header {len(fields)}; put what holds a comma in quotes."
        )
        raise MessageRuleError("csv-row", sentence, line=row.line, path=f"row {row.number}")


def _struct(row: _Row, struct: type[Any], **more: Any) -> Any:
    """Read those columns of a row that are the struct's; what is wrong is told by row and column."""
    values = {
        field: _value(field, value, row) for field, value in row.values.items() if _BY_FIELD[field].struct is struct
    }
    try:
        return msgspec.convert(values | more, struct)
    except msgspec.ValidationError as error:
        sentence, _, path = str(error).partition(" - at ")
        field = path.strip("`$.") or next((f for f in _BY_FIELD if f"`{f}`" in sentence), "")
        _refuse_cell(f"{sentence}.{words_of(field)}", row, field)


def _value(field: str, text: str, row: _Row) -> Any:
    """Read one cell as spreadsheets write it: full-width digits, times without an offset, words in either language."""
    if field in _WORDS:
        return _WORDS[field].get(text, text)
    if field in _TIMES:
        return _time(text, field, row)
    if field in _NUMBERS:
        digits = unicodedata.normalize("NFKC", text).replace(",", "")
        return int(digits) if digits.isdecimal() and len(digits) <= len("100000000") else text
    return unicodedata.normalize("NFKC", text) if field == "municipality" else text


def _time(text: str, field: str, row: _Row) -> datetime:
    plain = unicodedata.normalize("NFKC", text)
    try:
        if (found := _TIME.fullmatch(plain)) is not None:
            return datetime(*(int(part or 0) for part in found.groups()), tzinfo=_JST)  # type: ignore[misc,arg-type]  # six numbers
        time = datetime.fromisoformat(plain)
    except ValueError:
        _refuse_cell(
            f"{text[:60]!r} is no time; write it as 2026-07-01T13:05:00+09:00 or 2026/07/01 13:05.", row, field
        )
    return time if time.tzinfo else time.replace(tzinfo=_JST)


def _same(first: _Row, row: _Row) -> None:
    """Refuse rows of one notice that disagree in anything but the area."""
    for column in COLUMNS:
        if column.struct is not Place and first.values.get(column.field) != row.values.get(column.field):
            sentence = f"It differs from row {first.number}, which is of the same notice (id and revision)."
            _refuse_cell(sentence, row, column.field)


def _refuse_cell(sentence: str, row: _Row, field: str) -> NoReturn:
    column = _BY_FIELD.get(field)
    where = f", column {column.names[0]}" if column else ""
    raise MessageRuleError("csv-cell", sentence, line=row.line, path=f"row {row.number}{where}")


def _write(header: list[str], rows: Iterable[_Row]) -> bytes:
    """Write the sheet that holds these rows alone: the same rows always give the same bytes."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *(row.cells for row in rows)])
    return text.getvalue().encode("utf-8")

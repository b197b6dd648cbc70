"""``noroshi decode FILE...``: what is in a message, as one JSON object a line. Needs no broker and starts fast."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer


def decode(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE...", help="A message of any format; - is standard input")
    ] = None,
    schema: Annotated[str | None, typer.Option(help="Print the JSON Schema of a format instead: lifeline.")] = None,
) -> None:
    """Print one line for each Alert found, {"file": ..., "alert": {...}}, with "notes" where something is not as it
    should be, or {"file": ..., "problem": {...}} for what is refused; exit code 1 if anything was.
    """
    if schema is not None:
        sys.stdout.buffer.write(schema_of(schema))
        return
    if not files:
        raise typer.BadParameter("name at least one file")
    refused = False
    for file in files:
        lines, good = lines_of(file)
        refused = refused or not good
        sys.stdout.buffer.write(lines)
    sys.stdout.buffer.flush()
    if refused:
        raise typer.Exit(1)


def schema_of(name: str) -> bytes:
    """Return the JSON Schema of a format that has one."""
    import msgspec  # noqa: PLC0415 - every command of the program pays for imports at the top

    from cap_formats import lifeline  # noqa: PLC0415 - likewise

    if name != lifeline.MEMBER:
        raise typer.BadParameter(f"there is a schema of {lifeline.MEMBER} alone")
    return msgspec.json.format(msgspec.json.encode(lifeline.schema())) + b"\n"


def lines_of(file: Path) -> tuple[bytes, bool]:
    """Return the lines for one file, and whether all of it was understood."""
    import msgspec  # noqa: PLC0415 - every command of the program pays for imports at the top

    from cap_formats.decode import decode_parts  # noqa: PLC0415 - likewise
    from cap_formats.part import Bad, Part  # noqa: PLC0415 - likewise
    from cap_formats.problem import FormatError  # noqa: PLC0415 - likewise

    def line(**fields: Any) -> bytes:
        return msgspec.json.encode({"file": str(file), **fields}) + b"\n"

    def refusal(error: FormatError) -> bytes:
        return line(problem={"code": error.code, "sentence": error.sentence, "line": error.line, "path": error.path})

    def line_of(part: Part) -> bytes:
        if isinstance(part, Bad):
            return refusal(part.error)
        return line(alert=part.alert, notes=part.notes) if part.notes else line(alert=part.alert)

    try:
        parts = decode_parts(read(file), datetime.now(UTC))
    except FormatError as error:
        return refusal(error), False
    except OSError as error:
        sentence = f"The file cannot be read: {error.strerror}."
        return line(problem={"code": "file-unreadable", "sentence": sentence, "line": None, "path": None}), False
    return b"".join(line_of(part) for part in parts), not any(isinstance(part, Bad) for part in parts)


def read(file: Path) -> bytes:
    """Return the bytes of a file, of standard input for ``-``. Raises OSError."""
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()

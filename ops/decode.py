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
    """Print one line for each Alert found, {"file": ..., "alert": {...}}, or {"file": ..., "problem": {...}} for a file
    that is refused; exit code 1 if any was.
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
    """Return the lines for one file, and whether it was understood."""
    import msgspec  # noqa: PLC0415 - every command of the program pays for imports at the top

    from cap_formats.decode import decode as decode_message  # noqa: PLC0415 - likewise
    from cap_formats.problem import FormatError  # noqa: PLC0415 - likewise

    def line(**fields: Any) -> bytes:
        return msgspec.json.encode({"file": str(file), **fields}) + b"\n"

    try:
        alerts = decode_message(read(file), datetime.now(UTC))
    except FormatError as error:
        problem = {"code": error.code, "sentence": error.sentence, "line": error.line, "path": error.path}
        return line(problem=problem), False
    except OSError as error:
        sentence = f"The file cannot be read: {error.strerror}."
        return line(problem={"code": "file-unreadable", "sentence": sentence, "line": None, "path": None}), False
    return b"".join(line(alert=alert) for alert in alerts), True


def read(file: Path) -> bytes:
    """Return the bytes of a file, of standard input for ``-``. Raises OSError."""
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()

"""``noroshi encode --to FORMAT FILE``: a canonical alert in another format, on standard output."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer


def encode(
    file: Annotated[Path, typer.Argument(help="one alert as canonical JSON, or a line of noroshi decode; - is stdin")],
    to: Annotated[str, typer.Option(help="cap, geojson or atom")],
) -> None:
    """Write one canonical alert in the format named. What is at fault goes to standard error; exit code 1."""
    import msgspec  # noqa: PLC0415 - every command of the program pays for imports at the top

    from cap_formats.encode import ENCODERS  # noqa: PLC0415 - likewise
    from cap_formats.encode import encode as encode_alert  # noqa: PLC0415 - likewise
    from cap_formats.problem import FormatError  # noqa: PLC0415 - likewise
    from ops.decode import read  # noqa: PLC0415 - likewise

    if to not in ENCODERS:
        raise typer.BadParameter(f"there is no format {to}; there are {', '.join(ENCODERS)}", param_hint="--to")
    try:
        data = encode_alert(alert_of(read(file)), to)
    except FormatError as error:
        refuse(error.code, error.sentence, line=error.line, path=error.path)
    except msgspec.DecodeError as error:
        sentence, _, path = str(error).partition(" - at ")
        refuse("alert-invalid", f"This is no canonical alert: {sentence}.", line=None, path=path.strip("`") or None)
    except OSError as error:
        refuse("file-unreadable", f"The file cannot be read: {error.strerror}.", line=None, path=None)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def alert_of(data: bytes) -> Any:
    """Read an alert from its canonical JSON, bare or as ``noroshi decode`` prints it. Raises msgspec.DecodeError."""
    import msgspec  # noqa: PLC0415 - every command of the program pays for imports at the top

    from cap_formats.alert import Alert  # noqa: PLC0415 - likewise

    found = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    return Alert.from_json(bytes(found["alert"]) if "alert" in found else data)


def refuse(code: str, sentence: str, *, line: int | None, path: str | None) -> None:
    """Say what is at fault and end with exit code 1."""
    import msgspec  # noqa: PLC0415 - every command of the program pays for imports at the top

    problem = {"code": code, "sentence": sentence, "line": line, "path": path}
    sys.stderr.buffer.write(msgspec.json.encode({"problem": problem}) + b"\n")
    raise typer.Exit(1)

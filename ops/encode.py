"""``noroshi encode --to FORMAT FILE``: a canonical alert in another format, on standard output."""

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer


def encode(
    file: Annotated[Path, typer.Argument(help="one alert as canonical JSON, or a line of noroshi decode; - is stdin")],
    to: Annotated[str, typer.Option(help="cap, lalert, geojson or atom")],
    sign_key: Annotated[Path | None, typer.Option(help="cap: sign it with this private key (PEM, no password)")] = None,
    sign_certificate: Annotated[Path | None, typer.Option(help="and put this certificate (PEM) into it")] = None,
) -> None:
    """Write one canonical alert in the format named. What is at fault goes to standard error; exit code 1."""
    import msgspec  # noqa: PLC0415 - every command of the program pays for imports at the top

    from cap_formats.encode import ENCODERS  # noqa: PLC0415 - likewise
    from cap_formats.encode import encode as encode_alert  # noqa: PLC0415 - likewise
    from cap_formats.problem import FormatError  # noqa: PLC0415 - likewise
    from ops.decode import read  # noqa: PLC0415 - likewise

    if to not in ENCODERS:
        raise typer.BadParameter(f"there is no format {to}; there are {', '.join(ENCODERS)}", param_hint="--to")
    if (sign_key or sign_certificate) and not (sign_key and sign_certificate and to == "cap"):
        raise typer.BadParameter("--sign-key and --sign-certificate go together, with --to cap")
    try:
        data = encode_alert(alert_of(read(file)), to)
        if sign_key and sign_certificate:
            data = signed(data, sign_key.read_bytes(), sign_certificate.read_bytes())
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


def signed(document: bytes, key: bytes, certificate: bytes) -> bytes:
    """Return a CAP document with a signature. Says what is at fault and ends with exit code 1 where that cannot be."""
    from cap_formats.signature.sign import KeyUnusableError, read_key, sign_cap  # noqa: PLC0415 - as above

    try:
        return sign_cap(document, *read_key(key, certificate))
    except KeyUnusableError as error:
        refuse("sign-key-unusable", str(error), line=None, path=None)


def alert_of(data: bytes) -> Any:
    """Read an alert from its canonical JSON, bare or as ``noroshi decode`` prints it. Raises msgspec.DecodeError."""
    import msgspec  # noqa: PLC0415 - every command of the program pays for imports at the top

    from cap_formats.alert import Alert  # noqa: PLC0415 - likewise

    found = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    return Alert.from_json(bytes(found["alert"]) if "alert" in found else data)


def refuse(code: str, sentence: str, *, line: int | None, path: str | None) -> NoReturn:
    """Say what is at fault and end with exit code 1."""
    import msgspec  # noqa: PLC0415 - every command of the program pays for imports at the top

    problem = {"code": code, "sentence": sentence, "line": line, "path": path}
    sys.stderr.buffer.write(msgspec.json.encode({"problem": problem}) + b"\n")
    raise typer.Exit(1)

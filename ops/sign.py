"""``noroshi sign FILE --key FILE``: lay a signature beside a message, for a watched folder."""

import os
from pathlib import Path
from typing import Annotated

import typer


def sign(
    file: Annotated[Path, typer.Argument(help="The message; its signature is written beside it, as NAME.sig")],
    key: Annotated[Path, typer.Option(help="The private key that 'noroshi keys signing' made")],
) -> None:
    """Sign a message with Ed25519. Rename both into the watched folder, the signature first."""
    from receivers.folder import signature  # noqa: PLC0415 - cryptography takes its time

    try:
        signed = signature.sign(file.read_bytes(), key.read_bytes())
        target = file.with_suffix(signature.SUFFIX)
        unfinished = target.with_name(f".{target.name}.tmp")
        unfinished.write_bytes(signed)
        unfinished.replace(target)
    except (OSError, ValueError) as error:
        typer.echo(f"noroshi: not signed: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(str(target))


def write_private(path: Path, pem: bytes) -> None:
    """Write a private key that its owner alone can read. Raises FileExistsError rather than overwrite one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)

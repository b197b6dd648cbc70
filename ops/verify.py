"""``noroshi verify``: prove that no line of the journal was changed, taken out or put in."""

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer

from broker.core.event import ALERTS, DELIVERIES
from broker.journal.journal import JournalError
from broker.journal.sqlite import SqliteJournal
from broker.journal.verify import verify as verify_stream

HEALTH: Final = "health"  # the stream by which the broker proves that an append succeeds


def verify(
    data: Annotated[Path, typer.Option("--data", help="The data folder of the broker.")] = Path("noroshi-data"),
) -> None:
    """Walk the hash chain of every stream; exit code 1 names the first record that does not fit."""
    path = data / "journal.db"
    if not path.exists():
        typer.echo(f"{path} is not there.", err=True)
        raise typer.Exit(1)
    try:
        code = asyncio.run(_verify(path))
    except JournalError as error:
        typer.echo(f"{error}.", err=True)
        raise typer.Exit(1) from error
    raise typer.Exit(code)


async def _verify(path: Path) -> int:
    journal = SqliteJournal(path)
    broken = 0
    try:
        for stream in (ALERTS, DELIVERIES, HEALTH):
            proof = await verify_stream(journal, stream)
            if proof.broken_seq is None:
                typer.echo(f"{stream}: {proof.records} records are sound; head {proof.head.hex()}")
            else:
                typer.echo(f"{stream}: record {proof.broken_seq} is {proof.reason}", err=True)
                broken = 1
    finally:
        await journal.close()
    return broken

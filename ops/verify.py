"""``noroshi verify``: prove that no line of the journal was changed, taken out or put in."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from broker.core.event import ALERTS, DELIVERIES
from broker.journal.sqlite import SqliteJournal
from broker.journal.verify import verify as verify_stream


def verify(
    data: Annotated[Path, typer.Option("--data", help="The data folder of the broker.")] = Path("noroshi-data"),
) -> None:
    """Walk the hash chain of every stream; exit code 1 names the first record that does not fit."""
    path = data / "journal.db"
    if not path.exists():
        typer.echo(f"{path} is not there.", err=True)
        raise typer.Exit(1)
    raise typer.Exit(asyncio.run(_verify(path)))


async def _verify(path: Path) -> int:
    journal = SqliteJournal(path)
    broken = 0
    try:
        for stream in (ALERTS, DELIVERIES):
            proof = await verify_stream(journal, stream)
            if proof.broken_seq is None:
                typer.echo(f"{stream}: {proof.records} records are sound; head {proof.head.hex()}")
            else:
                typer.echo(f"{stream}: record {proof.broken_seq} is {proof.reason}", err=True)
                broken = 1
    finally:
        await journal.close()
    return broken

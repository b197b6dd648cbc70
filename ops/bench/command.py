"""``noroshi bench NAME``: run one benchmark, or all, and print the table."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ops.bench.row import Extent, Goal, Row, Skip

if TYPE_CHECKING:
    from rich.table import Table

# name -> module with a function run(extent) that returns its rows
BENCHES: Final[dict[str, str]] = {
    "decode": "ops.bench.decode",
    "areas": "ops.bench.areas",
    "accept": "ops.bench.accept",
    "fan-out": "ops.bench.fan_out",
    "webhooks": "ops.bench.webhooks",
    "drill-drain": "ops.bench.drill_drain",
    "memory": "ops.bench.memory",
    "restart": "ops.bench.restart",
    "first-answer": "ops.bench.first_answer",
}


def bench(
    name: Annotated[str, typer.Argument(help=f"all, or one of {', '.join(BENCHES)}")],
    *,
    rounds: Annotated[int, typer.Option(min=1, help="alternations of ours and the peer")] = 5,
    quick: Annotated[bool, typer.Option("--quick", help="a small load, to see that it runs; no verdict")] = False,
) -> None:
    """Measure against a peer in the same run; exit code 1 if a target was not reached."""
    from rich.console import Console  # noqa: PLC0415 - every command of the program pays for imports at the top

    if name != "all" and name not in BENCHES:
        raise typer.BadParameter(f"there is no benchmark {name}; there are all, {', '.join(BENCHES)}")
    screen = Console(width=None if Console().is_terminal else 180)
    extent = Extent(rounds=rounds, quick=quick)
    chosen = list(BENCHES) if name == "all" else [name]
    found = [run_one(each, extent, screen.print) for each in chosen]
    rows = [row for rows in found for row in rows or ()]
    screen.print(table(rows))
    if None in found or any(row.judged and not row.reached for row in rows):
        raise typer.Exit(1)


def run_one(name: str, extent: Extent, say: Callable[[str], None]) -> list[Row] | None:
    """Run one benchmark. One that cannot run here says why and has no rows; None for one that broke."""
    say(f"{name} ...")
    try:
        rows: list[Row] = import_module(BENCHES[name]).run(extent)
    except Skip as skip:
        say(f"{name}: skipped, {skip}")
        return []
    except Exception as error:  # noqa: BLE001 - the others are still to be measured
        say(f"{name}: BROKE, {type(error).__name__}: {error}")
        return None
    return rows


def table(rows: list[Row]) -> "Table":
    """Lay the rows out."""
    from rich.table import Table  # noqa: PLC0415 - every command of the program pays for imports at the top

    made = Table(caption="medians of alternating rounds; lowest and highest in brackets")
    made.add_column("work", overflow="fold")
    made.add_column("ours", justify="right")
    made.add_column("beside", overflow="fold")
    made.add_column("ratio", justify="right")
    made.add_column("target", justify="right")
    made.add_column("verdict")
    for row in rows:
        made.add_row(*cells(row))
    return made


def cells(row: Row) -> tuple[str, ...]:
    """Write one row."""
    beside = "" if row.peer_median is None else f"{row.peer}: {row.peer_median:.3g} {row.unit} {spread(row.peers)}"
    target = f"<= {row.target:g} {row.unit}" if row.goal is Goal.OURS_AT_MOST else f"{row.goal} {row.target:g}"
    colour = "dim" if not row.judged else "green" if row.reached else "bold red"
    return (
        row.work + (f"\n{row.note}" if row.note else ""),
        f"{row.our_median:.3g} {row.unit} {spread(row.ours)}",
        beside,
        "" if row.ratio is None else f"{row.ratio:.2f}",
        target,
        f"[{colour}]{row.verdict}[/]",
    )


def spread(figures: tuple[float, ...]) -> str:
    """Write lowest and highest, for more than one round."""
    return f"({min(figures):.3g} to {max(figures):.3g})" if len(figures) > 1 else ""

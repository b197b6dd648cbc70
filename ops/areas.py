"""``noroshi areas``: make the shipped tables, import borders and districts, look places up."""

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from geo.registry import FILE_NAME, Registry, UnknownAreaError, open_registry
from ops import area_facts, area_ground
from ops.area_import import DATA, import_file

app = typer.Typer(no_args_is_help=True, help="Areas: prefectures, municipalities, wards, districts, JMA's areas.")

Data = Annotated[Path, typer.Option("--data", help="The data folder of the broker.")]
POINT: Final = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*")
FOUND_MAX: Final = 50  # rows on a screen; who wants more writes more of the name


@app.command()
def build(
    borders: Annotated[Path, typer.Option(help="国土数値情報 N03: any file that geopandas reads.")],
    tables: Annotated[Path, typer.Option(help="The folder of municipalities_abr.csv, localgovjp.csv and jma/.")],
    out: Annotated[Path, typer.Option(help="Where the files go; the package's own are in geo/data.")],
    coasts: Annotated[Path | None, typer.Option(help="気象庁 AreaTsunami: the lines of the tsunami coasts.")] = None,
    weather: Annotated[Path | None, typer.Option(help="気象庁 AreaInformationCity_weather: parts of 政令市.")] = None,
) -> None:
    """Make the tables that the package ships, the same bytes from the same input."""
    from geo.builder.build import build as build_all  # noqa: PLC0415  # geopandas takes half a second to load
    from geo.builder.problem import SourceError  # noqa: PLC0415  # likewise

    try:
        built = build_all(borders, tables, coasts, weather, out)
    except (SourceError, OSError) as error:
        _fail(str(error))
    typer.echo(
        f"{out}: {built.places} places, {built.jma_codes} JMA codes, {built.runs} runs of squares, "
        f"{built.bytes_total:,} bytes, version {built.version[:12]}"
    )


app.command("import")(import_file)


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="A place (33, 33202, 332020), or a code of 気象庁 (560, 3320200).")],
    on: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As it was on that day; today.")] = None,
    data: Data = DATA,
) -> None:
    """Show what a code stands for, and everything that it is part of, with dates."""
    day = (on or dt.datetime.now()).date()  # noqa: DTZ005  # the day where the reader is
    registry = Registry(open_registry(data / FILE_NAME).path, day)
    found = area_facts.of(registry, code, day.isoformat())
    if not found:
        _fail(f"No place and no area of 気象庁 has the code {code}, or its check digit does not agree.")
    for title, facts in found:
        table = Table(title=title, show_header=False)
        table.add_column()
        table.add_column(overflow="fold")
        for name, value in facts:
            table.add_row(name, value)
        Console().print(table)


@app.command()
def find(
    text: Annotated[str, typer.Argument(help="A name in kanji, kana or romaji, or LAT,LON.")], data: Data = DATA
) -> None:
    """Find places by name, districts and towns that were imported among them, or the municipality at a point."""
    registry = open_registry(data / FILE_NAME)
    point = POINT.fullmatch(text)
    if point:
        here = registry.at(float(point[1]), float(point[2]))
        found, inside = [here] if here else [], []
    else:
        found, inside = registry.find(text), area_ground.of(registry, text, FOUND_MAX + 1)
    if not found and not inside:
        if point:
            _fail(f"Nothing in Japan is found for {text}.")
        _fail(
            f"No prefecture, municipality, district or town is called {text}. Districts and towns are known once they "
            "were imported: 'noroshi areas import FILE --kind districts', or '--kind addresses'."
        )
    if found:
        _tell(
            ("code", "名称 name", "かな kana", "romaji", "kind", "lat,lon"),
            [
                (
                    *(place.code, place.full_name + (f" (~{place.valid_to})" if place.valid_to else ""), place.kana),
                    *(place.romaji, place.kind, f"{place.lat:.4f},{place.lon:.4f}"),
                )
                for place in found
            ],
        )
    if inside:
        _tell(area_ground.HEADINGS, inside)


def _tell(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, and how many rows it leaves out."""
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows[:FOUND_MAX]:
        table.add_row(*row)
    Console().print(table)
    if len(rows) > FOUND_MAX:
        typer.echo("... and more; write more of the name")


@app.command()
def words(
    forget: Annotated[str | None, typer.Option(help="Words, as they are listed, that mean nothing any more.")] = None,
    inside: Annotated[
        str | None, typer.Option(help="The municipality that they stand in, where one is listed.")
    ] = None,
    data: Data = DATA,
) -> None:
    """List what operators said that words mean, or forget some; a broker that runs sees it at once."""
    registry = open_registry(data / FILE_NAME)
    if forget is not None:
        try:
            known = registry.remove_alias(forget, inside)
        except UnknownAreaError as error:
            _fail(f"{error} is no place.")
        if not known:
            _fail(f"Nobody said what {forget} means{f' in {inside}' if inside else ''}; noroshi areas words lists all.")
        typer.echo(f"{forget}: forgotten")
        return
    table = Table()
    for heading in ("言葉 words", "市区町村 inside", "意味 means", "いつ since", "誰 who"):
        table.add_column(heading, overflow="fold")
    for alias in registry.aliases():
        means = "、".join(f"{code} {name}" for code, name in zip(alias.codes, registry.names(alias.codes), strict=True))
        table.add_row(alias.words, alias.inside or "", means, alias.valid_from, alias.who)
    Console().print(table)


def _fail(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)

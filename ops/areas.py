"""``noroshi areas``: make the shipped tables, import borders and districts, look places up."""

import re
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from geo.code import with_check_digit
from geo.place import Place
from geo.registry import FILE_NAME, Registry, open_registry
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
def show(code: str, data: Data = DATA) -> None:
    """Show one place by its code of two, five or six digits: 33, 33202 or 332020."""
    registry = open_registry(data / FILE_NAME)
    place = registry.get(code)
    if place is None:
        _fail(f"No place has the code {code}, or its check digit does not agree.")
    table = Table(title=f"{place.full_name}  {registry.names([place.code], 'en')[0]}", show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, value in _facts(registry, place):
        table.add_row(name, value)
    Console().print(table)


@app.command()
def find(
    text: Annotated[str, typer.Argument(help="A name in kanji, kana or romaji, or LAT,LON.")], data: Data = DATA
) -> None:
    """Find places by name, or the municipality at a point."""
    registry = open_registry(data / FILE_NAME)
    point = POINT.fullmatch(text)
    if point:
        here = registry.at(float(point[1]), float(point[2]))
        found = [here] if here else []
    else:
        found = registry.find(text)
    if not found:
        _fail(f"Nothing in Japan is found for {text}.")
    table = Table()
    for heading in ("code", "名称 name", "かな kana", "romaji", "kind", "lat,lon"):
        table.add_column(heading, overflow="fold")
    for place in found[:FOUND_MAX]:
        gone = f" (~{place.valid_to})" if place.valid_to else ""
        position = f"{place.lat:.4f},{place.lon:.4f}"
        table.add_row(place.code, place.full_name + gone, place.kana, place.romaji, place.kind, position)
    Console().print(table)
    if len(found) > FOUND_MAX:
        typer.echo(f"... and {len(found) - FOUND_MAX} more")


def _facts(registry: Registry, place: Place) -> list[tuple[str, str]]:
    """List what is known of a place; facts that it lacks are left out."""
    neighbours = [] if place.valid_to else registry.names(registry.neighbours(place.code))
    parts = sorted(registry.leaves(place.code) - {place.code})
    facts = [
        ("コード code", f"{place.code} / {with_check_digit(place.code)}"),
        ("かな kana", place.kana),
        ("種別 kind", place.kind),
        ("上位 parent", "".join(registry.names([place.parent])) if place.parent else ""),
        ("位置 lat,lon", f"{place.lat:.5f},{place.lon:.5f}"),
        ("施行 valid from", place.valid_from or ""),
        ("廃止 valid to", place.valid_to or ""),
        ("後継 successors", "、".join(registry.names(place.successors))),
        ("区域 leaves", f"{len(parts)}: {' '.join(parts)}" if parts else ""),
        ("隣接 neighbours", "、".join(neighbours)),
        ("地区 districts", "、".join(one.name for one in registry.districts(place.code))),
        ("気象庁 JMA", "\n".join(f"{area.table} {area.code} {area.name}" for area in registry.jma_areas(place.code))),
    ]
    return [(name, value) for name, value in facts if value]


def _fail(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)

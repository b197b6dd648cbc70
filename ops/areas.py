"""``noroshi areas``: make the shipped tables, import borders and districts, look places up."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from geo.code import with_check_digit
from geo.place import Place
from geo.registry import FILE_NAME, WHOLE_COUNTRY, Registry, open_registry

app = typer.Typer(no_args_is_help=True, help="Areas: prefectures, municipalities, wards, districts, JMA's areas.")

Data = Annotated[Path, typer.Option("--data", help="The data folder of the broker.")]
DATA: Final = Path("noroshi-data")
POINT: Final = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*")
FOUND_MAX: Final = 50  # rows on a screen; who wants more writes more of the name


class Kind(StrEnum):
    """What a file to be imported holds."""

    MUNICIPALITIES = "municipalities"
    DISTRICTS = "districts"


@app.command()
def build(
    borders: Annotated[Path, typer.Option(help="国土数値情報 N03: any file that geopandas reads.")],
    tables: Annotated[Path, typer.Option(help="The folder of municipalities_abr.csv, localgovjp.csv and jma/.")],
    out: Annotated[Path, typer.Option(help="Where the files go; the package's own are in geo/data.")],
    coasts: Annotated[Path | None, typer.Option(help="気象庁 AreaTsunami: the lines of the tsunami coasts.")] = None,
    weather: Annotated[Path | None, typer.Option(help="気象庁 AreaInformationCity_weather: parts of 政令市.")] = None,
) -> None:
    """Make the tables that the package ships, the same bytes from the same input."""
    from geo.builder.border import BorderFileError  # noqa: PLC0415  # geopandas takes half a second to load
    from geo.builder.build import build as build_all  # noqa: PLC0415  # likewise

    try:
        built = build_all(borders, tables, coasts, weather, out)
    except (BorderFileError, OSError) as error:
        _fail(str(error))
    typer.echo(
        f"{out}: {built.places} places, {built.jma_codes} JMA codes, {built.runs} runs of squares, "
        f"{built.bytes_total:,} bytes, version {built.version[:12]}"
    )


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="Shapefile, GeoPackage, GeoJSON, TopoJSON, FlatGeobuf; or JSON towns.")],
    kind: Annotated[Kind, typer.Option(help="What the file holds.")],
    municipality: Annotated[str | None, typer.Option(help="Whose districts they are: 33202.")] = None,
    name_column: Annotated[str, typer.Option(help="The column of the districts' names.")] = "name",
    code_column: Annotated[str | None, typer.Option(help="The column of codes; found by itself for N03.")] = None,
    kana_column: Annotated[str | None, typer.Option(help="The column of the districts' kana.")] = None,
    data: Data = DATA,
) -> None:
    """Load better borders, or the districts of one municipality; a broker that runs takes borders when it restarts."""
    from geo.builder.border import BorderFileError  # noqa: PLC0415  # geopandas takes half a second to load

    registry = open_registry(data / FILE_NAME)
    try:
        if kind is Kind.MUNICIPALITIES:
            typer.echo(_import_borders(registry, file, code_column))
            return
        if municipality is None or registry.get(municipality) is None:
            _fail(f"--municipality must say whose districts they are, as 33202; {municipality} is no municipality.")
        from geo.builder.district import read_districts  # noqa: PLC0415  # geopandas again

        districts = read_districts(file, name_column, code_column, kana_column)
        registry.add_districts(municipality, districts)
    except (BorderFileError, OSError, ValueError) as error:
        _fail(str(error))
    shaped = sum(one.geometry is not None for one in districts)
    typer.echo(f"{len(districts)} districts of {municipality}, {shaped} with a shape")


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


def _import_borders(registry: Registry, file: Path, code_column: str | None) -> str:
    from geo.builder.border import read_borders  # noqa: PLC0415  # geopandas takes half a second to load
    from geo.builder.places import successors  # noqa: PLC0415  # likewise

    borders = read_borders(file, successors(), code_column)
    leaves = registry.leaves(WHOLE_COUNTRY)
    unknown = [code for code in borders if code not in leaves]
    known = {code: shape for code, shape in borders.items() if code not in unknown}
    registry.add_borders(known)
    told = f"; not known and left out: {', '.join(unknown)}" if unknown else ""
    return f"{len(known)} borders taken from {file.name}{told}"


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

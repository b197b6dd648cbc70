"""``noroshi areas import``: borders, districts and address tables from files; all of a file or nothing of it."""

import datetime as dt
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from geo.code import plain
from geo.code_table import WHOLE_COUNTRY
from geo.registry import FILE_NAME, Registry, open_registry
from geo.shipped import read_outlines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.builder.column import ColumnMap
    from geo.builder.comparison import Comparison
    from geo.builder.source import Tell
    from geo.place import District, Town

DATA: Final = Path("noroshi-data")
JMA_LENGTH: Final = 7  # digits of AreaInformationCity
NAMED_MAX: Final = 10  # names in one line
STAGES: Final = {
    "reading": "読み込み reading",
    "mending": "修復 mending",
    "joining": "結合 joining",
    "writing": "書き込み writing",
}


class Kind(StrEnum):
    """What a file to be imported holds."""

    MUNICIPALITIES = "municipalities"
    DISTRICTS = "districts"
    ADDRESSES = "addresses"


def import_file(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Shapefile (or its zip), GeoPackage, GeoJSON, TopoJSON, FlatGeobuf; or towns, JSON or CSV."
        ),
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="What the file holds.")] = None,
    addresses: Annotated[Path | None, typer.Option(help="The same as FILE --kind addresses.")] = None,
    municipality: Annotated[str | None, typer.Option(help="Whose districts or towns they are: 33202.")] = None,
    column_map: Annotated[Path | None, typer.Option("--map", help="Columns in a TOML file: name = 'CHIKU'.")] = None,
    code_column: Annotated[str | None, typer.Option(help="The column of codes; found by itself for N03.")] = None,
    name_column: Annotated[str | None, typer.Option(help="The column of names; several with commas between.")] = None,
    kana_column: Annotated[str | None, typer.Option(help="The column of kana.")] = None,
    municipality_column: Annotated[
        str | None, typer.Option("--municipality-column", "--parent", help="The column of municipalities' codes.")
    ] = None,
    lat_column: Annotated[str | None, typer.Option(help="The column of latitudes (address tables).")] = None,
    lon_column: Annotated[str | None, typer.Option(help="The column of longitudes (address tables).")] = None,
    layer: Annotated[str | None, typer.Option(help="Which layer, or which file in a zip.")] = None,
    encoding: Annotated[str | None, typer.Option(help="cp932 or utf-8; found out where it is not said.")] = None,
    crs: Annotated[
        str | None, typer.Option(help="EPSG:6668, JGD2011, 平面直角座標系 V ...; wins over the file's.")
    ] = None,
    valid_from: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day from which it holds; today.")
    ] = None,
    data: Annotated[Path, typer.Option("--data", help="The data folder of the broker.")] = DATA,
) -> None:
    """Load better borders, districts or address tables. A file that cannot be taken changes nothing.

    A broker that runs takes it over within seconds, and what it placed before stays where it was; the picture on the
    map is drawn anew when it restarts.
    """
    from geo.builder.column import ColumnMap, read_column_map  # noqa: PLC0415  # needed by this command alone
    from geo.builder.problem import SourceError  # noqa: PLC0415  # likewise

    if addresses is not None:
        file, kind = addresses, Kind.ADDRESSES
    if file is None or kind is None:
        _fail(
            "何を取り込むか指定してください: ファイル名と、--kind municipalities（市区町村の境界）、districts（"
            "地区）、addresses"
            "（町字）のどれか。\n"
            "Say what to import: FILE --kind municipalities, districts or addresses; or --addresses FILE."
        )
    said = ColumnMap(
        code=code_column,
        name=name_column,
        kana=kana_column,
        municipality=municipality_column,
        lat=lat_column,
        lon=lon_column,
        layer=layer,
        encoding=encoding,
        crs=crs,
    )
    registry = open_registry(data / FILE_NAME)
    owner = None if municipality is None else _owner(registry, municipality)
    if municipality is not None and owner is None:
        _fail(
            f"--municipality の {municipality} は、いまの市区町村のコード（33202 のような5桁か6桁）ではありません。\n"
            f"--municipality must say whose they are, as 33202; {municipality} is no municipality."
        )
    day = valid_from.date().isoformat() if valid_from else None
    try:
        columns = said.over(read_column_map(column_map)) if column_map else said
        with _progress() as tell:
            lines = TAKE[kind](registry, file, columns, owner, day, tell)
    except OSError as error:
        _fail(f"{file.name} を開けません。何も変更していません。\n{error}. Nothing was changed.")
    except SourceError as error:
        _fail(f"{error}\n何も変更していません。 Nothing was changed.")
    for line in lines:
        typer.echo(line)


def _take_borders(
    registry: Registry, file: Path, columns: "ColumnMap", _owner: str | None, day: str | None, tell: "Tell"
) -> list[str]:
    from geo.builder.border import read_borders  # noqa: PLC0415  # geopandas takes half a second to load
    from geo.builder.comparison import compare  # noqa: PLC0415  # likewise
    from geo.builder.places import successors  # noqa: PLC0415  # likewise
    from geo.builder.problem import SourceError  # noqa: PLC0415  # likewise

    borders = read_borders(file, successors(), columns, tell)
    leaves = registry.leaves(WHOLE_COUNTRY)
    known = {code: shape for code, shape in borders.shapes.items() if code in leaves}
    unknown = sorted(borders.shapes.keys() - known.keys())
    if not known:
        raise SourceError(
            f"{file.name} に、いまの市区町村のコードがありません（{', '.join(unknown[:5])} など）。先頭の 0 "
            "が落ちていないか、"
            "確かめてください。",
            f"{file.name}: none of its codes is a municipality of today ({', '.join(unknown[:5])} ...); look "
            "whether they "
            "have lost a leading zero.",
        )
    strange = _strange(registry, file, compare(known, dict(read_outlines())))
    tell("writing", 0, 1)
    registry.add_borders(known, day)
    tell("writing", 1, 1)
    told = (
        [f"知らないコードのため除外 {len(unknown)} codes not known, left out: {', '.join(unknown)}"] if unknown else []
    )
    return [
        f"境界を取り込みました {len(known)} borders taken from {file.name}",
        *borders.notes,
        *told,
        *strange,
        *_later(registry.later("outlines", known, day), day),
    ]


def _strange(registry: Registry, file: Path, found: "Comparison") -> list[str]:
    """Note what is strange about borders; raise SourceError where they can hardly be of those whose codes they have."""
    from geo.builder.problem import SourceError  # noqa: PLC0415  # needed by this command alone

    if found.elsewhere:
        named = _named(registry, found.elsewhere)
        raise SourceError(
            f"{file.name} の境界のうち {len(found.elsewhere)} は、"
            f"そのコードの市区町村の場所とほとんど重なりません: {named}。"
            "コードの列（先頭の 0 が落ちていないか）、座標系（--crs）、区域が欠けていないかを確かめてください。",
            f"{len(found.elsewhere)} borders of {file.name} have less than half of the ground of the "
            "municipality whose "
            f"code they have: {named}; look at the codes (a lost leading zero?), at --crs, and whether parts "
            "are missing.",
        )
    less = [f"{_named(registry, [code])} {share:.0%}" for code, share in found.less.items()]
    over = [f"{_named(registry, [code])} ({_named(registry, others)})" for code, others in found.over.items()]
    notes = []
    if less:
        few = ", ".join(less[:NAMED_MAX])
        notes.append(f"【確認】今より狭い境界 {len(less)} have less ground than is known of them: {few}")
    if over:
        few = ", ".join(over[:NAMED_MAX])
        notes.append(f"【確認】ほかの市区町村を含む境界 {len(over)} have most of the ground of others: {few}")
    return notes


def _named(registry: Registry, codes: "Sequence[str]") -> str:
    named = [f"{code} {name}" for code, name in zip(codes, registry.names(codes), strict=True)]
    return "、".join(named[:NAMED_MAX]) + (" ..." if len(named) > NAMED_MAX else "")


def _later(codes: "Sequence[str]", day: str | None) -> list[str]:
    """Note what does not hold, because an import that holds from a later day stands over it."""
    if not codes:
        return []
    few = ", ".join(codes[:NAMED_MAX]) + (" ..." if len(codes) > NAMED_MAX else "")
    japanese = f"【確認】{day} より後の日付で取り込んだものが今は有効（--valid-from なしで取り込み直すと今日から有効）"
    return [f"{japanese} {len(codes)} do not hold now, for an import from a later day than {day} does: {few}"]


def _take_districts(
    registry: Registry, file: Path, columns: "ColumnMap", owner: str | None, day: str | None, tell: "Tell"
) -> list[str]:
    from geo.builder.district import read_districts  # noqa: PLC0415  # geopandas takes half a second to load

    districts = read_districts(file, columns, owner, lambda told: _owner(registry, told), tell)
    strangers = _strangers(registry, file, districts.of)
    registry.add_districts_of(districts.of, day)
    return [
        *(
            f"地区を取り込みました {len(own)} districts of {code}, "
            f"{sum(one.geometry is not None for one in own)} with a shape"
            for code, own in districts.of.items()
        ),
        *districts.notes,
        *strangers,
        *_later(registry.later("districts", districts.of, day), day),
    ]


def _take_addresses(
    registry: Registry, file: Path, columns: "ColumnMap", owner: str | None, day: str | None, _tell: "Tell"
) -> list[str]:
    from geo.builder.address import read_addresses  # noqa: PLC0415  # with what else imports need

    addresses = read_addresses(file, columns, owner, lambda told: _owner(registry, told))
    strangers = _strangers(registry, file, addresses.of)
    registry.add_towns(addresses.of, day)
    return [
        *(f"町字を取り込みました {len(towns)} towns of {code}" for code, towns in addresses.of.items()),
        *addresses.notes,
        *strangers,
        *_later(registry.later("towns", addresses.of, day), day),
    ]


TAKE: Final = {
    Kind.MUNICIPALITIES: _take_borders,
    Kind.DISTRICTS: _take_districts,
    Kind.ADDRESSES: _take_addresses,
}


def _strangers(registry: Registry, file: Path, of: "Mapping[str, Sequence[District | Town]]") -> list[str]:
    """Note what lies outside of its own municipality; raise SourceError where that is most of it."""
    from geo.builder.problem import SourceError  # noqa: PLC0415  # needed by this command alone

    notes = []
    for code, own in of.items():
        ground = registry.leaves(code)
        outside = [
            one.name for one in own if (here := registry.at(one.lat, one.lon)) is None or here.code not in ground
        ]
        named = "、".join(outside[:NAMED_MAX]) + (" ..." if len(outside) > NAMED_MAX else "")
        if len(outside) * 2 > len(own):
            raise SourceError(
                f"{file.name} の {len(own)} のうち {len(outside)} が {code} の外にあります（{named}）。--crs "
                "か市区町村が正しいか、"
                "確かめてください。",
                f"{len(outside)} of {len(own)} in {file.name} lie outside of {code} ({named}); say the right --crs or "
                "the right municipality.",
            )
        if outside:
            notes.append(f"【確認】市区町村の外 {len(outside)} outside of {code}: {named}")
    return notes


def _owner(registry: Registry, told: str) -> str | None:
    """Return the code of what a file calls a municipality: five or six digits, seven of 気象庁, or its name."""
    told = unicodedata.normalize("NFKC", told).strip().removesuffix(".0")
    code = plain(told[:5] if len(told) == JMA_LENGTH else told.zfill(5))
    place = registry.get(code) if code else None
    if place is None:
        named = registry.named(told)
        place = named[0] if len(named) == 1 else None
    return place.code if place and place.parent and not place.valid_to else None


@contextmanager
def _progress() -> Iterator["Tell"]:
    """Show on standard error how far it is; where that is no terminal, nothing."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _stage, _done, _total: None
        return
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True
    ) as progress:
        tasks = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(STAGES[stage])
            progress.update(tasks[stage], completed=done, total=total)

        yield tell


def _fail(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)

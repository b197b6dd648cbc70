"""Opens any file of shapes: Shapefile (zipped too), GeoJSON, GeoPackage, TopoJSON, FlatGeobuf, as degrees.

What had to be found out or mended on the way is noted, for the one who imports to read.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, NamedTuple

import geopandas
import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import ShapelyError

from geo.builder.column import ColumnMap
from geo.builder.crs import DEGREES, find_crs
from geo.builder.encoding import of_dbf
from geo.builder.problem import SourceError

SUFFIXES: Final = (".shp", ".gpkg", ".geojson", ".json", ".topojson", ".fgb")
ZIP_UTF8: Final = 0x800  # the flag of an entry whose name is UTF-8 (APPNOTE 4.4.4)
ZIP_BYTES_MAX: Final = 4 << 30  # N03 of the whole country unpacks to some 1.3 GB
DBF_BYTES_READ: Final = 4 << 20  # enough text to tell encodings apart
HEAD: Final = 4096  # bytes in which a file shows whether it is XML
JAPAN: Final = (122.0, 20.0, 154.5, 46.0)  # west, south, east, north in degrees
MARGIN: Final = 1.0
SRID: Final = "EPSG:4326"

Tell = Callable[[str, int, int], None]  # what is being done, how many are done, of how many


class Wanted(NamedTuple):
    """What a column is to hold, for the one who must name it."""

    japanese: str
    english: str


class Source(NamedTuple):
    """A file's rows, with mended shapes in degrees, and what there is to say about it."""

    name: str
    frame: Any
    notes: list[str]

    def column(self, said: str | None, usual: Sequence[str], what: Wanted) -> str:
        """Return the column said, or the first of the usual ones; raise SourceError where the file has none."""
        found = next((name for name in ([said] if said else usual) if name in self.frame.columns), None)
        if found is None:
            has = ", ".join(str(name) for name in self.frame.columns if name != "geometry")
            raise SourceError(
                f"{self.name} に{f'列 {said}' if said else f'{what.japanese}の列'}がありません。"
                + (f"あるのは {has} です。" if has else "属性がひとつもありません（.dbf がない、または行がない）。"),
                f"{self.name} has no column {said or f'of {what.english}'}; it has "
                + (f"{has}." if has else "none at all (the .dbf is missing, or there is no row)."),
            )
        return found


def read_source(path: Path, columns: ColumnMap, tell: Tell | None = None) -> Source:
    """Read all rows; raise SourceError where that cannot be, or where the shapes are not in Japan."""
    tell = tell or _silent
    tell("reading", 0, 1)
    notes: list[str] = []
    target = _inside_zip(path, columns.layer, notes) if path.suffix.lower() == ".zip" else str(path)
    _refuse_links(path, target)
    encoding = columns.encoding or _found_encoding(path, target, notes)
    layer = columns.layer if target == str(path) else None
    if layer is None:
        _refuse_several(path, target)
    try:
        frame = pyogrio.read_dataframe(target, layer=layer, encoding=encoding)
    except (DataSourceError, DataLayerError, UnicodeDecodeError, LookupError, ValueError, ShapelyError) as error:
        raise _unreadable(path, error) from error
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise SourceError(
            f"{path.name} に図形がありません（Shapefile なら .shp を指定してください）。町字の表は --kind "
            "addresses です。",
            f"{path.name} has no shapes (of a Shapefile, give the .shp); a table of towns goes in as --kind addresses.",
        )
    tell("reading", 1, 1)
    frame = _in_degrees(path, frame, columns.crs, notes)
    return Source(path.name, frame, notes)


def mend(frame: Any, labels: Sequence[str], notes: list[str], tell: Tell | None = None) -> Any:
    """Return the shapes of a frame, each valid; note by its label each that is missing and each that was mended."""
    shapes = frame.geometry.to_numpy()
    missing = np.array([shape is None for shape in shapes], dtype=bool) | shapely.is_empty(shapes)
    invalid = np.flatnonzero(~missing & ~shapely.is_valid(shapes))
    for number, index in enumerate(invalid):
        (tell or _silent)("mending", number, len(invalid))
        shapes[index] = _mended(shapes[index])
    for japanese, what, indices in (
        ("図形がないため除外", "without a shape, left out", np.flatnonzero(missing)),
        ("図形を修復", "mended", invalid),
    ):
        if len(indices):
            names = ", ".join(sorted({labels[index] for index in indices.tolist()}))
            notes.append(f"{japanese} {len(indices)} {what}: {names}")
    return shapes


def _mended(shape: Any) -> Any:
    """Make a shape valid and lose none of its ground: where parts overlap, or a border goes round twice, one of the two
    ways to mend it takes that out, and the other keeps it.
    """
    both = [polygonal(shapely.make_valid(shape, method=method)) for method in ("linework", "structure")]
    ground = shapely.union_all(both)
    return shapely.make_valid(shape) if ground.is_empty else ground


def polygonal(shape: Any) -> Any:
    """Return the polygons of a shape, without the lines and points that mending may leave."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return shape
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(polygons)


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Say nothing."""


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip; raise SourceError where it, or what is read of it, cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, UnicodeDecodeError, RuntimeError, KeyError, zlib.error) as error:
        raise SourceError(
            f"{path.name} は zip として読めません。パスワードを外すか、もう一度ダウンロードしてください。",
            f"{path.name} is no zip that can be read: {error}.",
        ) from error


def _inside_zip(path: Path, wanted: str | None, notes: list[str]) -> str:
    """Choose the one file of shapes in a zip, a Shapefile before others; the layer says which, where there are more."""
    with _opened(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if sum(entry.file_size for entry in entries) > ZIP_BYTES_MAX:
        raise SourceError(
            f"{path.name} は展開すると {ZIP_BYTES_MAX >> 30} GB を超えます。展開して、ひとつずつ取り込んでください。",
            f"{path.name} unpacks to more than {ZIP_BYTES_MAX >> 30} GB; unpack it and import one file.",
        )
    for suffix in SUFFIXES:
        names = {entry.filename: _written(entry) for entry in entries if entry.filename.lower().endswith(suffix)}
        found = [name for name, written in names.items() if wanted in {None, PurePosixPath(written).stem}]
        if len(found) > 1:
            stems = ", ".join(PurePosixPath(names[name]).stem for name in found)
            raise SourceError(
                f"{path.name} に図形のファイルがいくつもあります。--layer でひとつ選んでください: {stems}",
                f"{path.name} holds several files of shapes; say --layer with one of {stems}.",
            )
        if found:
            notes.append(f"zip の中 {names[found[0]]} out of {path.name}")
            return f"/vsizip/{path.resolve()}/{found[0]}"
    raise SourceError(
        f"{path.name} に図形のファイル（{'、'.join(SUFFIXES)}）がありません。",
        f"{path.name} holds no file of shapes ({', '.join(SUFFIXES)}).",
    )


def _written(entry: zipfile.ZipInfo) -> str:
    """Return a file's name as it was written: where a zip does not say UTF-8, Windows in Japan wrote cp932."""
    if entry.flag_bits & ZIP_UTF8:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return entry.filename


def _refuse_several(path: Path, target: str) -> None:
    """Refuse a file of several layers with shapes where none was chosen."""
    try:
        layers = [str(name) for name, geometry in pyogrio.list_layers(target) if geometry is not None]
    except (DataSourceError, UnicodeDecodeError, ValueError) as error:
        raise _unreadable(path, error) from error
    if len(layers) > 1:
        raise SourceError(
            f"{path.name} にレイヤーがいくつもあります。--layer でひとつ選んでください: {', '.join(layers)}",
            f"{path.name} holds several layers; say --layer with one of {', '.join(layers)}.",
        )


def _unreadable(path: Path, error: Exception) -> SourceError:
    """Say why a file cannot be opened."""
    if "SHAPE_RESTORE_SHX" in str(error):
        return SourceError(
            f"{path.name} と同じ場所に {path.stem}.shx がありません。.shp .shx .dbf .prj をそろえて置いてください。",
            f"{path.stem}.shx is missing beside {path.name}; put .shp, .shx, .dbf and .prj into one folder.",
        )
    said = str(error).split(";")[0].rstrip(".")  # of more, the reader's own options, which nobody here can set
    return SourceError(
        f"{path.name} は図形のファイルとして読めません（{'、'.join(SUFFIXES)}、.zip を読みます）。",
        f"{path.name} is no file of shapes that can be read: {said}.",
    )


def _refuse_links(path: Path, target: str) -> None:
    """Refuse XML: none of our formats is, and a VRT would have other files, or addresses in the network, read."""
    if target == str(path):
        start = _head(path.open("rb"))
    else:
        with _opened(path) as archive:
            start = _head(archive.open(target.removeprefix(f"/vsizip/{path.resolve()}/")))
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        raise SourceError(
            f"{path.name} の中身は XML（または Web ページ）で、読めません。{'、'.join(SUFFIXES)} で用意してください。",
            f"{path.name} is XML, which is not read; give it as {', '.join(SUFFIXES)}.",
        )


def _found_encoding(path: Path, target: str, notes: list[str]) -> str | None:
    """Look into a Shapefile's text where no .cpg names its encoding; None leaves it to the file."""
    if not target.lower().endswith(".shp"):
        return None
    stem = target[: -len(".shp")]
    if target == str(path):
        beside = {one.suffix.lower(): one for one in path.parent.glob(f"{path.stem}.*")}
        raw = _start(beside[".dbf"].open("rb")) if ".dbf" in beside else b""
        named = ".cpg" in beside
    else:
        inner = stem.removeprefix(f"/vsizip/{path.resolve()}/")
        with _opened(path) as archive:
            suffixes = {name[len(inner) :].lower(): name for name in archive.namelist() if name.startswith(inner)}
            named = ".cpg" in suffixes
            raw = _start(archive.open(suffixes[".dbf"])) if ".dbf" in suffixes else b""
    found = None if named else of_dbf(raw)
    if found:
        notes.append(f"文字コードの指定がなく {found} と判断 the file does not say its encoding; it reads as {found}")
    return found


def _start(file: IO[bytes]) -> bytes:
    with file:
        return file.read(DBF_BYTES_READ)


def _head(file: IO[bytes]) -> bytes:
    with file:
        return file.read(HEAD)


def _in_degrees(path: Path, frame: Any, said: str | None, notes: list[str]) -> Any:
    """Give the frame the system said or its own, and turn it to degrees; make sure that these are in Japan."""
    if said:
        own, crs = frame.crs, find_crs(said)
        if own is not None and own != crs:
            notes.append(f"座標系は指定どおり {crs.name} the file says {own.name}; taken as {crs.name}, as was said")
        frame = frame.set_crs(crs, allow_override=True)
    elif frame.crs is None:
        if not _in_japan(frame.total_bounds):
            raise SourceError(
                f"{path.name} に座標系の情報（.prj）がなく、数値は日本の緯度経度でもありません。--crs "
                "で指定してください"
                "（例: --crs EPSG:6668、--crs '平面直角座標系 V'）。",
                f"{path.name} names no coordinate system, and its numbers are no degrees in Japan; say which it is, as "
                "--crs EPSG:6668 or --crs '平面直角座標系 V'.",
            )
        frame = frame.set_crs(DEGREES)
        notes.append(
            "座標系の指定がなく JGD2011 と判断 the file names no coordinate system; taken as JGD2011 in degrees"
        )
    frame = frame.to_crs(SRID)
    if len(frame) and not _in_japan(frame.total_bounds):
        west, south, east, north = (f"{value:.1f}" for value in frame.total_bounds)
        raise SourceError(
            f"{path.name} の図形が日本の外（東経 {west}～{east}、北緯 {south}～{north}）にあります。--crs "
            "が正しいか、緯度と"
            "経度が逆になっていないか、確かめてください。",
            f"The shapes of {path.name} lie from {west} to {east} east and from {south} to {north} north, which is not "
            "Japan; say the right --crs, or look whether latitude and longitude have changed places.",
        )
    return frame


def _in_japan(bounds: Any) -> bool:
    if np.isnan(bounds).any():
        return True  # no shape at all, which is told later by name
    west, south, east, north = bounds
    return bool(
        west >= JAPAN[0] - MARGIN
        and south >= JAPAN[1] - MARGIN
        and east <= JAPAN[2] + MARGIN
        and north <= JAPAN[3] + MARGIN
    )

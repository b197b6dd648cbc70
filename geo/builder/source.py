"""Opens any file of shapes: Shapefile (zipped too), GeoJSON, GeoPackage, TopoJSON, FlatGeobuf, as degrees.

What had to be found out or mended on the way is noted, for the one who imports to read.
"""

import zipfile
from collections.abc import Callable, Sequence
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
ZIP_BYTES_MAX: Final = 4 << 30  # N03 of the whole country unpacks to some 1.3 GB
DBF_BYTES_READ: Final = 4 << 20  # enough text to tell encodings apart
HEAD: Final = 4096  # bytes in which a file shows whether it is XML
JAPAN: Final = (122.0, 20.0, 154.5, 46.0)  # west, south, east, north in degrees
MARGIN: Final = 1.0
SRID: Final = "EPSG:4326"

Tell = Callable[[str, int, int], None]  # what is being done, how many are done, of how many


class Source(NamedTuple):
    """A file's rows, with mended shapes in degrees, and what there is to say about it."""

    name: str
    frame: Any
    notes: list[str]

    def column(self, said: str | None, usual: Sequence[str], what: str) -> str:
        """Return the column said, or the first of the usual ones; raise SourceError where the file has none."""
        found = next((name for name in ([said] if said else usual) if name in self.frame.columns), None)
        if found is None:
            has = ", ".join(str(name) for name in self.frame.columns if name != "geometry")
            raise SourceError(f"{self.name} has no column {said or f'of {what}'}; it has {has}.")
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
    try:
        frame = pyogrio.read_dataframe(target, layer=layer, encoding=encoding)
    except (DataSourceError, DataLayerError, UnicodeDecodeError, LookupError, ValueError, ShapelyError) as error:
        raise SourceError(f"{path.name} is no file of shapes that can be read: {error}") from error
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise SourceError(f"{path.name} has no shapes; a table of towns goes in as --kind addresses.")
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
        shapes[index] = shapely.make_valid(shapes[index])
    for what, indices in (("without a shape, left out", np.flatnonzero(missing)), ("mended", invalid)):
        if len(indices):
            notes.append(f"{len(indices)} {what}: {', '.join(sorted({labels[index] for index in indices.tolist()}))}")
    return shapes


def polygonal(shape: Any) -> Any:
    """Return the polygons of a shape, without the lines and points that mending may leave."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return shape
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(polygons)


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Say nothing."""


def _inside_zip(path: Path, wanted: str | None, notes: list[str]) -> str:
    """Choose the one file of shapes in a zip, a Shapefile before others; the layer says which, where there are more."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except zipfile.BadZipFile as error:
        raise SourceError(f"{path.name} is no zip that can be read: {error}") from error
    if sum(entry.file_size for entry in entries) > ZIP_BYTES_MAX:
        raise SourceError(f"{path.name} unpacks to more than {ZIP_BYTES_MAX >> 30} GB; unpack it and import one file.")
    for suffix in SUFFIXES:
        names = [entry.filename for entry in entries if entry.filename.lower().endswith(suffix)]
        names = [name for name in names if wanted is None or PurePosixPath(name).stem == wanted]
        if len(names) > 1:
            stems = ", ".join(PurePosixPath(name).stem for name in names)
            raise SourceError(f"{path.name} holds several files of shapes; say --layer with one of {stems}.")
        if names:
            notes.append(f"{names[0]} out of {path.name}")
            return f"/vsizip/{path.resolve()}/{names[0]}"
    raise SourceError(f"{path.name} holds no file of shapes ({', '.join(SUFFIXES)}).")


def _refuse_links(path: Path, target: str) -> None:
    """Refuse XML: none of our formats is, and a VRT would have other files, or addresses in the network, read."""
    if target == str(path):
        start = _head(path.open("rb"))
    else:
        with zipfile.ZipFile(path) as archive:
            start = _head(archive.open(target.removeprefix(f"/vsizip/{path.resolve()}/")))
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        raise SourceError(f"{path.name} is XML, which is not read; give it as {', '.join(SUFFIXES)}.")


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
        with zipfile.ZipFile(path) as archive:
            suffixes = {name[len(inner) :].lower(): name for name in archive.namelist() if name.startswith(inner)}
            named = ".cpg" in suffixes
            raw = _start(archive.open(suffixes[".dbf"])) if ".dbf" in suffixes else b""
    found = None if named else of_dbf(raw)
    if found:
        notes.append(f"the file does not say in which encoding it is; it reads as {found}")
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
            notes.append(f"the file says {own.name}; taken as {crs.name}, as was said")
        frame = frame.set_crs(crs, allow_override=True)
    elif frame.crs is None:
        if not _in_japan(frame.total_bounds):
            raise SourceError(
                f"{path.name} names no coordinate system, and its numbers are no degrees in Japan; say which it is, as "
                "--crs EPSG:6668 or --crs '平面直角座標系 V'."
            )
        frame = frame.set_crs(DEGREES)
        notes.append("the file names no coordinate system; taken as JGD2011 in degrees")
    frame = frame.to_crs(SRID)
    if len(frame) and not _in_japan(frame.total_bounds):
        west, south, east, north = (f"{value:.1f}" for value in frame.total_bounds)
        raise SourceError(
            f"The shapes of {path.name} lie from {west} to {east} east and from {south} to {north} north, which is not "
            "Japan; say the right --crs, or look whether latitude and longitude have changed places."
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

"""`noroshi areas import` with files as offices have them: Shapefile in cp932, zips, GeoPackage, broken ones."""

import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import pytest
import shapely
from cap_words import Area, Code
from corpus import corpus
from typer.testing import CliRunner

from geo.builder.column import ColumnMap, read_column_map
from geo.builder.crs import find_crs
from geo.builder.problem import SourceError
from geo.registry import FILE_NAME, Registry, open_registry
from ops.areas import app

OKAYAMA = 6673  # 平面直角座標系 V
KURASHIKI = (133.6, 34.4, 133.95, 34.75)


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["import", *(str(word) for word in words)])
    return result.exit_code, re.sub(r"\s+", " ", result.output).strip()


@pytest.fixture(scope="module")
def n03() -> Any:
    """Okayama's south, with N03's columns, in its own coordinate system."""
    frame = pyogrio.read_dataframe(corpus("geo", "N03-21_210101.topojson"), bbox=None).set_crs(6668)
    frame = frame[frame["N03_001"] == "岡山県"]
    return frame[["N03_001", "N03_003", "N03_004", "N03_007", "geometry"]]


def write(frame: Any, path: Path, encoding: str | None = None) -> Path:
    with_layer = {"layer": "n03"} if path.suffix == ".gpkg" else {}
    frame.to_file(path, engine="pyogrio", encoding=encoding, **with_layer)
    return path


def shapefile_without_a_word(frame: Any, folder: Path) -> Path:
    """Write a Shapefile whose text is cp932 and that does not say so, as N03's of old are."""
    path = write(frame, folder / "N03-21_33_210101.shp", "CP932")
    path.with_suffix(".cpg").unlink()
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    raw[29] = 0  # the language driver of the header
    path.with_suffix(".dbf").write_bytes(raw)
    assert "倉敷市".encode("cp932") in raw
    return path


def okayama(registry: Registry) -> dict[str, Any]:
    return {code: shape for code, shape in registry.outlines() if code.startswith("33")}


def test_a_shapefile_in_cp932_that_does_not_say_so(n03: Any, fresh: Path, tmp_path: Path):
    file = shapefile_without_a_word(n03, tmp_path)
    code, said = run(file, "--kind", "municipalities", "--data", fresh.parent)
    assert code == 0, said
    assert "30 borders taken from N03-21_33_210101.shp" in said
    assert "it reads as cp932" in said
    assert okayama(open_registry(fresh))["33202"].equals_exact(
        shapely.union_all(n03[n03["N03_007"] == "33202"].geometry.to_numpy()), 1e-9, normalize=True
    )


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".geojson", ".fgb"])
def test_every_format_gives_the_same_borders(n03: Any, compiled: Path, tmp_path: Path, suffix: str):
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(compiled, data / FILE_NAME)
    file = write(n03, tmp_path / f"n03{suffix}")
    code, said = run(file, "--kind", "municipalities", "--data", data)
    assert code == 0, said
    kurashiki = okayama(open_registry(data / FILE_NAME))["33202"]
    assert kurashiki.area == pytest.approx(
        shapely.area(n03[n03["N03_007"] == "33202"].geometry.to_numpy()).sum(), rel=1e-9
    )


def test_a_zip_as_it_is_downloaded(n03: Any, fresh: Path, tmp_path: Path):
    file = shapefile_without_a_word(n03, tmp_path)
    archive = tmp_path / "N03-210101_33_GML.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for part in sorted(tmp_path.glob("N03-21_33_210101.*")):
            out.write(part, f"N03-210101_33_GML/{part.name}")
        out.writestr("N03-210101_33_GML/KS-META-N03.xml", "<x/>")
    code, said = run(archive, "--kind", "municipalities", "--data", fresh.parent)
    assert code == 0, said
    assert f"{file.name} out of {archive.name}" in said
    assert "it reads as cp932" in said
    with zipfile.ZipFile(archive, "a") as out:
        out.write(file, "another.shp")
    code, said = run(archive, "--kind", "municipalities", "--data", fresh.parent)
    assert code == 1
    assert "say --layer with one of N03-21_33_210101, another" in said


@pytest.mark.parametrize("crs", ["平面直角座標系 V", "EPSG:6673", "JGD2011 / Japan Plane Rectangular CS V", "第5系"])
def test_metres_without_a_word_need_to_be_told(n03: Any, compiled: Path, tmp_path: Path, crs: str):
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(compiled, data / FILE_NAME)
    file = write(n03.to_crs(OKAYAMA), tmp_path / "metres.shp")
    file.with_suffix(".prj").unlink()
    code, said = run(file, "--kind", "municipalities", "--data", data)
    assert code == 1
    assert "names no coordinate system" in said
    code, said = run(file, "--kind", "municipalities", "--data", data, "--crs", crs)
    assert code == 0, said
    moved = okayama(open_registry(data / FILE_NAME))["33202"]
    assert moved.bounds == pytest.approx(
        shapely.union_all(n03[n03["N03_007"] == "33202"].geometry.to_numpy()).bounds, abs=1e-6
    )
    code, said = run(file, "--kind", "municipalities", "--data", data, "--crs", "平面直角座標系 IX")
    assert code == 1  # still in Japan, and far from where they are
    assert "have less than half of the ground of the municipality whose code they have" in said
    code, said = run(file, "--kind", "municipalities", "--data", data, "--crs", "EPSG:32601")
    assert code == 1
    assert "which is not Japan" in said


@pytest.mark.parametrize(
    ("name", "epsg"),
    [
        ("EPSG:6668", 6668),
        ("JGD2011", 6668),
        ("JGD 2000", 4612),
        ("旧日本測地系", 4301),
        ("平面直角座標系 V", 6673),
        ("平面直角座標系第Ⅴ系", 6673),
        ("平面直角座標系 19", 6687),
        ("JGD2000 平面直角座標系 第9系", 2451),
        ("Tokyo IX", 30169),
        ("epsg:4326", 4326),
    ],
)
def test_names_of_coordinate_systems(name: str, epsg: int):
    assert find_crs(name).to_epsg() == epsg


@pytest.mark.parametrize("name", ["平面直角座標系 XX", "平面直角座標系 20", "どこか", ""])
def test_no_coordinate_system(name: str):
    with pytest.raises(SourceError, match="is no coordinate system"):
        find_crs(name)


def test_what_is_mended_and_missing_is_told_by_name(n03: Any, fresh: Path, tmp_path: Path):
    frame = n03.reset_index(drop=True)
    at = int(frame.index[frame["N03_004"] == "倉敷市"][0])
    border = frame.loc[at, "geometry"]
    west, south, east, north = border.bounds
    halves = [shapely.box(west, south, 133.8, north), shapely.box(133.7, south, east, north)]
    frame.loc[at, "geometry"] = shapely.MultiPolygon(
        [part for half in halves for part in shapely.get_parts(border.intersection(half))]
    )
    frame.loc[int(frame.index[frame["N03_004"] == "津山市"][0]), "geometry"] = None
    file = write(frame, tmp_path / "broken.gpkg")
    code, said = run(file, "--kind", "municipalities", "--data", fresh.parent)
    assert code == 0, said
    assert "1 mended: 33202 倉敷市" in said
    assert "1 without a shape, left out: 33203 津山市" in said
    mended = okayama(open_registry(fresh))["33202"]
    assert mended.is_valid
    assert mended.area == pytest.approx(border.area)  # where its two parts overlap nothing is lost


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_file_that_fails_changes_nothing(n03: Any, fresh: Path, tmp_path: Path):
    before = digest(fresh)
    good = write(n03, tmp_path / "good.gpkg")
    torn = tmp_path / "torn.gpkg"
    torn.write_bytes(good.read_bytes()[:50_000])
    nobody = write(n03.assign(N03_007="99999"), tmp_path / "nobody.geojson")
    for file, *words in (
        (torn, "--kind", "municipalities"),
        (good, "--kind", "municipalities", "--code-column", "CODE"),
        (nobody, "--kind", "municipalities"),
        (good, "--kind", "municipalities", "--crs", "どこか"),
        (good, "--kind", "districts", "--municipality", "33202", "--name-column", "N03_009"),
        (good, "--kind", "districts", "--municipality-column", "N03_001", "--name-column", "N03_004"),
        (tmp_path / "missing.shp", "--kind", "municipalities"),
    ):
        code, said = run(file, *words, "--data", fresh.parent)
        assert code == 1, said
        assert "Nothing was changed." in said
    assert digest(fresh) == before


def test_borders_hold_from_their_day(n03: Any, fresh: Path, tmp_path: Path):
    box = n03[n03["N03_007"] == "33202"].head(1).assign(geometry=[shapely.box(*KURASHIKI)])
    file = write(box, tmp_path / "later.geojson")
    assert run(file, "--kind", "municipalities", "--valid-from", "2090-04-01", "--data", fresh.parent)[0] == 0
    from datetime import date  # noqa: PLC0415  # for this test alone

    assert okayama(Registry(fresh))["33202"].area < 0.08
    assert okayama(Registry(fresh, date(2090, 3, 31)))["33202"].area < 0.08
    assert okayama(Registry(fresh, date(2090, 4, 1)))["33202"].area == pytest.approx(0.35 * 0.35)
    assert run(file, "--kind", "municipalities", "--data", fresh.parent, "--valid-from", "soon")[0] == 2


def districts_frame() -> Any:
    return geopandas.GeoDataFrame(
        {
            "地区ID": ["A1", "A2", "A2", "B1"],
            "CHIKU": ["真備地区", "玉島地区", "玉島地区", "児島地区"],
            "YOMI": ["まびちく", "たましまちく", "たましまちく", None],
            "市町村": ["33202", "33202", "33202", "総社市"],
        },
        geometry=[
            shapely.box(133.66, 34.60, 133.72, 34.66),
            shapely.box(133.62, 34.50, 133.66, 34.54),
            shapely.box(133.67, 34.50, 133.70, 34.54),
            shapely.box(133.73, 34.66, 133.76, 34.70),
        ],
        crs=6668,
    )


def test_districts_of_several_municipalities_by_a_map(fresh: Path, tmp_path: Path):
    file = write(districts_frame().to_crs(OKAYAMA), tmp_path / "hatsurei.shp", "CP932")
    columns = tmp_path / "columns.toml"
    columns.write_text('code = "地区ID"\nname = "CHIKU"\nkana = "YOMI"\nmunicipality = "市町村"\n', encoding="utf-8")
    code, said = run(file, "--kind", "districts", "--map", columns, "--data", fresh.parent)
    assert code == 0, said
    assert "2 districts of 33202, 2 with a shape" in said
    assert "1 districts of 33208, 1 with a shape" in said
    registry = open_registry(fresh)
    mabi, tamashima = registry.districts("33202")
    assert (mabi.code, mabi.name, mabi.kana) == ("A1", "真備地区", "まびちく")
    assert mabi.ground.bounds == pytest.approx((133.66, 34.60, 133.72, 34.66), abs=1e-6)
    assert len(shapely.get_parts(tamashima.ground)) == 2
    placement = registry.place([Area("a", (Code("JISX0402", "332020"), Code("areaName", "玉島地区の一部")))])
    assert [(spot.district, spot.partial) for spot in placement.spots] == [("A2", True)]


def test_a_map_that_is_none(tmp_path: Path):
    file = tmp_path / "map.toml"
    file.write_text('colour = "red"\n', encoding="utf-8")
    with pytest.raises(SourceError, match="it may say code, name"):
        read_column_map(file)
    assert ColumnMap(name="a").over(ColumnMap(name="b", kana="c")) == ColumnMap(name="a", kana="c")


def test_weather_areas_as_districts(fresh: Path):
    """Some of their shapes are missing, and their codes are 気象庁's seven digits."""
    file = corpus("geo", "AreaInformationCity_weather_GIS_20230517_01.geojson")
    words = ("--kind", "districts", "--municipality-column", "regioncode", "--code-column", "regioncode")
    code, said = run(file, *words, "--name-column", "name", "--kana-column", "namekana", "--data", fresh.parent)
    assert code == 1
    assert "16 rows of AreaInformationCity_weather_GIS_20230517_01.geojson have nothing in column regioncode" in said


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
def test_an_address_table_in_csv(fresh: Path, tmp_path: Path, encoding: str):
    lines = ["都道府県コード,市区町村コード,市区町村名,大字町丁目名,緯度,経度"]
    towns = json.loads(corpus("corpus", "addresses", "岡山県_倉敷市.json").read_bytes())
    lines += [f"33,33202,倉敷市,{row['town']},{row['lat']},{row['lng']}" for row in towns]
    lines += ["33,33208,総社市,清音上中島,34.6500,133.7300", "33,33208,総社市,どこか,,"]
    file = tmp_path / "33_2024.csv"
    file.write_bytes("\r\n".join(lines).encode(encoding))
    code, said = run("--addresses", file, "--data", fresh.parent)
    assert code == 0, said
    assert "385 towns of 33202" in said
    assert "1 towns of 33208" in said
    assert "1 without a position in Japan, left out: どこか" in said
    registry = open_registry(fresh)
    placement = registry.place([Area("a", (Code("JISX0402", "332089"), Code("areaName", "清音上中島")))])
    assert [spot.name for spot in placement.spots] == ["清音上中島"]


def test_an_address_table_is_its_files_municipality(fresh: Path):
    code, said = run("--addresses", corpus("corpus", "addresses", "北海道_札幌市中央区.json"), "--data", fresh.parent)
    assert (code, said) == (
        0,
        "町字を取り込みました 990 towns of 01101 【確認】市区町村の外 1 outside of 01101: 北十六条西二十一丁目",
    )
    code, said = run(corpus("corpus", "addresses", "宮城県_石巻市.json"), "--kind", "addresses", "--data", fresh.parent)
    assert code == 0
    assert "6 without a position in Japan" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "has no column"),
        (b"", "has no rows"),
        (b"name,lat,lon\nx,135,34\n", "no row has a name and a position in Japan"),
        (b"name,lat,lon\n\x81\x30\xff,34,135\n", "neither UTF-8 nor cp932"),
    ],
)
def test_an_address_table_that_cannot_be_read(fresh: Path, tmp_path: Path, content: bytes, said: str):
    file = tmp_path / "towns.csv"
    file.write_bytes(content)
    before = digest(fresh)
    code, told = run("--addresses", file, "--municipality", "33202", "--data", fresh.parent)
    assert code == 1
    assert said in told
    assert digest(fresh) == before


def test_nothing_said_is_told(data_folder: Path):
    assert run("--data", data_folder)[0] == 1
    assert run(Path(__file__), "--data", data_folder)[0] == 1
    assert (
        "33999 is no municipality"
        in run(Path(__file__), "--kind", "districts", "--municipality", "33999", "--data", data_folder)[1]
    )


@pytest.fixture
def data_folder(fresh: Path) -> Path:
    return fresh.parent


def _districts_of(path: Path, *rings: list[list[float]]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"name": f"地区{number}"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for number, ring in enumerate(rings)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


HERE = [[133.7, 34.5], [133.8, 34.5], [133.8, 34.6], [133.7, 34.5]]  # 倉敷市
TOKYO = [[139.7, 35.6], [139.8, 35.6], [139.8, 35.7], [139.7, 35.6]]


def test_what_lies_elsewhere_is_told_and_most_of_it_refused(tmp_path: Path, fresh: Path):
    words = ("--kind", "districts", "--municipality", "33202", "--data", fresh.parent)
    code, said = run(_districts_of(tmp_path / "far.geojson", TOKYO, TOKYO, HERE), *words)
    assert (code, "2 of 3 in far.geojson lie outside of 33202 (地区0、地区1)" in said) == (1, True), said
    assert open_registry(fresh).districts("33202") == ()
    code, said = run(_districts_of(tmp_path / "some.geojson", HERE, TOKYO), *words)
    assert (code, "1 outside of 33202: 地区1" in said) == (0, True), said


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # pyogrio's own, of GDAL's complaints
def test_numbers_that_are_none_are_refused(tmp_path: Path, fresh: Path):
    ring = [[float("inf"), 34.5], *HERE[1:]]
    path = _districts_of(tmp_path / "inf.geojson", ring)
    code, said = run(path, "--kind", "districts", "--municipality", "33202", "--data", fresh.parent)
    assert (code, said.endswith("Nothing was changed.")) == (1, True), said


@pytest.mark.parametrize("zipped", [False, True])
def test_a_file_that_would_have_others_read_is_refused(tmp_path: Path, fresh: Path, *, zipped: bool):
    aim = _districts_of(tmp_path / "secret.geojson", HERE)
    layer = f'<OGRVRTLayer name="secret"><SrcDataSource>{aim}</SrcDataSource></OGRVRTLayer>'
    link = f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"
    path = tmp_path / "link.geojson"
    path.write_text(link, "utf-8")
    if zipped:
        with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
            archive.write(path, "link.geojson")
        path = tmp_path / "link.zip"
    code, said = run(path, "--kind", "districts", "--municipality", "33202", "--data", fresh.parent)
    assert (code, "is XML, which is not read" in said) == (1, True), said

"""`noroshi areas import` with files that look right and are not: other codes, other ground, parts that are missing."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from corpus import corpus
from typer.testing import CliRunner

from geo.builder.border import read_borders
from geo.builder.comparison import compare
from geo.builder.places import successors
from geo.code import with_check_digit
from geo.place import District
from geo.registry import FILE_NAME, open_registry
from ops.areas import app


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["import", *(str(word) for word in words)])
    return result.exit_code, re.sub(r"\s+", " ", result.output).strip()


@pytest.fixture(scope="module")
def n03() -> Any:
    frame = pyogrio.read_dataframe(corpus("geo", "N03-21_210101.topojson")).set_crs(6668)
    return frame[["N03_001", "N03_004", "N03_007", "geometry"]]


def municipalities(n03: Any, prefecture: str) -> Any:
    return n03[n03["N03_001"] == prefecture].dissolve("N03_007").reset_index()


def refused(frame: Any, fresh: Path, sentence: str) -> None:
    """It is told in Japanese and in English, and nothing is changed."""
    file, before = fresh.parent / "file.gpkg", fresh.read_bytes()
    frame.to_file(file, engine="pyogrio")
    code, said = run(file, "--kind", "municipalities", "--data", fresh.parent)
    assert code == 1, said
    assert sentence in said
    assert "何も変更していません。 Nothing was changed." in said
    assert fresh.read_bytes() == before


def test_codes_that_lost_their_leading_zero(n03: Any, fresh: Path):
    """Six digits of 北海道 as numbers are, some of them, codes of 千葉市 and 長岡市."""
    hokkaido = n03[(n03["N03_001"] == "北海道") & n03["N03_007"].notna()]
    lost = hokkaido.assign(N03_007=[int(with_check_digit(code)) for code in hokkaido["N03_007"]])
    refused(lost, fresh, "12106 千葉県千葉市美浜区、12203 千葉県市川市")
    ishikari = lost[lost["N03_004"] == "石狩市"]
    refused(ishikari, fresh, "look whether they have lost a leading zero")


def test_codes_beside_their_borders(n03: Any, fresh: Path):
    okayama = municipalities(n03, "岡山県")
    codes = okayama["N03_007"].tolist()
    refused(okayama.assign(N03_007=[*codes[1:], codes[0]]), fresh, "30 borders of file.gpkg have less than half")


def test_a_map_that_was_cut_off(n03: Any, fresh: Path):
    okayama = municipalities(n03, "岡山県")
    cut = okayama.assign(geometry=okayama.geometry.intersection(shapely.box(130, 30, 133.8, 36)))
    refused(cut[~cut.geometry.is_empty], fresh, "33101 岡山県岡山市北区")


def test_islands_that_are_missing_are_told(n03: Any, fresh: Path):
    okayama = municipalities(n03, "岡山県")
    lands = [max(shapely.get_parts(one), key=lambda part: part.area) for one in okayama.geometry]
    file = fresh.parent / "lands.gpkg"
    okayama.assign(geometry=lands).to_file(file, engine="pyogrio")
    code, said = run(file, "--kind", "municipalities", "--data", fresh.parent)
    assert code == 0, said
    assert re.search(r"今より狭い境界 \d+ have less ground than is known of them: 33205 岡山県笠岡市 \d+%", said)


def test_a_border_around_its_neighbours_is_told():
    known = {"1": shapely.box(0, 0, 1, 1), "2": shapely.box(1, 0, 2, 1), "3": shapely.box(2, 0, 3, 1)}
    assert compare(known, known) == ((), {}, {})
    assert compare({"1": shapely.box(0, 0, 2.2, 1)}, known) == ((), {}, {"1": ("2",)})
    assert compare({"1": shapely.box(0.1, 0, 1, 1)}, known).less == {"1": pytest.approx(0.1)}
    assert compare({"1": shapely.box(0.6, 0, 1, 1), "3": known["3"]}, known).elsewhere == ("1",)
    assert compare({"1": shapely.box(7, 7, 8, 8)}, known).elsewhere == ("1",)


def test_what_was_divided_keeps_its_borders():
    borders = read_borders(corpus("geo", "N03-21_210101.topojson"), successors())
    assert not {"22135", "22138", "22139"} & borders.shapes.keys()
    assert "22137" in borders.shapes or "22140" in borders.shapes  # 天竜区, which is whole
    assert any("22135, 22138, 22139" in note for note in borders.notes)


def test_a_line_where_a_border_should_be(n03: Any, fresh: Path):
    okayama = municipalities(n03, "岡山県")
    at = okayama["N03_007"] == "33202"
    okayama.loc[at, "geometry"] = okayama[at].geometry.boundary
    file = fresh.parent / "line.geojson"
    okayama.to_file(file, engine="pyogrio")
    code, said = run(file, "--kind", "municipalities", "--data", fresh.parent)
    assert (code, "面でない（線や点の）ため除外 1 without ground, left out: 33202" in said) == (0, True), said


def test_a_border_that_lacks_one_of_its_rows_is_left_as_it_is(n03: Any, fresh: Path):
    rows = n03[n03["N03_001"] == "岡山県"].explode(ignore_index=True)
    islands = rows.index[rows["N03_007"] == "33205"]
    assert len(islands) > 1
    rows.loc[islands[-1], "geometry"] = None
    file, before = fresh.parent / "rows.gpkg", dict(open_registry(fresh).outlines())
    rows.to_file(file, engine="pyogrio")
    code, said = run(file, "--kind", "municipalities", "--data", fresh.parent)
    assert (code, "1 left as they are, for some is missing: 33205" in said, "29 borders" in said) == (0, True, True)
    after = dict(open_registry(fresh).outlines())
    assert after["33205"].equals(before["33205"])
    assert not after["33202"].equals(before["33202"])


def test_a_shapefile_that_was_copied_in_part(n03: Any, fresh: Path):
    okayama = municipalities(n03, "岡山県")
    for suffix, sentence in ((".shx", "okayama.shx がありません"), (".dbf", ".dbf がない")):
        file = fresh.parent / "okayama.shp"
        okayama.to_file(file, engine="pyogrio")
        file.with_suffix(suffix).unlink()
        code, said = run(file, "--kind", "municipalities", "--data", fresh.parent)
        assert (code, sentence in said) == (1, True), said


class Named(zipfile.ZipInfo):
    """An entry whose name is cp932, as Windows in Japan writes it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802  # zipfile's own
        return self.filename.encode("cp932"), self.flag_bits & ~0x800


def test_zips_as_windows_makes_them(n03: Any, fresh: Path):
    municipalities(n03, "岡山県").to_file(fresh.parent / "okayama.shp", engine="pyogrio", encoding="CP932")
    file = fresh.parent / "okayama.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("市町村界", "旧市町村界"):
            for suffix in (".shp", ".shx", ".dbf", ".prj"):
                raw = (fresh.parent / "okayama.shp").with_suffix(suffix).read_bytes()
                archive.writestr(Named(f"行政区域/{name}{suffix}"), raw)
    words = (file, "--kind", "municipalities", "--data", fresh.parent)
    code, said = run(*words)
    assert (code, "say --layer with one of 市町村界, 旧市町村界" in said) == (1, True), said
    code, said = run(*words, "--layer", "市町村界")
    assert (code, "zip の中 行政区域/市町村界.shp out of okayama.zip" in said) == (0, True), said


@pytest.mark.parametrize("spoil", ["password", "name", "method", "torn"])
def test_a_zip_that_cannot_be_opened(fresh: Path, spoil: str):
    file = fresh.parent / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("図.shp", b"0" * 100)
    raw = bytearray(file.read_bytes())
    central = raw.index(b"PK\x01\x02")
    if spoil == "password":
        raw[6] |= 1
        raw[central + 8] |= 1
    elif spoil == "name":
        raw[30] = 0xFF  # of the entry itself; the list at the end has it right
    elif spoil == "method":
        raw[8] = raw[central + 10] = 77
    else:
        raw = raw[: central + 9]
    file.write_bytes(raw)
    code, said = run(file, "--kind", "municipalities", "--data", fresh.parent)
    assert (code, "a.zip は zip として読めません" in said, "Nothing was changed." in said) == (1, True, True), said


def test_several_layers_need_to_be_told(n03: Any, fresh: Path):
    file = fresh.parent / "two.gpkg"
    okayama = municipalities(n03, "岡山県")
    for layer in ("新", "旧"):
        okayama.to_file(file, engine="pyogrio", layer=layer)
    code, said = run(file, "--kind", "municipalities", "--data", fresh.parent)
    assert (code, "say --layer with one of 新, 旧" in said) == (1, True), said
    assert run(file, "--kind", "municipalities", "--layer", "新", "--data", fresh.parent)[0] == 0


def test_an_import_of_an_earlier_day_does_not_hold_and_says_so(n03: Any, fresh: Path):
    file = fresh.parent / "okayama.gpkg"
    municipalities(n03, "岡山県").to_file(file, engine="pyogrio")
    words = (file, "--kind", "municipalities", "--data", fresh.parent)
    assert "do not hold now" not in run(*words)[1]
    assert (
        "30 do not hold now, for an import from a later day than 2026-01-01 does"
        in run(*words, "--valid-from", "2026-01-01")[1]
    )


SQUARE = [[133.70, 34.50], [133.72, 34.50], [133.72, 34.52], [133.70, 34.50]]


def districts(path: Path, *rows: dict[str, object]) -> Path:
    geometry = {"type": "Polygon", "coordinates": [SQUARE]}
    features = [{"type": "Feature", "properties": row, "geometry": geometry} for row in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            [{"c": "1", "name": "箭田"}, {"c": "1", "name": "川辺"}],
            "The code 1 in column c has several names: 箭田, 川辺",
        ),
        (
            [{"c": "1", "name": "箭田"}, {"c": None, "name": "川辺"}],
            "1 rows of d.geojson have nothing in column c: 川辺",
        ),
    ],
)
def test_districts_that_would_be_lost_are_refused(fresh: Path, rows: list[dict[str, object]], sentence: str):
    words = ("--kind", "districts", "--municipality", "33202", "--code-column", "c", "--data", fresh.parent)
    code, said = run(districts(fresh.parent / "d.geojson", *rows), *words)
    assert (code, sentence in said) == (1, True), said
    assert open_registry(fresh).districts("33202") == ()


def test_a_municipality_that_is_missing_in_one_row(fresh: Path):
    file = districts(fresh.parent / "d.geojson", {"m": "33202", "name": "箭田"}, {"m": " ", "name": "川辺"})
    code, said = run(file, "--kind", "districts", "--municipality-column", "m", "--data", fresh.parent)
    assert (code, "have nothing in column m: 川辺" in said) == (1, True), said


def test_districts_keep_their_codes_in_another_order(fresh: Path):
    """What an officer has on his page, and what was settled by hand, means the same ground after the next import."""
    file = fresh.parent / "d.geojson"
    words = ("--kind", "districts", "--municipality", "33202", "--data", fresh.parent)
    found = []
    for names in (("箭田 地区", "川辺"), ("有井", "川辺", "箭田 地区")):
        assert run(districts(file, *({"name": name} for name in names)), *words)[0] == 0
        found.append({one.name: one.code for one in open_registry(fresh).districts("33202")})
    assert found[0].items() <= found[1].items()
    registry = open_registry(fresh)
    registry.add_alias("やた", "33202", (found[0]["箭田 地区"],))
    assert registry.aliases()[0].codes == ("箭田地区",)


def test_numbers_as_codes_of_districts(fresh: Path):
    file = districts(fresh.parent / "d.geojson", {"c": 1.0, "name": "箭田"}, {"c": 2.0, "name": "川辺"})
    words = ("--kind", "districts", "--municipality", "33202", "--code-column", "c", "--data", fresh.parent)
    assert run(file, *words)[0] == 0
    assert [one.code for one in open_registry(fresh).districts("33202")] == ["1", "2"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("町字\t緯度\t経度\n箭田\t34.63\t133.69\n", "1 districts of 33202"),
        ("町字;緯度;経度\n箭田;34.63;133.69\n", "1 districts of 33202"),
        ("町字,緯度,経度\n箭田,133.69,34.63\n", "look whether latitude and longitude have changed places"),
        ('町字,緯度,経度\n"' + "箭" * 200_000 + ",34.63,133.69\n", "is no table that can be read"),
    ],
)
def test_lists_of_districts_as_programs_write_them(fresh: Path, content: str, sentence: str):
    file = fresh.parent / "d.csv"
    file.write_text(content, "utf-8")
    words = ("--kind", "districts", "--municipality", "33202", "--name-column", "町字", "--lat-column", "緯度")
    said = run(file, *words, "--lon-column", "経度", "--data", fresh.parent)[1]
    assert sentence in said


@pytest.mark.parametrize("told", ["332021", "033202", "33999", "33"])
def test_a_code_that_is_none_is_no_municipality(fresh: Path, told: str):
    code, said = run(Path(__file__), "--kind", "districts", "--municipality", told, "--data", fresh.parent)
    assert (code, f"{told} is no municipality" in said) == (1, True), said


def test_what_was_imported_on_a_later_day_is_asked_of_districts_too(fresh: Path):
    registry = open_registry(fresh)
    registry.add_districts("33202", [District(code="1", name="箭田", lat=34.6, lon=133.7)])
    assert registry.later("districts", ["33202", "33203"], "2020-01-01") == ["33202"]
    assert registry.later("districts", ["33202"], None) == []
    assert registry.later("towns", ["33202"], "2020-01-01") == []
    assert fresh.name == FILE_NAME

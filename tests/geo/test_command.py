import json
import re
import shutil
from pathlib import Path

import pytest
from corpus import corpus
from typer.testing import CliRunner

from geo.place import District, Town
from geo.registry import FILE_NAME, open_registry
from ops.areas import app


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, re.sub(r"\s+", " ", result.output)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> Path:
    return Path(shutil.copy(compiled, tmp_path_factory.mktemp("data"))).parent


@pytest.mark.parametrize("text", ["くらしき", "kurashiki", "34.585,133.772"])
def test_find(data: Path, text: str):
    code, said = run("find", text, "--data", data)
    assert code == 0
    assert "33202" in said
    assert "倉敷市" in said


def test_find_nothing(data: Path):
    assert run("find", "30,150", "--data", data) == (1, "Nothing in Japan is found for 30,150. ")
    code, said = run("find", "真備町箭田", "--data", data)
    assert (code, "'noroshi areas import FILE --kind districts'" in said) == (1, True)


@pytest.mark.parametrize("text", ["箭田", "真備町箭田", "倉敷市真備町箭田", "ヤタ", "真備町箭"])
def test_find_a_town_of_an_address_table_with_what_it_belongs_to(
    data: Path, text: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "160")  # a narrow screen folds the words
    registry = open_registry(data / FILE_NAME)
    registry.add_towns({"33202": [Town(name="真備町箭田", kana="マビチョウヤタ", lat=34.632, lon=133.69)]})
    try:
        code, said = run("find", text, "--data", data)
        assert code == 0
        for word in ("真備町箭田", "マビチョウヤタ", "町字 town", "33202 岡山県倉敷市", "34.6320,133.6900"):
            assert word in said
    finally:
        registry.add_towns({"33202": []})


def test_signs_alone_are_the_name_of_no_town(data: Path):
    registry = open_registry(data / FILE_NAME)
    registry.add_towns({"33202": [Town(name="真備町箭田", kana="マビチョウヤタ", lat=34.632, lon=133.69)]})
    try:
        for text in ("'", "・", "（）"):
            assert run("find", text, "--data", data)[0] == 1, text
    finally:
        registry.add_towns({"33202": []})


def test_find_a_district_however_it_is_spelled_beside_the_places_of_that_name(
    data: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "160")
    registry = open_registry(data / FILE_NAME)
    registry.add_districts(
        "33202", [District(code="A7", name="旭ヶ丘一丁目", kana="あさひがおか", lat=34.6, lon=133.7)]
    )
    try:
        for text in ("旭ヶ丘", "旭が丘1丁目", "旭ヶ丘一丁目", "あさひが"):
            code, said = run("find", text, "--data", data)
            assert code == 0
            assert "旭ヶ丘一丁目" in said
            assert "地区 district A7" in said
            assert "33202 岡山県倉敷市" in said
        registry.add_districts("33202", [District(code="A8", name="倉敷中央", lat=34.6, lon=133.7)])
        said = run("find", "倉敷", "--data", data)[1]
        assert "kurashiki-shi" in said.lower()
        assert "倉敷中央" in said
    finally:
        registry.add_districts("33202", [])


def test_show(data: Path):
    code, said = run("show", "332020", "--data", data)
    assert code == 0
    for word in (
        "岡山県倉敷市",
        "Kurashiki-shi, Okayama",
        "33202 / 332020",
        "AreaTsunami 560",
        "AreaForecastLocalM 330013",
    ):
        assert word in said


def test_show_a_place_that_is_gone(data: Path):
    code, said = run("show", "22135", "--data", data)
    assert code == 0
    assert "2024-01-01" in said
    assert "静岡県浜松市浜名区" in said


def test_show_a_place_on_a_day(data: Path):
    _, before = run("show", "221309", "--on", "2023-12-31", "--data", data)
    assert "2023-12-31: 有効 in force" in before
    assert "7: 22131 中区" in before
    assert "22138" not in before.split("隣接")[0].split("区域")[1]
    _, after = run("show", "22130", "--on", "2024-01-01", "--data", data)
    assert "3: 22138 中央区、22139 浜名区、22140 天竜区" in after
    assert "2213001" in after  # 気象庁's parts
    _, ward = run("show", "22138", "--on", "2023-12-31", "--data", data)
    assert "施行前 not yet" in ward
    assert "22131 静岡県浜松市中区 (~2024-01-01)" in ward
    _, gone = run("show", "4030500", "--data", data)
    assert "廃止 gone" in gone
    assert "40231 福岡県那珂川市" in gone


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("560", ("AreaTsunami 560 岡山県", "倉敷市", "CoastTsunami 560")),
        ("0442101", ("AreaInformationCity 0442101", "大和町")),
        ("990000", ("AreaForecastLocalM 990000 全国", "1898")),
        ("9910", ("AreaForecastEEW 9910 北海道",)),
        ("9010", ("AreaMarineA 9010 日本海", "なし none")),
        ("0200360001", ("AreaRiver 0200360001 堤川", "青森県")),
    ],
)
def test_show_areas_of_the_agency(data: Path, code: str, words: tuple[str, ...]):
    status, said = run("show", code, "--data", data)
    assert status == 0
    for word in words:
        assert word in said, said


def test_show_a_wrong_code(data: Path):
    code, said = run("show", "332021", "--data", data)
    assert code == 1
    assert "check digit" in said


def test_import_towns_with_positions(fresh: Path):
    file = corpus("corpus", "addresses", "岡山県_倉敷市.json")
    code, said = run("import", file, "--kind", "districts", "--municipality", "33202", "--data", fresh.parent)
    assert (code, said) == (0, "地区を取り込みました 381 districts of 33202, 0 with a shape ")
    districts = open_registry(fresh.parent / FILE_NAME).districts("33202")
    assert {row["town"] for row in json.loads(file.read_bytes())} == {one.name for one in districts}
    registry = open_registry(fresh.parent / FILE_NAME)
    there = [place.code for one in districts if (place := registry.at(one.lat, one.lon))]
    assert there.count("33202") > 375


def test_import_districts_with_shapes(fresh: Path):
    square = [[133.7, 34.5], [133.8, 34.5], [133.8, 34.6], [133.7, 34.6], [133.7, 34.5]]
    features = [
        {
            "type": "Feature",
            "properties": {"CHIKU": "玉島", "YOMI": "たましま"},
            "geometry": {"type": "Polygon", "coordinates": [square]},
        },
        {
            "type": "Feature",
            "properties": {"CHIKU": "水島", "YOMI": None},
            "geometry": {"type": "Point", "coordinates": [133.74, 34.53]},
        },
        {"type": "Feature", "properties": {"CHIKU": "空", "YOMI": None}, "geometry": None},
    ]
    file = fresh.parent / "chiku.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    words = ("import", file, "--kind", "districts", "--municipality", "33202", "--data", fresh.parent)
    assert run(*words, "--name-column", "CHIKU", "--kana-column", "YOMI") == (
        0,
        "地区を取り込みました 2 districts of 33202, 1 with a shape 図形がないため除外 1 without a shape, left out: 空 ",
    )
    mizushima, tamashima = open_registry(fresh.parent / FILE_NAME).districts("33202")  # by code: the name
    assert (mizushima.code, tamashima.code) == ("水島", "玉島")
    assert (tamashima.name, tamashima.kana, tamashima.geometry.area) == ("玉島", "たましま", pytest.approx(0.01))
    assert (mizushima.name, mizushima.geometry, mizushima.lat) == ("水島", None, 34.53)
    code, said = run(*words, "--name-column", "NAME")
    assert code == 1
    assert "has no column NAME; it has CHIKU, YOMI" in said


def test_imported_borders_answer_from_then_on(fresh: Path):
    file = corpus("geo", "N03-21_210101.topojson")
    code, said = run("import", file, "--kind", "municipalities", "--data", fresh.parent)
    assert (code, said) == (
        0,
        (
            "境界を取り込みました 1896 borders taken from N03-21_210101.topojson "
            "座標系の指定がなく JGD2011 と判断 the file names no coordinate system; taken as JGD2011 in degrees "
            "図形を修復 2 mended: 42201 長崎市, 47212 豊見城市 "
            "市区町村コードがないため除外 1 without a municipality's code, left out: 所属未定地 "
            "分割された区域は今の境界のまま 3 left as they are, for one was divided among the others: 22135, "
            "22138, 22139 "
        ),
    )
    registry = open_registry(fresh.parent / FILE_NAME)
    assert len(dict(registry.outlines())) == 1898
    place = registry.at(34.585, 133.772)
    assert place is not None
    assert place.code == "33202"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--kind", "districts"), "--municipality must say"),
        (("--kind", "municipalities"), "no file of shapes"),
        (("--kind", "districts", "--municipality", "33202"), "no file of shapes"),
    ],
)
def test_a_file_that_cannot_be_taken_is_told(data: Path, words: tuple[str, ...], sentence: str):
    code, said = run("import", Path(__file__), *words, "--data", data)
    assert code == 1
    assert sentence in said


def test_words_are_listed_and_taken_back(data: Path):
    registry = open_registry(data / FILE_NAME)
    registry.add_alias("旧・玉島", None, ("33202",), who="tanaka", valid_from="2026-11-21")
    registry.add_alias("川むこう", "33202", ("33202",), who="suzuki")
    _, said = run("words", "--data", data)
    for word in ("33202 岡山県倉敷市", "tanaka", "2026-11-21", "suzuki"):
        assert word in said
    assert run("words", "--forget", "川むこう", "--data", data)[0] == 1
    assert run("words", "--forget", "川むこう", "--inside", "33202", "--data", data)[0] == 0
    listed = next(alias.words for alias in registry.aliases())
    assert run("words", "--forget", listed, "--data", data) == (0, f"{listed}: forgotten ")
    assert registry.aliases() == ()

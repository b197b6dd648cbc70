import csv
import gzip
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import shapely
from cap_words import Area
from corpus import corpus

from geo import store
from geo.place import District, Town
from geo.registry import Registry, UnknownAreaError, open_registry


def test_every_code_of_the_official_register_is_there(registry: Registry):
    with corpus("tables", "municipalities_abr.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        place = registry.get(row["lg_code"])
        assert place is not None, row["lg_code"]
        assert place.full_name == row["pref"] + row["city"] + row["ward"]
        assert place.kana == (row["ward_kana"] or row["city_kana"])
    assert len(registry.leaves("00")) == len(rows) - 20  # the 20 政令市 are their wards
    assert len(registry.prefectures()) == 47


def test_a_wrong_check_digit_is_no_place(registry: Registry):
    assert registry.get("332021") is None
    with pytest.raises(UnknownAreaError) as caught:
        registry.leaves("332021")
    assert caught.value.code == "332021"


def test_hamamatsu_before_and_after_2024(registry: Registry):
    new = {"22138", "22139", "22140"}
    assert registry.leaves("22130") == registry.leaves("221309") == new
    assert {code: registry.leaves(code) for code in ("22131", "22135", "22136", "22137")} == {
        "22131": {"22138"},
        "22135": {"22138", "22139"},
        "22136": {"22139"},
        "22137": {"22140"},
    }
    assert {place.code for place in registry.children("22130")} == new
    gone, kept = registry.get("22131"), registry.get("22138")
    assert gone is not None
    assert kept is not None
    assert (gone.name, gone.valid_to, gone.successors) == ("中区", "2024-01-01", ("22138",))
    assert (kept.name, kept.valid_from, kept.valid_to) == ("中央区", "2024-01-01", None)


def test_the_wards_of_hamamatsu_went_where_their_ground_is(registry: Registry, borders: dict[str, Any]):
    """Half of an old ward's ground, or more, is in its first successor; all of it in its successors."""
    from geo.builder.border import read_borders  # noqa: PLC0415  # geopandas takes half a second to load

    old = read_borders(corpus("geo", "N03-21_210101.topojson"), {}).shapes
    for code in (f"2213{number}" for number in range(1, 8)):
        place = registry.get(code)
        assert place is not None
        shares = [borders[new].intersection(old[code]).area / old[code].area for new in place.successors]
        assert shares[0] > 0.5, code
        assert sum(shares) > 0.98, code


def test_merged_municipalities_resolve_to_what_they_are_now(registry: Registry):
    assert registry.leaves("40305") == {"40231"}  # 那珂川町 became 那珂川市
    assert registry.leaves("14209") == registry.leaves("14150")  # 相模原市 became a 政令市
    assert registry.leaves("25504") == {"25203"}


def test_what_lies_below(registry: Registry):
    assert len(registry.children("33")) == 27
    assert [place.name for place in registry.children("33100")] == ["北区", "中区", "東区", "南区"]
    assert registry.children("33202") == ()
    with pytest.raises(UnknownAreaError):
        registry.children("99")


def test_offices_lie_in_their_own_municipality(registry: Registry):
    """But for three of small islands, whose office is where the ferries leave, and 双葉町, which works from いわき."""
    with corpus("tables", "localgovjp.csv").open(encoding="utf-8-sig") as lines:
        rows = [row for row in csv.DictReader(lines) if row["lgcode"][:5] in registry.leaves("00")]
    assert len(rows) > 1880
    elsewhere = {}
    for row in rows:
        place = registry.at(float(row["lat"]), float(row["lng"]))
        if place is None or place.code != row["lgcode"][:5]:
            elsewhere[row["city"]] = place and place.name
    assert elsewhere == {"双葉町": "いわき市", "三島村": "鹿児島市", "十島村": "鹿児島市", "竹富町": "石垣市"}


def test_off_the_coast_the_nearest_within_a_kilometre(registry: Registry):
    shore = dict(registry.outlines())["33202"]
    lowest = min(shapely.get_coordinates(shore), key=lambda xy: xy[1])
    near = registry.at(lowest[1] - 0.005, lowest[0])
    assert near is not None
    assert near.code == "33202"
    assert registry.at(30.0, 135.0) is None
    assert registry.at(51.5, -0.1) is None


def test_shelters_are_in_the_municipality_that_named_them(registry: Registry):
    """Designated shelters stand on land and shore; all but a few in a thousand are placed where they belong."""
    placed, wrong = 0, []
    for file in sorted(corpus("corpus", "shelters").iterdir()):
        try:
            document = json.loads(file.read_bytes())
        except ValueError:
            continue
        features = document.get("features", []) if isinstance(document, dict) else []
        for feature in features:
            lon, lat = feature["geometry"]["coordinates"][:2]
            place = registry.at(lat, lon)
            placed += 1
            if place is None or place.code not in registry.leaves(file.stem[-6:]):
                wrong.append((file.stem, lat, lon, place and place.full_name))
    if not placed:
        pytest.skip("no shelter file with positions")
    assert len(wrong) <= placed / 200, wrong[:10]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("倉敷市", "33202"),
        ("岡山県倉敷市", "33202"),
        ("岡山県都窪郡早島町", "33423"),
        ("くらしき", "33202"),
        ("クラシキシ", "33202"),
        ("Kurashiki", "33202"),
        ("kurashiki-shi", "33202"),
        ("岡山", "33"),
        ("332020", "33202"),
        ("浜松市天竜区", "22140"),
        ("鎌ヶ谷市", "12224"),
        ("鎌ケ谷市", "12224"),
    ],
)
def test_places_are_found_by_name(registry: Registry, text: str, first: str):
    assert registry.find(text)[0].code == first


def test_nothing_is_found_for_nothing(registry: Registry):
    assert registry.find("") == []
    assert registry.find("ないまち") == []


def test_names_in_two_languages(registry: Registry):
    assert registry.names(["33202", "22138", "99999"]) == ("岡山県倉敷市", "静岡県浜松市中央区", "99999")
    assert registry.names(["33202", "22138"], "en") == ("Kurashiki-shi, Okayama", "Chuo-ku, Hamamatsu-shi, Shizuoka")


def test_whole_prefectures_fold_into_one_code(registry: Registry):
    everything_but = registry.leaves("33") - {"33202"}
    assert registry.fold(registry.leaves("33") | {"34202"}) == ("33", "34202")
    assert set(registry.fold(everything_but)) == {place.code for place in registry.children("33")} - {"33202"}
    assert len(registry.fold(registry.leaves("00"))) == 47


def test_neighbours_are_mutual_and_other(registry: Registry):
    assert set(registry.neighbours("33202")) >= {"33204", "33423", "33208"}
    for code in ("33202", "13101", "01101", "47381"):
        for other in registry.neighbours(code):
            assert code in registry.neighbours(other)
    assert "33101" not in registry.neighbours("33100")
    assert all(code[:2] != "33" for code in registry.neighbours("33"))


def test_outlines_are_all_valid_and_meet_without_overlap(registry: Registry):
    outlines = dict(registry.outlines())
    assert outlines.keys() == registry.leaves("00")
    assert all(shape.is_valid and not shape.is_empty for shape in outlines.values())
    okayama = [outlines[code] for code in sorted(registry.leaves("33"))]
    together = shapely.union_all(okayama).area
    assert sum(shape.area for shape in okayama) == pytest.approx(together, rel=1e-6)


def test_the_map_is_small_geojson(registry: Registry):
    document = json.loads(registry.outlines_geojson())
    assert document["type"] == "FeatureCollection"
    points = [f for f in document["features"] if f["geometry"]["type"] == "Point"]
    assert (len(points), len(document["features"])) == (1898, 2 * 1898)
    assert next(f for f in points if f["id"] == "33202")["geometry"]["coordinates"] == [133.772, 34.585]
    properties = next(f["properties"] for f in document["features"] if f["properties"]["code"] == "33202")
    assert properties == {"code": "33202", "name": "岡山県倉敷市", "name_en": "Kurashiki-shi, Okayama", "pref": "33"}
    assert len(gzip.compress(registry.outlines_geojson())) < 300_000


def test_jma_tables_know_members_and_those_without(registry: Registry):
    east = registry.jma("AreaForecastLocalM", "320010")
    assert east is not None
    assert (east.name, len(east.members)) == ("東部", 6)
    sea = registry.jma("JMA_AreaMarineA", "9010")
    assert sea is not None
    assert sea.members == ()
    assert registry.jma("AreaForecastLocalM", "999999") is None


def test_coasts_hold_the_municipalities_on_them(registry: Registry):
    okayama = registry.jma("AreaTsunami", "560")
    assert okayama is not None
    assert {"33202", "33204", "33205", "33211", "33212", "33102", "33103", "33104", "33216"} >= set(okayama.members)
    assert {"33202", "33204", "33104"} <= set(okayama.members)
    assert not {"33203", "33208"} & set(okayama.members)  # 津山, 総社 lie inland
    inland_sea = registry.jma("AreaTsunami", "693")
    assert inland_sea is not None
    assert set(okayama.members) < set(inland_sea.members)


def test_parts_of_a_designated_city_are_its_wards(registry: Registry):
    east = registry.jma("AreaInformationCity", "1415012")
    assert east is not None
    assert east.members == ("14152", "14153")  # 中央区 and 南区, as its name lists
    south = registry.jma("AreaInformationCity", "2213001")
    assert south is not None
    assert "22140" not in south.members  # 天竜区 is 浜松市北部


def test_what_was_imported_survives_a_new_version(fresh: Path, monkeypatch: pytest.MonkeyPatch):
    first = open_registry(fresh)
    shaped = District(
        code="002", name="児島", kana="こじま", geometry=shapely.box(133.8, 34.4, 133.9, 34.5), lat=34.46, lon=133.8
    )
    bare = District(code="001", name="玉島", lat=34.54, lon=133.66)
    first.add_districts("332020", [shaped, bare])
    assert first.districts("33202") == (bare, shaped)
    assert bare.ground.contains(shapely.Point(133.66, 34.54))
    assert shaped.ground == shaped.geometry
    first.add_borders({"33202": shapely.box(133.0, 34.0, 133.1, 34.1)})
    first.add_towns({"33202": [Town(name="箭田", lat=34.6, lon=133.7)]})
    first.add_alias("府中市", None, ("34208",))
    monkeypatch.setattr("geo.store.SCHEMA_VERSION", "of tomorrow")
    second = open_registry(fresh)
    assert second.districts("33202") == (bare, shaped)
    assert [spot.name for spot in second.place([Area("倉敷市箭田")]).spots] == ["箭田"]
    assert second.place([Area("府中市")]).municipalities == ("34208",)
    moved = second.at(34.05, 133.05)
    assert moved is not None
    assert moved.code == "33202"


def test_only_known_codes_take_borders_and_districts(fresh: Path):
    registry = open_registry(fresh)
    with pytest.raises(UnknownAreaError):
        registry.add_districts("99999", [])
    with pytest.raises(UnknownAreaError):
        registry.add_borders({"33": shapely.box(133, 34, 134, 35)})  # a prefecture is its municipalities
    assert registry.districts("33202") == ()


def test_a_broken_file_is_made_anew(tmp_path: Path):
    fresh = tmp_path / "areas.db"
    fresh.write_bytes(b"this is no database, and longer than a header of one hundred bytes" * 5)
    assert open_registry(fresh).get("33202") is not None
    assert [path.name for path in fresh.parent.iterdir()] == [fresh.name]


def test_start_up_loads_no_geopandas():
    code = "import sys, geo.registry; print(sorted({'geopandas', 'pandas', 'pyogrio'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_package_carries_less_than_five_megabytes():
    root = Path(__file__).resolve().parents[2]
    files = list((root / "geo" / "data").iterdir())
    assert sum(file.stat().st_size for file in files) < 5_000_000
    assert (
        "国土数値情報（行政区域データ）」（国土交通省）を加工して作成"
        in (root / "geo" / "data" / "credit.txt").read_text()
    )
    assert "geo" in tomllib.loads((root / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["packages"]


def test_a_large_import_locks_nobody_out_before_it_is_done(fresh: Path):
    with store.connect(fresh) as writing:
        rows = (("33202", "2026-11-21", str(n), "地区", "", 34.6, 133.7, bytes(100_000)) for n in range(200))
        writing.executemany("INSERT INTO districts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        assert store.read_aliases(fresh) == ()
        writing.rollback()


def test_districts_are_found_by_how_they_begin(fresh: Path):
    registry = open_registry(fresh)
    lies = {"lat": 34.6, "lon": 133.7}
    for day in ("2020-01-01", "2021-01-01"):  # what held before is not found, however much there was of it
        old = [District(code=str(n), name=f"箭田{n}", kana="やた", **lies) for n in range(store.FOUND_MAX)]
        registry.add_districts("33202", old, day)
    rows = [("1", "箭田東", "やたひがし"), ("2", "箭田", "やた"), ("3", "川辺", "かわべ"), ("4", "東", "")]
    registry.add_districts("33202", [District(code=code, name=name, kana=kana, **lies) for code, name, kana in rows])
    registry.add_districts("33208", [District(code="1", name="箭田東", **lies)])

    def found(text: str, limit: int = 20) -> list[str]:
        return [f"{place.code} {name}" for place, name in registry.districts_named(text, limit)]

    assert found("箭田") == ["33202 箭田東", "33202 箭田", "33208 箭田東"]
    assert found("箭田", 2) == ["33202 箭田東", "33202 箭田"]
    assert found("箭田東の一部") == ["33202 箭田東", "33202 箭田", "33208 箭田東"]  # names that it begins with
    assert found("かわ") == ["33202 川辺"]
    assert found("東京") == []  # one letter is no name to go by
    assert found("辺") == []
    assert found("") == []
    assert found("箭" * 5_000) == []
    assert found("%") == []

"""地区名 to places: within a municipality and on their own, with and without an address table."""

import json
import re
import shutil
from pathlib import Path

import pytest
import shapely
from cap_words import Area, Code
from corpus import corpus

from geo.phrase import PHRASES_MAX, number_of, pieces, whole
from geo.place import District, Placement, Town, UnknownAreaError, UnplacedPart
from geo.registry import Registry, open_registry
from geo.shape import distance_km
from geo.town import key_of

KURASHIKI = "332020"
CITIES = {
    "北海道_札幌市中央区": "01101",
    "宮城県_石巻市": "04202",
    "岡山県_倉敷市": "33202",
    "東京都_千代田区": "13101",
    "東京都_江東区": "13108",
    "沖縄県_那覇市": "47201",
    "熊本県_人吉市": "43203",
    "石川県_輪島市": "17204",
    "静岡県_熱海市": "22205",
}
NEAR_KM = 0.5


def rows_of(name: str) -> list[dict[str, object]]:
    rows = json.loads(corpus("corpus", "addresses", f"{name}.json").read_bytes())
    return [row for row in rows if row["town"] and row["lat"] and row["lng"]]


def towns_of(name: str) -> list[Town]:
    return [
        Town(name=f"{row['town']}{row['koaza']}", lat=float(str(row["lat"])), lon=float(str(row["lng"])))
        for row in rows_of(name)
    ]


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> Registry:
    """A registry with the address tables of nine municipalities."""
    registry = open_registry(Path(shutil.copy(compiled, tmp_path_factory.mktemp("towns"))))
    registry.add_towns({code: towns_of(name) for name, code in CITIES.items()})
    return registry


def inside(registry: Registry, code: str, *names: str) -> Placement:
    return registry.place([Area("地区", (Code("JISX0402", code), *(Code("areaName", name) for name in names)))])


def named(placement: Placement) -> list[str]:
    return [spot.name for spot in placement.spots]


@pytest.mark.parametrize(
    "words",
    ["全域", "市内全域", "市全域", "市内一円", "倉敷市", "倉敷市全域", "岡山県倉敷市", "市内の一部", ""],
)
def test_the_whole_of_a_municipality_needs_no_table(registry: Registry, words: str):
    assert inside(registry, KURASHIKI, words) == Placement(("33202",))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("真備町箭田", ["真備町箭田"]),
        ("箭田", ["真備町箭田"]),
        ("倉敷市真備町箭田", ["真備町箭田"]),
        ("岡山県倉敷市真備町箭田", ["真備町箭田"]),
        ("大字箭田", ["真備町箭田"]),
        ("真備町大字箭田", ["真備町箭田"]),
        ("眞備町箭田", ["真備町箭田"]),
        ("真備町箭田地区", ["真備町箭田"]),
        ("真備町 箭田", ["真備町箭田"]),
        ("箭田(やた)", ["真備町箭田"]),
        ("真備町箭田、川辺及び有井", ["真備町箭田", "真備町川辺", "真備町有井"]),
        ("真備町（箭田、川辺）", ["真備町箭田", "真備町川辺"]),
        ("阿知一丁目", ["阿知一丁目"]),
        ("阿知1丁目", ["阿知一丁目"]),
        ("阿知１丁目", ["阿知一丁目"]),
        ("阿知一丁目から三丁目まで", ["阿知一丁目", "阿知二丁目", "阿知三丁目"]),
        ("阿知１・２丁目", ["阿知一丁目", "阿知二丁目"]),
        ("阿知1～3丁目", ["阿知一丁目", "阿知二丁目", "阿知三丁目"]),
        ("阿知", ["阿知一丁目", "阿知二丁目", "阿知三丁目"]),
    ],
)
def test_towns_as_people_write_them(towns: Registry, words: str, found: list[str]):
    placement = inside(towns, KURASHIKI, words)
    assert placement.municipalities == ("33202",)
    assert placement.unplaced == ()
    assert named(placement) == found
    assert not any(spot.partial for spot in placement.spots)


@pytest.mark.parametrize(
    "words",
    [
        "箭田の一部",
        "箭田地区の一部",
        "箭田（一部）",
        "真備町箭田の一部地域",
        "箭田の土砂災害警戒区域",
        "箭田の洪水浸水想定区域内",
    ],
)
def test_a_part_of_a_town_is_said_to_be_a_part(towns: Registry, words: str):
    (spot,) = inside(towns, KURASHIKI, words).spots
    assert (spot.name, spot.partial, spot.municipality, spot.district) == ("真備町箭田", True, "33202", None)
    assert distance_km(34.6286, 133.6909, shapely.Point(spot.lon, spot.lat)) < 2


def test_an_old_town_is_all_of_its_towns(towns: Registry):
    for words in ("真備町", "旧真備町", "真備町全域"):
        found = named(inside(towns, KURASHIKI, words))
        assert len(found) > 10
        assert all(name.startswith("真備町") for name in found)
    children = named(inside(towns, KURASHIKI, "児島地区"))
    assert len(children) > 10
    assert all(name.startswith("児島") for name in children)
    assert inside(towns, KURASHIKI, "児島").unplaced  # the name of a station and of a port, too


@pytest.mark.parametrize(
    ("code", "written", "town"),
    [
        ("01101", "北13条西19丁目", "北十三条西十九丁目"),
        ("01101", "旭が丘1丁目", "旭ケ丘一丁目"),
        ("01101", "旭ヶ丘一丁目", "旭ケ丘一丁目"),
        ("22205", "笹良ケ台町", "笹良ヶ台町"),
        ("47201", "上之屋", "字上之屋"),
        ("47201", "字上之屋", "字上之屋"),
        ("13101", "霞ヶ関2丁目", "霞が関二丁目"),
        ("17204", "町野町大字鈴屋", "町野町鈴屋"),
        ("011002", "中央区旭ヶ丘一丁目", "旭ケ丘一丁目"),
        ("011002", "札幌市中央区旭ヶ丘一丁目", "旭ケ丘一丁目"),
        ("011002", "旭ヶ丘一丁目", "旭ケ丘一丁目"),
    ],
)
def test_spellings_of_one_town(towns: Registry, code: str, written: str, town: str):
    assert named(inside(towns, code, written)) == [town]


def test_what_is_unknown_is_told_and_its_municipality_counts(towns: Registry):
    placement = inside(towns, KURASHIKI, "真備町箭田、ないまち及び川辺")
    assert placement.municipalities == ("33202",)
    assert named(placement) == ["真備町箭田", "真備町川辺"]
    assert placement.unplaced == (UnplacedPart("地区", "areaName", "ないまち", "33202"),)
    assert placement.unplaced[0].words == "ないまち"


def test_a_name_of_two_grounds_is_not_guessed(fresh: Path):
    registry = open_registry(fresh)
    registry.add_towns({"33202": [Town(name="甲町中", lat=34.6, lon=133.7), Town(name="乙町中", lat=34.5, lon=133.8)]})
    assert inside(registry, KURASHIKI, "中") == Placement(
        ("33202",), (UnplacedPart("地区", "areaName", "中", "33202"),)
    )
    assert named(inside(registry, KURASHIKI, "乙町中")) == ["乙町中"]


def test_a_loaded_district_comes_before_a_town_and_brings_its_shape(fresh: Path):
    registry = open_registry(fresh)
    shape = shapely.box(133.66, 34.6, 133.72, 34.66)
    registry.add_districts(
        "33202", [District(code="M1", name="箭田地区", kana="やたちく", geometry=shape, lat=34.63, lon=133.69)]
    )
    registry.add_towns({"33202": [Town(name="箭田地区", lat=1, lon=1), Town(name="真備町箭田", lat=34.62, lon=133.68)]})
    for words in ("箭田地区", "ヤタチク", "箭田地区の一部"):
        (spot,) = inside(registry, KURASHIKI, words).spots
        assert spot.district == "M1"
        district = registry.district(spot.municipality, spot.district)
        assert district is not None
        assert district.ground == shape
    (spot,) = inside(registry, KURASHIKI, "箭田").spots
    assert spot.district is None


def test_only_the_wards_that_are_named_where_all_is_known(towns: Registry):
    sapporo = towns.leaves("01100")
    assert inside(towns, "011002", "中央区").municipalities == ("01101",)
    assert inside(towns, "011002", "中央区及び北区").municipalities == ("01101", "01102")
    assert inside(towns, "011002", "旭ヶ丘一丁目").municipalities == ("01101",)
    assert inside(towns, "011002", "中央区全域、北区の一部").municipalities == ("01101", "01102")
    assert inside(towns, "011002", "中央区内の一部", "札幌市北区全域").municipalities == ("01101", "01102")
    (spot,) = inside(towns, "011002", "中央区旭ヶ丘一丁目の一部").spots
    assert spot.partial
    unknown = inside(towns, "011002", "中央区及びないまち")
    assert frozenset(unknown.municipalities) == sapporo
    assert [part.value for part in unknown.unplaced] == ["ないまち"]
    assert frozenset(inside(towns, "011002", "中央区", "全域").municipalities) == sapporo
    both = towns.place(
        [
            Area("a", (Code("JISX0402", "011002"), Code("areaName", "中央区"))),
            Area("b", (Code("JISX0402", "011002"), Code("areaName", "ないまち"))),
        ]
    )
    assert frozenset(both.municipalities) == sapporo  # what one area says does not narrow another


def test_a_ward_that_is_gone_inside_its_city(registry: Registry):
    assert inside(registry, "221309", "北区").municipalities == ("22138", "22139")
    assert inside(registry, "221309", "浜北区").municipalities == ("22139",)
    assert inside(registry, "221309", "天竜区").municipalities == ("22140",)


def test_old_municipalities_inside_what_they_became(registry: Registry):
    (spot,) = inside(registry, "032093", "旧藤沢町").spots
    assert (spot.name, spot.municipality) == ("藤沢町", "03209")
    assert inside(registry, "032093", "藤沢町全域").unplaced == ()


@pytest.mark.parametrize(
    ("words", "codes", "spots"),
    [
        ("倉敷市真備町箭田", ("33202",), ["真備町箭田"]),
        ("岡山県倉敷市真備町箭田、川辺の一部", ("33202",), ["真備町箭田", "真備町川辺"]),
        ("松江市、出雲市及び雲南市", ("32201", "32203", "32209"), []),
        ("松江市の一部", ("32201",), []),
        ("松江市内全域", ("32201",), []),
        ("北海道札幌市中央区旭ヶ丘一丁目", ("01101",), ["旭ケ丘一丁目"]),
    ],
)
def test_words_that_stand_alone(towns: Registry, words: str, codes: tuple[str, ...], spots: list[str]):
    placement = towns.place([Area(words)])
    assert placement.municipalities == codes
    assert placement.unplaced == ()
    assert named(placement) == spots


def test_words_alone_that_are_known_in_part(towns: Registry):
    placement = towns.place([Area("松江市、どこか")])
    assert placement.municipalities == ("32201",)
    assert placement.unplaced == (UnplacedPart("松江市、どこか", "areaDesc", "どこか"),)
    placement = towns.place([Area("倉敷市ないまち")])
    assert placement.municipalities == ("33202",)
    assert placement.unplaced == (UnplacedPart("倉敷市ないまち", "areaDesc", "倉敷市ないまち", "33202"),)
    assert towns.place([Area("箭田")]).municipalities == ()  # a town without its city may be anywhere


def test_what_was_settled_once_is_not_asked_again(fresh: Path):
    registry = open_registry(fresh)
    alone = registry.place([Area("府中市")]).unplaced[0]
    assert registry.add_alias(alone.words, alone.inside, ("342084",), who="係長", valid_from="2026-11-21").codes == (
        "34208",
    )
    assert registry.place([Area("府中市")]) == Placement(("34208",))
    (code,) = registry.place([Area("x", (Code("JMA_AreaInformationCity", "0599900"),))]).unplaced
    registry.add_alias(code.words, code.inside, ("05201", "05202"))
    assert registry.place([Area("x", (Code("JMA_AreaInformationCity", "0599900"),))]) == Placement(("05201", "05202"))
    assert open_registry(fresh).place([Area("府中市")]) == Placement(("34208",))  # kept
    assert [(one.words, one.who) for one in registry.aliases()] == [
        ("jma_areainformationcity0599900", ""),
        ("府中市", "係長"),
    ]
    assert registry.remove_alias("府中市", None)
    assert not registry.remove_alias("府中市", None)
    assert registry.place([Area("府中市")]).unplaced == (alone,)


def test_words_settled_inside_a_municipality(fresh: Path):
    registry = open_registry(fresh)
    registry.add_districts("33202", [District(code="001", name="真備", lat=34.63, lon=133.69)])
    (part,) = inside(registry, KURASHIKI, "まびのへん").unplaced
    registry.add_alias(part.words, part.inside, ("001",))
    for words in ("まびのへん", "まびのへんの一部"):
        (spot,) = inside(registry, KURASHIKI, words).spots
        assert (spot.district, spot.name, spot.partial) == ("001", "真備", words.endswith("一部"))
    registry.add_alias("ぜんぶ", "33202", ("33202",))
    assert inside(registry, KURASHIKI, "ぜんぶ") == Placement(("33202",))
    registry.add_alias("きた", "331007", ("33101",))
    assert inside(registry, "331007", "きた") == Placement(("33101",))
    for words, within, codes in (
        ("", None, ("33202",)),
        ("a", None, ()),
        ("a", "33202", ("33203",)),
        ("a", None, ("x",)),
    ):
        with pytest.raises(UnknownAreaError):
            registry.add_alias(words, within, codes)


def test_another_process_that_loads_towns_is_noticed(fresh: Path):
    registry, other = open_registry(fresh), open_registry(fresh)
    assert inside(registry, KURASHIKI, "真備町箭田").unplaced
    other.add_towns({"33202": towns_of("岡山県_倉敷市")})
    assert named(inside(registry, KURASHIKI, "真備町箭田")) == ["真備町箭田"]


def test_a_file_that_was_taken_away_stops_nothing(fresh: Path):
    registry = open_registry(fresh)
    fresh.unlink()
    assert inside(registry, KURASHIKI, "全域") == Placement(("33202",))
    assert inside(registry, KURASHIKI, "真備町箭田").municipalities == ("33202",)
    assert registry.place([Area("府中市")]).unplaced
    assert not fresh.exists()


def test_towns_of_nine_municipalities_are_found_by_name(towns: Registry, capsys: pytest.CaptureFixture[str]):
    """Each row of the address tables, as it is written there and in three other ways: within 500 m of its position."""
    lines: list[str] = []
    counts = dict.fromkeys(WRITTEN, 0)
    total = 0
    for name, code in CITIES.items():
        rows = list({key_of(one.name): one for one in towns_of(name)}.values())
        total += len(rows)
        for way, write in WRITTEN.items():
            missed = [town.name for town in rows if not is_near(towns, code, town, write(town.name, name))]
            counts[way] += len(rows) - len(missed)
            lines += [f"{name}, {way}: {len(rows) - len(missed)} of {len(rows)}; not {' '.join(missed[:6])}"]
    with capsys.disabled():
        print("", *lines, f"all {total}: {counts}", sep="\n")
    assert all(counts[way] >= 0.99 * total for way in list(WRITTEN)[:3]), counts
    assert counts["without the old town"] >= 0.9 * total, counts  # a name that two old towns share is not guessed


def is_near(towns: Registry, code: str, town: Town, words: str) -> bool:
    spots = inside(towns, code, words).spots
    return len(spots) == 1 and distance_km(town.lat, town.lon, shapely.Point(spots[0].lon, spots[0].lat)) <= NEAR_KM


def with_digits(name: str) -> str:
    return re.sub(
        r"([一二三四五六七八九十]+)(?=丁目)",
        lambda found: chr(0xFF10 + number_of(found[0])) if number_of(found[0]) < 10 else str(number_of(found[0])),
        name,
    )


WRITTEN = {
    "as written": lambda name, _: name,
    "behind its municipality": lambda name, city: city.replace("_", "") + name,
    "１丁目, ガ for ケ, 大字": lambda name, _: "大字" + with_digits(name).replace("ケ", "ヶ").replace("ヶ丘", "が丘"),
    "without the old town": lambda name, _: re.sub(r"^[^町村]{2,}[町村](?=[^一二三四五六七八九十])", "", name),
}


@pytest.mark.parametrize(
    "text", ["", "()", "((", "A((B))", "、、、", "一部", "の" * 5000, "一丁目、" * 3000, "1~9999丁目"]
)
def test_no_text_is_lost_or_hangs(registry: Registry, text: str):
    assert pieces(text)
    assert len(pieces(text)) <= PHRASES_MAX
    assert whole(text).names
    inside(registry, KURASHIKI, text)
    registry.place([Area(text)])


def test_nothing_behind_the_last_piece_is_dropped():
    words = "、".join(f"{number}番町" for number in range(PHRASES_MAX + 50))
    assert "249番町" in pieces(words)[-1].written

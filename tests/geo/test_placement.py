from pathlib import Path

import pytest
import shapely
from cap_words import Area, Code, coded
from hypothesis import given
from hypothesis import strategies as st

from geo.level import Level
from geo.place import CodedArea, UnplacedPart
from geo.placement import finest
from geo.registry import Registry, open_registry
from geo.shape import ShapeError, write_polygon


def placed(registry: Registry, *areas: Area) -> set[str]:
    return set(registry.place(areas).municipalities)


def test_the_finest_wins(registry: Registry):
    areas = [
        *coded("JMA_AreaForecastLocalM", "320000", "320010", "320011"),
        *coded("JMA_AreaInformationCity", "3220100"),
    ]
    assert registry.place(areas).municipalities == ("32201",)
    assert placed(registry, *areas[:2]) == registry.leaves("32") & set(
        registry.jma("AreaForecastLocalM", "320010").members
    )
    assert placed(registry, *areas[:1]) == registry.leaves("32")


def test_whoever_writes_a_prefecture_and_a_city_by_hand_means_both(registry: Registry):
    okayama, kurashiki = Code("JISX0401", "33"), Code("JISX0402", "332020")
    both = registry.place([Area(geocodes=(okayama,)), Area(geocodes=(kurashiki,))])
    assert both.municipalities == tuple(sorted(registry.leaves("33")))
    one = registry.place([Area(geocodes=(okayama, kurashiki))])
    assert one.municipalities == ("33202",), "a city with its prefecture is the city"


def test_a_coarse_area_without_a_finer_one_stays_whole(registry: Registry):
    areas = coded("JMA_AreaForecastLocalM", "320000", "310000") + coded("JMA_AreaInformationCity", "3220100")
    assert placed(registry, *areas) == {"32201"} | registry.leaves("31")


def test_areas_side_by_side_do_not_swallow_each_other(registry: Registry):
    north, south = coded("JMA_AreaInformationCity", "2210002", "2210001")
    assert placed(registry, north) < placed(registry, south)
    assert placed(registry, north, south) == placed(registry, south)
    island, mainland = coded("JMA_AreaForecastLocalE", "775", "770")  # 甑島 and 薩摩 share 薩摩川内市
    assert placed(registry, island, mainland) == placed(registry, mainland)


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("JMA_AreaForecastLocalM", "990000"),
        ("JMA_AreaForecast", "10000"),
        ("JMA_AreaForecast", "010000"),
        ("JISX0402", "00"),
    ],
)
def test_the_whole_country(registry: Registry, table: str, code: str):
    assert placed(registry, *coded(table, code)) == registry.leaves("00")


@pytest.mark.parametrize("code", ["33202", "332020"])
def test_codes_of_municipalities(registry: Registry, code: str):
    assert placed(registry, *coded("JISX0402", code)) == {"33202"}


def test_wards_stand_for_a_designated_city(registry: Registry):
    assert placed(registry, *coded("JISX0402", "331007")) == {"33101", "33102", "33103", "33104"}
    assert placed(registry, *coded("JMA_AreaInformationCity", "3310000")) == {"33101", "33102", "33103", "33104"}


def test_a_sea_is_known_and_has_nobody(registry: Registry):
    placement = registry.place(coded("JMA_AreaMarineA", "9010") + coded("JMA_PointVolcano", "506"))
    assert placement.municipalities == ()
    assert placement.unplaced == ()
    assert [(one.kind, one.name) for one in placement.elsewhere] == [("sea", "日本海"), ("volcano", "桜島")]


def test_rivers_are_placed_as_far_as_the_tables_tell(registry: Registry):
    assert placed(registry, *coded("JMA_AreaRiver", "0200360001")) == registry.leaves("02")  # kept by 青森県
    assert placed(registry, *coded("JMA_AreaFloodForecast", "820207003500")) == registry.leaves("02")  # named so
    inside = coded("JMA_AreaRiver", "0200360001") + coded("JISX0402", "022012")
    assert placed(registry, *inside) == {"02201"}
    states = coded("JMA_AreaRiver", "8909200001")
    (river,) = registry.place(states).elsewhere
    assert (river.kind, river.name, river.words) == ("river", "山国川", "JMA_AreaRiver 8909200001")


def test_a_volcano_that_was_settled(fresh: Path):
    registry = open_registry(fresh)
    (sakurajima,) = registry.place(coded("JMA_PointVolcano", "506")).elsewhere
    registry.add_alias(sakurajima.words, None, ("46201", "46214"))
    placement = registry.place(coded("JMA_PointVolcano", "506"))
    assert (placement.municipalities, placement.elsewhere) == (("46201", "46214"), ())


def test_what_is_unknown_is_told_once_in_the_senders_words(registry: Registry):
    area = Area("どこか", (Code("JISX0402", "332021"), Code("JISX0402", "33202")))
    placement = registry.place([area, area, Area("ないまち")])
    assert placement.municipalities == ("33202",)
    assert placement.unplaced == (
        UnplacedPart("どこか", "JISX0402", "332021"),
        UnplacedPart("ないまち", "areaDesc", "ないまち"),
    )


def test_foreign_codes_matter_only_where_nothing_else_places(registry: Registry):
    same = Code("SAME", "006109")
    assert registry.place([Area("x", (same, Code("JISX0402", "33202")))]).unplaced == ()
    assert registry.place([Area("x", (same,))]).unplaced == (UnplacedPart("x", "SAME", "006109"),)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("倉敷市", "33202"),
        ("倉敷市全域", "33202"),
        ("岡山県 倉敷市", "33202"),
        ("岡山県都窪郡早島町", "33423"),
        ("静岡県浜松市中区", "22131"),
        ("岡山県", "33"),
        ("全国", "00"),
    ],
)
def test_words_alone_place_where_they_are_a_name(registry: Registry, words: str, code: str):
    assert placed(registry, Area(words)) == registry.leaves(code)


def test_words_that_name_two_places_name_none(registry: Registry):
    placement = registry.place([Area("府中市")])
    assert placement.municipalities == ()
    assert placement.unplaced == (UnplacedPart("府中市", "areaDesc", "府中市"),)


def test_words_do_not_mend_a_code(registry: Registry):
    """那珂川町 is a town of 栃木; a gone town of 福岡 with its name must not reach it by its words."""
    assert placed(registry, Area("那珂川町", (Code("JMA_AreaInformationCity", "4030599"),))) <= {"40231"}


def test_a_polygon_reaches_what_it_meets(registry: Registry):
    inside = Area(polygons=("34.58,133.77 34.58,133.78 34.59,133.78 34.59,133.77 34.58,133.77",))
    assert placed(registry, inside) == {"33202"}
    wide = Area(polygons=("34.5,133.7 34.5,133.9 34.7,133.9 34.7,133.7 34.5,133.7",))
    assert {"33202", "33423", "33101", "33104"} <= placed(registry, wide)


def test_a_municipalitys_own_border_reaches_no_neighbour(registry: Registry, borders: dict[str, shapely.Geometry]):
    """A sender draws the official border; ours is simpler, so slivers of neighbours overlap it."""
    wrong = {}
    for code in sorted(borders)[::37]:
        largest = max(shapely.get_parts(borders[code]), key=lambda part: part.area)
        found = placed(registry, Area(polygons=(write_polygon(shapely.Polygon(largest.exterior)),)))
        if found != {code}:
            wrong[code] = found
    assert all(code in found for code, found in wrong.items())
    assert len(wrong) <= 2, wrong  # an enclave, which the outer border holds too


def test_a_narrow_shape_on_a_border_is_in_both(registry: Registry):
    """What lies along a border river is no sliver when it is all that the sender drew."""
    outlines = dict(registry.outlines())
    shared = outlines["33202"].intersection(outlines["33208"])  # 倉敷市 and 総社市
    point = shapely.line_interpolate_point(shapely.line_merge(shared), 0.5, normalized=True)
    spot = point.buffer(0.0004)
    assert placed(registry, Area(polygons=(write_polygon(spot),))) >= {"33202", "33208"}


def test_a_circle_reaches_as_far_as_its_radius(registry: Registry):
    assert placed(registry, Area(circles=("34.585,133.772 1",))) == {"33202"}
    far = placed(registry, Area(circles=("34.585,133.772 20",)))
    assert {"33202", "33423", "37201"} & far == {"33202", "33423"}  # 高松 is more than 20 km away, over the sea
    assert "37201" in placed(registry, Area(circles=("34.585,133.772 40",)))


def test_a_circle_without_radius_is_where_the_point_is(registry: Registry):
    assert placed(registry, Area(circles=("34.585,133.772 0",))) == {"33202"}
    assert placed(registry, Area(circles=("30,135 0",))) == set()


def test_an_area_is_all_of_its_parts(registry: Registry):
    area = Area(geocodes=(Code("JISX0402", "33202"),), circles=("35.68,139.76 0.1",))
    assert placed(registry, area) == {"33202", "13101"}


def test_a_bad_shape_is_an_error_with_its_path(registry: Registry):
    good = "34.0,133.0 34.0,134.0 35.0,134.0 35.0,133.0 34.0,133.0"
    with pytest.raises(ShapeError) as caught:
        registry.place([Area(), Area(polygons=(good, "34,133 34,134"))])
    assert (caught.value.code, caught.value.path) == ("polygon-too-few-points", "/area[2]/polygon[2]")


def test_nothing_is_nowhere(registry: Registry):
    assert registry.place([]).municipalities == ()


AREAS = st.builds(
    CodedArea, st.sampled_from(Level), st.frozensets(st.sampled_from([f"{n:05}" for n in range(8)]), min_size=1)
)


@given(st.lists(AREAS, max_size=12))
def test_finest_keeps_just_those_that_hold_no_finer_area(areas: list[CodedArea]):
    def holds_a_finer_one(area: CodedArea) -> bool:
        return any(other.level > area.level and other.members <= area.members for other in areas)

    expected = frozenset().union(*(area.members for area in areas if not holds_a_finer_one(area)))
    assert frozenset().union(*finest(areas)) == expected


def test_a_small_shape_off_the_coast_is_placed_as_its_middle_is(registry: Registry):
    off = 0
    for _, outline in list(registry.outlines())[::20]:
        x, y = shapely.get_coordinates(outline.exterior if outline.geom_type == "Polygon" else outline.geoms[0])[0]
        for lon, lat in ((x + 0.004, y), (x - 0.004, y), (x, y + 0.004), (x, y - 0.004)):
            place = registry.at(lat, lon)
            circle = Area(circles=(f"{lat},{lon} 0.02",))
            if place is None or registry.touching(shapely.Point(lon, lat).buffer(0.0003)):
                continue
            off += 1
            assert place.code in placed(registry, circle), (lat, lon, place.full_name)
    assert off > 20


def test_a_shape_in_the_open_sea_is_nobodys(registry: Registry):
    assert placed(registry, Area(circles=("33.0,134.9 20",))) == set()


def test_a_name_inside_a_municipality_that_nobody_knows_is_nowhere_else(registry: Registry):
    """昭和町 of the city with the misprinted code is not 昭和町 in 山梨県."""
    for code in ("332021", "99999"):
        placement = registry.place([Area("a", (Code("JISX0402", code), Code("areaName", "昭和町")))])
        assert placement.municipalities == ()
        assert [part.value for part in placement.unplaced] == [code, "昭和町"]
    assert registry.place([Area("a", (Code("areaName", "山梨県昭和町"),))]).municipalities == ("19384",)

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import Point, Polygon, box

from geo.shape import ShapeError, around, distance_km, read_circle, read_polygon, write_circle, write_polygon

SQUARE = "34.0,133.0 34.0,134.0 35.0,134.0 35.0,133.0 34.0,133.0"


def test_latitude_comes_first_in_cap_and_last_in_shapely():
    assert read_polygon(SQUARE).bounds == (133.0, 34.0, 134.0, 35.0)


def test_numbers_and_spaces_of_every_kind_are_read():
    written = "\n034.0,133.0  34.0,+134.0\t3.5e1,134.0\u300035.0,133.0 34,133 "
    assert read_polygon(written) == read_polygon(SQUARE)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("34,133 34,134 35,134 35,133", "polygon-open"),
        ("34,133 34,134 34,133", "polygon-too-few-points"),
        ("", "polygon-too-few-points"),
        ("34,133 35,134 34,134 35,133 34,133", "polygon-crosses-itself"),
        ("34,133 34,134 35,134 35,133 34,133 34,134 35,134 35,133 34,133", "polygon-crosses-itself"),
        ("34,133 35,134 36,135 34,133", "polygon-without-area"),
        ("133,34 134,34 134,35 133,35 133,34", "coordinate-out-of-range"),
        ("34,133 34,134 35,134 35,x 34,133", "polygon-malformed"),
        ("34,133 34,134 35,134 35,nan 34,133", "polygon-malformed"),
        ("34 133 34 134 35 134 34 133", "polygon-malformed"),
        ("34,133,34,134 35,134 35 133 34,133", "polygon-malformed"),
        ("34,133],[34,134 35,134 35,133 34,133", "polygon-malformed"),
        ("34,133 34,134 null,134 35,133 34,133", "polygon-malformed"),
        ('34,133 34,134 "35",134 35,133 34,133', "polygon-malformed"),
        ("34,133 34,134 1e400,134 35,133 34,133", "polygon-malformed"),
        (" \n ", "polygon-too-few-points"),
    ],
)
def test_a_bad_polygon_is_told_by_its_code(text: str, code: str):
    with pytest.raises(ShapeError) as caught:
        read_polygon(text)
    assert caught.value.code == code
    assert caught.value.sentence.endswith(".")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("34.5,133.8", "circle-malformed"),
        ("34.5 133.8 10", "circle-malformed"),
        ("34.5,133.8 ten", "circle-malformed"),
        ("34.5,133.8 -1", "circle-radius-out-of-range"),
        ("34.5,133.8 30000", "circle-radius-out-of-range"),
        ("133.8,34.5 10", "coordinate-out-of-range"),
    ],
)
def test_a_bad_circle_is_told_by_its_code(text: str, code: str):
    with pytest.raises(ShapeError) as caught:
        read_circle(text)
    assert caught.value.code == code


def test_a_circle_without_a_radius_is_a_point():
    assert read_circle("34.5,133.8 0") == Point(133.8, 34.5)


GEOD = Geod(ellps="WGS84")


@settings(deadline=None)  # pyproj takes its time to load
@given(st.floats(24, 46), st.floats(123, 146), st.floats(0.05, 500))
def test_a_circle_keeps_its_distance_on_the_ellipsoid_and_never_falls_short(lat: float, lon: float, radius_km: float):
    border = shapely.get_coordinates(shapely.segmentize(around(lat, lon, radius_km).exterior, radius_km / 3_000))
    distances = [GEOD.inv(lon, lat, x, y)[2] / 1000 for x, y in border]
    assert min(distances) >= radius_km
    assert max(distances) <= 1.008 * radius_km


PLACES = [(24.0, 123.5), (26.2, 127.7), (33.6, 130.4), (34.6, 133.8), (35.7, 139.7), (43.1, 141.3), (45.5, 142.0)]


@settings(deadline=None)
@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(1, 20_000))
def test_no_place_within_any_circle_of_the_world_is_left_out(lat: float, lon: float, radius_km: float):
    circle = around(lat, lon, radius_km)
    assert circle.is_valid
    for north, east in PLACES:
        if GEOD.inv(lon, lat, east, north)[2] <= 1000 * radius_km:
            assert circle.intersects(Point(east, north))


@pytest.mark.parametrize(
    ("text", "reaches"),
    [
        ("20,170 20,-170 40,-170 40,170 20,170", False),  # in the middle of the Pacific
        ("20,-170 20,170 40,170 40,-170 20,-170", False),
        ("20,130 20,-170 40,-170 40,130 20,130", True),
        ("20,-170 40,-170 40,130 20,130 20,-170", True),
        ("-90,-180 -90,180 90,180 90,-180 -90,-180", True),  # the whole world
        ("20,-170 20,-160 40,-160 40,-170 20,-170", False),
    ],
)
def test_a_border_over_the_date_line_goes_the_short_way(text: str, *, reaches: bool):
    polygon = read_polygon(text)
    assert polygon.is_valid
    assert polygon.intersects(Point(139.7, 35.7)) is reaches


def test_a_border_that_touches_itself_encloses_what_it_encloses():
    hole = read_polygon(
        "34,133 34,134 35,134 35,133 34,133 34.3,133.3 34.6,133.3 34.6,133.6 34.3,133.6 34.3,133.3 34,133"
    )
    assert hole.area == pytest.approx(1 - 0.09)
    assert not hole.intersects(Point(133.5, 34.5))
    two = read_polygon("34,133 34.5,133.5 35,133 35,134 34.5,133.5 34,134 34,133")
    assert two.area == pytest.approx(0.5)
    scribble = [(34 + n * 7 % 299 / 300, 133 + n * 11 % 293 / 300) for n in range(400)]
    with pytest.raises(ShapeError, match="polygon-crosses-itself"):  # at once, for mending it would take minutes
        read_polygon(" ".join(f"{lat:.5f},{lon:.5f}" for lat, lon in [*scribble, scribble[0]]))
    spike = read_polygon("34,133 34,134 34,134.5 34,134 35,134 35,133 34,133")
    assert spike.area == pytest.approx(1)


@given(st.floats(-89, 88), st.floats(-179, 178), st.floats(0.001, 0.9), st.floats(0.001, 0.9))
def test_what_is_written_reads_back(south: float, west: float, height: float, width: float):
    shape = box(west, south, west + width, south + height)
    back = read_polygon(write_polygon(shape))
    assert back.bounds == pytest.approx(shape.bounds, abs=0.00001)
    assert back.exterior.is_closed


def test_many_digits_survive_writing():
    shape = Polygon([(133.77194, 34.58512), (133.77195, 34.58512), (133.77195, 34.58513)])
    assert "34.58513,133.77195" in write_polygon(shape)


def test_what_is_too_small_to_write_is_refused():
    with pytest.raises(ShapeError) as caught:
        write_polygon(box(133.0, 34.0, 133.000001, 34.000001))
    assert caught.value.code == "polygon-too-few-points"


def test_a_circle_is_written_as_cap_has_it():
    assert read_circle(write_circle(34.58512, 133.77194, 0.5)).contains(Point(133.77194, 34.58512))
    assert write_circle(34.58512, 133.77194, 0.5) == "34.58512,133.77194 0.5"


def test_distance_is_in_kilometres():
    expected = Geod(ellps="WGS84").inv(133.8, 34.5, 133.81, 34.5)[2] / 1000
    assert distance_km(34.5, 133.8, Point(133.81, 34.5)) == pytest.approx(expected, rel=0.01)

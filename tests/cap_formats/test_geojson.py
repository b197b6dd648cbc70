"""GeoJSON follows RFC 7946: order, winding, null geometry, the antimeridian."""

import json
from math import asin, atan2, cos, degrees, radians, sin
from typing import Any

import pytest
from cap_document import DECODED, corpus_document, document
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from cap_formats.alert import Alert, Area
from cap_formats.decode import decode
from cap_formats.encode import encode
from cap_formats.geojson import EARTH_RADIUS_KM, geometry
from cap_formats.problem import MessageRuleError

SQUARE = "34,133 34,134 35,134 35,133 34,133"


def written(alert: Alert) -> list[dict[str, Any]]:
    collection = json.loads(encode(alert, "geojson"))
    assert collection["type"] == "FeatureCollection"
    return collection["features"]


def drawn(*polygons: str, circles: tuple[str, ...] = ()) -> Any:
    return geometry(Area(area_desc="x", polygons=polygons, circles=circles))


def test_longitude_stands_first_and_rings_run_counter_clockwise():
    for text in (SQUARE, " ".join(reversed(SQUARE.split()))):
        made = drawn(text)
        assert made["type"] == "Polygon"
        assert shape(made).exterior.is_ccw
        assert shape(made).bounds == (133, 34, 134, 35)
        assert made["coordinates"][0][0] == made["coordinates"][0][-1]


@pytest.mark.parametrize("name", DECODED)
def test_every_area_of_the_corpus_is_a_feature(name: str):
    (alert,) = decode(corpus_document(name))
    made = written(alert)
    assert len(made) == sum(max(1, len(info.areas)) for info in alert.infos)
    assert len({feature["id"] for feature in made}) == len(made)
    for feature in made:
        assert feature["type"] == "Feature"
        assert feature["geometry"] is None or shape(feature["geometry"]).is_valid


def test_properties_have_caps_names():
    (feature,) = written(decode(document())[0])
    said = feature["properties"]
    assert said["msgType"] == "Alert"
    assert said["areaDesc"] == "高梁市"
    assert said["sent"] == "2026-07-01T09:00:00+09:00"
    assert said["parameter"] == {"jp:level": ["4"]}
    assert said["geocode"] == {"JISX0402": ["332097"]}
    assert said["category"] == ["Met"]
    assert said["circle"] == ["34.79,133.61 2.5"]
    assert said["headline"] == "避難指示"


def test_where_only_codes_are_known_the_geometry_is_null():
    text = document().decode()
    start, end = text.index("<polygon>"), text.index("<geocode>")
    (feature,) = written(decode((text[:start] + text[end:]).encode())[0])
    assert feature["geometry"] is None
    assert feature["properties"]["geocode"] == {"JISX0402": ["332097"]}


def test_an_info_without_an_area_and_an_alert_without_info_are_not_lost():
    text = document().decode()
    start, end = text.index("<area>"), text.index("</info>")
    (feature,) = written(decode((text[:start] + text[end:]).encode())[0])
    assert feature["geometry"] is None
    assert feature["properties"]["event"] == "大雨"
    (feature,) = written(decode((text[: text.index("<info>")] + "</alert>").encode())[0])
    assert feature["properties"]["identifier"] == "abc-1"


def test_every_text_of_a_drill_is_marked():
    change = ("</headline>", "</headline><description>川が</description><instruction>高台へ</instruction>")
    (feature,) = written(decode(document(("Actual", "Exercise"), change))[0])
    for name in ("headline", "description", "instruction"):
        assert feature["properties"][name].startswith("【訓練】")
    (feature,) = written(decode(document(("Actual", "Test"), ("<headline>避難指示</headline>", "")))[0])
    assert feature["properties"]["headline"] == "【試験】大雨"


def test_several_shapes_of_one_area_stay_one_feature():
    assert drawn(SQUARE, SQUARE)["type"] == "MultiPolygon"
    assert drawn(circles=("34,133 0",)) == {"type": "Point", "coordinates": (133.0, 34.0)}
    mixed = drawn(SQUARE, circles=("34,133 0",))
    assert [one["type"] for one in mixed["geometries"]] == ["Polygon", "Point"]


def test_what_crosses_the_antimeridian_is_cut_there():
    made = drawn("50,179 50,-179 52,-179 52,179 50,179")
    assert made["type"] == "MultiPolygon"
    parts = shape(made)
    assert parts.is_valid
    assert parts.area == pytest.approx(4)
    assert sorted(part.bounds for part in parts.geoms) == [(-180, 50, -179, 52), (179, 50, 180, 52)]
    assert shape(drawn(circles=("0,179.9 100",))).geom_type == "MultiPolygon"
    assert shape(drawn(circles=("0,-179.9 100",))).geom_type == "MultiPolygon"


def test_the_whole_world_is_left_whole():
    assert shape(drawn("-90,-180 -90,180 90,180 90,-180 -90,-180")).area == pytest.approx(360 * 180)


def test_a_circle_around_a_pole_is_a_band():
    assert shape(drawn(circles=("89,20 500",))).bounds == pytest.approx((-180, 84.503, 180, 90), abs=1e-3)


def destination(lat: float, lon: float, radius_km: float, bearing: float) -> Point:
    """Return the point at a distance on the sphere, by vectors: not the formula that draws the circle."""
    north, east, angle = radians(lat), radians(lon), radius_km / EARTH_RADIUS_KM
    up = (cos(north) * cos(east), cos(north) * sin(east), sin(north))
    to_north = (-sin(north) * cos(east), -sin(north) * sin(east), cos(north))
    to_east = (-sin(east), cos(east), 0.0)
    way = [cos(bearing) * n + sin(bearing) * e for n, e in zip(to_north, to_east, strict=True)]
    x, y, z = (cos(angle) * u + sin(angle) * w for u, w in zip(up, way, strict=True))
    return Point(degrees(atan2(y, x)), degrees(asin(z)))


@settings(max_examples=200, deadline=None)
@given(st.floats(20, 46), st.floats(122, 154), st.floats(0.2, 800), st.floats(0, 6.3))
def test_nobody_inside_a_circle_is_left_out(lat: float, lon: float, radius_km: float, bearing: float):
    lat, lon, radius_km = round(lat, 4), round(lon, 4), round(radius_km, 3)
    ring = shape(drawn(circles=(f"{lat},{lon} {radius_km}",)))
    assert ring.is_valid
    assert ring.contains(destination(lat, lon, radius_km, bearing))
    assert not ring.contains(destination(lat, lon, radius_km * 1.005 + 0.001, bearing))


@pytest.mark.parametrize(
    ("polygon", "circle", "code"), [("1,2 3,4", "1,2 3", "cap-polygon"), (SQUARE, "x", "cap-circle")]
)
def test_a_shape_that_cannot_be_read_is_refused(polygon: str, circle: str, code: str):
    with pytest.raises(MessageRuleError) as caught:
        drawn(polygon, circles=(circle,))
    assert caught.value.code == code

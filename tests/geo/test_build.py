import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
import shapely.geometry
from corpus import corpus
from typer.testing import CliRunner

from geo import shipped
from geo.builder.outline import check, covers
from geo.builder.problem import SourceError
from geo.outline import Levels, array_of
from geo.registry import Registry
from ops.areas import app

SHIPPED = Path(__file__).resolve().parents[2] / "geo" / "data"


def test_no_outline_loses_ground_of_its_border(registry: Registry, borders: dict[str, Any]):
    """Every point of every official border lies in our outline, but for what rounding moves it."""
    outlines = dict(registry.outlines())
    assert outlines.keys() == borders.keys()
    outside = [code for code, border in borders.items() if not covers(outlines[code], border)]
    assert outside == []
    lost = {"33202": shapely.intersection(outlines["33202"], shapely.box(133.7, 34.3, 134, 34.7))}
    with pytest.raises(SourceError, match="33202"):
        check({"33202": borders["33202"]}, lost)


def test_the_coarse_levels_err_to_one_side_only(registry: Registry):
    """A hull has all of its outline, and what is inside is all in the core: no tolerance."""
    levels = Levels.of(array_of([shape for _, shape in registry.outlines()]))
    assert shapely.covers(levels.hulls, levels.shapes).all()
    assert shapely.covers(levels.cores, levels.insides).all()
    assert shapely.covers(levels.shapes, levels.cores).all()


def test_what_is_published_is_geojson_by_rfc_7946(registry: Registry):
    published = registry.outlines_geojson()
    assert not re.search(rb"\d\.\d{7}", published)  # 11.2: six decimals are about ten centimetres
    for collection in (json.loads(published), {"features": list(shipped_features())}):
        assert "crs" not in collection
        for feature in collection["features"]:
            shape = shapely.geometry.shape(feature["geometry"])
            assert shape.is_valid, feature["id"]
            assert not shape.is_empty, feature["id"]
            for part in shapely.get_parts(shape):
                if part.geom_type == "Polygon":
                    assert part.exterior.is_ccw, feature["id"]  # 3.1.6, the right-hand rule
                    assert not any(ring.is_ccw for ring in part.interiors), feature["id"]
        coordinates = shapely.get_coordinates(
            [shapely.geometry.shape(feature["geometry"]) for feature in collection["features"]]
        )
        assert (coordinates.min(axis=0) > (122, 20)).all()  # x is longitude
        assert (coordinates.max(axis=0) < (155, 46)).all()


def shipped_features() -> Iterator[dict[str, Any]]:
    for line in gzip.decompress((SHIPPED / shipped.OUTLINES).read_bytes()).splitlines():
        yield json.loads(line)


@pytest.mark.slow
def test_the_command_builds_what_ships(tmp_path: Path):
    """From the same input, the same bytes."""
    words = {
        "--borders": corpus("geo", "municipalities_2024.fgb"),
        "--tables": corpus("tables"),
        "--coasts": corpus("geo", "AreaTsunami_GIS_20240520_01.geojson"),
        "--weather": corpus("geo", "AreaInformationCity_weather_GIS_20230517_01.geojson"),
        "--out": tmp_path / "data",
    }
    result = CliRunner().invoke(app, ["build", *(str(word) for pair in words.items() for word in pair)])
    assert result.exit_code == 0, result.output
    for name in (shipped.PLACES, shipped.JMA, shipped.SQUARES, shipped.OUTLINES, shipped.VERSION, shipped.CREDIT):
        assert (tmp_path / "data" / name).read_bytes() == (SHIPPED / name).read_bytes(), name

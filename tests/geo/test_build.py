from pathlib import Path

import pytest
from corpus import corpus
from typer.testing import CliRunner

from geo import shipped
from ops.areas import app

SHIPPED = Path(__file__).resolve().parents[2] / "geo" / "data"


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

"""Borders that are imported while a broker runs: it takes them over, and what is in force stays in force."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import shapely

from geo.registry import FILE_NAME, open_registry
from tests.service.messages import order
from tests.service.serving import Serving, eventually

SHOAL = shapely.box(134.8, 33.3, 135.0, 33.5)  # nobody's, south of 紀伊水道
HEADLINE = "真備町箭田に洪水に関する警戒レベル4、避難指示を発令しました。"


def in_force(serving: Serving, where: str) -> str:
    try:
        with urllib.request.urlopen(f"{serving.url}/api/v1/in-force?{where}") as answer:  # noqa: S310 - our own server
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return str(error.read().decode())


def take_in(file: Path, serving: Serving) -> None:
    words = ["areas", "import", str(file), "--kind", "municipalities", "--data", str(serving.data)]
    subprocess.run([sys.executable, "-m", "ops.command", *words], check=True)


async def test_a_running_broker_takes_borders_over(serving: Serving):
    serving.post(serving.key("issuer", "kurashiki", "--areas", "33202"), order("borders-1"))

    async def told_at_home() -> bool:
        return HEADLINE in in_force(serving, "code=33202")

    async def told_on_the_shoal() -> bool:
        return HEADLINE in in_force(serving, "lat=33.4&lon=134.9")

    await eventually(told_at_home)
    assert not await told_on_the_shoal()
    outline = dict(open_registry(serving.data / FILE_NAME).outlines())["33202"]
    feature = {
        "type": "Feature",
        "properties": {"N03_007": "33202", "N03_004": "倉敷市"},
        "geometry": json.loads(shapely.to_geojson(shapely.union(outline, SHOAL))),
    }
    file = serving.data.parent / "borders.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    take_in(file, serving)
    await eventually(told_on_the_shoal, seconds=60)
    assert await told_at_home()
    assert "borders taken over" in serving.log()

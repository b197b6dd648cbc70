"""降灰予報: where ash falls is told beside the municipalities, and widens them by none."""

from pathlib import Path

import pytest
from lxml import etree
from telegrams import alert, codes, decode, edited, raw, told

from cap_formats import parameter
from cap_formats.jma.area import CITY
from geo.registry import FILE_NAME, open_registry
from geo.shape import read_polygon

ASH = "66_01_01_210517_VFVO53"


def rings() -> set[tuple[str, str, str, tuple[tuple[float, float], ...]]]:
    """Plain XPath: from, to, what falls, and the corners of each polygon."""
    found = set()
    for info in etree.fromstring(raw(ASH)).xpath("//*[local-name()='AshInfo']"):
        start, end = info.findtext("{*}StartTime"), info.findtext("{*}EndTime")
        for ring in info.xpath(".//*[local-name()='Polygon']"):
            name = ring.getparent().getparent().findtext("{*}Name")
            points = [point.strip("+").split("+") for point in ring.text.strip().rstrip("/").split("/")]
            found.add((start, end, name, tuple((float(lat), float(lon)) for lat, lon in points)))
    return found


def test_every_polygon_is_told_with_its_hours() -> None:
    found = set()
    for info in alert(ASH).infos:
        for value in told(info, parameter.ASH_POLYGON):
            start, end, name, *points = value.split(" ")
            pairs = tuple(point.split(",") for point in points)
            found.add((start, end, name, tuple((float(lat), float(lon)) for lat, lon in pairs)))
            assert name == info.parameter(parameter.CONDITION)
    assert len(found) == 20
    assert found == rings()


def test_it_is_a_polygon_of_cap_as_it_stands() -> None:
    for value in told(alert(ASH).infos[1], parameter.ASH_POLYGON):
        shape = read_polygon(value.split(" ", 3)[3])
        assert 130.6 < shape.centroid.x < 130.8
        assert 31.5 < shape.centroid.y < 31.7


def test_only_the_named_municipalities_are_reached(tmp_path: Path) -> None:
    registry = open_registry(tmp_path / FILE_NAME)
    for info in alert(ASH).infos:
        named = [area for area in info.areas if area.geocodes[0].value_name == CITY]
        assert registry.place(info.areas).municipalities == registry.place(named).municipalities
        assert not any(area.polygons for area in info.areas)


@pytest.mark.parametrize("broken", ["-31.6844+131.3000/", "+31.6844131.3000/", "+31.6844+131.3000 ", "+a+b/"])
def test_a_polygon_that_cannot_be_read_takes_nothing_else_with_it(broken: str) -> None:
    report = decode(edited(ASH, ("+31.6844+131.3000/", broken)))
    assert (
        len(told(report.infos[0], parameter.ASH_POLYGON)) == len(told(alert(ASH).infos[0], parameter.ASH_POLYGON)) - 1
    )
    assert told(report.infos[0], parameter.ASH) == told(alert(ASH).infos[0], parameter.ASH)
    assert [codes(info) for info in report.infos] == [codes(info) for info in alert(ASH).infos]

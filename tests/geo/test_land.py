"""Borders that are imported while a broker runs, and those whose day comes."""

from datetime import date
from pathlib import Path

import shapely
from cap_words import Area

from geo.registry import Registry, open_registry
from geo.shape import write_polygon

SEA = (33.4, 134.9)  # nobody's, south of 紀伊水道
NEW = shapely.box(134.8, 33.3, 135.0, 33.5)


def test_borders_of_another_process_are_taken_over(fresh: Path):
    registry, other = open_registry(fresh), open_registry(fresh)
    area = Area(polygons=(write_polygon(NEW),))
    assert not registry.refresh()
    assert registry.at(*SEA) is None
    assert registry.place([area]).municipalities == ()
    before = registry.outlines_geojson()
    other.add_borders({"36201": NEW})
    assert registry.place([area]).municipalities == ()  # as it was until it is told to look
    assert registry.refresh()
    assert not registry.refresh()
    place = registry.at(*SEA)
    assert place is not None
    assert place.code == "36201"
    assert registry.place([area]).municipalities == ("36201",)
    assert registry.outlines_geojson() != before
    other.add_borders({"36201": shapely.box(134.0, 33.3, 134.1, 33.4)})  # on the same day once more
    assert registry.refresh()
    assert registry.at(*SEA) is None


def test_a_border_so_narrow_that_nothing_is_well_inside_it_stops_nobody(fresh: Path):
    spit = shapely.box(134.8, 33.4, 134.9, 33.4005)  # some fifty metres wide
    open_registry(fresh).add_borders({"36201": spit})
    registry = open_registry(fresh)
    assert registry.place([Area(circles=("33.4,134.85 1",))]).municipalities == ("36201",)
    assert registry.place([Area(polygons=(write_polygon(shapely.box(134.7, 33.3, 135.0, 33.5)),))]).municipalities
    assert registry.place([Area(polygons=(write_polygon(shapely.box(130, 30, 140, 40)),))]).municipalities


def test_an_islet_narrower_than_a_sliver_is_not_left_out(fresh: Path):
    """Both are reached by a circle of five kilometres, and the islet is a hundredth of neither."""
    islet, other = shapely.box(134.9, 33.4, 134.905, 33.4012), shapely.box(134.93, 33.35, 134.99, 33.45)
    home = shapely.box(134.0, 33.0, 134.5, 33.4)
    open_registry(fresh).add_borders({"36201": home.union(islet), "36202": other})
    assert open_registry(fresh).place([Area(circles=("33.4,134.9 5",))]).municipalities == ("36201", "36202")


class Day(Registry):
    """A registry on which a test turns the day."""

    now = "2090-03-31"

    @property
    def today(self) -> str:
        return self.now


def test_borders_hold_when_their_day_has_come(fresh: Path):
    open_registry(fresh).add_borders({"36201": NEW}, "2090-04-01")
    registry = Day(fresh)
    assert registry.at(*SEA) is None
    assert not registry.refresh()
    registry.now = "2090-04-01"
    assert registry.refresh()
    assert registry.at(*SEA) is not None
    assert Registry(fresh, date(2090, 3, 31)).at(*SEA) is None


def test_words_and_districts_leave_borders_as_they_are(fresh: Path):
    registry, other = open_registry(fresh), open_registry(fresh)
    other.add_alias("ここ", None, ("33202",))
    assert not registry.refresh()


def test_a_file_that_was_taken_away_leaves_borders_as_they_are(fresh: Path):
    registry = open_registry(fresh)
    fresh.unlink()
    assert not registry.refresh()
    assert not fresh.exists()
    assert registry.at(34.585, 133.772) is not None

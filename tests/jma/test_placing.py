"""Coarse areas beside fine ones of their kind do not carry a warning to the neighbours.

A telegram names prefecture, region and municipality for one warning; placed together, they must reach the
municipalities and no others.
"""

from pathlib import Path

import pytest
from telegrams import alert, samples

from cap_formats.jma.area import CITY
from geo.registry import FILE_NAME, Registry, open_registry

WARNED = ("VPWW5", "VPWW6", "VXWW50", "VPHW5", "VPNO50", "VXSE53", "VFVO50", "VFVO56", "VXSUii")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return open_registry(Path(tmp_path_factory.mktemp("areas")) / FILE_NAME)


def test_coarse_areas_reach_no_more_than_the_fine_ones_of_their_info(registry: Registry) -> None:
    compared = 0
    for name in (name for name in samples() if any(family in name for family in WARNED)):
        for info in alert(name).infos:
            fine = [area for area in info.areas if area.geocodes and area.geocodes[0].value_name == CITY]
            if fine and len(fine) < len(info.areas):
                compared += 1
                whole = registry.place(info.areas).municipalities
                assert whole == registry.place(fine).municipalities, (name, info.event)
    assert compared > 100

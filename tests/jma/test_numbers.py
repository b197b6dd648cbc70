"""Every number that the samples tell: magnitude, depth, intensity, height, level, circle; against plain XPath."""

import math

import oracle
import pytest
from lxml import etree
from telegrams import alert, codes, raw, samples, told

from cap_formats import parameter
from cap_formats.alert import Info, MsgType
from cap_formats.jma.area import CITY
from cap_formats.jma.element import BASIS, METEOROLOGY
from cap_formats.jma.measure import told_in

SUPPOSED = (parameter.MAGNITUDE, parameter.DEPTH, parameter.EPICENTRE, parameter.COORDINATE)
UNITS = {
    "Precipitation mm": parameter.RAIN,
    "Precipitation ミリ": parameter.RAIN,
    "SnowfallDepth cm": parameter.SNOWFALL,
    "WindSpeed m/s": parameter.WIND,
    "WaveHeight m": parameter.WAVES,
    "TidalLevel m": parameter.TIDE_M,
    "TidalLevel cm": parameter.TIDE_CM,
    "WaterLevel m": parameter.WATER_LEVEL,
    "Visibility m": parameter.VISIBILITY_M,
    "Visibility km": parameter.VISIBILITY_KM,
    "Humidity %": parameter.HUMIDITY,
}
MEASURED = ("VPWW55", "VPWW57", "VPWW58", "VPWW59", "VPWW60", "VPWW61", "VPBS50", "VXKOii", "VMCJ55", "VPCU51")
CRITERIA = {"堤防天端高", "設計高潮位"}  # how high the dyke is: a constant of the coast, not news


def root_of(name: str) -> etree._Element:
    return etree.fromstring(raw(name))


def family(*endings: str) -> list[str]:
    return [name for name in samples() if name.endswith(endings) and alert(name).msg_type is not MsgType.CANCEL]


def felt_in(info: Info) -> str | None:
    """The intensity of an Info, or JMA's words where there is none (震度５弱以上未入電)."""
    return info.parameter(parameter.INTENSITY) or info.parameter(parameter.CONDITION)


@pytest.mark.parametrize("name", [name for name in samples() if "VXSE" in name or "VTSE" in name])
def test_earthquakes(name: str) -> None:
    known = oracle.earthquakes(root_of(name))
    if not known or alert(name).msg_type is MsgType.CANCEL:
        return
    first = known[0]
    for info in alert(name).infos:
        if first["supposed"]:
            assert info.parameter(parameter.PROVISIONAL) == "true"
            assert [info.parameter(hidden) for hidden in SUPPOSED] == [None] * 4
            continue
        assert info.parameter(parameter.ORIGIN_TIME) == first["time"]
        assert info.parameter(parameter.EPICENTRE) == first["place"]
        hidden = name.endswith("VXSE43")
        assert info.parameter(parameter.MAGNITUDE) == (None if hidden else first["magnitude"] or None)
        assert info.parameter(parameter.DEPTH) == (None if hidden else first["depth"] or None)
        each = told(info, parameter.EARTHQUAKE)
        assert len(each) == (len(known) if len(known) > 1 and not hidden else 0)
        for line, one in zip(each, known, strict=False):
            assert line.startswith(one["time"])
            assert one["place"] in line


def test_some_telegrams_tell_several_earthquakes() -> None:
    several = [name for name in samples() if len(oracle.earthquakes(root_of(name))) > 1]
    assert several
    for name in several:
        assert all(
            one["place"] in (alert(name).infos[0].description or "") for one in oracle.earthquakes(root_of(name))
        )


@pytest.mark.parametrize("name", family("VXSE51", "VXSE53", "VXSE62"))
def test_intensities(name: str) -> None:
    root = root_of(name)
    found = {
        (code, info.parameter(parameter.INTENSITY))
        for info in alert(name).infos
        if info.parameter(parameter.INTENSITY)
        for code in codes(info)
    }
    assert found == oracle.intensities(root)
    if not name.endswith("VXSE51"):
        named = {
            (station, felt_in(info))
            for info in alert(name).infos
            for line in told(info, parameter.STATION_INTENSITY)
            for station in line.split("、")
        }
        felt = {felt_in(info) for info in alert(name).infos}
        assert named == {pair for pair in oracle.stations(root) if pair[1] in felt}


@pytest.mark.parametrize("name", family("VXSE43", "VXSE44"))
def test_expected_intensities(name: str) -> None:
    found = {value for info in alert(name).infos for value in told(info, parameter.AREA_INTENSITY)}
    assert found == oracle.expected(root_of(name))


@pytest.mark.parametrize("name", family("VTSE41", "VTSE51", "VTSE52"))
def test_heights(name: str) -> None:
    values = [
        value
        for info in alert(name).infos
        for kind in (parameter.AREA_HEIGHT, parameter.AREA_OBSERVED)
        for value in told(info, kind)
    ]
    for code, height in oracle.heights(root_of(name)):
        assert any(value.startswith(f"{code} ") and height in value.split() for value in values), (code, height)


@pytest.mark.parametrize("name", [name for name in family("VPWW53", "VPWW54", *MEASURED) if "VPWW" in name])
def test_kinds_of_each_municipality(name: str) -> None:
    found = {
        (code, kind.value, info.parameter(parameter.KIND_STATUS) or "")
        for info in alert(name).infos
        for kind in info.event_codes
        for area in info.areas
        for value_name, code in ((c.value_name, c.value) for c in area.geocodes)
        if value_name == CITY
    }
    known = oracle.warned(root_of(name))
    assert known <= found, known - found
    assert {(code, kind) for code, kind, _ in found} == {(code, kind) for code, kind, _ in known}


@pytest.mark.parametrize("name", family("VFVO50", "VFSVii"))
def test_volcano_levels(name: str) -> None:
    found = {value for info in alert(name).infos for value in told(info, parameter.VOLCANO_LEVEL)}
    assert found == oracle.volcano_levels(root_of(name))


@pytest.mark.parametrize("name", family(*MEASURED))
def test_quantities(name: str) -> None:
    """Each number of a unit that we know stands in the parameter of that unit, and no other does."""
    root = root_of(name)
    for criterion in [e for e in root.iter() if e.get("type") in CRITERIA]:
        criterion.getparent().remove(criterion)
    known = {(UNITS[what], number) for what, number in oracle.quantities(root) if what in UNITS}
    found = {
        (value.value_name, value.value.split()[1])
        for info in alert(name).infos
        for value in info.parameters
        if value.value_name in UNITS.values()
    }
    assert {number for _, number in found} <= {number for _, number in known}
    assert known == found


def test_each_high_tide_has_its_own_time() -> None:
    """The time of a Sequence (jmx_mete.xsd) is that of its own level alone."""
    name = "89_02_01_241226_VMCJ55"
    known = oracle.tides(root_of(name))
    assert len({time for _, time in known}) > len({level for level, _ in known})
    found = {
        (value.split()[1], value.split()[-1])
        for info in alert(name).infos
        for value in told(info, parameter.TIDE_CM)
        if "満潮潮位" in value
    }
    assert found == known


def test_a_quantity_has_the_area_and_the_time_that_stand_beside_it() -> None:
    """The words of a part stand before and behind the areas inside it (jmx_mete.xsd, BaseWindSpeed, WindSpeedPart)."""
    part = etree.fromstring(f"""<Property xmlns="{METEOROLOGY[1:-1]}" xmlns:eb="{BASIS[1:-1]}"><WindSpeedPart><Base>
        <eb:WindSpeed type="最大風速" unit="m/s">10</eb:WindSpeed>
        <Local><AreaName>陸上</AreaName><eb:WindSpeed type="最大風速" unit="m/s">20</eb:WindSpeed></Local>
        <Local><AreaName>海上</AreaName><eb:WindSpeed type="最大風速" unit="m/s">30</eb:WindSpeed></Local>
        <Time>2026-06-22T18:00:00+09:00</Time></Base>
        <eb:WindSpeed type="最大風速" unit="m/s">40</eb:WindSpeed></WindSpeedPart></Property>""")
    assert [measure.parameter("1").value for measure in told_in(part).measures] == [
        "1 10 最大風速 2026-06-22T18:00:00+09:00",
        "1 20 最大風速 陸上",
        "1 30 最大風速 海上",
        "1 40 最大風速",
    ]


@pytest.mark.parametrize("name", family(*(f"VPTW{n}" for n in (40, 41, 50, 51, 60, 61, 62))))
def test_typhoons(name: str) -> None:
    root = root_of(name)
    areas = [area for info in alert(name).infos for area in info.areas]
    told_centres = {value for info in alert(name).infos for value in told(info, parameter.COORDINATE)}
    drawn = {circle.split()[0] for area in areas for circle in area.circles}
    as_told = {",".join(f"{float(part):g}" for part in value.strip("+/").split("+")) for value in told_centres}
    assert oracle.centres(root) <= drawn | as_told
    for kind in ("予報円", "暴風域", "強風域", "暴風警戒域"):
        mine = {circle.split()[1] for area in areas if area.area_desc.startswith(kind) for circle in area.circles}
        assert oracle.radii(root, kind) <= mine, kind


def test_a_lopsided_area_goes_through_both_its_ends() -> None:
    """南側 220 km, 北側 110 km around 32.7 N, 136.9 E."""
    (area,) = alert("09_03_05_100917_VPTW41").infos[0].areas
    assert area.area_desc == "強風域　南側２２０キロ　北側１１０キロ"
    (circle,) = area.circles
    centre, radius = circle.split()
    lat, lon = map(float, centre.split(","))
    degree = 6371 * math.pi / 180
    assert (float(radius), lon) == (165, 136.9)
    assert (32.7 - lat) * degree + 110 == pytest.approx(165, abs=0.1)
    assert (lat - 32.7) * degree + 220 == pytest.approx(165, abs=0.1)

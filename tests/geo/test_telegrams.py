"""The area codes of 気象庁's own sample telegrams, against the tables."""

from xml.etree import ElementTree as ET  # the corpus is our own

import pytest
from cap_words import coded
from corpus import corpus

from geo.registry import Registry

# codeType of jmx_ib and of the bodies -> table
TABLES = {
    "気象・地震・火山情報／市町村等": "AreaInformationCity",
    "二次細分区域": "AreaInformationCity",
    "土砂災害警戒情報": "AreaInformationCity",
    "気象情報／府県予報区・細分区域等": "AreaForecastLocalM",
    "府県予報区": "AreaForecastLocalM",
    "一次細分区域": "AreaForecastLocalM",
    "市町村等をまとめた地域": "AreaForecastLocalM",
    "全国・地方予報区等": "AreaForecast",
    "地震情報／細分区域": "AreaForecastLocalE",
    "津波予報区": "AreaTsunami",
    "緊急地震速報／地方予報区": "AreaForecastEEW",
    "緊急地震速報／府県予報区": "AreaForecastLocalEEW",
    "火山名": "PointVolcano",
    "全般海上海域名": "AreaMarineA",
    "地方海上予報区": "AreaMarineJ",
}
NOWHERE = {"AreaMarineA", "AreaMarineJ", "PointVolcano"}

# Stand-ins of the samples for cities that were not yet numbered (PP999): an officer must settle them.
UNNUMBERED = {"0599900", "0799900", "0999900", "1299900", "1699900", "1799900", "1899900", "2699900"}
# Where a sample and the table write a name in two ways.
SPELT_OTHERWISE = {
    ("AreaForecast", "010102"),  # オホーツク海側 with a dash for a long vowel
    ("AreaForecastLocalE", "311"),  # 栃木現南部
    ("AreaForecastLocalM", "090022"),  # 日光市, once 日光地域
    ("AreaForecastLocalM", "990000"),  # 全国 in the table, △△県 in the sample
    ("AreaInformationCity", "1330700"),  # 檜原村 with the plainer letter
}


@pytest.fixture(scope="module")
def codes() -> dict[tuple[str, str], str]:
    """Return {(table, code): name} of every Area of every telegram whose codeType is one of TABLES."""
    found: dict[tuple[str, str], str] = {}
    for file in corpus("corpus", "jma").glob("*.xml"):
        below: list[tuple[ET.Element, str | None]] = [(ET.parse(file).getroot(), None)]
        while below:
            element, code_type = below.pop()
            code_type = element.get("codeType", code_type)
            code, name = element.findtext("{*}Code"), element.findtext("{*}Name")
            if element.tag.endswith("}Area") and code and code_type in TABLES:
                found.setdefault((TABLES[code_type], code.strip()), name or "")
            below += [(child, code_type) for child in element]
    return found


@pytest.fixture(scope="module")
def cities() -> dict[str, str]:
    """Return {code: name} of the cities of earthquake telegrams, and of any other seven digits that end in 00."""
    found: dict[str, str] = {}
    for file in corpus("corpus", "jma").glob("*.xml"):
        for element in ET.parse(file).getroot().iter():
            code, name = element.findtext("{*}Code"), element.findtext("{*}Name")
            if element.tag.endswith("}City") and code:
                found[code.strip()] = name or ""
    return found


def test_every_code_is_known_but_those_that_are_made_up(registry: Registry, codes: dict[tuple[str, str], str]):
    assert len(codes) > 2_400
    unknown = {key: name for key, name in codes.items() if registry.place(coded("JMA_" + key[0], key[1])).unplaced}
    assert unknown == {}


def test_every_land_area_has_municipalities(registry: Registry, codes: dict[tuple[str, str], str]):
    empty = {
        key: name
        for key, name in codes.items()
        if key[0] not in NOWHERE and not registry.place(coded("JMA_" + key[0], key[1])).municipalities
    }
    assert empty == {}


def test_cities_of_earthquakes_are_known_gone_ones_too(registry: Registry, cities: dict[str, str]):
    assert len(cities) > 700
    unknown = {
        code: name for code, name in cities.items() if registry.place(coded("JMA_AreaInformationCity", code)).unplaced
    }
    assert unknown.keys() == UNNUMBERED, unknown


def test_the_name_in_the_telegram_is_the_name_in_the_table(registry: Registry, codes: dict[tuple[str, str], str]):
    other = {}
    for key, name in codes.items():
        area = registry.jma(*key)
        if area and name and name not in area.name and area.name not in name:
            other[key] = (name, area.name)
    assert other.keys() == SPELT_OTHERWISE, other

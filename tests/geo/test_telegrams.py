"""The area codes of 気象庁's own sample telegrams, against the tables."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from cap_words import coded
from corpus import corpus
from lxml import etree

from cap_formats.decode import decode_parts
from cap_formats.part import Good
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


# Every area code of the samples, as our decoder names it, that no table has: made up by the samples, or misprinted.
NOT_KNOWN = {
    ("JMA_AreaCoastForecast", "2635999"): "舞鶴湾",
    ("JMA_AreaCoastForecast", "26xxxx"): "舞鶴湾",
    ("JMA_AreaFloodForecast", "123456789012"): "○○川上流",
    ("JMA_AreaForecastLocalM", "132100"): "清瀬市",
    ("JMA_AreaForecastLocalM", "180030"): "伊豆諸島南部",
    ("JMA_AreaForecastLocalM", "180040"): "小笠原諸島",
    ("JMA_AreaInformationCity", "0000000"): "○○県○○市",
    ("JMA_AreaInformationCity", "0599900"): "潟上市",
    ("JMA_AreaInformationCity", "0799900"): "福島伊達市",
    ("JMA_AreaInformationCity", "0999900"): "栃木那珂川町",
    ("JMA_AreaInformationCity", "1299900"): "山武市",
    ("JMA_AreaInformationCity", "1699900"): "射水市",
    ("JMA_AreaInformationCity", "1799900"): "宝達志水町",
    ("JMA_AreaInformationCity", "1899900"): "南越前町",
    ("JMA_AreaInformationCity", "2699900"): "南丹市",
    ("JMA_AreaRiver", "0000000000"): "○○川",
    ("JMA_AreaRiver", "1234567890"): "○○川",
    ("JMA_AreaRiver", "82018131"): "善川",
    ("JMA_AreaRiver", "9876543210"): "△△川",
    ("JMA_水位周知河川に関する情報（発表区間）", "8201813100"): "善川",
}


Codes = dict[tuple[str, str], set[str]]


@pytest.fixture(scope="module")
def telegrams() -> list[etree._Element]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return [etree.parse(file, parser).getroot() for file in sorted(corpus("corpus", "jma").glob("*.xml"))]


@pytest.fixture(scope="module")
def codes(telegrams: list[etree._Element]) -> Codes:
    """Return {(table, code): names} of every Area of every telegram whose codeType is one of TABLES."""
    found: Codes = {}
    for area in (area for root in telegrams for area in root.iter("{*}Area")):
        code = area.findtext("{*}Code")
        types = (above.get("codeType") for above in (area, *area.iterancestors()))
        code_type = next(filter(None, types), "")
        if code and code_type in TABLES:
            found.setdefault((TABLES[code_type], code.strip()), set()).add(area.findtext("{*}Name") or "")
    return found


@pytest.fixture(scope="module")
def cities(telegrams: list[etree._Element]) -> dict[str, str]:
    """Return {code: name} of the cities of earthquake telegrams, which carry no codeType."""
    found: dict[str, str] = {}
    for city in (city for root in telegrams for city in root.iter("{*}City")):
        if code := city.findtext("{*}Code"):
            found[code.strip()] = city.findtext("{*}Name") or ""
    return found


def test_every_code_is_known_but_those_that_are_made_up(registry: Registry, codes: Codes):
    assert len(codes) > 2_400
    unknown = {key: name for key, name in codes.items() if registry.place(coded("JMA_" + key[0], key[1])).unplaced}
    assert unknown == {}


def test_every_land_area_has_municipalities(registry: Registry, codes: Codes):
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


def test_the_name_in_the_telegram_is_the_name_in_the_table(registry: Registry, codes: Codes):
    other = {}
    for key, names in codes.items():
        area = registry.jma(*key)
        if area and any(name not in area.name and area.name not in name for name in names):
            other[key] = (names, area.name)
    assert other.keys() == SPELT_OTHERWISE, other


def test_areas_as_the_decoder_names_them(registry: Registry, capsys: pytest.CaptureFixture[str]):
    """Of all area codes of the official samples, how many are placed; the rest, by name."""
    received_at = datetime(2026, 11, 21, tzinfo=UTC)
    names: dict[tuple[str, str], str] = {}
    for file in sorted(corpus("corpus", "jma").glob("*.xml")):
        for part in decode_parts(file.read_bytes(), received_at):
            assert isinstance(part, Good), file.name
            for area in (area for info in part.alert.infos for area in info.areas):
                names.update({(code.value_name, code.value): area.area_desc for code in area.geocodes})
    placements = {key: registry.place(coded(*key)) for key in names}
    placed = [key for key, placement in placements.items() if placement.municipalities]
    elsewhere = Counter(area.kind for placement in placements.values() for area in placement.elsewhere)
    unknown = {key for key, placement in placements.items() if placement.unplaced}
    with capsys.disabled():
        print(f"\n{len(placed)} of {len(names)} area codes placed; {dict(elsewhere)}; not known:")
        print("", *(f"{table} {code} {names[table, code]}" for table, code in sorted(unknown)), sep="\n  ")
    assert unknown == set(NOT_KNOWN)
    assert {key: names[key] for key in unknown} == NOT_KNOWN
    assert len(placed) + sum(elsewhere.values()) + len(unknown) == len(names)
    assert len(placed) > 2_950
    assert elsewhere.keys() <= {"sea", "volcano"}

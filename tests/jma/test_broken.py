"""Whatever is missing, renamed or emptied: an alert or a FormatError, nothing else."""

import math
import random
from functools import cache

import pytest
from corpus import corpus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from telegrams import decode, told_codes

from cap_formats import parameter
from cap_formats.alert import Alert
from cap_formats.jma.measure import QUANTITIES, is_number
from cap_formats.problem import FormatError

NONSENSE = (
    "inf",
    "1e999",
    "-1",
    "99",
    "7",
    "53",
    "+91.0+181.0/",
    "+35.0+139.0-10000/",
    "解除",
    "NaN",
    "－１",
    "2024-99-99T00:00:00Z",
    "P9999999D",
    "9999-12-31T23:59:59Z",
    "　",
    "なし",
    "0" * 99,
)
NUMBERS = {
    parameter.MAGNITUDE, parameter.COORDINATE, parameter.ORIGIN_TIME, parameter.INTENSITY, parameter.LONG_PERIOD,
    parameter.PRESSURE, parameter.SPEED, parameter.WIND_MAX, parameter.GUST_MAX, parameter.PLUME,
    parameter.TYPHOON_NUMBER, parameter.EPICENTRE, parameter.LOCATION,
}  # fmt: skip
SIZE_MAX = 200_000  # the 4 MB sample would be all that the test does


@cache
def by_family() -> tuple[bytes, ...]:
    """The smallest sample of each telegram code: the most different bodies for the time."""
    smallest: dict[str, bytes] = {}
    for path in sorted(corpus("corpus", "jma").glob("*.xml"), key=lambda path: -path.stat().st_size):
        if path.stat().st_size < SIZE_MAX:
            smallest[path.stem.rsplit("_", 1)[1]] = path.read_bytes()
    return tuple(smallest.values())


def broken(data: bytes, seed: int, wounds: int) -> bytes:
    """Hurt a telegram in some places: take away, rename, empty, double, fill with nonsense."""
    chance = random.Random(seed)  # noqa: S311 - a seed, so that a failure can be repeated
    root = etree.fromstring(data)
    for _ in range(wounds):
        elements = [e for e in root.iter(etree.Element) if e is not root]
        if not elements:
            break
        element = chance.choice(elements)
        parent = element.getparent()
        match chance.randrange(7):
            case 0:
                parent.remove(element)
            case 1:
                element.tag = f"{{{etree.QName(element).namespace}}}Unknown"
            case 2:
                element.text = None
            case 3:
                element.text = chance.choice(NONSENSE)
            case 4:
                parent.insert(0, etree.fromstring(etree.tostring(element, with_tail=False)))
            case 5:
                element.attrib.clear()
            case _:
                for child in list(element):
                    element.remove(child)
    return etree.tostring(root)


def survives(data: bytes) -> None:
    try:
        report = decode(data)
    except FormatError:
        return
    assert report.infos
    assert Alert.from_json(report.to_json()) == report
    says_no_more(etree.fromstring(data), report)


def says_no_more(root: etree._Element, report: Alert) -> None:
    """Every code, number and word of the alert stands in the telegram: nothing is made up to fill a hole."""
    texts = {(e.text or "").strip() for e in root.iter(etree.Element)}
    words = texts | {value.strip() for e in root.iter(etree.Element) for value in e.attrib.values()}
    for info in report.infos:
        assert told_codes(info) <= texts
        for told in info.parameters:
            value = told.value
            if told.value_name in NUMBERS:
                assert value in words, told
            elif told.value_name in QUANTITIES.values():
                assert any(math.isfinite(float(part)) and part in texts for part in value.split() if is_number(part)), (
                    told
                )
            elif told.value_name == parameter.DEPTH:
                assert any(f"{float(value) * 1000:.0f}" in text for text in texts), told
            elif told.value_name == parameter.AREA_INTENSITY:
                assert set(value.split()) <= texts, told
            elif told.value_name == parameter.LEVEL:
                assert 1 <= int(value) <= 5, told


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(which=st.integers(0, 10_000), seed=st.integers(0, 2**32), wounds=st.integers(1, 30))
def test_a_broken_telegram_is_an_alert_or_a_format_error(which: int, seed: int, wounds: int) -> None:
    samples = by_family()
    survives(broken(samples[which % len(samples)], seed, wounds))


@pytest.mark.parametrize("name", ["Control", "Head", "Body", "Headline", "Area", "Code", "Name", "Kind", "Title"])
def test_every_family_without_one_element(name: str) -> None:
    for data in by_family():
        root = etree.fromstring(data)
        for element in [e for e in root.iter(etree.Element) if etree.QName(e).localname == name]:
            element.getparent().remove(element)
        survives(etree.tostring(root))


def test_a_telegram_of_nothing() -> None:
    with pytest.raises(FormatError):
        decode(b'<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"/>')


@pytest.mark.parametrize("name", ["32-35_06_03_240613_VXSE53", "32-35_04_01_100831_VXSE51", "37_01_02_240613_VXSE43"])
@pytest.mark.parametrize("order", [(-1, 1), (1, -1), (0, 1, 3, 2)])
def test_areas_are_told_whatever_the_order_of_their_words(name: str, order: tuple[int, ...]) -> None:
    """Name, code and intensity stand before what is inside an area (jmx_seis.xsd); behind it they count too."""
    data = corpus("corpus", "jma", f"{name}.xml").read_bytes()
    root = etree.fromstring(data)
    for area in list(root.iter("{*}Pref", "{*}City")) + [area for area in root.iter("{*}Area") if len(area) > 2]:
        first, rest = [area[place] for place in order if place < len(area)], list(area)
        area[:] = first + [child for child in rest if child not in first]
    assert placed(decode(etree.tostring(root))) == placed(decode(data))


def placed(alert: Alert) -> set[tuple[str | None, frozenset[str]]]:
    """The intensity of each Info, and the codes of its areas."""
    return {
        (info.parameter(parameter.INTENSITY), frozenset(area.geocodes[0].value for area in info.areas))
        for info in alert.infos
    }


@pytest.mark.parametrize("name", ["67_01_03_140927_VFVO56", "72_07_01_190327_VPAW51", "32-39_11_02_250206_VTSE41"])
def test_a_sentence_with_an_element_in_it_is_still_a_sentence(name: str) -> None:
    data = corpus("corpus", "jma", f"{name}.xml").read_bytes()
    root = etree.fromstring(data)
    for text in root.iterfind(".//{*}Body//{*}Text"):
        etree.SubElement(text, "{urn:example}mark")
    found, known = decode(etree.tostring(root)).infos[0], decode(data).infos[0]
    assert (found.description, found.instruction) == (known.description, known.instruction)
    assert known.description

"""Which area codes a telegram holds, told with plain XPath and nothing of the decoder.

An area code is the Code of an Area, TargetArea, Pref or City anywhere in the telegram. Not an area are: the epicentre
(Hypocenter/Area) and the points where something is measured, be they Station, IntensityStation or an Area whose
codeType is one of points. Where such a point, or an Area without a code of its own, names the municipality that would
be flooded, its CityCode is an area.
"""

import re
from collections import defaultdict
from datetime import datetime, timedelta

from lxml import etree

POINTS = ("水位観測所", "潮位観測点", "震度観測点", "長周期地震動観測点")
_IS_POINT = " or ".join(f"@codeType='{kind}' or ../@codeType='{kind}'" for kind in POINTS)
_AREA = "*[local-name()='Area' or local-name()='TargetArea' or local-name()='Pref' or local-name()='City']"
CODES = f"//{_AREA}[not(parent::*[local-name()='Hypocenter'])][not({_IS_POINT})]/*[local-name()='Code']/text()"
_UNCODED = "not(*[local-name()='Code'])"
FLOODED = f"//*[local-name()='Area'][{_IS_POINT} or {_UNCODED}]/*[local-name()='CityCode']/text()"


def area_codes(data: bytes) -> set[str]:
    root = etree.fromstring(data)
    return {text.strip() for path in (CODES, FLOODED) for text in root.xpath(path) if text.strip()}


def _texts(element: etree._Element, path: str) -> list[str]:
    return [str(text).strip() for text in element.xpath(path) if str(text).strip()]


def earthquakes(root: etree._Element) -> list[dict[str, str]]:
    """Each Earthquake: magnitude (number, or words where it is NaN), depth in km, place, time; and whether it is only
    supposed (仮定震源, or the placeholder of M1.0 at 10 km).
    """
    found = []
    place = "*[local-name()='Hypocenter']/*[local-name()='Area']/*[local-name()='Name']/text()"
    for one in root.xpath("//*[local-name()='Earthquake']"):
        magnitude = "".join(_texts(one, "*[local-name()='Magnitude'][1]/text()"))
        if magnitude in {"", "NaN"}:
            magnitude = "".join(_texts(one, "*[local-name()='Magnitude'][1]/@description"))
        coordinate = next(iter(_texts(one, ".//*[local-name()='Area']/*[local-name()='Coordinate']/text()")), "")
        depth = coordinate.rstrip("/").replace("+", " ").replace("-", " ").split()[2:]
        km = f"{int(depth[0]) / 1000:g}" if depth else ""
        supposed = "仮定震源" in "".join(_texts(one, "*[local-name()='Condition']/text()"))
        found.append(
            {
                "magnitude": magnitude,
                "depth": km,
                "place": "".join(_texts(one, place)),
                "time": "".join(_texts(one, "*[local-name()='OriginTime']/text()")),
                "supposed": "yes" if supposed or (magnitude, km) == ("1.0", "10") else "",
            }
        )
    return found


def intensities(root: etree._Element) -> set[tuple[str, str]]:
    """What was felt where: code of each Pref, Area and City of the Observation, and its MaxInt."""
    path = "//*[local-name()='Observation']//*[local-name()='MaxInt']"
    found = set()
    for element in root.xpath(path):
        place = element.getparent()
        if etree.QName(place).localname in {"Pref", "Area", "City"}:
            found.add((_texts(place, "*[local-name()='Code']/text()")[0], element.text.strip()))
    return found


def stations(root: etree._Element) -> set[tuple[str, str]]:
    """Names of 震度観測点 with their intensity."""
    return {
        (_texts(one, "*[local-name()='Name']/text()")[0], _texts(one, "*[local-name()='Int']/text()")[0])
        for one in root.xpath("//*[local-name()='IntensityStation'][*[local-name()='Int']]")
    }


def expected(root: etree._Element) -> set[str]:
    """EEW: "code from to" of each area's ForecastInt."""
    areas = root.xpath("//*[local-name()='Pref']/*[local-name()='Area'][*[local-name()='ForecastInt']]")
    paths = ("Code", "ForecastInt']/*[local-name()='From", "ForecastInt']/*[local-name()='To")
    return {" ".join("".join(_texts(a, f"*[local-name()='{p}']/text()")) for p in paths) for a in areas}


def heights(root: etree._Element) -> set[tuple[str, str]]:
    """Tsunami: code of the coast and each height told for it or its stations, in JMA's words or as a number."""
    found = set()
    for height in root.xpath("//*[local-name()='TsunamiHeight']"):
        item = height.xpath("ancestor::*[local-name()='Item'][1]")[0]
        code = _texts(item, "*[local-name()='Area']/*[local-name()='Code']/text()")
        told = height.get("description") or (f"{height.text}m" if height.text != "NaN" else "")
        if code and told:
            found.add((code[0], told.strip()))
    return found


def warned(root: etree._Element) -> set[tuple[str, str, str]]:
    """Weather: (municipality, code of the kind, status) of the finest table, where there is a code."""
    tables = root.xpath("//*[local-name()='Body']/*[local-name()='Warning'][contains(@type, '（市町村等）')]")
    return {
        (
            _texts(item, "*[local-name()='Area']/*[local-name()='Code']/text()")[0],
            _texts(kind, "*[local-name()='Code']/text()")[0].zfill(2),
            "".join(_texts(kind, "*[local-name()='Status']/text()")),
        )
        for table in tables
        for item in table.xpath("*[local-name()='Item']")
        for kind in item.xpath("*[local-name()='Kind'][*[local-name()='Code']]")
    }


def volcano_levels(root: etree._Element) -> set[str]:
    """The 噴火警戒レベル in words of the table 対象火山: レベル５（避難） is 5."""
    table = "//*[local-name()='VolcanoInfo'][contains(@type, '対象火山')]"
    names = _texts(root, f"{table}//*[local-name()='Kind']/*[local-name()='Name']/text()")
    return {name[3].translate(str.maketrans("１２３４５", "12345")) for name in names if name.startswith("レベル")}


def quantities(root: etree._Element) -> set[tuple[str, str]]:
    """Every number with a unit in what a warning or a flash says: name of the element with its unit, and the number."""
    path = "//*[local-name()='Body']/*[local-name()='Warning' or local-name()='MeteorologicalInfos']//*[@unit]"
    found = set()
    for element in root.xpath(path):
        value = (element.text or "").strip()
        if value and value.lstrip("-").replace(".", "", 1).isdigit():
            found.add((f"{etree.QName(element).localname} {element.get('unit')}", value))
    return found


def tides(root: etree._Element) -> set[tuple[str, str]]:
    """Every high tide: its level in cm and its time, which stand in one Sequence."""
    return {
        (*_texts(one, "./*[local-name()='TidalLevel']/text()"), *_texts(one, "./*[local-name()='Time']/text()"))
        for one in root.xpath("//*[local-name()='Sequence']")
    }


def centres(root: etree._Element) -> set[str]:
    """Typhoon: every centre in degrees, ``18,142.2`` (analysis, estimate and forecast)."""
    parts = "//*[local-name()='CenterPart']"
    points = _texts(root, f"{parts}/*[local-name()='Coordinate'][@type='中心位置（度）']/text()")
    points += _texts(root, f"{parts}//*[local-name()='BasePoint'][@type='中心位置（度）']/text()")
    return {",".join(f"{float(number):g}" for number in point.strip("+/").split("+")) for point in points}


def radii(root: etree._Element, kind: str) -> set[str]:
    """Typhoon: radii in km of the circles that go all around: 予報円, 暴風域 ... as its properties have them (in one
    sample the area beside them says otherwise).
    """
    circles = root.xpath(
        f"//*[local-name()='Property']//*[@type='{kind}']//*[local-name()='Axes'][count(*)=1]//*[local-name()='Radius'][@unit='km']/text()"
    )
    return {f"{float(text):g}" for text in circles}


NO_DANGER = ("値なし", "注意報級未満", "警戒レベル２未満")
Slot = tuple[datetime, datetime]


def _timed(root: etree._Element, path: str) -> list[tuple[etree._Element, Slot, str, str]]:
    """The values of all TimeSeriesInfo that point to a TimeDefine, with its start and end, the code of their area, and
    the part of it.
    """
    found = []
    for series in root.xpath("//*[local-name()='TimeSeriesInfo']"):
        slots: dict[str, Slot] = {}
        for define in series.xpath(".//*[local-name()='TimeDefine']"):
            start = datetime.fromisoformat(_texts(define, "*[local-name()='DateTime']/text()")[0])
            lasts = "".join(_texts(define, "*[local-name()='Duration']/text()"))
            hours = int(lasts[2:-1]) if lasts[1] == "T" else 24 * int(lasts[1:-1])
            slots[define.get("timeId")] = start, start + timedelta(hours=hours)
        for item in series.xpath("*[local-name()='Item']"):
            code = _texts(item, "*[local-name()='Area']/*[local-name()='Code']/text()")[0]
            for one in item.xpath(f".//*[@refID]{path}"):
                part = "".join(_texts(one, "../*[local-name()='AreaName']/text()"))
                found.append((one, slots[one.get("refID")], code, part))
    return found


def dangers(root: etree._Element) -> set[tuple[str, str, str, str, datetime, datetime]]:
    """Time series: area, danger, how great in words, part of the area, from, to: for each time that has a danger."""
    found = set()
    for one, slot, code, part in _timed(root, "[local-name()='Significancy']"):
        words = "".join(_texts(one, "*[local-name()='Name']/text()"))
        if words not in NO_DANGER:
            found.add((code, one.get("type"), words, part, *slot))
    return found


def peaks(root: etree._Element) -> dict[tuple[str, str, str, str], tuple[float, list[datetime]]]:
    """Time series: for area, name of the element with its unit, JMA's name and part the largest number (of humidity the
    least), and from when on it is so.
    """
    numbers: defaultdict[tuple[str, str, str, str], list[tuple[float, datetime]]] = defaultdict(list)
    for one, (start, _), code, part in _timed(root, "[@unit][text()]"):
        if re.fullmatch(r"-?[0-9.]+", one.text.strip()):
            key = code, f"{etree.QName(one).localname} {one.get('unit')}", one.get("type"), part
            numbers[key].append((float(one.text), start))
    found = {}
    for key, told in numbers.items():
        best = (min if key[1].startswith("Humidity") else max)(number for number, _ in told)
        found[key] = best, [start for number, start in told if number == best]
    return found

"""Which areas a telegram names, and from which of JMA's code tables each code comes.

What counts as an area: every coded Area, TargetArea, Pref and City of Head and Body, down to coasts, rivers,
volcanoes and sea areas. What does not: the epicentre (a place where something happened, told as a parameter), and
points where something was measured (震度観測点, 潮位観測点, 水位観測所, 地上観測点). Where a river telegram names
a gauge and the municipality that would be flooded (Area/CityCode), the municipality is the area; so it is where one
names the municipality alone (氾濫発生情報), or a flood of one town would be told to its whole prefecture.

The table is told by ``codeType`` (Areas, Area), by CodeDefine/Type (seismology) or, in the many bodies that tell
neither, by what codes of the same length are in the telegram's own Head.
Source: jmx_ib.xsd, jmx_mete.xsd, jmx_seis.xsd.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

import msgspec

from cap_formats.alert import Area, NamedValue
from cap_formats.jma.body import Body
from cap_formats.jma.element import (
    HEAD,
    METEOROLOGY,
    SEISMOLOGY,
    VOLCANOLOGY,
    children,
    parts,
    text,
)
from cap_formats.xml import XmlElement

_CODE: Final = SEISMOLOGY + "Code"
_NAME: Final = SEISMOLOGY + "Name"
_AREA: Final = SEISMOLOGY + "Area"
_CITY: Final = SEISMOLOGY + "City"
_PREF: Final = SEISMOLOGY + "Pref"
_ITEM: Final = SEISMOLOGY + "Item"
_CODE_DEFINE: Final = SEISMOLOGY + "CodeDefine"
_STATION: Final = SEISMOLOGY + "IntensityStation"

CITY: Final = "JMA_AreaInformationCity"
LOCAL: Final = "JMA_AreaForecastLocalM"

TABLES_OF: Final = "2026-07"
"""The month of JMA's code tables that the names below are from. A code that a later or an earlier table holds keeps its
name from the telegram itself, so that one which is gone today (merged municipalities) is still told.
"""
TABLES: Final = {
    "気象・地震・火山情報／市町村等": CITY,
    "二次細分区域": CITY,
    "土砂災害警戒情報": CITY,
    "気象情報／府県予報区・細分区域等": LOCAL,
    "府県予報区": LOCAL,
    "一次細分区域": LOCAL,
    "市町村等をまとめた地域": LOCAL,
    "全国・地方予報区等": "JMA_AreaForecast",
    "地震情報／都道府県等": "JMA_AreaInformationPrefectureEarthquake",
    "地震情報／細分区域": "JMA_AreaForecastLocalE",
    "緊急地震速報／地方予報区": "JMA_AreaForecastEEW",
    "緊急地震速報／府県予報区": "JMA_AreaForecastLocalEEW",
    "津波予報区": "JMA_AreaTsunami",
    "沿岸地域": "JMA_CoastTsunami",
    "全般海上海域名": "JMA_AreaMarineA",
    "地方海上予報区": "JMA_AreaMarineJ",
    "火山名": "JMA_PointVolcano",
    "高潮予報区間": "JMA_AreaCoastForecast",
    "河川": "JMA_AreaRiver",
    "指定河川洪水予報（予報区域）": "JMA_AreaFloodForecast",
}
"""codeType to valueName; one that is not here, such as that of 水位周知河川, is ``JMA_<codeType>`` as it stands."""

POINTS: Final = frozenset({"水位観測所", "潮位観測点", "震度観測点", "長周期地震動観測点"})
LENGTHS: Final = {7: CITY, 6: LOCAL, 4: "JMA_AreaMarineJ"}
UNTOLD: Final = "JMA_Area"
NATIONAL: Final = "010"  # how six digits of 全国・地方予報区等 begin; those of prefectures begin at 011000

SEISMIC_TYPES: Final = {
    "Pref/Code": "地震情報／都道府県等",
    "Pref/Area/Code": "地震情報／細分区域",
    "Pref/Area/City/Code": "気象・地震・火山情報／市町村等",
    "Item/Area/Code": "津波予報区",
}
"""What a seismology body means where its CodeDefine is missing."""

_HOLDERS: Final = frozenset({SEISMOLOGY + "Intensity", SEISMOLOGY + "Tsunami"})
_SEISMIC: Final = {SEISMOLOGY + name: name for name in ("Forecast", "Observation", "Estimation")}


class _Tags(NamedTuple):
    """The qualified names of an area's children in one namespace."""

    code: str
    name: str
    city: str


_IN_HEAD: Final = (HEAD + "Area", HEAD + "TargetArea")
_TAGS: Final = {
    namespace: _Tags(*(namespace + name for name in ("Code", "Name", "CityCode")))
    for namespace in (HEAD, METEOROLOGY, VOLCANOLOGY)
}


Key: TypeAlias = NamedValue
"""One area: the name of its table as CAP's valueName, and its code; what CAP's geocode is."""


class SeismicArea(msgspec.Struct, frozen=True, gc=False):
    """A Pref, Area or City of a Forecast or Observation, or an Item of a tsunami, with the area it speaks of.

    ``path`` is that of CodeDefine without ``/Code``: ``Pref``, ``Pref/Area``, ``Pref/Area/City``, ``Item/Area``;
    ``parts`` are its children by name, the first of twins, without the areas and stations inside it.
    """

    element: XmlElement
    key: Key | None
    path: str
    parts: dict[str, XmlElement]


class Areas:
    """The areas of one telegram, in the order of the document.

    ``keys`` holds the area of each Area and TargetArea of Head, meteorology and volcanology, None for a point.
    ``names`` holds every area, first the ``in_head`` that the Head names; ``uncoded`` the names in the Head that
    carry no code (in a body, what has a name and no code is a low pressure system or a zone of wind, not a place).
    ``told`` are those that stand in an Info already.
    ``seismic`` are those of a seismology body by the name of their container: Forecast, Observation, Estimation.
    """

    __slots__ = ("_by_length", "_noted", "in_head", "keys", "names", "seismic", "told", "uncoded")

    def __init__(self, tables: Sequence[XmlElement], body: Body) -> None:
        self.names: dict[Key, str] = {}
        self.told: set[Key] = set()
        self.uncoded: list[str] = []
        self.seismic: dict[str, list[SeismicArea]] = {"Forecast": [], "Observation": [], "Estimation": []}
        self._by_length: dict[int, str] = {}
        self._noted: dict[tuple[str, str], Key] = {}  # by code and type, what has its name: it is told again and again
        self.keys: dict[XmlElement, Key | None] = {}
        headline = tables[0].getparent() if tables else None
        if headline is not None:
            self._read_all(headline.iter(*_IN_HEAD), HEAD)
        self.in_head = len(self.names)
        if body.areas:
            self._read_all(body.areas, body.namespace)
        elif body.element is not None and body.namespace == SEISMOLOGY:
            for holder in children(body.element):
                for container in children(holder) if holder.tag in _HOLDERS else ():
                    if (name := _SEISMIC.get(container.tag)) is not None:
                        self.seismic[name] += self._walk(container)

    def areas(self, keys: Iterable[Key]) -> tuple[Area, ...]:
        """Return CAP's areas of several keys, each once, in their order: name in the telegram and one geocode."""
        names, each = self.names, dict.fromkeys(keys)
        self.told.update(each)
        return tuple([Area(area_desc=names[key] or key.value, geocodes=(key,)) for key in each])

    def _read_all(self, found: Iterable[XmlElement], namespace: str) -> None:
        """Read every Area and TargetArea; hundreds stand in one Areas, whose codeType is asked for once."""
        of_code, of_name, of_city = _TAGS[namespace]
        areas: XmlElement | None = None
        type_of_areas = ""
        keys = self.keys
        noted = self._noted
        for element in found:
            code_type = element.get("codeType")
            if not code_type:
                parent = element.getparent()
                if parent is not areas:
                    areas = parent
                    type_of_areas = (parent.get("codeType") or "") if parent is not None else ""
                code_type = type_of_areas
            code, named = "", None
            for child in children(element):
                tag = child.tag
                if tag == of_code:
                    code = (child.text or "").strip()
                elif tag == of_name:
                    named = child
            if code_type in POINTS or (not code and namespace == METEOROLOGY):
                keys[element] = self._municipality(element, text(element, of_city))
            elif code:
                keys[element] = noted.get((code, code_type)) or self._note(code, named, code_type)
            elif namespace == HEAD and named is not None and (name := (named.text or "").strip()):
                self.uncoded.append(name)

    def _municipality(self, element: XmlElement, city: str) -> Key | None:
        """Note the municipality that an Area without a code of its own, or of a gauge, names (CityCode, Prefecture,
        City), if it names one.
        """
        if not city:
            return None
        key = Key(CITY, city)
        if not self.names.get(key):
            self.names[key] = text(element, METEOROLOGY + "Prefecture") + text(element, METEOROLOGY + "City")
        return key

    def _walk(self, container: XmlElement) -> list[SeismicArea]:
        """Walk a Forecast, Observation or Estimation: each Pref, Area and City, or each Item."""
        types = dict(SEISMIC_TYPES)
        found: list[SeismicArea] = []
        for child in children(container):
            tag = child.tag
            if tag == _PREF:
                self._walk_prefecture(child, types, found)
            elif tag == _ITEM:
                told = parts(child)
                key = self._seismic_key(parts(told.get(_AREA)), types["Item/Area/Code"])
                found.append(SeismicArea(child, key, "Item/Area", told))
            elif tag == _CODE_DEFINE:  # stands first
                types |= {kind.get("xpath") or "": (kind.text or "").strip() for kind in children(child)}
        return found

    def _walk_prefecture(self, prefecture: XmlElement, types: dict[str, str], found: list[SeismicArea]) -> None:
        told, areas = _parted(children(prefecture), _AREA)
        found.append(SeismicArea(prefecture, self._seismic_key(told, types["Pref/Code"]), "Pref", told))
        of_area, of_city = types["Pref/Area/Code"], types["Pref/Area/City/Code"]
        for area in areas:
            told, cities = _parted(children(area), _CITY)
            found.append(SeismicArea(area, self._seismic_key(told, of_area), "Pref/Area", told))
            for city in cities:
                told, _ = _parted(children(city), _STATION)
                found.append(SeismicArea(city, self._seismic_key(told, of_city), "Pref/Area/City", told))

    def _seismic_key(self, told: dict[str, XmlElement], code_type: str) -> Key | None:
        if _CODE not in told or code_type in POINTS:
            return None
        code = (told[_CODE].text or "").strip()
        return self._note(code, told.get(_NAME), code_type) if code else None

    def _note(self, code: str, named: XmlElement | None, code_type: str) -> Key:
        """Note an area under its table; the first name that is not empty is its name."""
        if code_type:
            table = TABLES.get(code_type) or f"JMA_{code_type}"
            if len(code) not in self._by_length:
                self._by_length[len(code)] = table
        else:
            table = self._by_length.get(len(code)) or self._table_by_length(code)
        key = Key(table, code)
        names = self.names
        if not names.get(key):
            names[key] = "" if named is None else (named.text or "").strip()
        if code_type and names[key]:
            self._noted[code, code_type] = key
        return key

    def _table_by_length(self, code: str) -> str:
        length = len(code)
        if length not in self._by_length and code.startswith(NATIONAL) and LENGTHS.get(length) == LOCAL:
            self._by_length[length] = TABLES["全国・地方予報区等"]
        return self._by_length.get(length) or LENGTHS.get(length, UNTOLD)


def _parted(found: list[XmlElement], inner: str) -> tuple[dict[str, XmlElement], list[XmlElement]]:
    """Part the children of an area: its own words by name, the first of twins, wherever they stand (jmx_seis.xsd has
    them first); and the areas or stations inside.
    """
    told: dict[str, XmlElement] = {}
    inside: list[XmlElement] = []
    for child in found:
        tag = child.tag
        if tag == inner:
            inside.append(child)
        elif tag not in told:
            told[tag] = child
    return told, inside

"""Which area codes a telegram holds, told with plain XPath and nothing of the decoder.

An area code is the Code of an Area, TargetArea, Pref or City anywhere in the telegram. Not an area are: the epicentre
(Hypocenter/Area) and the points where something is measured, be they Station, IntensityStation or an Area whose
codeType is one of points. Where such a point names the municipality that would be flooded, its CityCode is an area.
"""

from lxml import etree

POINTS = ("水位観測所", "潮位観測点", "震度観測点", "長周期地震動観測点")
_IS_POINT = " or ".join(f"@codeType='{kind}' or ../@codeType='{kind}'" for kind in POINTS)
_AREA = "*[local-name()='Area' or local-name()='TargetArea' or local-name()='Pref' or local-name()='City']"
CODES = f"//{_AREA}[not(parent::*[local-name()='Hypocenter'])][not({_IS_POINT})]/*[local-name()='Code']/text()"
FLOODED = f"//*[local-name()='Area'][{_IS_POINT}]/*[local-name()='CityCode']/text()"


def area_codes(data: bytes) -> set[str]:
    root = etree.fromstring(data)
    return {text.strip() for path in (CODES, FLOODED) for text in root.xpath(path) if text.strip()}

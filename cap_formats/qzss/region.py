"""Codes of DCR's own: which of JMA's codes they are, where they are not JMA's already.

Regions of the early warning are numbered in the order of JMA's tables AreaForecastLocalEEW (1-56) and AreaForecastEEW
(57-70), 80 is any other (IS-QZSS-DCR-017 Table 4.1.2-10). Everywhere else DCR sends JMA's codes as numbers, so that
leading zeros are lost; a number whose digits are all 9 from some place on is "another of this prefecture".
"""

from typing import Final

from cap_formats.alert import NamedValue

_LOCAL: Final = (
    *(9011, 9012, 9013, 9014, 9020, 9030, 9040, 9050, 9060, 9070, 9080, 9090, 9100, 9110, 9120, 9131, 9132, 9133),
    *(9140, 9150, 9160, 9170, 9180, 9190, 9200, 9210, 9220, 9230, 9240, 9250, 9260, 9270, 9280, 9290, 9300, 9310),
    *(9320, 9330, 9340, 9350, 9360, 9370, 9380, 9390, 9400, 9410, 9420, 9430, 9440, 9450, 9461, 9462, 9471, 9472),
    *(9473, 9474),
)
_WIDE: Final = (9910, 9920, 9931, 9932, 9933, 9934, 9935, 9936, 9941, 9942, 9943, 9951, 9952, 9960)
_WIDTHS: Final = {
    "JMA_AreaInformationCity": 7,
    "JMA_AreaForecastLocalM": 6,
    "JMA_AreaTsunami": 3,
    "JMA_PointVolcano": 3,
    "JMA_AreaMarineJ": 4,
    "JMA_AreaFloodForecast": 12,
    "JISX0401": 2,
}
_OTHER_TOWN: Final = 99_999  # 199999 is another municipality of 北海道


def warned(number: int) -> NamedValue:
    """Return JMA's code of a region of the early warning; DCR's own number where it stands for any other."""
    if 1 <= number <= len(_LOCAL):
        return NamedValue("JMA_AreaForecastLocalEEW", str(_LOCAL[number - 1]))
    wide = number - len(_LOCAL)
    if 1 <= wide <= len(_WIDE):
        return NamedValue("JMA_AreaForecastEEW", str(_WIDE[wide - 1]))
    return NamedValue("JMA_AreaForecastLocalEEW", str(number))


def coded(table: str, number: int) -> NamedValue:
    """Return a number of DCR as a code of its table; "another of this prefecture" is the prefecture."""
    if table == "JMA_AreaInformationCity" and number % (_OTHER_TOWN + 1) == _OTHER_TOWN:
        return NamedValue("JISX0401", f"{number // (_OTHER_TOWN + 1):02d}")
    return NamedValue(table, f"{number:0{_WIDTHS[table]}d}")

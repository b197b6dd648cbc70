"""How fine an area is, so that of several areas that name the same ground the finest can win."""

from enum import IntEnum


class Level(IntEnum):
    """From coarse to fine; areas of one level stand side by side, even where one happens to lie within the other."""

    COUNTRY = 0
    REGION = 1  # 地方予報区
    PREFECTURE = 2  # 都道府県, 府県予報区, groups of tsunami coasts
    AREA = 3  # 一次細分区域, 地震情報の細分区域, 津波予報区
    GROUP = 4  # 市町村等をまとめた地域, 支庁
    MUNICIPALITY = 5  # 市町村, 特別区, 政令市 as a whole
    PART = 6  # 行政区, 二次細分区域 that divide a municipality


KIND_LEVELS = {
    "prefecture": Level.PREFECTURE,
    "designated-city": Level.MUNICIPALITY,
    "special-ward": Level.MUNICIPALITY,
    "city": Level.MUNICIPALITY,
    "town": Level.MUNICIPALITY,
    "village": Level.MUNICIPALITY,
    "ward": Level.PART,
}

"""Names of the info/parameter values that Noroshi's own codecs write (our Japanese CAP profile, FORMATS 4.3).

No CAP profile of Japan has been published; these names are ours, in one table.
"""

from typing import Final

LEVEL: Final = "jp:level"  # 警戒レベル 1-5, of orders and of JMA's level-numbered warnings
TRAINING: Final = "jp:training"  # "true" on every drill, beside alert/status
TELEGRAM: Final = "jma:title"  # Control/Title of the telegram
INFO_KIND: Final = "jma:infoKind"  # Head/InfoKind
KIND_STATUS: Final = "jma:kindStatus"  # Kind/Status: 発表, 継続, 解除, 警報から注意報 ...
HAZARD: Final = "jp:hazard"  # of a municipal order: 土砂災害, 洪水, 高潮, 津波, 地震, 火山, 火災, その他
VOICE: Final = "jp:voice"  # the text as it is to be read aloud, with kana where a reader could stumble
ON_BEHALF_OF: Final = "jp:onBehalfOf"  # 代行: JIS X 0402 code (5 or 6 digits) of the municipality for whom it is said
ISSUED_BY: Final = "jp:issuedBy"  # 代行: name of who wrote it in its place, the prefecture (岡山県)

GTS: Final = "jma:gts"  # CC?, RR? or AA? where Control/Status holds WMO's designation instead of 通常
TRANSITIONAL: Final = "jma:transitional"  # "true" on a telegram that repeats newer ones since 2026-05-28 (FORMATS 3.5)
DIGEST: Final = (
    "jma:digest"  # "true" on a telegram that gathers what others have said (VPWS50), to catch up after a gap
)
CONDITION: Final = "jma:condition"  # Kind/Condition: 土砂災害、浸水害; 記録雨; 洪水警報（発表） ...
EPICENTRE: Final = "jma:epicentre"  # name of the hypocentre's area, 震央地名; never of a 仮定震源
COORDINATE: Final = (
    "jma:coordinate"  # of hypocentre or volcano, ISO 6709 as in the telegram (degrees, depth or height m)
)
DEPTH: Final = "jma:depthKm"  # of the hypocentre, km, 0 is very shallow (ごく浅い)
MAGNITUDE: Final = "jma:magnitude"  # number, or JMA's words where there is none (Ｍ８を超える巨大地震)
ORIGIN_TIME: Final = "jma:originTime"  # of the earthquake, ISO 8601 with offset
INTENSITY: Final = "jma:maxIntensity"  # 震度 of this info's areas: 7, 6+, 6-, 5+, 5-, 4, 3, 2, 1
LONG_PERIOD: Final = "jma:maxLongPeriodClass"  # 長周期地震動階級 0-4
PROVISIONAL: Final = "jma:provisionalHypocentre"  # "true": 仮定震源; its place, depth and magnitude must not be shown
# How sure a forecast of 緊急地震速報 is, JMA's rank and its meaning: "4 IPF法（5点以上）"; never of a 仮定震源.
ACCURACY_EPICENTRE: Final = "jma:accuracyEpicentre"
ACCURACY_DEPTH: Final = "jma:accuracyDepth"
ACCURACY_MAGNITUDE: Final = "jma:accuracyMagnitude"
HYPOCENTRE_FINAL: Final = "jma:hypocentreFinal"  # "true": hypocentre and magnitude as in the last report (rank2 9)
VOLCANO_LEVEL: Final = "jma:volcanicAlertLevel"  # 噴火警戒レベル 1-5, not the 警戒レベル
COMMENT_CODE: Final = "jma:commentCode"  # codes of 固定付加文

# The following repeat, once for each area; the value is "<area code> <what holds there>".
AREA_INTENSITY: Final = "jma:areaIntensity"  # forecast 震度, from and to: "622 5- 5+"; "over" is JMA's 程度以上
AREA_ARRIVAL: Final = "jma:areaArrival"  # of shaking or of the first wave: ISO 8601 with offset, or JMA's words
AREA_HEIGHT: Final = "jma:areaHeight"  # expected tsunami height in JMA's words, m: "210 １０ｍ超", "210 巨大"
AREA_LAST_KIND: Final = "jma:areaLastKind"  # what held there before this telegram, in JMA's words
# Highest wave measured so far: "<area code> <station> <height in m, JMA's words> <重要, 上昇中 ...> <when>".
AREA_OBSERVED: Final = "jma:areaObserved"
STATION_ARRIVAL: Final = "jma:stationArrival"  # first wave: "<area code> <station> <when> <JMA's words> <押し or 引き>"
STATION_HIGH_TIDE: Final = "jma:stationHighTide"  # "<area code> <station> <when>"

# L-Alert's GeneralInformation and what lifelines report (FORMATS 1.5).
GENERAL_CATEGORY: Final = "lalert:category"  # ライフライン, 交通, 生活情報, 広報, 観光_文化, その他
GENERAL_SUB_CATEGORY: Final = "lalert:subCategory"  # 電気, 鉄道 ...
LIFELINE_STATE: Final = "lifeline:state"  # 発生, 継続, 復旧, 見込み, 取消
LIFELINE_RESTORATION: Final = "lifeline:restoration"  # when it is expected to work again, ISO 8601 with offset
LIFELINE_COUNT: Final = "lifeline:count"  # 戸 without it, in all
LIFELINE_AREA_COUNT: Final = "lifeline:areaCount"  # repeats: "332020 真備町箭田 120"

# Of a municipal order (FORMATS 1.5): how many it is for, by its own count and by that of the whole document.
HOUSEHOLDS: Final = "jp:households"
PERSONS: Final = "jp:persons"
HOUSEHOLDS_TOTAL: Final = "jp:householdsTotal"
PERSONS_TOTAL: Final = "jp:personsTotal"
# These repeat; the value is "<number of the area in this info, from 1> <what holds there>", as its areas have no code.
PLACE_TIME: Final = "jp:placeTime"  # since when, ISO 8601 with offset
PLACE_KANA: Final = "jp:placeKana"  # how the name is read
PLACE_HOUSEHOLDS: Final = "jp:placeHouseholds"
PLACE_PERSONS: Final = "jp:placePersons"

# What an L-Alert document says that CAP has no element for (FORMATS 1.4, 1.5); the last part is L-Alert's own name.
LALERT_BODY: Final = "lalert:body"  # an eventCode: EvacuationOrder, Shelter ... (commons:category)
LALERT_TARGET: Final = "lalert:targetArea"  # repeats: "332020 倉敷市"; of orders, whose areas are districts
LALERT_TITLE: Final = "lalert:Title"  # of the body, where the headline says more
LALERT_INFORMATION_TYPE: Final = "lalert:DisasterInformationType"  # Alert, Disaster, Ordinary, Accident, Unknown
LALERT_DISASTER: Final = "lalert:DisasterName"
LALERT_DURATION: Final = "lalert:Duration"  # of an Event
LALERT_FEE: Final = "lalert:Fee"  # of an Event
LALERT_NAME: Final = "lalert:Name"  # of an Event
LALERT_CONSUMER: Final = "lalert:consumerRole"  # repeats: UMC1 docomo, UMC2 KDDI, UMC3 SoftBank
LALERT_ERRATA_TIME: Final = "lalert:errataDateTime"
LALERT_OFFICE_CODE: Final = "lalert:OrganizationCode"  # of the publishing office, 6 digits
LALERT_OFFICE: Final = "lalert:OfficeName"
LALERT_OFFICE_KANA: Final = "lalert:OfficeNameKana"
LALERT_OFFICE_LOCATION: Final = "lalert:OfficeLocation"
LALERT_OFFICE_DOMAIN: Final = "lalert:OfficeDomainName"
LALERT_EDITOR_CODE: Final = "lalert:editorialOrganizationCode"  # who typed it in, where another office did
LALERT_EDITOR_OFFICE: Final = "lalert:editorialOfficeName"

# Quantities, each with its unit in the name (cap_formats/jma/measure.py). They repeat; the value is "<code or name of
# the area or station> <number> <JMA's name of it> <part of the area> <when>", where the last three may be missing.
RAIN: Final = "jma:rainMm"
SNOWFALL: Final = "jma:snowfallCm"
SNOW_DEPTH: Final = "jma:snowDepthCm"
WIND: Final = "jma:windMs"
WAVES: Final = "jma:wavesM"
TIDE_M: Final = "jma:tideM"
TIDE_CM: Final = "jma:tideCm"
WATER_LEVEL: Final = "jma:waterLevelM"
DISCHARGE: Final = "jma:dischargeM3s"
RUNOFF_INDEX: Final = "jma:runoffIndex"  # 流域雨量指数, no unit
VISIBILITY_M: Final = "jma:visibilityM"
VISIBILITY_KM: Final = "jma:visibilityKm"
HUMIDITY: Final = "jma:humidityPercent"
DANGER: Final = "jma:danger"  # 危険度 in JMA's words: "2620200 警戒レベル４相当 舞鶴湾"
DANGER_PERIOD: Final = "jma:dangerPeriod"  # when: "2620200 ２３日６時から１２時まで、警戒レベル４相当 舞鶴湾"
# ... and of a time series what follows its last time: "3520100 乾燥危険度 以後も注意報級".
# What is expected hour by hour, from 注意報級 and 警戒レベル２ up (jma/timeline.py). It repeats: "<area code> <from>
# <to> <danger> <JMA's words for how great> <part of the area>", where the last may be missing:
# "0121400 2026-06-22T18:00:00+09:00 2026-06-23T00:00:00+09:00 土砂災害危険度 警戒レベル３相当". Of the quantities
# beside it the peaks of their series are told, and <when> is an interval: <from>/<to>.
DANGER_SPAN: Final = "jma:dangerSpan"
GAUGE: Final = "jma:gauge"  # repeats: code and name of a 水位観測所 that a flood telegram speaks of
FLOODED: Final = "jma:flooded"  # repeats: districts that would be flooded, "3320200 ○○地区 ○○地区"
STATION_INTENSITY: Final = "jma:stationIntensity"  # the 震度観測点 of this info's intensity, names parted by 、
AREA_LONG_PERIOD: Final = "jma:areaLongPeriodClass"  # repeats: "220 3"; forecast: "220 2 3", from and to
EARTHQUAKE: Final = "jma:earthquake"  # repeats, one each where several are told: origin time, place, words
COUNT: Final = "jma:earthquakeCount"  # repeats: "<start> <end> <number> <felt> <type>"; -1 is unknown
PROBABILITY: Final = "jma:stormProbabilityPercent"  # repeats: "011011 12 24時間先", of 暴風域に入る確率
TYPHOON_NUMBER: Final = "jma:typhoonNumber"  # 2001 is the first of 2020
TYPHOON_NAME: Final = "jma:typhoonName"
CLASS: Final = "jma:class"  # 熱帯擾乱種類, 大きさ階級, 強さ階級 in JMA's words
LOCATION: Final = "jma:location"  # マリアナ諸島
COURSE: Final = "jma:course"  # direction of movement in JMA's words (北西), 16 points
SPEED: Final = "jma:speedKmh"  # of movement, km/h, or JMA's words (ほとんど停滞)
PRESSURE: Final = "jma:pressureHpa"  # at the centre
WIND_MAX: Final = "jma:maxWindMs"  # 最大風速
GUST_MAX: Final = "jma:maxGustMs"  # 最大瞬間風速
AT: Final = "jma:at"  # the time that an info of a series speaks of: ISO 8601 and JMA's words (予報　２４時間後)
PLUME: Final = "jma:plumeHeightM"  # above the crater, or JMA's words
PLUME_DIRECTION: Final = "jma:plumeDirection"
ASH: Final = "jma:ash"  # repeats: "<start> <end> <kind> <direction> <reach, km>"
# Where it falls: "<start> <end> <kind> <lat,lon lat,lon ...>", each a polygon in CAP's notation; no area of the Info,
# since JMA itself names the municipalities and a polygon would reach their neighbours too (decision 14).
ASH_POLYGON: Final = "jma:ashPolygon"
ERUPTED_AT: Final = "jma:eventTime"  # of an eruption

"""What an event is called in English, always shown beside the Japanese. Municipal words after FORMATS 7 (unofficial),
JMA's warnings after its own English pages; 危険警報 has no published English yet (UNCONFIRMED).
"""

import unicodedata
from typing import Final

WHOLE: Final[dict[str, str]] = {
    "緊急安全確保": "Emergency safety measures",
    "避難指示": "Evacuation order",
    "高齢者等避難": "Evacuation of older people and others",
    "大津波警報": "Major tsunami warning",
    "津波予報": "Tsunami forecast",
    "降灰予報": "Ash fall forecast",
    "緊急地震速報": "Earthquake early warning",
    "土砂災害警戒情報": "Landslide alert information",
    "記録的短時間大雨情報": "Record short-time heavy rain",
    "竜巻注意情報": "Tornado watch",
}
HAZARD: Final[dict[str, str]] = {
    "大雨": "Heavy rain",
    "土砂災害": "Landslide",
    "高潮": "Storm surge",
    "暴風雪": "Snowstorm",
    "暴風": "Storm",
    "強風": "Gale",
    "風雪": "Gale and snow",
    "波浪": "High waves",
    "大雪": "Heavy snow",
    "洪水": "Flood",
    "津波": "Tsunami",
    "雷": "Thunderstorm",
    "濃霧": "Dense fog",
    "乾燥": "Dry air",
    "なだれ": "Avalanche",
    "低温": "Low temperature",
    "霜": "Frost",
    "着氷": "Icing",
    "着雪": "Snow accretion",
    "融雪": "Snow melting",
    "噴火": "Volcanic",
}
KIND: Final = (
    ("特別警報", "emergency warning"),
    ("危険警報", "danger warning"),
    ("警報", "warning"),
    ("注意報", "advisory"),
)


def in_english(event: str) -> str:
    """Return the English of an event, or nothing where none is known: ``レベル４大雨危険警報``, ``避難指示``."""
    text = unicodedata.normalize("NFKC", event)
    for word, english in WHOLE.items():
        if word in text:
            return english
    kind = next(((word, english) for word, english in KIND if text.endswith(word)), None)
    if kind is None:
        return ""
    hazard = next((english for word, english in HAZARD.items() if text.removesuffix(kind[0]).endswith(word)), "")
    return f"{hazard} {kind[1]}" if hazard else ""

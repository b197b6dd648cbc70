"""A4, hazard category and type (CAMF Issue 1.2, Annex C 4): what CAP and Japanese call each of the 113.

The English is azarashi's table, the Japanese ours, for the specification has English alone. ``floor`` is the least
severity that a hazard has, whatever A5 says (0 is Unknown): what an armed attack or a tsunami needs none to be told.
"""

from typing import Final, NamedTuple

from azarashi.definitions.camf.a4_hazard_category_and_type import a4_hazard_category, a4_hazard_type

from cap_formats.alert import Category, ResponseType, Severity

TESTS: Final = frozenset({13, 113})  # siren test, test alert: never the real thing
MISSILE: Final = 8
NOT_USED: Final = 0
OTHER: Final = "その他の緊急情報"

_CATEGORIES: Final = {
    "CBRNE": Category.CBRNE,
    "ENVIRONMENT": Category.ENV,
    "FIRE": Category.FIRE,
    "GEO": Category.GEO,
    "HEALTH": Category.HEALTH,
    "INFRASTRUCTURE": Category.INFRA,
    "MET": Category.MET,
    "RESCUE": Category.RESCUE,
    "SAFETY": Category.SAFETY,
    "SECURITY": Category.SECURITY,
    "TRANSPORT": Category.TRANSPORT,
}
_NAMES: Final = (
    *("航空攻撃", "情報システムへの攻撃", "核兵器による攻撃", "生物災害", "化学災害", "爆発物災害", "隕石の衝突"),
    *("弾道ミサイル攻撃", "原子力災害", "原子力発電所事故", "放射線災害", "人工衛星等の落下", "サイレン試験"),
    *("酸性雨", "大気汚染", "飲料水の汚染", "ガス漏れ", "海洋汚染", "騒音", "害虫の大量発生", "河川の汚染"),
    *("浮遊粉じん", "紫外線", "大規模火災", "消防隊の出動", "有毒な煙", "林野火災", "煙", "悪臭", "火災の危険"),
    *("建物・工場火災", "降灰", "雪崩", "地割れ・陥没", "土石流", "地震", "磁気嵐", "氷河の崩落", "土砂災害"),
    *("溶岩流", "火砕流", "雪の吹きだまり", "高波", "津波", "火山泥流", "噴火", "暴風・波浪・高潮", "動物の疫病"),
    *("食品の安全", "健康被害", "感染症の世界的流行", "有害生物の発生", "感染症", "建物の倒壊", "緊急通報の不通"),
    *("ガスの供給停止", "情報システムの停止", "停電", "汚水の流出", "電話の不通", "路面凍結", "沿岸の浸水", "寒波"),
    *("広域の暴風", "干ばつ", "砂じん嵐", "流氷", "洪水", "濃霧", "ひょう", "猛暑", "落雷", "花粉", "大雨", "暴風雪"),
    *("大雪", "暴風・雷雨", "融雪", "竜巻", "熱帯低気圧（ハリケーン）", "低温・霜", "台風", "ダムの決壊"),
    *("堤防の決壊", "不発弾の処理", "工場事故", "鉱山災害", "爆弾・弾薬の発見", "デモ", "危険物の事故", "生命の危険"),
    *("大規模行事", "行方不明", "爆発の危険", "安全上の注意", "未確認飛行物体", "未確認動物", "化学攻撃"),
    *(
        "ゲリラ・特殊部隊による攻撃",
        "ハイジャック",
        "銃器等による危険",
        "ゲリラ・特殊部隊による攻撃",
        "大規模テロ",
        "航空機事故",
    ),
    *("橋の崩落", "危険物輸送の事故", "内水域の船舶事故", "海難", "油の流出", "道路の障害", "鉄道事故"),
    *("トンネル事故", "試験"),
)
_ATTACKS: Final = frozenset({1, 3, MISSILE, 98, 99, 102, 103})  # 武力攻撃事態等; J-Alert's five kinds and two more
_WAVES: Final = frozenset({43, 44})
_SHELTERED: Final = frozenset({4, 5, 9, 10, 11, 12, 46, 79, 100, 101})
_FLED: Final = frozenset({27, 35, 39, 40, 41, 45, 62, 68, 83, 84})


class Hazard(NamedTuple):
    """One hazard: its names, CAP's categories, the least it is, and what to do where no instruction is given."""

    name: str
    english: str
    category: tuple[Category, ...]
    floor: Severity
    response_type: tuple[ResponseType, ...]


def hazard_of(code: int) -> Hazard:
    """Return the hazard of a code; one that the table does not have is told by its number."""
    if not 1 <= code <= len(_NAMES):
        name = OTHER if code == NOT_USED else f"{OTHER}（種別{code}）"
        english = "Other emergency" if code == NOT_USED else f"Other emergency (type {code})"
        return Hazard(name, english, (Category.OTHER,), Severity.UNKNOWN, (ResponseType.MONITOR,))
    category = _CATEGORIES.get(a4_hazard_category[code], Category.OTHER)
    categories = (Category.SECURITY, Category.CBRNE) if code in {1, 3, MISSILE} else (category,)
    return Hazard(_NAMES[code - 1], a4_hazard_type[code], categories, _floor(code), _response(code))


def _floor(code: int) -> Severity:
    return Severity.EXTREME if code in _ATTACKS or code in _WAVES else Severity.UNKNOWN


def _response(code: int) -> tuple[ResponseType, ...]:
    if code in _ATTACKS or code in _SHELTERED:
        return (ResponseType.SHELTER,)
    if code in _WAVES or code in _FLED:
        return (ResponseType.EVACUATE,)
    return (ResponseType.NONE,) if code in TESTS else (ResponseType.MONITOR,)

"""The sentences that an order begins with, for the officer to change; wording after FORMATS 1.9."""

from typing import Final

from receivers.console.order import GRADES, WHOLE, Place, Text

ACTION: Final[dict[int, str]] = {
    5: "命の危険が迫っています。ただちに身の安全を確保してください。避難場所への移動が"
    "危ないときは、近くの頑丈な建物や、建物の上の階の、崖や川から離れた部屋に移ってください。",
    4: "{places}の方は、速やかに全員、危険な場所から避難を開始してください。"
    "避難場所への移動が危ないときは、近くの安全な場所や、自宅のより安全な部屋に移ってください。",
    3: "{places}の、避難に時間のかかる高齢の方や障害のある方などは、避難を開始してください。"
    "それ以外の方は、避難の準備を整え、危ないと思ったら早めに避難してください。",
}


def order_text(municipality: str, hazard: str, level: int, places: tuple[Place, ...]) -> Text:
    """Propose what is said when a level is issued."""
    name = GRADES[level].event
    where = _named(municipality, places)
    about = "" if hazard == "その他" else f"{hazard}に関する"
    headline = f"{where}に{about}警戒レベル{level}、{name}を発令しました。"
    action = ACTION[level].format(places=where)
    return Text(
        headline=headline,
        description=f"{municipality}は、{headline}",
        instruction=action,
        voice=f"警戒レベル{level}、{name}。{headline}{action}",
    )


def lift_text(municipality: str, hazard: str, level: int, places: tuple[Place, ...]) -> Text:
    """Propose what is said when a level is lifted (解除)."""
    where = _named(municipality, places)
    about = "" if hazard == "その他" else f"{hazard}に関する"
    headline = f"{where}に発令していた{about}警戒レベル{level}、{GRADES[level].event}を解除しました。"
    action = "自宅に戻るときは、周囲の状況に気をつけてください。"
    return Text(
        headline=headline, description=f"{municipality}は、{headline}", instruction=action, voice=headline + action
    )


def extend_text(municipality: str, hazard: str, level: int, places: tuple[Place, ...]) -> Text:
    """Propose what is said when a level goes on (引き続き) and only its end is later."""
    name = GRADES[level].event
    where = _named(municipality, places)
    about = "" if hazard == "その他" else f"{hazard}に関する"
    headline = f"{where}では、引き続き{about}警戒レベル{level}、{name}を発令しています。"
    action = ACTION[level].format(places=where)
    return Text(
        headline=headline,
        description=f"{municipality}からのお知らせです。{headline}",
        instruction=action,
        voice=f"引き続き警戒レベル{level}、{name}。{headline}{action}",
    )


def _named(municipality: str, places: tuple[Place, ...]) -> str:
    if any(place.name == WHOLE for place in places):
        return f"{municipality}{WHOLE}"
    return municipality + "、".join(place.name for place in places)

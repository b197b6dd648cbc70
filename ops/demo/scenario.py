"""What happens, and when: the night of 6 July 2018 in 真備町, in the words of today (警戒レベル of 2021, Ｒ０６).

A minute stands for half a day. The mistake in 児島 is made up, because taking back is what a drill must rehearse.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from cap_formats.alert import MsgType
from channels.text.gist import JST
from ops.demo.order import Order, write_order
from ops.demo.refuge import FILLED, OPENED, write_shelters
from ops.demo.telegram import Warned, telegram
from ops.demo.town import KOJIMA, NORTH, SOUTH


class Who(StrEnum):
    """Who speaks; each has a key of its own."""

    JMA = "jma"
    TOWN = "kurashiki"
    LALERT = "lalert"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One message. ``offset_s``: seconds from the start of the play."""

    offset_s: float
    who: Who
    title: str
    title_en: str
    body: bytes


HEAVY: Final = ("レベル３大雨警報", "03")
SPECIAL: Final = ("レベル５大雨特別警報", "33")
ADVISORY: Final = ("レベル２大雨注意報", "10")
LANDSLIDE: Final = ("レベル４土砂災害危険警報", "49")
SHELTER: Final = "安全な親戚・知人宅や避難所へ移動してください。"


def scenario(start: datetime, *, speed: float = 1.0) -> tuple[Step, ...]:
    """Return the steps in order; a ``speed`` of 2 plays in half the time. ``start`` is aware."""
    return tuple(sorted(_steps(start.astimezone(JST).replace(microsecond=0), speed), key=lambda step: step.offset_s))


def _steps(start: datetime, speed: float) -> Iterator[Step]:
    yield from _telegrams(start, speed)
    yield from _orders(start, speed)
    yield from _shelters(start, speed)


# offset in seconds, subject, what holds (name, code), its status, what held before, title, in English, headline
_Row = tuple[int, str, tuple[str, str], str, tuple[str, str] | None, str, str, str]


def _telegrams(start: datetime, speed: float) -> Iterator[Step]:
    rows: tuple[_Row, ...] = (
        (0, "rain", HEAVY, "発表", None, "大雨警報", "Heavy rain warning", "低い土地の浸水に警戒してください。"),
        (
            14,
            "landslide",
            LANDSLIDE,
            "発表",
            None,
            "土砂災害危険警報",
            "Landslide warning, level 4",
            "崖の近くから離れてください。",
        ),
        (
            28,
            "rain",
            SPECIAL,
            "発表",
            HEAVY,
            "大雨特別警報",
            "Heavy rain emergency warning",
            "命を守る行動をとってください。",
        ),
        (
            52,
            "landslide",
            LANDSLIDE,
            "解除",
            LANDSLIDE,
            "土砂災害危険警報 解除",
            "Landslide warning lifted",
            "土砂災害危険警報を解除しました。",
        ),
        (
            56,
            "rain",
            ADVISORY,
            "特別警報から注意報",
            SPECIAL,
            "大雨特別警報から注意報へ",
            "Back to an advisory",
            "引き続き増水に注意してください。",
        ),
    )
    for offset_s, subject, (name, code), status, last, title, title_en, headline in rows:
        warned = Warned(
            name=name,
            code=code,
            status=status,
            last_name=last[0] if last else "",
            last_code=last[1] if last else "",
        )
        at = start + timedelta(seconds=offset_s / speed)
        yield Step(
            offset_s=offset_s / speed,
            who=Who.JMA,
            title=f"気象台: {title}",
            title_en=title_en,
            body=telegram(subject, warned, at, headline),
        )


def _shelters(start: datetime, speed: float) -> Iterator[Step]:
    """Yield what the town reports of its shelters through L-Alert: one document, then its second revision."""
    run = start.strftime("%Y%m%d%H%M%S")
    rows = ((10, OPENED, "避難所を開設", "shelters opened"), (26, FILLED, "避難所が混雑", "shelters fill up"))
    for revision, (offset_s, counts, title, title_en) in enumerate(rows, 1):
        sent = start + timedelta(seconds=round(offset_s / speed))
        yield Step(
            offset_s=offset_s / speed,
            who=Who.LALERT,
            title=f"Lアラート: {title}",
            title_en=f"L-Alert: {title_en}",
            body=write_shelters(run, revision, sent, counts),
        )


def _orders(start: datetime, speed: float) -> Iterator[Step]:
    """Yield the town's orders: a chain for 真備町 that rises and is lifted, and one that is a mistake."""
    run = start.strftime("%Y%m%d%H%M%S")

    def at(offset_s: float) -> datetime:
        return start + timedelta(seconds=round(offset_s / speed))

    def step(offset_s: float, order: Order, title: str, title_en: str) -> Step:
        return Step(
            offset_s=offset_s / speed,
            who=Who.TOWN,
            title=f"倉敷市: {title}",
            title_en=title_en,
            body=write_order(order),
        )

    elderly = Order(
        identifier=f"kurashiki-drill-{run}-1",
        sent=at(7),
        level=3,
        districts=(NORTH, SOUTH),
        instruction=SHELTER,
        instruction_en="People who need time should leave now for a safe relative's home or a shelter.",
    )
    south = Order(
        identifier=f"kurashiki-drill-{run}-2",
        sent=at(20),
        level=4,
        districts=(NORTH, SOUTH),
        instruction=SHELTER,
        instruction_en="Everyone must leave now for a safe relative's home or a shelter.",
        msg_type=MsgType.UPDATE,
        before=(elderly.reference,),
    )
    mistake = Order(
        identifier=f"kurashiki-drill-{run}-3",
        sent=at(33),
        level=4,
        districts=(KOJIMA,),
        hazard="土砂災害",
        instruction=SHELTER,
        instruction_en="Everyone must leave now for a safe relative's home or a shelter.",
    )
    taken_back = msgspec.structs.replace(
        mistake,
        identifier=f"kurashiki-drill-{run}-4",
        sent=at(37),
        msg_type=MsgType.CANCEL,
        before=(mistake.reference,),
        instruction="児島に避難の必要はありません。",
        instruction_en="There is no need to leave Kojima.",
        note="誤発令",
    )
    breach = msgspec.structs.replace(
        south,
        identifier=f"kurashiki-drill-{run}-5",
        sent=at(43),
        level=5,
        instruction="建物の上の階など、少しでも高い所へ。川から離れてください。",
        instruction_en="Go up, to an upper floor or higher ground. Keep away from the river.",
        before=(elderly.reference, south.reference),
    )
    lifted = msgspec.structs.replace(
        breach,
        identifier=f"kurashiki-drill-{run}-6",
        sent=at(60),
        lifts=True,
        instruction="浸水した場所には近づかないでください。",
        instruction_en="Stay away from flooded places.",
        before=(elderly.reference, south.reference, breach.reference),
    )
    yield step(7, elderly, "真備町に高齢者等避難", "Mabi: level 3, the elderly and others leave")
    yield step(20, south, "真備町に避難指示", "Mabi: level 4, everyone leaves")
    yield step(33, mistake, "児島に避難指示（誤り）", "Kojima: level 4, by mistake")
    yield step(37, taken_back, "児島の避難指示を取り消し", "Kojima: taken back")
    yield step(43, breach, "真備町に緊急安全確保", "Mabi: level 5, save your lives")
    yield step(60, lifted, "真備町の緊急安全確保を解除", "Mabi: lifted")

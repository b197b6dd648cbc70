"""An evacuation order as an officer thinks of it, and the CAP Alert that it becomes. Values in, values out.

An order is always the whole picture of one municipality (FORMATS 1.5: a full snapshot, never a change): which places
are at which level, and which were lifted. Raising, lowering and lifting are all an Update with the next picture; a
Cancel is only for what should never have been said. The level table follows FORMATS 4.3.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from cap_formats import parameter
from cap_formats.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    Reference,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)
from cap_formats.drill import marked

GEOCODE: Final = "JISX0402"
DISTRICT: Final = "areaName"  # a name inside the municipality of the GEOCODE beside it, as in L-Alert
WHOLE: Final = "全域"
EXPIRES_AFTER: Final = timedelta(hours=24)  # an order that nobody looks after must not stand for ever


class Grade(msgspec.Struct, frozen=True):
    """One row of the level table: what a 警戒レベル is in CAP's words."""

    level: int
    event: str
    response_type: tuple[ResponseType, ...]
    urgency: Urgency
    severity: Severity
    certainty: Certainty


GRADES: Final[dict[int, Grade]] = {
    grade.level: grade
    for grade in (
        Grade(
            5,
            "緊急安全確保",
            (ResponseType.SHELTER, ResponseType.EXECUTE),
            Urgency.IMMEDIATE,
            Severity.EXTREME,
            Certainty.OBSERVED,
        ),
        Grade(4, "避難指示", (ResponseType.EVACUATE,), Urgency.IMMEDIATE, Severity.SEVERE, Certainty.LIKELY),
        Grade(
            3,
            "高齢者等避難",
            (ResponseType.PREPARE, ResponseType.EVACUATE),
            Urgency.EXPECTED,
            Severity.SEVERE,
            Certainty.LIKELY,
        ),
    )
}

HAZARDS: Final[dict[str, Category]] = {
    "洪水": Category.MET,
    "土砂災害": Category.GEO,
    "高潮": Category.MET,
    "津波": Category.GEO,
    "地震": Category.GEO,
    "火山": Category.GEO,
    "火災": Category.FIRE,
    "その他": Category.OTHER,
}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where: a district, an area that was ``drawn`` and named for this order alone, or the whole municipality
    (``WHOLE``). Shapes are CAP text.
    """

    name: str
    drawn: bool = False
    polygons: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of one level. ``voice`` is read aloud, so it may carry kana in place of difficult names."""

    headline: str
    description: str
    instruction: str
    voice: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The places at one level, or those where that level was ``lifted``, with what is said of them."""

    level: int
    places: tuple[Place, ...]
    lifted: bool = False
    text: Text


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """The picture of one municipality. ``code`` is its 6-digit JIS X 0402 code, ``hazard`` a key of HAZARDS."""

    code: str
    municipality: str
    hazard: str
    parts: tuple[Part, ...]
    status: Status

    @property
    def top(self) -> int:
        """The highest level in force by this order; 0 where all is lifted."""
        return max((part.level for part in self.parts if not part.lifted), default=0)


def order_alert(
    order: Order,
    *,
    identifier: str,
    sent: datetime,
    references: Sequence[Reference] = (),
    note: str | None = None,
    issued_by: str = "",
) -> Alert:
    """Build the Alert of an order: an Alert, or an Update where it references earlier ones.

    ``sent`` carries its offset. ``issued_by`` is who says it in the municipality's place (代行). The result is not yet
    bytes: ``raw_digest``, ``chain`` and ``place`` are for the decoder of those bytes to fill.
    """
    return Alert(
        identifier=identifier,
        sender=sender_of(order.code),
        sent=sent,
        status=order.status,
        msg_type=MsgType.UPDATE if references else MsgType.ALERT,
        source=issued_by or None,
        scope=Scope.PUBLIC,
        note=note,
        references=tuple(references),
        infos=tuple(_said_by(_info(order, part, sent), issued_by, order.code) for part in order.parts),
        source_format="cap-1.2",
        raw_digest="",
        chain="",
        place=(),
    )


def cancel_alert(
    alert: Alert,
    *,
    identifier: str,
    sent: datetime,
    references: Sequence[Reference],
    note: str,
    issued_by: str = "",
    code: str = "",
) -> Alert:
    """Build the Cancel that takes back ``alert`` as a mistake: its own infos with every text saying so. ``issued_by``
    is who takes it back in the place of the municipality ``code`` (代行).
    """
    infos = tuple(_said_by(_cancelled(info, alert.status, note), issued_by, code) for info in alert.infos)
    return msgspec.structs.replace(
        alert,
        identifier=identifier,
        sent=sent,
        msg_type=MsgType.CANCEL,
        source=issued_by or None,
        note=note,
        references=tuple(references),
        infos=infos,
    )


def reference_to(alert: Alert) -> Reference:
    """Name an earlier message, its ``sent`` written as CAP writes it (CAP 1.2, 3.3.2)."""
    return Reference(alert.sender, alert.identifier, alert.sent.isoformat(timespec="seconds"))


def sender_of(code: str) -> str:
    """Return CAP's sender for the officer of a municipality; no space, no comma (CAP 1.2, 3.2.1)."""
    return f"jisx0402.{code}"


def order_of(alert: Alert, *, code: str = "", municipality: str = "") -> Order | None:
    """Read an order back from its Alert; None where the alert is no municipality's order.

    ``code`` and ``municipality`` say whose it is where that was not written here, and may not say so itself.
    """
    orders = [info for info in alert.infos if info.parameter(parameter.LEVEL) and info.language.startswith("ja")]
    orders = [info for info in orders if info.event in {grade.event for grade in GRADES.values()}]
    code = code or next(
        (g.value for info in orders for area in info.areas for g in area.geocodes if g.value_name == GEOCODE), ""
    )
    if not code or not orders:
        return None
    municipality = municipality or orders[0].sender_name or ""
    return Order(
        code=code,
        municipality=municipality,
        hazard=orders[0].parameter(parameter.HAZARD) or "その他",
        parts=tuple(_part(info, municipality) for info in orders),
        status=alert.status,
    )


def _said_by(info: Info, issued_by: str, code: str) -> Info:
    """Return the info saying who says it in whose place; of what a municipality says itself, nothing of the kind."""
    kept = tuple(p for p in info.parameters if p.value_name not in (parameter.ON_BEHALF_OF, parameter.ISSUED_BY))
    said = ((parameter.ON_BEHALF_OF, code), (parameter.ISSUED_BY, issued_by)) if issued_by else ()
    return msgspec.structs.replace(info, parameters=(*kept, *(NamedValue(name, value) for name, value in said)))


def _info(order: Order, part: Part, sent: datetime) -> Info:
    grade = GRADES[part.level]
    parameters = {parameter.LEVEL: str(part.level), parameter.HAZARD: order.hazard}
    parameters[parameter.VOICE] = marked(part.text.voice, order.status)
    if order.status is not Status.ACTUAL:
        parameters[parameter.TRAINING] = "true"
    return Info(
        language="ja-JP",
        category=(HAZARDS[order.hazard],),
        event=grade.event,
        response_type=(ResponseType.ALL_CLEAR,) if part.lifted else grade.response_type,
        # What takes an order back keeps its urgency and severity, and so its lane.
        urgency=grade.urgency,
        severity=grade.severity,
        certainty=grade.certainty,
        effective=sent,
        onset=sent,
        expires=sent + EXPIRES_AFTER,
        sender_name=order.municipality,
        headline=marked(part.text.headline, order.status),
        description=marked(part.text.description, order.status),
        instruction=marked(part.text.instruction, order.status),
        parameters=tuple(NamedValue(name, value) for name, value in parameters.items()),
        areas=tuple(_area(order, place) for place in part.places),
    )


def _area(order: Order, place: Place) -> Area:
    """Return a place as CAP's area; a district by its name inside the municipality, so that it is found like any
    other's.
    """
    inside = () if place.drawn or place.name == WHOLE else (NamedValue(DISTRICT, place.name),)
    return Area(
        area_desc=order.municipality + place.name,
        polygons=place.polygons,
        circles=place.circles,
        geocodes=(NamedValue(GEOCODE, order.code), *inside),
    )


def _part(info: Info, municipality: str) -> Part:
    return Part(
        level=int(info.parameter(parameter.LEVEL) or 0),
        lifted=ResponseType.ALL_CLEAR in info.response_type,
        places=tuple(_place(area, municipality) for area in info.areas),
        text=Text(
            headline=info.headline or "",
            description=info.description or "",
            instruction=info.instruction or "",
            voice=info.parameter(parameter.VOICE) or "",
        ),
    )


def _place(area: Area, municipality: str) -> Place:
    """Read a place back: by its one name inside the municipality, else by its words."""
    named = [code.value for code in area.geocodes if code.value_name == DISTRICT]
    name = (named[0] if len(named) == 1 else area.area_desc).removeprefix(municipality) or WHOLE
    shaped = bool(area.polygons or area.circles)
    return Place(name=name, drawn=shaped and not named, polygons=area.polygons, circles=area.circles)


def _cancelled(info: Info, status: Status, note: str) -> Info:
    what = f"{info.sender_name}が発令した{info.event}は取り消します。{note}"
    kept = tuple(p for p in info.parameters if p.value_name != parameter.VOICE)
    return msgspec.structs.replace(
        info,
        headline=marked(f"【取消】{what}", status),
        description=marked(what, status),
        instruction=marked("先ほどの発令は誤りでした。これからの情報に注意してください。", status),
        parameters=(*kept, NamedValue(parameter.VOICE, marked(f"取り消しのお知らせです。{what}", status))),
    )

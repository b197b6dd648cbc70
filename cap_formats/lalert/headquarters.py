"""AntidisasterHeadquarter (災害対策本部設置状況) as ``HeadquartersSituation``, and one Info that says it.

Source: FORMATS 1.5. 解散 is the end of what the Info had said.
"""

from datetime import datetime
from typing import Final

from cap_formats import parameter
from cap_formats.alert import Alert, Category, Info
from cap_formats.lalert.body import DISASTER, INFORMATION, INFORMATION_ENDED, Body
from cap_formats.lalert.element import TEXT, TIME, Element, Group, Struct, qualified
from cap_formats.lalert.told import Told, situation_of
from cap_formats.problem import MessageRuleError
from cap_formats.situation import HeadquartersSituation

NAME: Final = "AntidisasterHeadquarter"
EVENT: Final = "災害対策本部"
DISSOLVED: Final = "解散"


class Headquarters(Struct, frozen=True, kw_only=True):
    """pcx_ah:AntidisasterHeadquarter."""

    disaster: str | None = None
    note: str | None = None
    type: str = ""
    status: str = ""
    name: str | None = None
    at: datetime | None = None


CONTENT: Final = Group(
    Headquarters,
    (
        DISASTER,
        Element("pcx_ah:ComplementaryInfo", "note", TEXT),
        Element("pcx_ah:Type", "type", TEXT),
        Element("pcx_ah:Status", "status", TEXT),
        Element("pcx_ah:Name", "name", TEXT),
        Element("pcx_ah:DateTime", "at", TIME),
    ),
)


def situation(told: Told, body: Headquarters) -> HeadquartersSituation:
    """Return the state of the headquarters."""
    return HeadquartersSituation(
        municipality=told.municipality,
        disaster=body.disaster,
        note=body.note,
        type=body.type,
        status=body.status,
        name=body.name,
        at=body.at,
    )


def infos_of(told: Told, body: Headquarters) -> tuple[Info, ...]:
    """Return the one Info: 災害対策本部を設置しました, or 解散しました.

    Raises MessageRuleError ``lalert-element-missing`` where Type or Status is.
    """
    if not (body.type and body.status):
        raise MessageRuleError(
            "lalert-element-missing",
            "A headquarters has a Type (警戒本部, 対策本部) and a Status (設置, 解散).",
            path="/EDXLDistribution/contentObject/xmlContent/embeddedXMLContent/Report/AntidisasterHeadquarter",
        )
    organization = told.office.organization_name or ""
    named = body.name or f"災害{body.type}"
    summary = (
        f"{organization}は{named}を{body.status}しました。" if organization else f"{named}を{body.status}しました。"
    )
    info = told.info(
        EVENT,
        INFORMATION_ENDED if body.status == DISSOLVED else INFORMATION,
        category=Category.SAFETY,
        areas=told.areas,
        headline=told.headline or summary,
        description="\n".join(filter(None, (summary, body.note))),
        onset=body.at,
        parameters=((parameter.LALERT_DISASTER, body.disaster),),
    )
    return (info,)


def headquarters_of(alert: Alert) -> Headquarters:
    """Return the body of a HeadquartersSituation."""
    held = situation_of(alert.situation, HeadquartersSituation) or HeadquartersSituation(type="", status="")
    return Headquarters(
        disaster=held.disaster, note=held.note, type=held.type, status=held.status, name=held.name, at=held.at
    )


BODY: Final = Body(
    name=NAME,
    tag=qualified(f"pcx_ah:{NAME}"),
    title="災害対策本部設置状況",
    content=CONTENT,
    infos=infos_of,
    situation=situation,
    struct=headquarters_of,
)

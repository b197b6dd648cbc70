"""Event (イベント): what takes place, when, and what it costs. Source: FORMATS 1.5."""

from typing import Final

from cap_formats import parameter
from cap_formats.alert import Alert, Category, Info
from cap_formats.lalert.body import INFORMATION, Body, no_situation
from cap_formats.lalert.element import TEXT, Element, Group, Leaf, Struct, qualified
from cap_formats.lalert.markup import markup_of, text_of
from cap_formats.lalert.told import Told

NAME: Final = "Event"
EVENT: Final = "イベント"


class Occasion(Struct, frozen=True, kw_only=True):
    """pcx_en:Event. ``duration`` is kept as it is written."""

    name: str | None = None
    duration: str | None = None
    fee: str | None = None
    description: str | None = None
    url: str | None = None


CONTENT: Final = Group(
    Occasion,
    (
        Element("pcx_en:Name", "name", TEXT),
        Element("pcx_en:Duration", "duration", TEXT),
        Element("pcx_en:Fee", "fee", TEXT),
        Element("pcx_en:Description", "description", Leaf(text_of, markup_of)),
        Element("pcx_en:URL", "url", TEXT),
    ),
)


def infos_of(told: Told, body: Occasion) -> tuple[Info, ...]:
    """Return the one Info."""
    info = told.info(
        EVENT,
        INFORMATION,
        category=Category.OTHER,
        areas=told.areas,
        headline=told.headline or body.name,
        description=body.description,
        web=body.url,
        parameters=(
            (parameter.LALERT_NAME, body.name),
            (parameter.LALERT_DURATION, body.duration),
            (parameter.LALERT_FEE, body.fee),
        ),
    )
    return (info,)


def occasion_of(alert: Alert) -> Occasion:
    """Return the body of an Event."""
    info = alert.infos[0]
    return Occasion(
        name=info.parameter(parameter.LALERT_NAME),
        duration=info.parameter(parameter.LALERT_DURATION),
        fee=info.parameter(parameter.LALERT_FEE),
        description=info.description,
        url=info.web,
    )


BODY: Final = Body(
    name=NAME,
    tag=qualified(f"pcx_en:{NAME}"),
    title="イベント",
    content=CONTENT,
    infos=infos_of,
    situation=no_situation,
    struct=occasion_of,
)

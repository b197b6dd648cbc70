"""UrgentMail (緊急速報メール): title and message as the carriers of the consumerRole are to send them.

Source: FORMATS 1.4, 1.5, 5.1. It can only ever be new: what was wrong is taken back by another mail.
"""

from typing import Final

from cap_formats import parameter
from cap_formats.alert import Alert, Category, Info, MsgType
from cap_formats.lalert.body import MAIL, Body, no_situation
from cap_formats.lalert.element import TEXT, Element, Group, Struct, qualified
from cap_formats.lalert.told import HAZARDS, Told, hazard_of
from cap_formats.problem import MessageRuleError

NAME: Final = "UrgentMail"
EVENT: Final = "緊急速報メール"
NEW_ONLY: Final = "lalert-urgent-mail-new-only"
NEW_ONLY_SENTENCE: Final = (
    "An urgent mail cannot be updated or cancelled, since phones keep what they got; send a new one (Report, a new"
    " documentID) with the title 取消のお知らせ"
)
CARRIERS_URN: Final = "publicCommons:media:urgentmail:carrier"


class Mail(Struct, frozen=True, kw_only=True):
    """pcx_um:UrgentMail."""

    title: str | None = None
    message: str | None = None


CONTENT: Final = Group(
    Mail,
    (
        Element("pcx_um:Information/pcx_um:Title", "title", TEXT),
        Element("pcx_um:Information/pcx_um:Message", "message", TEXT),
    ),
)


def infos_of(told: Told, body: Mail) -> tuple[Info, ...]:
    """Return the one Info."""
    hazard = hazard_of(body.title, body.message)
    roles = told.document.content.consumer_roles
    info = told.info(
        EVENT,
        MAIL,
        category=HAZARDS[hazard][0] if hazard else Category.SAFETY,
        areas=told.areas,
        headline=body.title or told.headline,
        description=body.message,
        instruction=body.message,
        parameters=(
            (parameter.VOICE, body.message),
            (parameter.HAZARD, hazard),
            (parameter.LALERT_TITLE, told.headline),
            *((parameter.LALERT_CONSUMER, value) for role in roles for value in role.values),
        ),
    )
    return (info,)


def mail_of(alert: Alert) -> Mail:
    """Return the body of an urgent mail. Raises MessageRuleError for one that is not new."""
    if alert.msg_type is not MsgType.ALERT:
        raise MessageRuleError(NEW_ONLY, f"{NEW_ONLY_SENTENCE}.", path="/alert/msgType")
    info = alert.infos[0]
    return Mail(title=info.headline, message=info.description)


BODY: Final = Body(
    name=NAME,
    tag=qualified(f"pcx_um:{NAME}"),
    title="緊急速報メール",
    content=CONTENT,
    infos=infos_of,
    situation=no_situation,
    struct=mail_of,
)

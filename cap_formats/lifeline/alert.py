"""One notice of a company becomes one Alert: an update replaces, 復旧 clears, 取消 takes back."""

from datetime import timedelta
from typing import Final

from cap_formats import parameter
from cap_formats.alert import (
    Alert,
    Area,
    Info,
    NamedValue,
    Scope,
    Status,
    digest_of,
)
from cap_formats.drill import calls_itself_drill
from cap_formats.lifeline.kind import KINDS, STATES, msg_type_of, severity_of
from cap_formats.lifeline.notice import Head, Notice, Place, coded
from cap_formats.problem import MessageHeldError

SOURCE_FORMAT: Final = "lifeline"
EXPIRES_AFTER: Final = timedelta(hours=24)  # an outage that nobody reports on any more must not stand for ever


def alert_of(head: Head, notice: Notice, raw: bytes) -> Alert:
    """Turn one notice into an Alert; ``raw`` are the bytes that it alone is made of.

    Raises MessageHeldError ``status-contradiction`` where an Actual notice calls itself a drill.
    """
    status = Status(head.status)
    alert = Alert(
        identifier=f"{notice.id}-r{notice.revision}",
        sender=head.sender,
        sent=notice.sent,
        status=status,
        msg_type=msg_type_of(notice.state, notice.revision),
        scope=Scope.PUBLIC,
        infos=(_info(head, notice),),
        source_format=SOURCE_FORMAT,
        raw_digest=digest_of(raw),
        chain=f"lifeline:{head.sender},{notice.id}",
        place=(notice.revision,),
    )
    try:
        _refuse_drill(status, notice)
    except MessageHeldError as held:
        held.alert = alert
        raise
    return alert


def _info(head: Head, notice: Notice) -> Info:
    kind, state = KINDS[notice.kind], STATES[notice.state]
    return Info(
        language="ja",
        category=kind.cap,
        event=kind.event,
        response_type=(state.response_type,),
        urgency=state.urgency,
        severity=severity_of(notice.kind, notice.state),
        certainty=state.certainty,
        onset=notice.since,
        expires=notice.expires or max(notice.sent, notice.restoration or notice.sent) + EXPIRES_AFTER,
        sender_name=head.company,
        headline=notice.title,
        description=notice.description or None,
        web=notice.url,
        contact=notice.contact,
        parameters=_parameters(notice),
        areas=tuple(_area(place) for place in notice.areas),
    )


def _parameters(notice: Notice) -> tuple[NamedValue, ...]:
    kind = KINDS[notice.kind]
    named: list[tuple[str, str | None]] = [
        (parameter.GENERAL_CATEGORY, kind.category),
        (parameter.GENERAL_SUB_CATEGORY, kind.sub_category),
        (parameter.LIFELINE_STATE, notice.state.value),
        (parameter.LIFELINE_RESTORATION, None if notice.restoration is None else notice.restoration.isoformat()),
    ]
    counts = [place.count for place in notice.areas if place.count is not None]
    named.append((parameter.LIFELINE_COUNT, str(sum(counts)) if counts else None))
    for place in notice.areas:
        if place.count is not None:
            words = " ".join(word for word in (place.municipality and coded(place.municipality), place.name) if word)
            named.append((parameter.LIFELINE_AREA_COUNT, f"{words} {place.count}"))
    return tuple(NamedValue(name, value) for name, value in named if value)


def _area(place: Place) -> Area:
    geocodes = []
    if place.municipality is not None:
        geocodes.append(NamedValue("JISX0402", coded(place.municipality)))
    if place.name is not None:
        geocodes.append(NamedValue("areaName", place.name))
    named = "".join(name for name in (place.municipality_name, place.name) if name)
    return Area(area_desc=named or place.municipality or "", geocodes=tuple(geocodes))


def _refuse_drill(status: Status, notice: Notice) -> None:
    for text in (notice.title, notice.description):
        if status is Status.ACTUAL and calls_itself_drill(text):
            raise MessageHeldError(
                "status-contradiction",
                "status is Actual but the words say that this is a drill (訓練); nothing went out.",
                path="$.status",
            )

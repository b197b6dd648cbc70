"""国民保護 and 緊急連絡 messages (a tar with .txt and .ini) -> Alert.

Everything else that J-Alert carries is a telegram of the Meteorological Agency, and decoded as one. The English is the
official one of the same announcement (IS-QZSS-DCX-004), where the text is one that it has; else there is none, because
an announcement of this kind must not be made up.
"""

import re
from datetime import datetime, timedelta, timezone
from typing import Final, NamedTuple

from cap_formats import parameter
from cap_formats.alert import (
    Alert,
    Area,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    ResponseType,
    Scope,
    Status,
    Urgency,
    digest_of,
)
from cap_formats.drill import marked_alert
from cap_formats.jalert import kind as kinds
from cap_formats.jalert.kind import STARTS, Kind, kind_of_text
from cap_formats.jalert.notice import Notice, read_notice
from cap_formats.jma.grade import Grade
from cap_formats.problem import MessageRuleError
from cap_formats.qzss import instruction

SOURCE_FORMAT: Final = "J-Alert"
SENDERS: Final = {kinds.CIVIL_PROTECTION: "j-alert:cas", kinds.URGENT_NOTICE: "j-alert:fdma"}
SENDER_NAMES: Final = {
    kinds.CIVIL_PROTECTION: ("内閣官房（Jアラート）", "Cabinet Secretariat (J-Alert)"),
    kinds.URGENT_NOTICE: ("消防庁（Jアラート）", "Fire and Disaster Management Agency (J-Alert)"),
}
TYPE: Final = "jalert:type"
SOUND: Final = "jalert:sound"  # what goes before the text on loudspeakers
FIELD: Final = "jalert:ini"  # repeats: "<section>.<name>=<value>" of every field, known or not
_FIELDS_MAX: Final = 100
_FIELD_MAX: Final = 500  # characters of one field
_HEADLINE_MAX: Final = 60
_SENTENCE_END: Final = re.compile(r"(?<=。)|(?<=\.) ")
_JST: Final = timezone(timedelta(hours=9))


class _Said(NamedTuple):
    """All that the infos of a message share; ``phrase`` is the code of the official announcement that it is."""

    notice: Notice
    kind: Kind
    phrase: int | None
    grade: Grade
    status: Status
    areas: tuple[Area, ...]


def read_announcement(data: bytes, received_at: datetime | None) -> tuple[Alert, ...]:
    """Decode one tar, which is one alert; one that takes back without a word of what is a Cancel of every kind, since
    each is a series of its own.

    Raises MessageSyntaxError, MessageRuleError and MessageHeldError as ``read_notice``, ``Notice.status`` and
    ``Notice.areas`` say, and MessageRuleError ``received-at-missing`` where nothing says when it came.
    """
    notice = read_notice(data)
    sent = notice.envelope.time or received_at
    if sent is None:
        raise MessageRuleError("received-at-missing", "The message bears no time; say when it was received.")
    said = _said(notice)
    digest = digest_of(data)
    if not notice.is_taken_back or said.kind is not kinds.OTHER:
        return (_alert(said, sent.astimezone(_JST), digest, ""),)
    every = (said._replace(kind=kind, grade=_grade(notice, kind, None)) for kind in kinds.ATTACKS)
    return tuple(_alert(each, sent.astimezone(_JST), digest, f"-{number}") for number, each in enumerate(every, 1))


def _alert(said: _Said, at: datetime, digest: str, suffix: str) -> Alert:
    msg_type = MsgType.UPDATE if said.notice.is_over else MsgType.ALERT
    languages = ("ja", "en") if said.phrase is not None else ("ja",)
    return marked_alert(
        Alert(
            identifier=f"jalert-{digest[:16]}{suffix}",
            sender=SENDERS[said.kind.type],
            sent=at,
            status=said.status,
            msg_type=MsgType.CANCEL if said.notice.is_taken_back else msg_type,
            scope=Scope.PUBLIC,
            infos=tuple(_info(said, language) for language in languages),
            source_format=SOURCE_FORMAT,
            raw_digest=digest,
            chain=f"jalert:{said.kind.type}:{said.kind.name}",
            place=(int(at.timestamp()), at.microsecond),
        )
    )


def _said(notice: Notice) -> _Said:
    phrase = _phrase_of(notice)
    kind = kind_of_text(notice.text, notice.envelope.type)
    if phrase in instruction.TESTS:
        kind = kinds.TEST
    status, areas = notice.status, notice.areas()
    return _Said(notice, kind, phrase, _grade(notice, kind, phrase), status, areas)


def _phrase_of(notice: Notice) -> int | None:
    """Return the official phrase, unless the text says more than it: that what it says is over, not over, or wrong."""
    phrase = instruction.phrase_in(notice.text)
    ends = phrase is not None and ResponseType.ALL_CLEAR in instruction.response_of(phrase)
    return None if notice.is_taken_back or ends is not notice.is_over else phrase


def _grade(notice: Notice, kind: Kind, phrase: int | None) -> Grade:
    response = instruction.response_of(phrase) if phrase is not None else ()
    if notice.is_taken_back:
        return Grade(Urgency.IMMEDIATE, kind.grade.severity, Certainty.OBSERVED, (ResponseType.ALL_CLEAR,))
    if notice.is_over:
        return kind.grade.released()
    return kind.grade._replace(response_type=response or kind.grade.response_type)


def _info(said: _Said, language: str) -> Info:
    kind, notice = said.kind, said.notice
    japanese = language == "ja"
    event = kind.name if japanese else kind.english
    text = notice.text if japanese or said.phrase is None else instruction.english_of(said.phrase)
    return Info(
        language=language,
        category=kind.category,
        event=event,
        response_type=said.grade.response_type,
        urgency=said.grade.urgency,
        severity=said.grade.severity,
        certainty=said.grade.certainty,
        sender_name=SENDER_NAMES[kind.type][0 if japanese else 1],
        headline=_headline(event, text),
        description=text,
        instruction=None if notice.is_taken_back else text,  # it is what people are to hear and do, word for word
        parameters=tuple(_parameters(said, text if japanese else None)),
        areas=said.areas,
    )


def _headline(event: str, text: str) -> str:
    first = _SENTENCE_END.split(text.splitlines()[0], maxsplit=1)[0].strip()  # the text itself says the rest
    return f"{event}: {first if len(first) <= _HEADLINE_MAX else first[:_HEADLINE_MAX] + '…'}"


def _parameters(said: _Said, voice: str | None) -> list[NamedValue]:
    kind = said.kind
    told = [NamedValue(TYPE, kind.type), NamedValue(SOUND, kind.sound)]
    if voice is not None:
        told.append(NamedValue(parameter.VOICE, voice))
    if kind.starts:
        told.append(NamedValue(STARTS, "true"))
    if said.status is not Status.ACTUAL:
        told.append(NamedValue(parameter.TRAINING, "true"))
    fields = list(said.notice.fields.items())[:_FIELDS_MAX]
    told += [NamedValue(FIELD, f"{section}.{name}={value}"[:_FIELD_MAX]) for (section, name), value in fields]
    return told

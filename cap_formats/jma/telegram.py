"""One telegram, read once, and the one way in which every family of bodies makes its Infos of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from cap_formats import parameter
from cap_formats.alert import Area, Category, Info, NamedValue, Status
from cap_formats.drill import marked
from cap_formats.jma.area import Areas, Key
from cap_formats.jma.body import read_body
from cap_formats.jma.envelope import Envelope
from cap_formats.jma.grade import Grade
from cap_formats.jma.prose import read_prose

LANGUAGE: Final = "ja"
CORRECTED: Final = "訂正"
CORRECTION: Final = "【訂正】"


class Telegram:
    """Envelope, body and areas of one telegram.

    Attributes:
        envelope: what Control and Head say.
        body: the Body element, or None.
        areas: every area that the telegram names.
        description, instruction: the free text of its body, or None. headline: of all its Infos.
        category: CAP's category of its family; ``grade``: what holds where the body says nothing better.

    """

    __slots__ = (
        "_common",
        "_sender_name",
        "areas",
        "body",
        "category",
        "description",
        "envelope",
        "grade",
        "headline",
        "instruction",
    )

    def __init__(
        self,
        envelope: Envelope,
        category: Category,
        grade: Grade,
        *,
        transitional: bool = False,
        digest: bool = False,
    ) -> None:
        self.envelope = envelope
        self.body = envelope.body
        body = read_body(envelope.body)
        self.areas = Areas(envelope.tables, body)
        self.category = category
        self.grade = grade
        self.description, self.instruction = read_prose(body.namespace, body.texts)
        self.headline = _headline(envelope)
        self._sender_name = " ".join(envelope.publishers) or envelope.editor or None
        self._common = _common_parameters(envelope, transitional=transitional, digest=digest)

    def info(
        self,
        event: str,
        grade: Grade,
        keys: Iterable[Key] = (),
        *,
        event_codes: Iterable[NamedValue] = (),
        parameters: Iterable[NamedValue] = (),
        description: str | None = None,
        instruction: str | None = None,
        unlisted: Iterable[Area] = (),
        onset: datetime | None = None,
    ) -> Info:
        """Make one Info: what is the same in every Info of the telegram is filled in here."""
        envelope = self.envelope
        return Info(
            language=LANGUAGE,
            category=(self.category,),
            event=event or envelope.title or envelope.info_kind or "気象庁の電文",
            response_type=grade.response_type,
            urgency=grade.urgency,
            severity=grade.severity,
            certainty=grade.certainty,
            event_codes=tuple(event_codes),
            onset=onset or envelope.onset,
            expires=envelope.expires,
            sender_name=self._sender_name,
            headline=self.headline,
            description=description or self.description,
            instruction=instruction or self.instruction,
            parameters=self._common + tuple(parameters),
            areas=self.areas.areas(keys) + tuple(unlisted),
        )


def _common_parameters(envelope: Envelope, *, transitional: bool, digest: bool) -> tuple[NamedValue, ...]:
    told = [NamedValue(parameter.TELEGRAM, envelope.title)] if envelope.title else []
    if envelope.info_kind:
        told.append(NamedValue(parameter.INFO_KIND, envelope.info_kind))
    if envelope.gts:
        told.append(NamedValue(parameter.GTS, envelope.gts))
    if envelope.status is not Status.ACTUAL:
        told.append(NamedValue(parameter.TRAINING, "true"))
    if transitional:
        told.append(NamedValue(parameter.TRANSITIONAL, "true"))
    if digest:
        told.append(NamedValue(parameter.DIGEST, "true"))
    return tuple(told)


def _headline(envelope: Envelope) -> str | None:
    """Headline/Text, else the head's title, else the kind of telegram; a drill's begins with its mark, and what is
    corrected says so, or it would be heard as a second eruption.
    """
    words = envelope.headline or envelope.head_title or envelope.title
    if words and envelope.info_type == CORRECTED:
        words = CORRECTION + words.removeprefix(CORRECTION)
    return marked(words, envelope.status) or None

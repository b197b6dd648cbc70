"""DCR (MT43, IS-QZSS-DCR-017) -> Alerts: the reports of 気象庁 by satellite, without any network.

A message is called by its time of report, its kind and its payload; the place in its series is the report's minute,
then the moment of reception, since several may be reported in one minute. Series are DCR's own, never those of the
telegram that came by ground: DCR carries no EventID.
"""

from collections.abc import Iterator
from typing import Final

from azarashi.definitions.qzss.dcr.notification_on_disaster_prevention import notification_on_disaster_prevention_en
from azarashi.reports import dcr
from msgspec.structs import replace

from cap_formats import parameter
from cap_formats.alert import Alert, Info, MsgType, NamedValue, ResponseType, Scope, Status, Urgency
from cap_formats.drill import marked_alert
from cap_formats.jma.grade import Grade
from cap_formats.problem import MessageHeldError, MessageRuleError
from cap_formats.qzss.bulletin import Bulletin, Piece
from cap_formats.qzss.disaster import JST, READERS
from cap_formats.qzss.message import Message

SOURCE_FORMAT: Final = "QZSS DCR"
SENDER: Final = "qzss:dcr:jma"
SENDER_NAMES: Final = {"ja": "気象庁（衛星経由）", "en": "Japan Meteorological Agency (by satellite)"}
# Report classification (Table 4.1.2-2). 7 is 訓練/試験, one number for both: what is not real is an Exercise.
STATUSES: Final = {1: Status.ACTUAL, 2: Status.ACTUAL, 3: Status.ACTUAL, 7: Status.EXERCISE}
ISSUED, CORRECTED, CANCELLED = range(3)  # information type
_NOTES: Final = {CORRECTED: "訂正", CANCELLED: "取消"}


def read_dcr(message: Message, index: int) -> Iterator[Alert]:
    """Turn a DCR message into its Alerts, one a series; ``index`` orders those of one document.

    Raises MessageHeldError ``status-unknown`` and ``qzss-information-type``; MessageRuleError ``qzss-empty`` for a
    report that names nothing.
    """
    report = message.report
    if not isinstance(report, dcr.Base):
        raise TypeError(report)
    if report.report_classification_no not in STATUSES:
        raise MessageHeldError(
            "status-unknown",
            f"The report's classification is {report.report_classification_no}; known are 1, 2, 3 and 7 (a drill).",
        )
    if report.information_type_no > CANCELLED:
        raise MessageHeldError("qzss-information-type", "The report is neither issued, corrected nor cancelled.")
    bulletins = [each for each in READERS[type(report)](report) if each.pieces]
    if not bulletins:
        raise MessageRuleError("qzss-empty", f"The report of {report.disaster_category} names no area.")
    for number, bulletin in enumerate(bulletins):
        suffix = f"-{number + 1}" if len(bulletins) > 1 else ""
        yield marked_alert(_alert(message, report, bulletin, suffix, index))


def _alert(message: Message, report: dcr.Base, bulletin: Bulletin, suffix: str, index: int) -> Alert:
    received = message.received_at
    kind = report.information_type_no
    return Alert(
        identifier=f"dcr-{report.report_time:%Y%m%d%H%M}-{report.disaster_category_no}-{message.short_key}{suffix}",
        sender=SENDER,
        sent=report.report_time.astimezone(JST),
        status=STATUSES[report.report_classification_no],
        msg_type=(MsgType.ALERT, MsgType.UPDATE, MsgType.CANCEL)[kind],
        scope=Scope.PUBLIC,
        note=_NOTES.get(kind),
        infos=tuple(_info(report, piece, language) for language in SENDER_NAMES for piece in bulletin.pieces),
        source_format=SOURCE_FORMAT,
        raw_digest=message.key,
        chain=f"dcr:{bulletin.series}",
        place=(int(report.report_time.timestamp()), int(received.timestamp()), received.microsecond, index),
    )


def _info(report: dcr.Base, piece: Piece, language: str) -> Info:
    japanese = language == "ja"
    grade = _grade(report, piece.grade)
    names = [where.area_desc if japanese else english for where, english in piece.areas]
    event = piece.event if japanese else piece.english
    taken_back = {"ja": "（取消）", "en": " (cancelled)"}[language] if report.information_type_no == CANCELLED else ""
    told = ("、" if japanese else ", ").join(names)
    return Info(
        language=language,
        category=(piece.category,),
        event=event,
        response_type=grade.response_type,
        urgency=grade.urgency,
        severity=grade.severity,
        certainty=grade.certainty,
        event_codes=piece.event_codes,
        sender_name=SENDER_NAMES[language],
        headline=f"{event}{taken_back}: {told}" if told else f"{event}{taken_back}",
        description=piece.text if japanese else piece.english_text,
        instruction=_instruction(report, grade, japanese=japanese),
        parameters=(*_training(report), *piece.parameters),
        areas=tuple(where if japanese else replace(where, area_desc=english) for where, english in piece.areas),
    )


def _grade(report: dcr.Base, grade: Grade) -> Grade:
    if report.information_type_no != CANCELLED:
        return grade
    return Grade(grade.urgency, grade.severity, grade.certainty, (ResponseType.ALL_CLEAR,))


def _instruction(report: dcr.Base, grade: Grade, *, japanese: bool) -> str | None:
    """Return the notifications on disaster prevention, where the report has any and what it says still holds."""
    if report.information_type_no == CANCELLED or grade.urgency is Urgency.PAST:
        return None
    if japanese:
        words = getattr(report, "notifications_on_disaster_prevention", [])
    else:
        codes = getattr(report, "notifications_on_disaster_prevention_raw", [])
        words = [notification_on_disaster_prevention_en[code] for code in codes]
    return "\n".join(words) or None


def _training(report: dcr.Base) -> tuple[NamedValue, ...]:
    is_real = STATUSES[report.report_classification_no] is Status.ACTUAL
    return () if is_real else (NamedValue(parameter.TRAINING, "true"),)

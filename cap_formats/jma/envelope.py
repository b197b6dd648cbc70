"""Control and Head of a telegram: what kind it is, whether it is the real thing, whose it is and when it holds.

Source: jmx.xsd (Control), jmx_ib.xsd (Head) and the dictionary of 2025-06-30. Reads no body.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import msgspec

from cap_formats.alert import Status
from cap_formats.jma.element import HEAD, REPORT, children, fields, parts
from cap_formats.problem import MessageHeldError, MessageRuleError, MessageSyntaxError
from cap_formats.xml import XmlElement, line_of

_REPORT: Final = REPORT + "Report"
_CONTROL: Final = REPORT + "Control"
_HEAD: Final = HEAD + "Head"
_CONTROL_TITLE: Final = REPORT + "Title"
_DATE_TIME: Final = REPORT + "DateTime"
_STATUS: Final = REPORT + "Status"
_EDITORIAL_OFFICE: Final = REPORT + "EditorialOffice"
_PUBLISHING_OFFICE: Final = REPORT + "PublishingOffice"
_TITLE: Final = HEAD + "Title"
_REPORT_DATE_TIME: Final = HEAD + "ReportDateTime"
_TARGET_DATE_TIME: Final = HEAD + "TargetDateTime"
_TARGET_DURATION: Final = HEAD + "TargetDuration"
_VALID_DATE_TIME: Final = HEAD + "ValidDateTime"
_EVENT_ID: Final = HEAD + "EventID"
_INFO_TYPE: Final = HEAD + "InfoType"
_SERIAL: Final = HEAD + "Serial"
_INFO_KIND: Final = HEAD + "InfoKind"
_HEADLINE: Final = HEAD + "Headline"
_TEXT: Final = HEAD + "Text"
_INFORMATION: Final = HEAD + "Information"

JST: Final = timezone(timedelta(hours=9))
STATUSES: Final = {"通常": Status.ACTUAL, "訓練": Status.EXERCISE, "試験": Status.TEST}
GTS_PATTERN: Final = re.compile(r"(CC|RR|AA)[A-Z]")  # correction, delay, amendment; live traffic in WMO's words
DRILL: Final = "訓練"
DRILL_MARK: Final = "【訓練】"
DRILL_WORDS: Final = "これは訓練です"
_DIGITS: Final = re.compile(r"[0-9]{1,8}")
_DURATION: Final = re.compile(r"P(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?")


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What Control and Head say.

    Attributes:
        title: Control/Title, the kind of telegram in words; the telegram code itself is not in the XML.
        sent_at: Control/DateTime, UTC; orders the telegrams of a series. Falls back to ``reported``.
        reported: Head/ReportDateTime with its offset (+09:00); what CAP calls ``sent``. Falls back to ``sent_at``.
        status: Control/Status in CAP's words; ``gts`` is the CC?/RR?/AA? pattern where one stood there.
        editors: Control/EditorialOffice. ``publishers``: Control/PublishingOffice, an xs:list.
        onset, expires: TargetDateTime and TargetDateTime + TargetDuration, or ValidDateTime; None where not said.
        event_ids: Head/EventID, a list because joined earthquakes carry several; empty for most warnings.
        serial: the first number in Head/Serial, 0 where there is none.
        headline: Headline/Text. ``tables``: the elements Headline/Information. ``body``: the element itself, or None.

    """

    title: str
    sent_at: datetime
    reported: datetime
    status: Status
    gts: str
    editor: str
    publishers: tuple[str, ...]
    head_title: str
    onset: datetime | None
    expires: datetime | None
    event_ids: tuple[str, ...]
    info_type: str
    serial: int
    info_kind: str
    headline: str
    tables: tuple[XmlElement, ...]
    body: XmlElement | None


def read_envelope(root: XmlElement) -> Envelope:
    """Read Control and Head.

    Raises MessageSyntaxError ``jma-root`` (no telegram), MessageRuleError ``jma-time-missing``, and MessageHeldError
    ``status-unknown``.
    """
    if root.tag != _REPORT:
        raise MessageSyntaxError("jma-root", "The root is not the Report of 気象庁防災情報XML.", line=line_of(root))
    sections = parts(root)
    inside = parts(sections.get(_HEAD))
    headline, tables = _headline(inside.get(_HEADLINE))
    control, told = fields(sections.get(_CONTROL)), {tag: (part.text or "").strip() for tag, part in inside.items()}
    status, gts = _status(control.get(_STATUS, ""))
    sent_at = parse_time(control.get(_DATE_TIME, ""))
    reported = parse_time(told.get(_REPORT_DATE_TIME, ""))
    sent_at, reported = sent_at or reported, reported or sent_at
    if sent_at is None or reported is None:
        raise MessageRuleError(
            "jma-time-missing",
            "Neither Control/DateTime nor Head/ReportDateTime holds a time; a telegram without one has no place.",
            path="/Report/Control/DateTime",
        )
    onset, expires = _period(told) if _TARGET_DURATION in told or _VALID_DATE_TIME in told else (None, None)
    if expires is not None and expires <= reported:
        expires = None  # over before it was announced: the times contradict each other, and the news is not old
    return Envelope(
        title=control.get(_CONTROL_TITLE, ""),
        sent_at=sent_at if sent_at.tzinfo is UTC else sent_at.astimezone(UTC),
        reported=reported if reported.tzinfo == JST else reported.astimezone(JST),
        status=status,
        gts=gts,
        editor=control.get(_EDITORIAL_OFFICE, ""),
        publishers=tuple(control.get(_PUBLISHING_OFFICE, "").split()),
        head_title=told.get(_TITLE, ""),
        onset=onset,
        expires=expires,
        event_ids=tuple(told.get(_EVENT_ID, "").split()),
        info_type=told.get(_INFO_TYPE, ""),
        serial=_serial(told.get(_SERIAL, "")),
        info_kind=told.get(_INFO_KIND, ""),
        headline=headline,
        tables=tables,
        body=_body(sections),
    )


def _body(sections: dict[str, XmlElement]) -> XmlElement | None:
    for tag, section in sections.items():
        if tag.endswith("}Body"):
            return section
    return None


def _headline(headline: XmlElement | None) -> tuple[str, tuple[XmlElement, ...]]:
    """Return the text of the Headline and its tables."""
    words, tables = "", []
    for child in children(headline) if headline is not None else ():
        if child.tag == _INFORMATION:
            tables.append(child)
        elif not words and child.tag == _TEXT:
            words = (child.text or "").strip()
    return words, tuple(tables)


def _status(value: str) -> tuple[Status, str]:
    """Turn Control/Status into CAP's status; what is not known could be a drill, so a person must look."""
    if value in STATUSES:
        return STATUSES[value], ""
    if GTS_PATTERN.fullmatch(value):
        return Status.ACTUAL, value
    raise MessageHeldError(
        "status-unknown",
        f"Control/Status is {value!r}; it must be 通常, 訓練, 試験 or a CC?, RR? or AA? designation.",
        path="/Report/Control/Status",
    )


def refuse_drill(envelope: Envelope, text: str) -> None:
    """Hold a live telegram that calls itself a drill in title, headline or ``text`` (its body's): they disagree.

    Raises MessageHeldError ``status-contradiction``.
    """
    if envelope.status is not Status.ACTUAL:
        return
    for words in (envelope.head_title, envelope.headline, text):
        if DRILL in words and (words.startswith(DRILL_MARK) or DRILL_WORDS in words):
            raise MessageHeldError(
                "status-contradiction",
                "Control/Status is 通常 but the words say that this is a drill (訓練).",
                path="/Report/Control/Status",
            )


def parse_time(value: str) -> datetime | None:
    """Read an xs:dateTime; None where it is empty or broken. One without an offset is Japan's (JMA writes +09:00)."""
    if not value:
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    if not 1900 < time.year < 9999:  # noqa: PLR2004 - the ends of the calendar cannot be moved between zones
        return None
    return time if time.tzinfo else time.replace(tzinfo=JST)


def spoken(value: str) -> str:
    """Return a time as one reads it, 14日08時43分; what is no time stays as it is."""
    time = parse_time(value)
    return value if time is None else f"{time.day}日{time.hour:02}時{time.minute:02}分"


def parse_duration(value: str) -> timedelta | None:
    """Read an xs:duration of days and shorter; None for months, which only seasonal forecasts use, and for nothing."""
    match = _DURATION.fullmatch(value)
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (int(part[:6]) if part else 0 for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _period(told: dict[str, str]) -> tuple[datetime | None, datetime | None]:
    """Onset and expiry as far as the Head says them: ValidDateTime, or TargetDateTime and TargetDuration."""
    target = parse_time(told.get(_TARGET_DATE_TIME, ""))
    lasts = told.get(_TARGET_DURATION)
    valid = parse_time(told.get(_VALID_DATE_TIME, ""))
    duration = parse_duration(lasts) if lasts else None
    if target is None or duration is None:
        return None, valid
    try:
        return target, valid or target + duration
    except OverflowError:
        return target, valid


def _serial(value: str) -> int:
    """First run of digits: 3 of "3", 1 of "001" and of "01-02"; 0 where there is none (Serial is at most 8 long)."""
    match = _DIGITS.search(value) if value else None
    return int(match.group()) if match else 0

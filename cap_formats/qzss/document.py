"""Sentences -> parts: each message once, though it is repeated; the pages of one announcement together."""

from collections.abc import Sequence
from datetime import datetime

from azarashi.reports import dcr

from cap_formats.part import Bad, Good, Part
from cap_formats.problem import FormatError
from cap_formats.qzss.dcr import read_dcr
from cap_formats.qzss.dcx import read_dcx
from cap_formats.qzss.message import Message, read_message
from cap_formats.qzss.page import Announcement, announcement_of, read_pages
from cap_formats.qzss.sentence import Sentence


def read_document(found: Sequence[Sentence], received_at: datetime) -> tuple[Part, ...]:
    """Read sentences that were received at one time; one that cannot be read is a Bad part of its own."""
    parts: list[Part] = []
    pages: dict[Announcement, list[Message]] = {}
    seen: set[str] = set()
    for index, sentence in enumerate(found):
        try:
            message = read_message(sentence, received_at)
        except FormatError as error:
            parts.append(Bad(sentence.raw, error))
            continue
        if message.key in seen:
            continue
        seen.add(message.key)
        announcement = announcement_of(message)
        if announcement is not None:
            pages.setdefault(announcement, []).append(message)
        else:
            parts += _parts(message, index)
    return (*parts, *(read_pages(each, len(found) + number) for number, each in enumerate(pages.values())))


def _parts(message: Message, index: int) -> list[Part]:
    raw = message.sentence.raw
    try:
        alerts = read_dcr(message, index) if isinstance(message.report, dcr.Base) else [read_dcx(message, index)]
        return [Good(raw, alert) for alert in alerts]
    except FormatError as error:
        return [Bad(raw, error)]

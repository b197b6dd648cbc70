"""南海トラフ地震臨時情報 by DCR: a keyword in every message, and a text in pages of 18 bytes (Table 4.1.2-17 ff.).

The keyword is what people act on, so the first page alone is an alert; all pages together are one more, with the text.
Whoever hands in a page gets the first, whoever hands in all of them the second: they differ in their name.
"""

import hashlib
from collections.abc import Iterable, Sequence

from azarashi.reports import dcr
from msgspec.structs import replace

from cap_formats.alert import Alert
from cap_formats.part import Bad, Good, Part
from cap_formats.problem import FormatError
from cap_formats.qzss.dcr import read_dcr
from cap_formats.qzss.message import Message

Announcement = tuple[str, int, int, int, int]


def announcement_of(message: Message) -> Announcement | None:
    """Return what the pages of one announcement have in common; None for any other message."""
    report = message.report
    if not isinstance(report, dcr.NankaiTroughEarthquake):
        return None
    return (
        report.report_time.isoformat(),
        report.report_classification_no,
        report.information_type_no,
        report.information_serial_code_raw,
        report.total_page,
    )


def is_whole(pages: Iterable[Message]) -> bool:
    """Tell whether the pages of one announcement are all there."""
    numbers, total = set(), 0
    for page in pages:
        report = page.report
        if isinstance(report, dcr.NankaiTroughEarthquake):
            numbers.add(report.page_number)
            total = report.total_page
    return total > 0 and set(range(1, total + 1)) <= numbers


def read_pages(pages: Sequence[Message], index: int) -> Part:
    """Turn the pages of one announcement into one alert: with its text where all are there, else without."""
    whole = is_whole(pages)
    used = pages if whole else pages[:1]
    raw = b"\n".join(page.sentence.raw for page in used)
    try:
        (alert,) = read_dcr(pages[0], index)
    except FormatError as error:
        return Bad(raw, error)
    *common, total = announcement_of(pages[0]) or ("", 0)
    name = "-".join(str(each) for each in (*common[1:], total))
    text = _text(pages) if whole else ""
    named = f"dcr-{alert.sent:%Y%m%d%H%M}-4-{name}{'-text' if whole else ''}"
    digest = hashlib.sha256(f"{named} {text}".encode()).hexdigest()
    return Good(raw, _with_text(replace(alert, identifier=named, raw_digest=digest), text))


def _with_text(alert: Alert, text: str) -> Alert:
    if not text:
        return alert
    return replace(alert, infos=tuple(replace(info, description=text) for info in alert.infos))


def _text(pages: Sequence[Message]) -> str:
    """Put the text together; a byte of 0 is no character."""
    texts = {
        page.report.page_number: page.report.text_information
        for page in pages
        if isinstance(page.report, dcr.NankaiTroughEarthquake)
    }
    joined = b"".join(text for number, text in sorted(texts.items()) if number > 0)
    return joined.replace(b"\0", b"").decode("utf-8", "replace")

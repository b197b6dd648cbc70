"""Which telegrams follow one another, which of two is the newer, and what each is called.

JMA names no earlier telegram; those of one EventID and kind form a series. The EventID of an earthquake is a list once
two earthquakes are told together, the first being that of the series. Kinds without an EventID (all weather warnings)
are a series by kind, editing office and the first area of their tables, the prefecture or region; at sea, where the
areas change from telegram to telegram, by the title of the Head (東京海上気象).

A drill or a test never shares a series with the real thing, though it may bear its EventID or come from its office.

EEW counts its reports, two of which may bear the same second, and repeats the last number when it takes the event back:
its place is (Serial, 取消, 0), so that the same report in its other form (VXSE44, VXSE45) is not newer. Everywhere else
the time of sending comes first, since many series begin again at Serial 1 under one EventID (土砂災害警戒情報, floods,
volcanoes) or have no Serial: (time, Serial, 取消).
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from cap_formats.alert import Status
from cap_formats.jma.area import LOCAL, TABLES, Areas
from cap_formats.jma.envelope import Envelope

CANCEL: Final = "取消"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
PREFECTURES: Final = frozenset({LOCAL, TABLES["全国・地方予報区等"]})
_PLAIN: Final = re.compile(r"[0-9A-Za-z_.-]{1,64}")


def chain_of(envelope: Envelope, series: str, areas: Areas) -> str:
    """Return the key of the series; ``series`` names the kind, and is empty for one that is not in the table."""
    kind = series or envelope.title or envelope.info_kind
    if envelope.status is not Status.ACTUAL:
        kind = f"{envelope.status.value}:{kind}"
    if envelope.event_ids:
        return f"jma:{kind}:{envelope.event_ids[0]}"
    for key in areas.names:
        if key.value_name in PREFECTURES:
            return f"jma:{kind}:{envelope.editor}:{key.value}"
    return f"jma:{kind}:{envelope.editor}:{envelope.head_title}"


def place_of(envelope: Envelope, *, counted: bool) -> tuple[int, int, int]:
    """Return the place in the series; ``counted`` where Serial rules, as in EEW."""
    cancelled = int(envelope.info_type == CANCEL)
    if counted and envelope.serial:
        return envelope.serial, cancelled, 0
    return (envelope.sent_at - _EPOCH) // _SECOND, envelope.serial, cancelled


def identifier_of(envelope: Envelope, code: str, digest: str) -> str:
    """Return the identifier: time, kind, EventID if it is plain, Serial, and eight digits of the bytes' digest."""
    at = envelope.sent_at
    day, second = (at.year * 100 + at.month) * 100 + at.day, (at.hour * 100 + at.minute) * 100 + at.second
    time = str(day * 1_000_000 + second)  # 20260622140000; to format six numbers takes twice as long
    events = [part for part in envelope.event_ids[:2] if _PLAIN.fullmatch(part)]
    return "-".join(("jma", time, code, *events, str(envelope.serial), digest[:8]))

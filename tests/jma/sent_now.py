"""Official samples as if they were sent now."""

import re
from datetime import UTC, datetime, timedelta, timezone

from telegrams import raw

JST = timezone(timedelta(hours=9))


def sent_now(name: str, minutes_ago: float = 0, *changes: tuple[str, str]) -> bytes:
    """A sample whose Control and Head bear a time of today; its validity is moved along."""
    text = raw(name).decode()
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    local = at.astimezone(JST).isoformat(timespec="seconds")
    head, end, rest = text.partition("</Headline>")
    head = re.sub(r"(<DateTime>)[^<]+Z(</DateTime>)", rf"\g<1>{at:%Y-%m-%dT%H:%M:%SZ}\2", head)
    head = re.sub(r"(<(?:Report|Target)DateTime>)[^<]+(</)", rf"\g<1>{local}\2", head)
    later = (at + timedelta(hours=1)).astimezone(JST).isoformat(timespec="seconds")
    head = re.sub(r"(<ValidDateTime>)[^<]+(</)", rf"\g<1>{later}\2", head)
    text = head + end + rest
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()

"""An alert as a CAP 1.2 document for anyone to fetch: as received where it came as CAP, else written by us."""

import msgspec

from broker.core.event import AlertAccepted
from broker.service.archive import Archive
from cap_formats.alert import Alert, MsgType, Reference
from cap_formats.cap.encode import encode_cap
from cap_formats.cap.text import write_time


async def cap_document(accepted: AlertAccepted, archive: Archive) -> bytes:
    """Return the document. Raises FormatError where the alert cannot be written as CAP.

    JMA names no earlier message, CAP must (3.2.1, references): what the alert took over here is named. An Update that
    took nothing over stands alone, so it is written as an Alert.
    """
    if accepted.alert.source_format.startswith("cap"):
        return accepted.raw
    earlier = [(await archive.accepted(seq)).alert for seq in accepted.references]
    return encode_cap(linked(accepted.alert, earlier))


def linked(alert: Alert, earlier: list[Alert]) -> Alert:
    """Return the alert with references to what came before it."""
    if alert.msg_type is MsgType.ALERT or alert.references:
        return alert
    if not earlier and alert.msg_type is MsgType.UPDATE:
        return msgspec.structs.replace(alert, msg_type=MsgType.ALERT)
    references = tuple(Reference(a.sender, a.identifier, write_time(a.sent)) for a in earlier)
    return msgspec.structs.replace(alert, references=references)

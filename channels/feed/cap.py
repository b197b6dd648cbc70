"""An alert as a CAP 1.2 document for anyone to fetch: as received where it came as that, else written by us."""

import msgspec

from broker.core.problem import Problem
from broker.service.archive import Archive
from cap_formats.alert import Alert, MsgType, Reference
from cap_formats.cap.encode import encode_cap
from cap_formats.cap.text import write_time
from cap_formats.cap.version import CAP_12
from cap_formats.problem import FormatError
from channels.text.mark import marked_alert


async def cap_of(seq: int, archive: Archive) -> tuple[Alert, bytes]:
    """Return the alert of that seq and its document. Raises Problem ``alert-unknown`` or ``cap-not-possible``.

    JMA names no earlier message, CAP must (3.2.1, references): what the alert took over here is named, as is the time
    of what a CAP 1.0 names without one. An Update that took nothing over stands alone, so it is written as an Alert.
    What came as CAP 1.0 or 1.1 lies as it came, with its signature, at ``/raw``. What we write of a drill is marked.
    """
    accepted = await archive.accepted(seq)
    alert = accepted.alert
    if alert.source_format == CAP_12.source_format:
        return alert, accepted.raw
    earlier = [(await archive.accepted(reference)).alert for reference in accepted.references]
    try:
        return alert, encode_cap(marked_alert(linked(alert, earlier)))
    except FormatError as error:
        sentence = f"This alert came as {alert.source_format} and cannot be written as CAP: {error.sentence}"
        raise Problem("cap-not-possible", sentence, status=406) from error


def linked(alert: Alert, earlier: list[Alert]) -> Alert:
    """Return the alert with references to what came before it, each with its time."""
    if alert.msg_type is MsgType.ALERT or (alert.references and all(one.sent for one in alert.references)):
        return alert
    known = {(a.sender, a.identifier): Reference(a.sender, a.identifier, write_time(a.sent)) for a in earlier}
    named = [one if one.sent else known.get((one.sender, one.identifier)) for one in alert.references]
    references = tuple(one for one in named if one is not None) or tuple(known.values())
    if not references and alert.msg_type is MsgType.UPDATE:
        return msgspec.structs.replace(alert, msg_type=MsgType.ALERT, references=())
    return msgspec.structs.replace(alert, references=references)

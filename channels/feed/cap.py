"""The CAP document of one accepted alert: as received where it came as CAP, else written from the Alert."""

import msgspec

from broker.core.event import AlertAccepted
from broker.core.problem import Problem
from broker.service.archive import Archive
from cap_formats.alert import Alert, MsgType, Reference
from cap_formats.cap.encode import encode_cap
from cap_formats.cap.text import write_time
from cap_formats.problem import FormatError

_SOURCE: str = "cap"  # source_format of every version of CAP begins with it


async def cap_of(seq: int, archive: Archive) -> tuple[Alert, bytes]:
    """Return the alert of that seq and its CAP 1.2 document.

    Raises Problem ``alert-unknown``, or ``cap-not-possible`` where its own format says what CAP cannot.
    """
    accepted = await archive.accepted(seq)
    if accepted.alert.source_format.startswith(_SOURCE):
        return accepted.alert, accepted.raw
    try:
        return accepted.alert, encode_cap(await referring(accepted, archive))
    except FormatError as error:
        raise Problem(
            "cap-not-possible",
            f"This alert came as {accepted.alert.source_format} and cannot be written as CAP: {error.sentence}",
            status=406,
        ) from error


async def referring(accepted: AlertAccepted, archive: Archive) -> Alert:
    """Return the alert with the references that CAP wants of an Update or Cancel (3.2.1) and other formats do not
    carry: the alerts of its chain that the broker knows. An Update of which nothing earlier is known is an Alert to its
    reader.
    """
    alert = accepted.alert
    if alert.references or alert.msg_type is MsgType.ALERT:
        return alert
    earlier = [(await archive.accepted(seq)).alert for seq in accepted.references]
    references = tuple(Reference(a.sender, a.identifier, write_time(a.sent)) for a in earlier)
    if not references and alert.msg_type is MsgType.UPDATE:
        return msgspec.structs.replace(alert, msg_type=MsgType.ALERT)
    return msgspec.structs.replace(alert, references=references)

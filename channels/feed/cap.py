"""An alert as a CAP 1.2 document for anyone to fetch: as received where it came as that, else written by us.

A drill whose texts do not say so is the exception: who opens it must not take it for the real thing. Only where it is
signed does it stay letter for letter, for a signature fits no other letters; what it is then stands beside it, in the
header ``Noroshi-Status`` and in the title of its entry in the feed (docs/decisions/0013).
"""

from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from broker.core.problem import Problem
from broker.service.archive import Archive
from cap_formats.alert import Alert, MsgType, Reference, Status
from cap_formats.cap.encode import encode_cap
from cap_formats.cap.text import write_time
from cap_formats.cap.version import CAP_12
from cap_formats.problem import FormatError
from channels.text.mark import marked_alert

XML_SIGNATURE: Final = b"http://www.w3.org/2000/09/xmldsig#"


class Letters(StrEnum):
    """Whose letters a document has."""

    AS_RECEIVED = "as-received"
    MARKED = "marked"  # ours, for the sender's did not say that it is a drill
    WRITTEN = "written"  # ours, for it came in another form


class Document(NamedTuple):
    """One alert and its CAP."""

    alert: Alert
    body: bytes
    letters: Letters


async def cap_of(seq: int, archive: Archive) -> Document:
    """Return the alert of that seq and its document. Raises Problem ``alert-unknown`` or ``cap-not-possible``.

    JMA names no earlier message, CAP must (3.2.1, references): what the alert took over here is named, as is the time
    of what a CAP 1.0 names without one. An Update that took nothing over stands alone, so it is written as an Alert.
    What came as CAP 1.0 or 1.1 lies as it came, with its signature, at ``/raw``, and so does a drill that was marked
    here. What we write of a drill is marked.
    """
    accepted = await archive.accepted(seq)
    alert = accepted.alert
    came_so = alert.source_format == CAP_12.source_format
    if came_so and (_says_what_it_is(alert) or accepted.signatures or XML_SIGNATURE in accepted.raw):
        return Document(alert, accepted.raw, Letters.AS_RECEIVED)
    earlier = [(await archive.accepted(reference)).alert for reference in accepted.references]
    try:
        body = encode_cap(_marked(linked(alert, earlier)))
        return Document(alert, body, Letters.MARKED if came_so else Letters.WRITTEN)
    except FormatError as error:
        if came_so:  # taken with a note, and no CAP by the letter of the standard
            return Document(alert, accepted.raw, Letters.AS_RECEIVED)
        sentence = f"This alert came as {alert.source_format} and cannot be written as CAP: {error.sentence}"
        raise Problem("cap-not-possible", sentence, status=406) from error


def _says_what_it_is(alert: Alert) -> bool:
    """Tell whether every info of a drill says so in its texts; what is real has nothing to say."""
    return alert.status is Status.ACTUAL or _marked(alert).infos == alert.infos


def _marked(alert: Alert) -> Alert:
    """Return the alert with every text of a drill marked; an info without a headline gets one, to say so."""
    if alert.status is Status.ACTUAL:
        return alert
    infos = (msgspec.structs.replace(info, headline=info.headline or info.event) for info in alert.infos)
    return marked_alert(msgspec.structs.replace(alert, infos=tuple(infos)))


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

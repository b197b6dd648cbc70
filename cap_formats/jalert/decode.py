"""Bytes of a 国民保護 message (a tar) -> its parts, mostly one. Light to import, for every decoding does."""

from datetime import datetime

from cap_formats.part import Good, Part
from cap_formats.problem import FormatError, MessageHeldError


def decode_jalert(data: bytes, received_at: datetime | None) -> tuple[Part, ...]:
    """Decode one tar.

    Raises as ``cap_formats.jalert.announcement.read_announcement``; of what was received what is only broken is a
    MessageHeldError too, for it is not sent again because we ask, and the text beside a broken ini may be a missile.
    """
    from cap_formats.jalert.announcement import read_announcement  # noqa: PLC0415 - its tables cost 80 ms

    try:
        return tuple(Good(data, alert) for alert in read_announcement(data, received_at))
    except FormatError as error:
        if received_at is None or isinstance(error, MessageHeldError):
            raise
        sentence = f"{error.sentence} Nothing went out; a person must read what there is."
        raise MessageHeldError(error.code, sentence, line=error.line, path=error.path) from error

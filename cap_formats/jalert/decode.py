"""Bytes of a 国民保護 message (a tar) -> its parts, mostly one. Light to import, for every decoding does."""

from datetime import datetime

from cap_formats.part import Good, Part


def decode_jalert(data: bytes, received_at: datetime | None) -> tuple[Part, ...]:
    """Decode one tar; raises as ``cap_formats.jalert.announcement.read_announcement``."""
    from cap_formats.jalert.announcement import read_announcement  # noqa: PLC0415 - its tables cost 80 ms

    return tuple(Good(data, alert) for alert in read_announcement(data, received_at))

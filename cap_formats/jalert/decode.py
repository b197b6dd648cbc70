"""Bytes of a 国民保護 message (a tar) -> its one part. Light to import, because every decoding has it in its table."""

from datetime import datetime

from cap_formats.part import Good, Part


def decode_jalert(data: bytes, received_at: datetime | None) -> tuple[Part, ...]:
    """Decode one tar; raises as ``cap_formats.jalert.announcement.read_announcement``."""
    from cap_formats.jalert.announcement import read_announcement  # noqa: PLC0415 - its tables cost 80 ms

    return (Good(data, read_announcement(data, received_at)),)

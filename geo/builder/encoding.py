"""In which encoding the text of a file is. 国土数値情報's Shapefiles of old are cp932 and do not say so."""

from typing import Final

CANDIDATES: Final = ("utf-8", "cp932")
DBF_HEADER_LENGTH: Final = slice(8, 10)  # dBASE III: bytes 8 and 9, little-endian


def of_text(raw: bytes) -> str | None:
    """Return UTF-8 where the bytes are all UTF-8, else cp932 where they are that; None where they are neither."""
    for name in CANDIDATES:
        try:
            raw.decode(name)
        except UnicodeDecodeError:
            continue
        return "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else name
    return None


def of_dbf(raw: bytes) -> str | None:
    """Return the encoding in which the records of a DBF file have the fewest faults; None where it is plain ASCII.

    A field may cut its last letter in half, so a few faults are no proof.
    """
    records = raw[int.from_bytes(raw[DBF_HEADER_LENGTH], "little") :]
    if records.isascii():
        return None
    return min(CANDIDATES, key=lambda name: records.decode(name, errors="replace").count("\ufffd"))

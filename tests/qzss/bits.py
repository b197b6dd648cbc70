"""Sentences of QZSS made by hand: fields into 250 bits, CRC-24Q, and the forms in which receivers hand them on.

Positions are those of IS-QZSS-DCR-017 and IS-QZSS-DCX-004: bit 0 is the first of the preamble.
"""

from datetime import UTC, datetime

BITS = 250
CRC_AT = 226
POLYNOMIAL = 0x1864CFB
PREAMBLES = (0x53, 0x9A, 0xC6)
DCX_AT = {
    "a1": (24, 2), "a2": (26, 9), "a3": (35, 5), "a4": (40, 7), "a5": (47, 2), "a6": (49, 1), "a7": (50, 14),
    "a8": (64, 2), "a9": (66, 1), "a10": (67, 3), "a11": (70, 10), "a12": (80, 16), "a13": (96, 17), "a14": (113, 5),
    "a15": (118, 5), "a16": (123, 6), "a17": (129, 2), "a18": (131, 15), "ex1": (146, 16), "ex2": (162, 1),
    "ex3": (163, 17), "ex4": (180, 17), "ex5": (197, 5), "ex6": (202, 5), "ex7": (207, 7), "ex8": (146, 1),
    "ex9": (147, 64), "vn": (214, 6),
}  # fmt: skip


class Bits:
    """The message of one second."""

    def __init__(self, message_type: int, preamble: int = PREAMBLES[0]) -> None:
        self._value = 0
        self.put(0, 8, preamble).put(8, 6, message_type)

    def put(self, at: int, size: int, value: int) -> "Bits":
        assert 0 <= value < 1 << size, (at, size, value)
        self._value |= value << (BITS - at - size)
        return self

    def message(self) -> bytes:
        """Return 32 bytes: 250 bits with their checksum, and six zeros."""
        data = self._value >> (BITS - CRC_AT)
        crc = 0
        for bit in range(CRC_AT - 1, -1, -1):
            crc = crc << 1 ^ ((data >> bit & 1) << 24)
            if crc & 0x1000000:
                crc ^= POLYNOMIAL
        return ((data << 24 | crc & 0xFFFFFF) << 6).to_bytes(32, "big")


def nmea(bits: Bits, satellite: int = 55) -> bytes:
    body = f"QZQSM,{satellite},{bits.message().hex().upper()[:63]}"
    checksum = 0
    for letter in body:
        checksum ^= ord(letter)
    return f"${body}*{checksum:02X}".encode()


def hexadecimal(bits: Bits) -> bytes:
    return bits.message().hex().upper()[:63].encode()


def ublox(bits: Bits, svid: int = 1) -> bytes:
    """UBX-RXM-SFRBX of gnssId 5 and sigId 1: eight words of 32 bits, each little-endian."""
    message = bits.message()
    words = b"".join(message[at : at + 4][::-1] for at in range(0, 32, 4))
    payload = bytes((5, svid, 1, 0, 8, 0, 2, 0)) + words
    frame = b"\x02\x13" + len(payload).to_bytes(2, "little") + payload
    low = high = 0
    for byte in frame:
        low = low + byte & 0xFF
        high = high + low & 0xFF
    return b"\xb5\x62" + frame + bytes((low, high))


def dcx(preamble: int = PREAMBLES[0], **fields: int) -> Bits:
    """A DCX message for Japan (A2 = 111), version 1; the mask of satellites may differ between repeats."""
    bits = Bits(44, preamble).put(15, 9, fields.pop("mask", 0b111111111))
    for name, value in {"a2": 111, "vn": 1, **fields}.items():
        bits.put(*DCX_AT[name], value)
    return bits


def j_alert(a1: int, *, prefectures: tuple[int, ...] = (4, 6), hazard: int = 8, phrase: int = 128, **more: int) -> Bits:
    """J-Alert by 消防庁: prefectures by their number of JIS X 0401."""
    ex9 = sum(1 << number - 1 for number in prefectures) << 17
    return dcx(a1=a1, a3=2, a4=hazard, a9=1, a11=phrase, ex9=ex9, **more)


def l_alert(a1: int, *, hazard: int = 68, area: int = 33202, **more: int) -> Bits:
    return dcx(a1=a1, a3=1, a4=hazard, ex1=area, **more)


def null() -> Bits:
    return Bits(44).put(15, 9, 0b111111111).put(26, 9, 111)


def dcr(category: int, at: datetime, *, classification: int = 1, information: int = 0, preamble: int = 0x53) -> Bits:
    at = at.astimezone(UTC)
    bits = Bits(43, preamble).put(14, 3, classification).put(17, 4, category)
    bits.put(21, 4, at.month).put(25, 5, at.day).put(30, 5, at.hour).put(35, 6, at.minute)
    return bits.put(41, 2, information).put(214, 6, 1)


def day_time(bits: Bits, slot: int, at: datetime) -> Bits:
    at = at.astimezone(UTC)
    return bits.put(slot, 5, at.day).put(slot + 5, 5, at.hour).put(slot + 10, 6, at.minute)


def early_warning(at: datetime, regions: tuple[int, ...], *, upper: int = 9, lower: int = 8, **more: int) -> Bits:
    """緊急地震速報: regions by DCR's number, limits 8 (6-) and 9 (6+) unless told."""
    bits = day_time(dcr(1, at, **more), 80, at).put(53, 9, 201).put(96, 9, 40).put(105, 7, 71).put(112, 10, 288)
    bits.put(122, 4, lower).put(126, 4, upper)
    for region in regions:
        bits.put(130 + region - 1, 1, 1)
    return bits


def tsunami(at: datetime, code: int, coasts: tuple[int, ...], *, height: int = 3, **more: int) -> Bits:
    bits = dcr(5, at, **more).put(53, 9, 101).put(80, 4, code)
    for number, coast in enumerate(coasts):
        slot = 84 + number * 26
        bits.put(slot, 1, 0).put(slot + 1, 5, 3).put(slot + 6, 6, 30).put(slot + 12, 4, height).put(
            slot + 16, 10, coast
        )
    return bits


def weather(at: datetime, rows: tuple[tuple[int, int], ...], *, state: int = 1, **more: int) -> Bits:
    bits = dcr(10, at, **more).put(53, 3, state)
    for number, (kind, region) in enumerate(rows):
        bits.put(56 + number * 24, 5, kind).put(61 + number * 24, 19, region)
    return bits


def volcano(at: datetime, code: int, mountain: int, towns: tuple[int, ...], **more: int) -> Bits:
    bits = day_time(dcr(8, at, **more).put(50, 3, 1), 53, at).put(69, 7, code).put(76, 12, mountain)
    for number, town in enumerate(towns):
        bits.put(88 + number * 23, 23, town)
    return bits


def nankai_page(at: datetime, serial: int, page: int, total: int, text: bytes, **more: int) -> Bits:
    bits = dcr(4, at, **more).put(53, 4, serial)
    for number, byte in enumerate(text.ljust(18, b"\0")):
        bits.put(57 + number * 8, 8, byte)
    return bits.put(201, 6, page).put(207, 6, total)

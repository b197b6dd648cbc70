"""What a receiver lays beside a 国民保護 message: a tar with what came, as it came, and ``noroshi.ini`` next to it.

A message of J-Alert's own does not say everything that a decoder must know: the type stands in the receiver's index,
the mode is that of the channel, and a receiver hands on what concerns the place where it stands without naming it. So
the way in writes down what it knows, and the whole is one document, kept as one.
"""

import configparser
import io
import tarfile
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from cap_formats.alert import Status
from cap_formats.jalert.kind import CIVIL_PROTECTION, WITHOUT_XML
from cap_formats.jalert.unpack import Member
from cap_formats.problem import MessageRuleError

NAME: Final = "noroshi.ini"
_SECTION: Final = "Receiver"
TRAINING_VALUE: Final = "0"  # of TrainingFlg, which says that it is a drill: UNCONFIRMED, from LGDIS alone
_TYPES: Final = {kind: kind for kind in WITHOUT_XML}
EPOCH: Final = 0  # of the files in our tar: the same bytes for the same message


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What the way in knows.

    ``type`` is J-Alert's code, JALT or IFDA; ``time`` that of the receiver's index, if there is one; ``status`` the
    channel's mode; ``areas`` where the message holds if it names no place (code of JIS X 0402 or of a prefecture, and
    name; empty: unknown); ``training`` the value of TrainingFlg that says that it is a drill.
    """

    type: str = CIVIL_PROTECTION
    time: datetime | None = None
    status: Status | None = None
    areas: tuple[tuple[str, str], ...] = ()
    training: str = TRAINING_VALUE


def seal(members: Iterable[Member], envelope: Envelope) -> bytes:
    """Return the tar of what came and what is known of it."""
    told = configparser.ConfigParser(interpolation=None)
    told.optionxform = str  # type: ignore[assignment,method-assign] # configparser's own way to keep names as written
    told[_SECTION] = {
        "Type": envelope.type,
        "Time": envelope.time.isoformat() if envelope.time else "",
        "Status": envelope.status or "",
        "Areas": " ".join(f"{code}:{name}" for code, name in envelope.areas),
        "Training": envelope.training,
    }
    text = io.StringIO()
    told.write(text)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in (*members, Member(NAME, text.getvalue().encode())):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), EPOCH
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def read_envelope(data: bytes) -> Envelope:
    """Read ``noroshi.ini``. Raises MessageRuleError ``jalert-envelope``."""
    told = configparser.ConfigParser(interpolation=None)
    try:
        told.read_string(data.decode())
        section = told[_SECTION]
        return Envelope(
            type=_TYPES[section["Type"]],
            time=msgspec.convert(section["Time"], datetime) if section["Time"] else None,
            status=Status(section["Status"]) if section["Status"] else None,
            areas=tuple(_pair(each) for each in section["Areas"].split()),
            training=section["Training"],
        )
    except (configparser.Error, KeyError, ValueError) as error:
        raise MessageRuleError("jalert-envelope", f"{NAME} cannot be read: {error}.") from error


def _pair(text: str) -> tuple[str, str]:
    code, _, name = text.partition(":")
    return code, name

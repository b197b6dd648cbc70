"""gzip, zip and tar opened within bounds: what is small when packed must not fill the memory when it is not."""

import io
import tarfile
import zipfile
import zlib
from typing import Final, NamedTuple

from cap_formats.problem import MessageSyntaxError
from cap_formats.xml import MESSAGE_BYTES_MAX

GZIP_MAGIC: Final = b"\x1f\x8b"
ZIP_MAGIC: Final = b"PK\x03\x04"
TAR_MAGIC: Final = b"ustar"
TAR_MAGIC_AT: Final = 257
TAR_BLOCK: Final = 512
MEMBERS_MAX: Final = 32  # of a tar or zip; a 国民保護 message has two
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


class Member(NamedTuple):
    """A file in a tar: its name without folders, and its bytes."""

    name: str
    data: bytes


def is_tar(data: bytes) -> bool:
    """Tell whether bytes are a tar of POSIX or GNU."""
    return data[TAR_MAGIC_AT : TAR_MAGIC_AT + len(TAR_MAGIC)] == TAR_MAGIC


def gunzip(data: bytes) -> bytes:
    """Return what a gzip holds. Raises MessageSyntaxError ``gzip-invalid`` and ``message-too-large``."""
    plain = bytearray()
    rest = data
    try:
        for _ in range(MEMBERS_MAX):  # a gzip may have several (RFC 1952, 2.2)
            if not rest and plain:
                break
            inflate = zlib.decompressobj(_GZIP_WINDOW)
            plain += inflate.decompress(rest, MESSAGE_BYTES_MAX + 1 - len(plain))
            if len(plain) > MESSAGE_BYTES_MAX:
                raise _too_large()
            if not inflate.eof:
                raise _invalid("gzip", "it ends too early")
            rest = inflate.unused_data.lstrip(b"\0")  # padding is allowed behind the last
    except zlib.error as error:
        raise _invalid("gzip", str(error)) from error
    return bytes(plain)


def unzip(data: bytes) -> bytes:
    """Return the one file that a zip holds. Raises MessageSyntaxError ``zip-invalid`` and ``message-too-large``."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [info for info in archive.infolist() if not info.is_dir()]
            if len(names) != 1:
                raise _invalid("zip", f"it holds {len(names)} files, not one")
            with archive.open(names[0]) as file:
                plain = file.read(MESSAGE_BYTES_MAX + 1)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError, ValueError) as error:
        raise _invalid("zip", str(error)) from error
    if len(plain) > MESSAGE_BYTES_MAX:
        raise _too_large()
    return plain


def untar(data: bytes) -> list[Member]:
    """Return the files of a tar; folders, links and devices are left out.

    Raises MessageSyntaxError ``tar-invalid``, and ``message-too-large`` for more than MEMBERS_MAX files.
    """
    members = []
    room = MESSAGE_BYTES_MAX
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:", errors="replace") as archive:
            for number, info in enumerate(archive):
                if number == MEMBERS_MAX:
                    raise _too_large()
                if not info.isreg():
                    continue
                file = archive.extractfile(info)
                content = file.read(room + 1) if file else b""
                room -= len(content)
                if room < 0:
                    raise _too_large()
                members.append(Member(info.name.rpartition("/")[2], content))
    except (tarfile.TarError, OSError, EOFError, ValueError, OverflowError) as error:
        raise _invalid("tar", str(error)) from error
    return members


def _too_large() -> MessageSyntaxError:
    return MessageSyntaxError(
        "message-too-large", f"Unpacked, the message has more than {MESSAGE_BYTES_MAX} bytes or {MEMBERS_MAX} files."
    )


def _invalid(kind: str, said: str) -> MessageSyntaxError:
    return MessageSyntaxError(f"{kind}-invalid", f"The {kind} cannot be opened: {said}.")

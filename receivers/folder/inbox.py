"""The files of the watched folder: what lies there, read without following anything, and moved once it is settled.

Owns every touch of the file system; all calls block. Names that begin with a dot or end in .tmp or .part are a writer's
own until it renames them.
"""

import contextlib
import os
import stat
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from broker.core.limit import WEB_BODY_MAX
from cap_formats.alert import Status
from receivers.folder.signature import SIGNATURE_FILE_MAX, SUFFIX

MODES: Final[dict[str, Status]] = {"live": Status.ACTUAL, "drill": Status.EXERCISE, "test": Status.TEST}
REQUIRED: Final = ("live", "drill")  # where they are missing, the share is not there
MESSAGES: Final = frozenset({".xml", ".json", ".csv"})
UNFINISHED: Final = (".tmp", ".part")
ANSWER: Final = ".answer.json"
TAKEN: Final = "taken"
REFUSED: Final = "refused"
FILES_MAX: Final = 10_000  # looked at in one round; the others have their turn when these are gone
HEAD_BYTES: Final = 64 << 10  # of a file that is too large, for a person to see what it is


class Kind(StrEnum):
    """What a file is, by its name and nature."""

    MESSAGE = "message"
    SIGNATURE = "signature"
    UNFINISHED = "unfinished"
    STRANGE = "strange"  # no name that a message has
    IRREGULAR = "irregular"  # a link, a pipe, a folder


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it was seen; it is the same as long as inode, size and time of change are (``state``)."""

    mode: str
    name: str
    kind: Kind
    state: tuple[int, int, int]

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by."""
        return self.mode, self.name

    @property
    def stem(self) -> str:
        """Its name without the ending."""
        return self.name.rpartition(".")[0] or self.name

    @property
    def shown(self) -> str:
        """Its name in characters that JSON can hold; shares carry names in other code pages."""
        return self.name.encode("utf-8", "replace").decode()

    @property
    def size(self) -> int:
        """Bytes."""
        return self.state[1]


class ChangedError(OSError):
    """The file is not the one that was seen any more."""


class Inbox:
    """One watched folder."""

    def __init__(self, root: Path) -> None:
        """Watch ``root``; nothing is made there before a message is settled."""
        self._root = root

    def scan(self, mode: str) -> list[Found]:
        """Return what lies in the folder of a mode, oldest first. Raises OSError where it is not to be read."""
        folder = self._root / mode
        if folder.is_dir():
            return sorted(self._scan(mode, folder), key=lambda one: (one.state[2], one.name))
        if mode in REQUIRED:
            raise FileNotFoundError(f"{folder} is missing: the share is not mounted, or the folder was never made")
        return []

    def read(self, found: Found) -> bytes:
        """Read a message up to its bound. Raises OSError; ChangedError where it was replaced or is being written."""
        return self._read(found, WEB_BODY_MAX)

    def head(self, found: Found) -> bytes:
        """Read what is refused, of a file that is too large its beginning; or say where a link leads."""
        path = self._path(found)
        try:
            if path.is_symlink():
                return os.fsencode(f"{found.name} -> {path.readlink()}")
            if found.kind is Kind.IRREGULAR:
                return os.fsencode(found.name)
            return self._read(found, found.size if found.size <= WEB_BODY_MAX else HEAD_BYTES)
        except OSError as error:
            return os.fsencode(f"{found.name}: {error.strerror}")

    def signature(self, found: Found) -> bytes | None:
        """Return the signature that belongs to a message; None where there is none yet."""
        path = self._root / found.mode / f"{found.stem}{SUFFIX}"
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
            return file.read(SIGNATURE_FILE_MAX) if regular else None

    def say(self, found: Found, answer: bytes) -> None:
        """Write an answer beside a file that still waits. Raises OSError."""
        _write(self._root / found.mode / f"{found.stem}{ANSWER}", answer)

    def settle(self, found: Found, where: str, seq: int, answer: bytes) -> None:
        """Write the answer, then move message and signature away, with the seq in their names. Raises OSError;
        ChangedError where another file took the name meanwhile: that one stays.
        """
        folder = self._root / found.mode
        (folder / where).mkdir(exist_ok=True)
        _write(folder / where / f"{found.stem}{ANSWER}", answer)
        source, target = folder / found.name, folder / where / f"{seq:010d}-{found.name}"
        if _state(source.lstat()) != found.state:
            raise ChangedError(f"{found.name} was replaced while it was taken")
        source.rename(target)
        if _state(target.lstat()) != found.state and not source.exists():
            target.rename(source)  # replaced in between: it is read as the new message that it is
            raise ChangedError(f"{found.name} was replaced while it was taken")
        if found.kind is Kind.MESSAGE:
            with contextlib.suppress(FileNotFoundError):
                (folder / f"{found.stem}{SUFFIX}").rename(folder / where / f"{seq:010d}-{found.stem}{SUFFIX}")
        for waiting in (found.stem, found.name):
            (folder / f"{waiting}{ANSWER}").unlink(missing_ok=True)

    def _scan(self, mode: str, folder: Path) -> Iterator[Found]:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number == FILES_MAX:
                    return
                if entry.name in {TAKEN, REFUSED} or ANSWER in entry.name:
                    continue
                with contextlib.suppress(FileNotFoundError):  # renamed at this moment
                    status = entry.stat(follow_symlinks=False)
                    yield Found(mode=mode, name=entry.name, kind=_kind(entry.name, status), state=_state(status))

    def _read(self, found: Found, most: int) -> bytes:
        descriptor = os.open(self._path(found), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if _state(os.fstat(descriptor)) != found.state:
                raise ChangedError(f"{found.name} is being written")
            data = file.read(most)
            if _state(os.fstat(descriptor)) != found.state:
                raise ChangedError(f"{found.name} is being written")
        return data

    def _path(self, found: Found) -> Path:
        return self._root / found.mode / found.name


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _kind(name: str, status: os.stat_result) -> Kind:
    if name.startswith(".") or name.endswith(UNFINISHED):
        return Kind.UNFINISHED
    if not stat.S_ISREG(status.st_mode):
        return Kind.IRREGULAR
    ending = Path(name).suffix.lower()
    if ending == SUFFIX:
        return Kind.SIGNATURE
    return Kind.MESSAGE if ending in MESSAGES else Kind.STRANGE


def _write(path: Path, data: bytes) -> None:
    """Write a small file so that nobody reads half of it."""
    unfinished = path.with_name(f".{path.name}.tmp")
    unfinished.write_bytes(data)
    unfinished.replace(path)

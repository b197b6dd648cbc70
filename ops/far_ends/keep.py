"""What a far end got, in memory and, where a folder is given, one file a message."""

import hashlib
import re
from pathlib import Path
from typing import Final

import msgspec

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it arrived. ``copy`` counts the copies of one id from 1; ``altered`` marks a copy whose content
    is not that of the first, which must never happen (DESIGN rule 8).
    """

    id: str
    at: str
    status: str
    text: str
    sha256: str
    copy: int
    altered: bool


class Keep:
    """The messages of one far end, in order of arrival."""

    def __init__(self, folder: Path | None = None) -> None:
        """Write into ``folder`` too, where one is given."""
        self.messages: list[Kept] = []
        self._first: dict[str, str] = {}
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def add(self, *, id: str, at: str, status: str, content: bytes, suffix: str) -> Kept:  # noqa: A002  # the far end's own word
        """Keep one message; ``suffix`` is that of its file."""
        digest = hashlib.sha256(content).hexdigest()
        first = self._first.setdefault(id, digest)
        kept = Kept(
            id=id,
            at=at,
            status=status,
            text=content.decode("utf-8", "replace"),
            sha256=digest,
            copy=1 + sum(message.id == id for message in self.messages),
            altered=digest != first,
        )
        self.messages.append(kept)
        if self._folder is not None:
            stem = f"{len(self.messages):04d}-{_UNSAFE.sub('-', id)}"
            (self._folder / f"{stem}.{suffix}").write_bytes(content)
            facts = msgspec.structs.replace(kept, text="")
            (self._folder / f"{stem}.facts.json").write_bytes(msgspec.json.format(msgspec.json.encode(facts)))
        return kept

    @property
    def ids(self) -> set[str]:
        """Every id that arrived."""
        return set(self._first)

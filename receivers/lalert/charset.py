"""The encoding that HTTP names for a document which does not name its own (RFC 7303, 3)."""

import codecs
import re
from typing import Final

_DECLARATION: Final = re.compile(rb"^\s*<\?xml\s[^>]*?\?>")
_ENCODING: Final = re.compile(rb"\sencoding\s*=")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,40}")  # XML 1.0, 4.3.3
_MARKS: Final = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def declared(data: bytes, charset: str | None) -> bytes:
    """Return the document with its encoding declared where only the ``charset`` of Content-Type says it."""
    if charset is None or data.startswith(_MARKS) or not _NAME.fullmatch(charset):
        return data
    head = _DECLARATION.match(data[:1000])
    if head is not None and _ENCODING.search(head[0]):
        return data
    rest = data[head.end() :] if head else data
    return f'<?xml version="1.0" encoding="{charset}"?>'.encode() + rest

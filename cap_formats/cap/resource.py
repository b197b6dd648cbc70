"""Files inside a message: what derefUri holds is what digest and size say (CAP 1.2, 3.2.3).

Bounded by the message itself (MESSAGE_BYTES_MAX); what only has a ``uri`` is not fetched, so nothing is said of it.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Final

from cap_formats.alert import Alert, Resource
from cap_formats.note import Note
from cap_formats.problem import MessageHeldError, MessageRuleError
from cap_formats.xml import XmlElement, line_of, path_of

_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_HEX: Final = re.compile(r"[0-9A-Fa-f]{40}")
SHA1_BYTES: Final = 20


def check_resources(alert: Alert, root: XmlElement | None = None) -> Iterator[Note]:
    """Check every file that a message carries inside itself; with ``root`` given, an error names its line.

    Raises MessageRuleError ``cap-resource-base64`` where it is no base64, MessageHeldError ``cap-resource-digest``
    where it is not the file that the digest names. A size is approximate by the standard, so another one is a note.
    """
    for i, info in enumerate(alert.infos, 1):
        for j, resource in enumerate(info.resources, 1):
            if resource.deref_uri is not None:
                yield from _check(resource, _element(root, i, j), f"/alert/info[{i}]/resource[{j}]")


def _element(root: XmlElement | None, info: int, resource: int) -> XmlElement | None:
    return None if root is None else root.find(f"{{*}}info[{info}]/{{*}}resource[{resource}]")


def _check(resource: Resource, element: XmlElement | None, path: str) -> Iterator[Note]:
    path = path if element is None else path_of(element)
    line = None if element is None else line_of(element)
    try:
        data = base64.b64decode(_BLANKS.sub("", resource.deref_uri or ""), validate=True)
    except ValueError as error:
        sentence = f"derefUri holds a file in base64 (3.2.3), and this is none: {error}."
        raise MessageRuleError("cap-resource-base64", sentence, line=line, path=f"{path}/derefUri") from error
    if resource.size is not None and resource.size != len(data):
        sentence = f"size says {resource.size} bytes and derefUri holds {len(data)}."
        yield Note(code="cap-resource-size", sentence=sentence, path=f"{path}/size")
    if resource.digest is None:
        return
    claimed = _claimed(resource.digest)
    if claimed is None:
        sentence = "The digest is no SHA-1 in hexadecimal (3.2.3), nor in base64; the file was not checked against it."
        yield Note(code="cap-resource-digest-form", sentence=sentence, path=f"{path}/digest")
    elif claimed != hashlib.sha1(data, usedforsecurity=False).digest():
        sentence = (
            f"The file {resource.resource_desc!r} in the message is not the one that its digest names; nothing went "
            "out, and a person must say whether it was damaged or exchanged."
        )
        raise MessageHeldError("cap-resource-digest", sentence, line=line, path=f"{path}/digest")


def _claimed(digest: str) -> bytes | None:
    """Read a digest: hexadecimal by the standard, base64 by many senders; None where it is neither."""
    text = _BLANKS.sub("", digest)
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:  # binascii.Error, and what is not even ASCII
        return None
    return data if len(data) == SHA1_BYTES else None

"""Bytes -> alerts, of whatever format. Content is recognised by itself, never asked for.

XML is told apart by the name of its root element (``FORMATS``), JSON by a member of its object (``JSON_FORMATS``),
anything else by its first bytes (``PLAIN_FORMATS``).
A wrapper (a feed, an envelope) holds several messages; each becomes a Part of its own, so that one bad entry does not
take the others with it.
"""

import re
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import Any, Final, NamedTuple

from lxml import etree

from cap_formats import canonical, lifeline
from cap_formats.alert import Alert
from cap_formats.cap.decode import decode_cap_part
from cap_formats.cap.version import VERSIONS
from cap_formats.jalert.decode import decode_jalert
from cap_formats.jalert.unpack import is_tar
from cap_formats.jma.decode import decode_jma
from cap_formats.json_text import is_json, read_json
from cap_formats.lalert.decode import decode_lalert
from cap_formats.part import Bad, Good, Part
from cap_formats.problem import FormatError, MessageRuleError, MessageSyntaxError
from cap_formats.qzss import sentence
from cap_formats.qzss.decode import decode_qzss
from cap_formats.wrapper import atom, edxlde, rss
from cap_formats.wrapper.embedded import Opener, document_of
from cap_formats.xml import XmlElement, is_xml, line_of, path_of, read_xml

STRAYS_MAX: Final = 20  # messages out of place that are told of one by one


class Format(NamedTuple):
    """One format of XML: what it is called, its root element's qualified name, and how one document is decoded.

    ``decode`` gets the parsed document and its bytes. A wrapper gives several parts, whose bytes are their own; it is
    never opened inside another (``wraps``).
    """

    name: str
    root: str
    decode: Callable[[XmlElement, bytes], tuple[Part, ...]]
    wraps: bool = False


class PlainFormat(NamedTuple):
    """One format that is no XML: how its bytes are recognised, and how they are decoded.

    ``decode`` gets the bytes and when they were received, for formats whose times are relative to that (QZSS).
    """

    name: str
    recognise: Callable[[bytes], bool]
    decode: Callable[[bytes, datetime | None], tuple[Part, ...]]


class JsonFormat(NamedTuple):
    """One format of JSON: what it is called, the member that its object must have, and how one document is decoded.

    ``decode`` gets the members of the object and its bytes.
    """

    name: str
    member: str
    decode: Callable[[dict[str, Any], bytes], tuple[Part, ...]]


def _one(decode: Callable[[XmlElement, bytes], Alert]) -> Callable[[XmlElement, bytes], tuple[Part, ...]]:
    """Turn the decoder of a format whose documents hold one alert into one that returns parts."""
    return lambda root, raw: (Good(raw, decode(root, raw)),)


def _wrapper(decode: Callable[[XmlElement, Opener], tuple[Part, ...]]) -> Callable[..., tuple[Part, ...]]:
    """Turn the decoder of a wrapper into one that opens what is inside by ``FORMATS``. A message that stands where the
    wrapper has no place for one is a Bad part: it was not opened, and its sender must not believe that it was.
    """

    def decode_wrapper(root: XmlElement, _: bytes) -> tuple[Part, ...]:
        opened: set[XmlElement] = set()

        def open_(element: XmlElement, raw: bytes | None) -> tuple[Part, ...] | None:
            found = decode_embedded(element, raw)
            if found is not None:
                opened.add(element)
            return found

        parts = decode(root, open_)
        roots = [row.root for row in FORMATS if not row.wraps]
        strays = islice(
            (one for one in root.iter(*roots) if opened.isdisjoint((one, *one.iterancestors()))), STRAYS_MAX
        )
        return (*parts, *(Bad(document_of(stray), _misplaced(stray)) for stray in strays))

    return decode_wrapper


def _misplaced(stray: XmlElement) -> MessageRuleError:
    sentence = (
        "A message stands where this envelope or feed has no place for one; it was not opened. Send it by itself."
    )
    return MessageRuleError("wrapper-message-misplaced", sentence, line=line_of(stray), path=path_of(stray))


def decode_embedded(element: XmlElement, raw: bytes | None = None) -> tuple[Part, ...] | None:
    """Open a document inside another one, found by the name of its root; None where that is no format of ``FORMATS``.

    ``raw`` are its bytes where it came as bytes; else it is written out as a document of its own. What is wrong with it
    is a Bad part.
    """
    row = _BY_ROOT.get(element.tag)
    if row is None or row.wraps:
        return None
    if raw is None:
        raw = document_of(element)
        element = read_xml(raw)
    try:
        return row.decode(element, raw)
    except FormatError as error:
        return (Bad(raw, error),)


def _edxlde(root: XmlElement, raw: bytes) -> tuple[Part, ...]:
    """Decode EDXL-DE; L-Alert's own envelope has the same root element."""
    if edxlde.is_commons(root):
        return decode_lalert(root, raw)
    return _DE(root, raw)


_DE: Final = _wrapper(edxlde.decode_edxlde)

FORMATS: Final[tuple[Format, ...]] = (
    *(Format(version.name, version.root, lambda root, raw: (decode_cap_part(root, raw),)) for version in VERSIONS),
    Format("気象庁防災情報XML", "{http://xml.kishou.go.jp/jmaxml1/}Report", _one(decode_jma)),
    Format("Atom", atom.FEED, _wrapper(atom.decode_atom), wraps=True),
    Format("an Atom entry", atom.ENTRY, _wrapper(atom.decode_atom), wraps=True),
    Format("RSS", rss.ROOT, _wrapper(rss.decode_rss), wraps=True),
    Format("EDXL-DE, コモンズEDXL", edxlde.ROOT, _edxlde, wraps=True),
)
JSON_FORMATS: Final[tuple[JsonFormat, ...]] = (
    JsonFormat("lifelines (JSON)", lifeline.MEMBER, lifeline.decode_lifeline),
    JsonFormat("an Alert (JSON)", canonical.MEMBER, canonical.decode_canonical),
)
PLAIN_FORMATS: Final[tuple[PlainFormat, ...]] = (
    PlainFormat("QZSS (DCX, DCR)", sentence.recognise, decode_qzss),
    PlainFormat("J-Alert (tar)", is_tar, decode_jalert),
    PlainFormat("lifelines (CSV)", lifeline.is_sheet, lifeline.decode_sheet),
)

# 気象庁's telegrams, which hold no other document and no signature, and whose texts are read without their blanks.
_TELEGRAM: Final = re.compile(rb"(?:<\?xml [^>]*+>\s*+)?<Report\s")
_BY_ROOT: Final = {row.root: row for row in FORMATS}


def decode(data: bytes, received_at: datetime | None = None) -> tuple[Alert, ...]:
    """Decode one message of any format; most hold one alert.

    Raises FormatError and nothing else: what ``decode_parts`` raises, and the first error of a part.
    """
    alerts = []
    for part in decode_parts(data, received_at):
        if isinstance(part, Bad):
            raise part.error
        alerts.append(part.alert)
    return tuple(alerts)


def decode_parts(data: bytes, received_at: datetime | None = None) -> tuple[Part, ...]:
    """Open one message of any format: each alert in it, or what is wrong with that one, beside its own bytes.

    Raises FormatError where the message as a whole cannot be understood: MessageSyntaxError (of ``read_xml``, or
    ``format-unknown``), and what the format's own decoder raises.
    """
    if not data.startswith(b"<"):  # most are XML that begins at once
        for plain in PLAIN_FORMATS:
            if plain.recognise(data):
                return plain.decode(data, received_at)
        if is_json(data):
            return _decode_json(data)
        if not is_xml(data) and not data.isspace():
            raise MessageSyntaxError("format-unknown", f"This is no format that is read here: {_known()}.")
    root = read_xml(data, blanks=_TELEGRAM.match(data) is None)
    row = _BY_ROOT.get(root.tag)
    if row is None:
        known = _known()
        raise MessageSyntaxError(
            "format-unknown",
            f"The root element is {root.tag}; what is read here is {known}.",
            line=line_of(root),
            path=f"/{etree.QName(root).localname}",
        )
    return row.decode(root, data)


def _decode_json(data: bytes) -> tuple[Part, ...]:
    members = read_json(data)
    for row in JSON_FORMATS:
        if row.member in members:
            return row.decode(members, data)
    wanted = " or ".join(row.member for row in JSON_FORMATS)
    sentence = f"The JSON object has no member {wanted}; what is read here is {_known()}."
    raise MessageSyntaxError("format-unknown", sentence, path="$")


def _known() -> str:
    names = [*(row.name for row in FORMATS), *(row.name for row in JSON_FORMATS), *(row.name for row in PLAIN_FORMATS)]
    return ", ".join(names)

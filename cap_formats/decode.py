"""Bytes -> alerts, of whatever format. Content is recognised by the name of its root element, never asked for."""

from collections.abc import Callable
from typing import Final, NamedTuple

from lxml import etree

from cap_formats.alert import Alert
from cap_formats.cap.decode import decode_cap
from cap_formats.jma.decode import decode_jma
from cap_formats.problem import MessageSyntaxError
from cap_formats.xml import XmlElement, line_of, read_xml


class Format(NamedTuple):
    """One format: what it is called, its root element's qualified name, and how one document becomes alerts."""

    name: str
    root: str
    decode: Callable[[XmlElement, bytes], tuple[Alert, ...]]


def _one(decode: Callable[[XmlElement, bytes], Alert]) -> Callable[[XmlElement, bytes], tuple[Alert, ...]]:
    """Turn the decoder of a format whose documents hold one alert into one that returns a tuple."""
    return lambda root, raw: (decode(root, raw),)


FORMATS: Final = (
    Format("CAP 1.2", "{urn:oasis:names:tc:emergency:cap:1.2}alert", _one(decode_cap)),
    Format("気象庁防災情報XML", "{http://xml.kishou.go.jp/jmaxml1/}Report", _one(decode_jma)),
)

_BY_ROOT: Final = {row.root: row for row in FORMATS}


def decode(data: bytes) -> tuple[Alert, ...]:
    """Decode one message of any format of ``FORMATS``; most hold one alert.

    Raises FormatError and nothing else: MessageSyntaxError (of ``read_xml``, or ``format-unknown``), and what the
    format's own decoder raises.
    """
    root = read_xml(data)
    row = _BY_ROOT.get(root.tag)
    if row is None:
        raise MessageSyntaxError(
            "format-unknown",
            f"The root element is {root.tag}; what is read here is {', '.join(row.name for row in FORMATS)}.",
            line=line_of(root),
            path=f"/{etree.QName(root).localname}",
        )
    return row.decode(root, data)

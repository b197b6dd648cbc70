"""Alerts -> Atom (RFC 4287): a feed of them, or one entry. Does not know where a feed is served: addresses come in."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast

import msgspec
from lxml import etree

from cap_formats.alert import Alert, Info, MsgType
from cap_formats.cap.element import NAMESPACE as CAP
from cap_formats.cap.encode import encode_cap
from cap_formats.cap.text import write_time
from cap_formats.drill import marked
from cap_formats.problem import MessageRuleError
from cap_formats.xml import XmlElement, read_xml

NAMESPACE: Final = "http://www.w3.org/2005/Atom"
CAP_TYPE: Final = "application/cap+xml"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_NSMAP: Final = cast("dict[str, str]", {None: NAMESPACE, "cap": CAP})  # lxml takes None for the default namespace

_CANCELLED: Final = "【取消】"  # before the title of a Cancel, whose own headline often still sounds like the alert


class AtomItem(msgspec.Struct, frozen=True, kw_only=True):
    """One alert in a feed: when it got there, where its CAP document lies, and where people can read it.

    Without ``cap_url`` the document itself stands in the entry.
    """

    alert: Alert
    updated: datetime
    cap_url: str | None = None
    page_url: str | None = None


def feed(
    alerts: Sequence[AtomItem],
    *,
    id: str,  # noqa: A002 - the name that RFC 4287 gives it
    title: str,
    updated: datetime,
    self_url: str,
) -> bytes:
    """Write a feed document, entries in the order given.

    ``id`` is an IRI that never changes; ``self_url`` is where the feed is served. Raises MessageRuleError where a text
    holds what XML cannot carry (``cap-character``), or where an alert without ``cap_url`` cannot be CAP.
    """
    root = etree.Element(f"{{{NAMESPACE}}}feed", nsmap=_NSMAP)
    try:
        _add(root, "id", id)
        _add(root, "title", title)
        _add(root, "updated", _rfc3339(updated))
        _add(_add(root, "author"), "name", title)
        _add(root, "generator", "Noroshi")
        _link(root, "self", "application/atom+xml", self_url)
        for item in alerts:
            _write_entry(_add(root, "entry"), item)
    except ValueError as error:
        raise _character() from error
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def encode_atom(alert: Alert) -> bytes:
    """Write one alert as an entry document that carries its CAP document inside; raises as ``feed`` does."""
    root = etree.Element(f"{{{NAMESPACE}}}entry", nsmap=_NSMAP)
    try:
        _write_entry(root, AtomItem(alert=alert, updated=alert.sent))
    except ValueError as error:
        raise _character() from error
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def entry_id(alert: Alert) -> str:
    """Return the IRI of an alert: the hash of the three words by which CAP tells messages apart (RFC 6920)."""
    key = f"{alert.sender},{alert.identifier},{write_time(alert.sent)}"
    digest = base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()).decode().rstrip("=")
    return f"ni:///sha-256;{digest}"


def entry_title(alert: Alert) -> str:
    """Return one line that says it: the first headline, marked where it is a drill or a Cancel."""
    info = alert.infos[0] if alert.infos else None
    text = alert.note or alert.identifier if info is None else info.headline or info.event
    if alert.msg_type is MsgType.CANCEL:
        text = _CANCELLED + text
    return marked(" ".join(text.split()), alert.status)


def _write_entry(entry: XmlElement, item: AtomItem) -> None:
    alert = item.alert
    _add(entry, "id", entry_id(alert))
    title = _add(entry, "title", entry_title(alert))
    if alert.infos:
        title.set(_LANG, alert.infos[0].language)
    _add(entry, "updated", _rfc3339(item.updated))
    _add(entry, "published", _rfc3339(alert.sent))
    _add(_add(entry, "author"), "name", _author(alert))
    if item.page_url is not None:
        _link(entry, "alternate", "text/html", item.page_url)
    if item.cap_url is not None:
        _link(entry, "alternate", CAP_TYPE, item.cap_url)
        _link(entry, "enclosure", CAP_TYPE, item.cap_url)
    for info in alert.infos:
        _add(entry, "category").set("term", info.event)
    summary = "\n\n".join(filter(None, (_summary(info) for info in alert.infos)))
    if summary:
        _add(entry, "summary", marked(summary, alert.status))
    if item.cap_url is None:
        content = _add(entry, "content")
        content.set("type", CAP_TYPE)
        content.append(read_xml(encode_cap(alert)))
    _write_cap_words(entry, alert)


def _author(alert: Alert) -> str:
    return next((info.sender_name for info in alert.infos if info.sender_name), alert.sender)


def _summary(info: Info) -> str:
    return "\n".join(filter(None, (info.headline, info.description, info.instruction)))


def _write_cap_words(entry: XmlElement, alert: Alert) -> None:
    """Write what readers of alert feeds sort and colour by, in CAP's namespace, from the first info."""
    words = [("status", alert.status.value), ("msgType", alert.msg_type.value)]
    if alert.infos:
        info = alert.infos[0]
        words += [("event", info.event), ("urgency", info.urgency.value)]
        words += [("severity", info.severity.value), ("certainty", info.certainty.value)]
        if info.expires is not None:
            words.append(("expires", write_time(info.expires)))
        words += [("areaDesc", area.area_desc) for area in info.areas]
    for name, text in words:
        etree.SubElement(entry, f"{{{CAP}}}{name}").text = text


def _add(parent: XmlElement, name: str, text: str | None = None) -> XmlElement:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child


def _link(parent: XmlElement, rel: str, media_type: str, href: str) -> None:
    link = _add(parent, "link")
    link.set("rel", rel)
    link.set("type", media_type)
    link.set("href", href)


def _rfc3339(time: datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


def _character() -> MessageRuleError:
    return MessageRuleError("cap-character", "A text holds a control character; XML has no such thing.")
